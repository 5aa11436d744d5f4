"""Baselines: what is known stays silent, what is new does not, what is gone is told."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint import baseline
from seedlint.baseline import Entry
from tests import notebooks
from tests.conftest import BARE, SEEDED, Lint
from tests.projects import write

IMPORT = "from keras.layers import Dropout\n"
TWO = f"{IMPORT}a = Dropout(0.5)\nb = Dropout(0.1)\n"
NAMED = ("--baseline", "base.json")


@pytest.fixture
def known(lint: Lint, tmp_path: Path) -> Path:
    """A project with two known findings in ``m.py``."""
    write(tmp_path, {".git/HEAD": "", "m.py": TWO})
    outcome = lint(*NAMED, "--write-baseline")
    assert (outcome.code, outcome.out) == (0, "All checks passed!\n")
    assert outcome.errors == ["base.json: 2 known now, 2 new, 0 gone."]
    return tmp_path


# --- silent -------------------------------------------------------------------------------------

SAME = {
    "nothing": TWO,
    "lines above": TWO.replace("a =", "x = 1\n\n\na ="),
    "another order": f"{IMPORT}b = Dropout(0.1)\na = Dropout(0.5)\n",
    "an indent": f"{IMPORT}if x:\n    a = Dropout(0.5)\n    b = Dropout(0.1)\n",
    "other blanks": TWO.replace(" = ", "="),
    "Windows": TWO.replace("\n", "\r\n"),
    "a byte-order mark": f"\ufeff{TWO}",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_what_is_known_is_silent(text: str, lint: Lint, known: Path) -> None:
    write(known, {"m.py": text})
    outcome = lint(*NAMED)
    assert (outcome.code, outcome.out, outcome.err) == (0, "All checks passed!\n", "")


@pytest.mark.parametrize("name", ["n.py", "sub/m.py", "with space é.py"])
def test_a_renamed_file_keeps_what_is_known(name: str, lint: Lint, known: Path) -> None:
    write(known, {name: TWO})
    (known / "m.py").unlink()
    assert (lint(*NAMED).code, lint(*NAMED).err) == (0, "")
    assert lint(*NAMED, name).code == 0


def test_from_any_folder(lint: Lint, known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(known, {"sub/empty.py": ""})
    monkeypatch.chdir(known / "sub")
    assert lint("--baseline", "../base.json", "..").code == 0
    assert lint("--baseline", str(known / "base.json"), str(known / "m.py")).code == 0


def test_a_notebook_by_what_its_cells_hold(lint: Lint, tmp_path: Path) -> None:
    notebooks.write(tmp_path, "n.ipynb", IMPORT, "x = Dropout(0.5)")
    assert lint(*NAMED, "--write-baseline").code == 0
    notebooks.write(tmp_path, "n.ipynb", IMPORT, "!ls", "y = 1\nx = Dropout(0.5)", indent=2)
    assert lint(*NAMED).code == 0
    notebooks.write(tmp_path, "n.ipynb", IMPORT, "x = Dropout(0.5)", "x = Dropout(0.5)")
    assert "n.ipynb:cell 3:1:5" in lint(*NAMED, "--output-format", "concise").out


def test_the_settings_name_it(lint: Lint, known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        known, {"pyproject.toml": '[tool.seedlint]\nbaseline = "base.json"\n', "sub/n.py": SEEDED}
    )
    assert lint().code == 0
    monkeypatch.chdir(known / "sub")
    assert lint("..").code == 0
    assert lint("--stdin-filename", "../m.py", stdin=TWO.encode()).code == 0
    assert lint("..", "--isolated").code == 1


def test_each_project_has_its_own(lint: Lint, tmp_path: Path) -> None:
    for name in ("a", "b"):
        settings = f'[tool.seedlint]\nbaseline = "{name}.json"\n'
        write(tmp_path, {f"{name}/m.py": BARE, f"{name}/pyproject.toml": settings})
    write(tmp_path, {"c.py": BARE})
    assert lint("--write-baseline").files == ["c.py"]
    assert lint().files == ["c.py"]
    assert (tmp_path / "a/a.json").exists()
    assert (tmp_path / "b/b.json").exists()


# --- heard --------------------------------------------------------------------------------------

NEW = {
    "another line": (f"{TWO}c = Dropout(0.2)\n", ["m.py"]),
    "the same line once more": (f"{TWO}b = Dropout(0.1)\n", ["m.py"]),
    "a second defect on a known line": (
        TWO.replace("Dropout(0.1)", "Dropout(0.1), Dropout(0.1)"),
        None,
    ),
    "what is written there": (TWO.replace("0.1", "0.2"), ["m.py"]),
}


@pytest.mark.parametrize(("text", "files"), NEW.values(), ids=NEW)
def test_what_is_new_is_heard(text: str, files: list[str] | None, lint: Lint, known: Path) -> None:
    write(known, {"m.py": text})
    outcome = lint(*NAMED)
    assert outcome.code == 1
    assert len(outcome.places) == (1 if files else 2)


def test_another_rule_on_a_known_line_is_new(lint: Lint, known: Path) -> None:
    write(
        known,
        {"m.py": TWO.replace("b = Dropout(0.1)", "b = Dropout(0.1)  # seedlint: ignore[SDL002]")},
    )
    codes = {code for _, _, code in lint(*NAMED).places}
    assert codes == {"SDL001", "SDL100"}


def test_a_copy_of_a_file_is_new(lint: Lint, known: Path) -> None:
    write(known, {"copy.py": TWO})
    assert lint(*NAMED).files == ["copy.py"]


# --- stale --------------------------------------------------------------------------------------


def test_what_is_gone_is_told_and_taken_out(lint: Lint, known: Path) -> None:
    write(known, {"m.py": BARE.replace("x", "a")})
    told = "warning: base.json: holds 1 that `m.py` has no more; `--write-baseline` takes them out"
    assert (lint(*NAMED).code, lint(*NAMED).errors) == (0, [told])
    assert lint(*NAMED, "--write-baseline").errors == ["base.json: 1 known now, 0 new, 1 gone."]
    assert (lint(*NAMED).code, lint(*NAMED).err) == (0, "")


def test_so_is_a_file(lint: Lint, known: Path) -> None:
    write(known, {"n.py": SEEDED})
    (known / "m.py").unlink()
    assert "holds 2 that `m.py` has no more" in lint(*NAMED).err
    lint(*NAMED, "--write-baseline")
    assert json.loads((known / "base.json").read_bytes())["findings"] == {}


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("n.py",), id="its file was not linted"),
        pytest.param((".", "--select", "SDL100"), id="its rule was not asked"),
        pytest.param((".", "bad.py"), id="its file cannot be read"),
    ],
)
def test_what_was_not_looked_at_stays(args: tuple[str, ...], lint: Lint, known: Path) -> None:
    write(known, {"n.py": SEEDED})
    if "bad.py" in args:
        write(known, {"m.py": "x = (  # Dropout\n"})
    before = (known / "base.json").read_bytes()
    assert "holds" not in lint(*NAMED, *args).err
    lint(*NAMED, *args, "--write-baseline")
    assert (known / "base.json").read_bytes() == before


# --- with fixes ---------------------------------------------------------------------------------


def test_what_is_known_is_not_mended(lint: Lint, known: Path) -> None:
    write(known, {"m.py": f"{IMPORT}new = Dropout(0.2)\n{TWO.removeprefix(IMPORT)}"})
    outcome = lint(*NAMED, "--fix")
    assert (outcome.code, outcome.errors) == (0, ["Fixed 1 finding in 1 file."])
    text = (known / "m.py").read_text("utf-8")
    assert text.count("seed=") == 1
    assert text.endswith("a = Dropout(0.5)\nb = Dropout(0.1)\n")


def test_what_is_known_stays_so_when_a_fix_changes_its_line(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": f"{IMPORT}a = [Dropout(0.5), Dropout(0.5)]\n"})
    lint(*NAMED, "--write-baseline")
    text = (tmp_path / "base.json").read_text("utf-8")
    write(tmp_path, {"base.json": text.replace(": 2", ": 1")})
    outcome = lint(*NAMED, "--fix")
    assert (outcome.code, outcome.errors) == (0, ["Fixed 1 finding in 1 file."])
    assert "a = [Dropout(0.5), Dropout(0.5, seed=" in (tmp_path / "m.py").read_text("utf-8")


# --- the file -----------------------------------------------------------------------------------

TEXT = """\
{
  "findings": {
    "m.py": {
      "SDL001": {
        "29c5": 1,
        "a1": 2
      }
    },
    "\\u00e9.py": {
      "SDL002": {
        "b": 1
      }
    }
  },
  "version": 1
}
"""


def test_the_text(tmp_path: Path) -> None:
    counts = {
        ("é.py", "SDL002", "b"): 1,
        ("m.py", "SDL001", "a1"): 2,
        ("m.py", "SDL001", "29c5"): 1,
    }
    assert baseline.written(counts) == TEXT
    write(tmp_path, {"base.json": TEXT})
    assert baseline.read(str(tmp_path / "base.json")) == Counter(counts)


ENTRIES = st.tuples(st.text(), st.sampled_from(["SDL001", "SDL002"]), st.text("0123456789abcdef"))


@given(st.dictionaries(ENTRIES, st.integers(1, 9)))
def test_what_is_written_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, counts: dict[Entry, int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.json"
    path.write_text(baseline.written(counts), "ascii")
    assert baseline.read(str(path)) == Counter(counts)


BAD = {
    "no such file": (None, "base.json: cannot read: No such file"),
    "no JSON": ("{\n  x", "base.json:2:3: invalid JSON: Expecting property name"),
    "an open merge": ("{\n<<<<<<< ours\n", "base.json:2:1: invalid JSON"),
    "no UTF-8": ("\udcff", "base.json: no baseline: 'utf-8' codec can't decode byte 0xff"),
    "too deep": ("[" * 99_999, "base.json: no baseline: "),
    "a list": ("[]", "base.json: no baseline: it has no `version`"),
    "a later version": ('{"version": 2}', "its version is 2, and this seedlint reads 1"),
    "no findings": ('{"version": 1}', "`findings` must be an object"),
    "codes in a list": ('{"version": 1, "findings": {"m.py": []}}', "`m.py` must be an object"),
    "no lines": (
        '{"version": 1, "findings": {"m.py": {"SDL001": 1}}}',
        "`SDL001` of `m.py` must be an object",
    ),
    "no count": (
        '{"version": 1, "findings": {"m.py": {"SDL001": {"a": true}}}}',
        "in `SDL001` of `m.py`, True is no count",
    ),
    "a name twice": (
        '{"version": 1, "findings": {"m.py": {}, "m.py": {}}}',
        "base.json: no baseline: `m.py` stands twice",
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("option", [(), ("--fix",)], ids=["check", "fix"])
def test_a_file_that_cannot_be_used(
    text: str | None, message: str, option: tuple[str, ...], lint: Lint, tmp_path: Path
) -> None:
    write(tmp_path, {"m.py": BARE})
    if text is not None:
        (tmp_path / "base.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    outcome = lint(*NAMED, *option)
    assert (outcome.code, outcome.out, len(outcome.errors)) == (2, "", 1)
    assert outcome.err.startswith("error: base.json:")
    assert message in outcome.err
    assert (tmp_path / "m.py").read_text("utf-8") == BARE


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(("--write-baseline",), "no baseline to write", id="no name"),
        pytest.param((*NAMED, "--write-baseline", "--fix"), "stands alone", id="with fixes"),
        pytest.param((*NAMED, "--write-baseline", "--since", "x"), "stands alone", id="a part"),
        pytest.param(
            ("--write-baseline", "--baseline", "m.py/b"), "cannot write", id="below a file"
        ),
        pytest.param(("--write-baseline", "--baseline", "."), "Is a directory", id="a folder"),
        pytest.param(("--baseline", ""), "must be the name of a file", id="an empty name"),
    ],
)
def test_what_cannot_be_done(
    args: tuple[str, ...], message: str, lint: Lint, tmp_path: Path
) -> None:
    write(tmp_path, {"m.py": BARE})
    outcome = lint(*args)
    assert (outcome.code, message in outcome.err) == (2, True)
