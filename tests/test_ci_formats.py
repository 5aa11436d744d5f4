"""Reports for other programs, read by those programs' own schemas and readers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from junitparser import JUnitXml

from seedlint.formats import FORMATS
from seedlint.model import Cells, Finding, Note, Position, Problem, Report, Severity, Span
from seedlint.request import Request
from seedlint.rules import RULES
from seedlint.run import lint as run
from tests import notebooks
from tests.conftest import BARE, SEEDED, Lint
from tests.pages import Page
from tests.projects import write

ROOT = Path(__file__).parents[1]
# That of OASIS, in its revision rtm.5, as SchemaStore publishes it.
SCHEMA = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
HOSTILE = "a\n,:%\x1b]]>é😀\udcff<b>&\"'.py"
TERMINAL = {"full", "concise", "github"}
each_format = pytest.mark.parametrize("name", FORMATS)


def span(line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(Position(line, column), Position(end_line, end_column))


def hostile() -> Report:
    """All that can go wrong in a name, a message or a line of source."""
    note = Note(HOSTILE, HOSTILE, span(1, 1, 1, 3))
    place = span(2, 1, 2, 2)
    found = (
        Finding(HOSTILE, place, "SDL001", "missing-seed", HOSTILE, (note,)),
        Finding(HOSTILE, place, "SDL002", "duplicate-seed", "w", severity=Severity.WARNING),
    )
    problems = (Problem(HOSTILE, HOSTILE), Problem("n.ipynb", "why", Position(2, 3), 4))
    return Report(found, problems, 1, {HOSTILE: (HOSTILE, HOSTILE)})


def project(folder: Path) -> Path:
    """One of each: the way of a seed, a second place, a cell, a comment, problems, an odd name."""
    draw = "import numpy as np\nfrom keras.layers import Dropout\nseed = np.random.randint(9)\n"
    twins = "from keras import Sequential\nfrom keras.layers import Dropout\n"
    files = {
        "draw.py": f"{draw}x = Dropout(0.5, seed=seed)\n",
        "twins.py": f"{twins}m = Sequential([Dropout(0.1, seed=1), Dropout(0.1, seed=1)])\n",
        "odd ü%.py": f"{BARE}y = '😀', Dropout(0.5)  # noqa: SDL001 shown in the talk\n",
        "bad.py": "(  # Dropout\n",
        "windows.py": "import numpy as np\r\n"
        + draw.partition("\n")[2].replace("\n", "\r\n")
        + "x = Dropout(0.5, seed=seed)\r\n",
    }
    write(folder, files)
    head = notebooks.cell("# words", "markdown")
    code = "%cd x\nx = Dropout(\n    0.5)\n"
    notebooks.write(folder, "n.ipynb", "from keras.layers import Dropout\n", head, code, "x = (\n")
    return folder


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(project(tmp_path))
    return run(Request((Path(),)))


# --- all of them --------------------------------------------------------------------------------


@each_format
@pytest.mark.parametrize("fixture", sorted(p.name for p in (ROOT / "fixtures").iterdir()))
def test_every_fixture(name: str, fixture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    said = run(Request((Path("fixtures", fixture),)))
    text = FORMATS[name](said)
    assert text == FORMATS[name](said)
    assert name.startswith("json") or str(ROOT) not in text


@each_format
def test_what_cannot_be_shown_is_not_sent(name: str) -> None:
    text = FORMATS[name](hostile())
    text.encode()
    allowed = "\n\x1b" if name in {"full", "concise"} else "\n"
    assert not [c for c in text if (c < " " or "\x7f" <= c < "\xa0") and c not in allowed]
    assert "\x1b]" not in text


@each_format
def test_the_cell_of_a_notebook(name: str, report: Report) -> None:
    assert re.search(r'cell 3|"cell": 3', FORMATS[name](report))


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"full", "concise", "json", "json-lines"}))
def test_what_could_not_be_linted(name: str, report: Report) -> None:
    text = FORMATS[name](report)
    assert "bad.py" in text
    assert "cell 4" in text


def test_json_lines_are_the_objects_of_json(report: Report) -> None:
    lines = FORMATS["json-lines"](report).split("\n")
    assert [json.loads(line) for line in lines] == json.loads(FORMATS["json"](report))
    assert FORMATS["json-lines"](Report((), (), 1, {})) == ""


# --- github -------------------------------------------------------------------------------------


def commands(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """What a runner reads: the level, the properties and the message of each line."""
    for line in text.split("\n"):
        found = re.fullmatch(r"::(error|warning) ([^:]*)::(.*)", line)
        assert found, line
        pairs = (pair.partition("=") for pair in found[2].split(","))
        yield found[1], {key: _decoded(value) for key, _, value in pairs}, _decoded(found[3])


def _decoded(text: str) -> str:
    for code, sign in {"%3A": ":", "%2C": ",", "%0D": "\r", "%0A": "\n", "%25": "%"}.items():
        text = text.replace(code, sign)
    return text


def test_github(report: Report) -> None:
    told = list(commands(FORMATS["github"](report)))
    level, where, text = next(one for one in told if one[1]["file"] == "odd ü%.py")
    assert (level, where["title"]) == ("error", "seedlint (SDL001)")
    place = [where[key] for key in ("line", "col", "endLine", "endColumn")]
    assert place == ["2", "5", "2", "17"]
    head, help_ = text.split("\n")
    assert head == "odd ü%.py:2:5: SDL001 `Dropout` has no `seed`: every run draws other masks"
    assert help_.startswith("  help: Set `seed=")
    assert ("error", {"title": "seedlint", "file": "bad.py", "line": "1"}) in [
        (level, where) for level, where, _ in told
    ]


def test_github_reads_what_is_hostile() -> None:
    first, second, *_ = commands(FORMATS["github"](hostile()))
    assert first[1]["file"] == second[1]["file"] == "a\u240a,:%\u241b]]>é😀\ufffd<b>&\"'.py"
    assert (first[0], second[0]) == ("error", "warning")


def test_github_wants_columns_within_one_line_only() -> None:
    finding = Finding("m.py", span(1, 5, 2, 2), "SDL001", "missing-seed", "why")
    ((_, where, _),) = commands(FORMATS["github"](Report((finding,), (), 1, {})))
    assert where.keys() == {"title", "file", "line", "endLine"}


# --- places -------------------------------------------------------------------------------------


def test_paths_count_from_the_root_of_the_repository(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"repo/.git/HEAD": "", "repo/src/m.py": BARE, "out.py": BARE})
    os.chdir(tmp_path / "repo" / "src")
    for name in ("github", "gitlab", "sarif"):
        assert "src/m.py" in lint("--output-format", name).out
    results = json.loads(lint("--output-format", "sarif", "../../out.py").out)["runs"][0]["results"]
    uri = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert uri == {"uri": (tmp_path / "out.py").as_uri()}


@notebooks.each_style
@notebooks.each_form
def test_a_cell_is_found_in_the_json(style: Any, form: Any, tmp_path: Path) -> None:
    source = "from keras.layers import Dropout\nx = 1\nq = Dropout(0.5)\n"
    book = notebooks.notebook("z = 1\n", source)
    book["cells"][1]["source"] = form(source)
    raw = style(book)
    (tmp_path / "n.ipynb").write_bytes(raw)
    said = run(Request((tmp_path,)))
    (finding,) = said.findings
    row = said.view(finding.path, finding.span).rows[0]
    assert b"q" in raw.split(b"\n")[row - 1]


# --- gitlab -------------------------------------------------------------------------------------

# As GitLab documents it: what it needs of each entry.
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "location": {
                "required": ["path"],
                "oneOf": [
                    {"required": ["lines"], "properties": {"lines": {"required": ["begin"]}}},
                    {
                        "required": ["positions"],
                        "properties": {"positions": {"required": ["begin", "end"]}},
                    },
                ],
                "properties": {"path": {"type": "string", "not": {"pattern": "^(/|\\./)"}}},
            },
        },
    },
}


@pytest.mark.parametrize("odd", [False, True], ids=["plain", "hostile"])
def test_gitlab(odd: bool, report: Report) -> None:
    said = hostile() if odd else report
    entries = json.loads(FORMATS["gitlab"](said))
    jsonschema.validate(entries, GITLAB)
    assert len(entries) == len(said.findings) + len(said.problems)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)


# --- junit --------------------------------------------------------------------------------------


def test_junit_of_nothing() -> None:
    suites = JUnitXml.fromstring(FORMATS["junit"](Report((), (), 1, {})).encode())
    assert (suites.tests, suites.failures, suites.errors) == (1, 0, 0)


@pytest.mark.parametrize("odd", [False, True], ids=["plain", "hostile"])
def test_junit(odd: bool, report: Report) -> None:
    said = hostile() if odd else report
    suites = JUnitXml.fromstring(FORMATS["junit"](said).encode())
    assert (suites.failures, suites.errors) == (len(said.findings), len(said.problems))
    assert suites.tests == len(said.findings) + len(said.problems)
    assert {suite.name for suite in suites} >= {"n.ipynb"}
    assert sum(suite.tests for suite in suites) == suites.tests


# --- sarif --------------------------------------------------------------------------------------


def sarif(said: Report) -> dict[str, Any]:
    """The one run of a valid log."""
    log = json.loads(FORMATS["sarif"](said))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    (told,) = log["runs"]
    assert isinstance(told, dict)
    return told


def result(said: Report, uri: str, code: str) -> dict[str, Any]:
    (found,) = (
        one
        for one in sarif(said)["results"]
        if one["ruleId"] == code and uri_of(one["locations"][0]) == uri
    )
    assert isinstance(found, dict)
    return found


def uri_of(location: dict[str, Any]) -> str:
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert isinstance(uri, str)
    return unquote(uri)


@pytest.mark.parametrize("fixture", sorted(p.name for p in (ROOT / "fixtures").iterdir()))
def test_sarif_is_valid(fixture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    sarif(run(Request((Path("fixtures", fixture),))))


def test_sarif_of_what_is_hostile() -> None:
    told = sarif(hostile())
    uri = told["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert os.fsencode(HOSTILE) == unquote(uri, errors="surrogateescape").encode(
        errors="surrogateescape"
    )


def test_the_schema_refuses_something() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{}]})


def test_sarif_rules() -> None:
    rules = sarif(Report((), (), 1, {}))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    for rule in rules:
        assert rule["fullDescription"]["text"]
        # GitHub shows no more than that.
        assert len(rule["fullDescription"]["text"]) <= 1024


def test_sarif_columns_are_code_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"m.py": f"{SEEDED}y = '😀', Dropout(0.5)\n"}))
    said = run(Request((Path(),)))
    assert sarif(said)["columnKind"] == "unicodeCodePoints"
    region = result(said, "m.py", "SDL001")["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 10, "endLine": 3, "endColumn": 22}


def test_sarif_flow_goes_from_birth_to_layer(report: Report) -> None:
    (flow,) = result(report, "draw.py", "SDL003")["codeFlows"]
    steps = [step["location"] for step in flow["threadFlows"][0]["locations"]]
    lines = [step["physicalLocation"]["region"]["startLine"] for step in steps]
    assert lines == [3, 3, 4]
    assert "`numpy.random.randint` is called here" in steps[0]["message"]["text"]


def test_sarif_second_place_is_no_flow(report: Report) -> None:
    found = result(report, "twins.py", "SDL002")
    assert len(found["relatedLocations"]) == 1
    assert "codeFlows" not in found


def test_sarif_fixes_in_the_newlines_of_the_file(report: Report) -> None:
    for name, newline in {"draw.py": "\n", "windows.py": "\r\n"}.items():
        (fix,) = result(report, name, "SDL003")["fixes"]
        (change,) = fix["artifactChanges"]
        (replacement,) = change["replacements"]
        assert newline in replacement["insertedContent"]["text"]
        assert fix["properties"] == {"applicability": "unsafe"}


def test_sarif_silenced(report: Report) -> None:
    kinds = {
        uri_of(one["locations"][0]): one["suppressions"]
        for one in sarif(report)["results"]
        if one["suppressions"]
    }
    reason = {"kind": "inSource", "status": "accepted", "justification": "shown in the talk"}
    assert kinds == {"odd ü%.py": [reason]}


def test_sarif_notebook(report: Report) -> None:
    found = result(report, "n.ipynb", "SDL001")
    (place,) = found["locations"]
    assert place["logicalLocations"][0]["name"] == "cell 3"
    assert found["message"]["text"].startswith("cell 3:2:5: ")
    region = place["physicalLocation"]["region"]
    lines = Path("n.ipynb").read_text("utf-8").split("\n")
    assert "x = Dropout(" in lines[region["startLine"] - 1]
    assert "0.5)" in lines[region["endLine"] - 1]


def test_sarif_tells_of_what_failed(report: Report) -> None:
    (invocation,) = sarif(report)["invocations"]
    assert invocation["executionSuccessful"] is False
    notes = invocation["toolExecutionNotifications"]
    assert [uri_of(note["locations"][0]) for note in notes] == ["bad.py", "n.ipynb"]
    assert sarif(Report((), (), 1, {}))["invocations"][0]["executionSuccessful"] is True


def test_sarif_prints_survive_moved_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    seen = []
    for text in (BARE, f"\n\n{BARE}"):
        write(tmp_path, {"m.py": text})
        seen.append(result(run(Request((Path(),))), "m.py", "SDL001")["partialFingerprints"])
    assert seen[0] == seen[1]


# --- html ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", [False, True], ids=["plain", "hostile"])
def test_html(odd: bool, report: Report) -> None:
    said = hostile() if odd else report
    page = Page(FORMATS["html"](said))
    assert not page.open
    assert not page.loaded
    assert not page.seen & {"script", "link", "img", "iframe", "b"}
    for finding in said.findings:
        assert finding.name in page.text
    assert page.text.count("line ") >= len(said.findings)


def test_html_of_nothing() -> None:
    assert "No findings" in FORMATS["html"](Report((), (), 1, {}))


# --- --output-file ------------------------------------------------------------------------------


@each_format
def test_output_file(name: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE})
    there = lint("--output-format", name)
    here = lint("--output-format", name, "--output-file", "new/report", "--color", "always")
    assert (here.code, here.out, here.err) == (1, "", "")
    assert (tmp_path / "new/report").read_text("utf-8") == there.out
    assert os.listdir(tmp_path / "new") == ["report"]


def test_output_file_replaces_what_was_there(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": SEEDED, "report": "old" * 99})
    assert lint("-o", "report").code == 0
    assert (tmp_path / "report").read_text("utf-8") == "All checks passed!\n"
    assert lint("-o", "report", "--output-format", "json-lines").code == 0
    assert (tmp_path / "report").read_bytes() == b""


def test_output_file_has_statistics_and_patches(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE})
    assert lint("--statistics", "-o", "counts").out == ""
    assert (tmp_path / "counts").read_text("utf-8") == "1\tSDL001\tmissing-seed\n"
    assert lint("--diff", "-o", "patch").out == ""
    assert (tmp_path / "patch").read_text("utf-8").startswith("--- a/m.py\n")


@pytest.mark.parametrize("file", ["folder", "m.py/report"])
def test_output_file_that_cannot_be_written(file: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE, "folder/x.txt": ""})
    outcome = lint("--output-file", file, "m.py")
    assert (outcome.code, outcome.out) == (2, "")
    (line,) = outcome.errors
    assert line.startswith(f"error: {file}: cannot write: ")


def test_cells_know_their_rows() -> None:
    cells = Cells((2, 4), (1, 3), (7, 7, 8, 20, 20))
    place = span(4, 1, 4, 2)
    said = Report((), (), 1, {"n.ipynb": ("", "a", "", "b", "")}, cells={"n.ipynb": cells})
    assert said.view("n.ipynb", place).rows == (20, 20)
