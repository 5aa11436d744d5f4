"""``--add-ignores``: comments where they count, and nothing else changes."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedlint import config, run
from seedlint.fix import silence, written
from seedlint.request import Request
from seedlint.rule import Example, Rule
from seedlint.rules import CODES, RULES, unused_suppression
from tests import notebooks
from tests.conftest import BARE, Lint
from tests.notebooks import each_form, each_style
from tests.projects import write

IMPORT = "from keras.layers import Dropout\n"
MARK = "# seedlint: ignore[SDL001]"
HEAD = f"{IMPORT}def f(x, y):\n    "

ADDED = {
    "one line": ("x = Dropout(0.5)", f"x = Dropout(0.5)  {MARK}"),
    "blanks at the end": ("x = Dropout(0.5) \t", f"x = Dropout(0.5)  {MARK}"),
    "a comment": ("x = Dropout(0.5) # rate", f"x = Dropout(0.5) # rate  {MARK}"),
    "a type comment": (
        "x = Dropout(0.5)  # type: ignore",
        f"x = Dropout(0.5)  # type: ignore  {MARK}",
    ),
    "noqa": ("x = Dropout(0.5)  # noqa: E501", f"x = Dropout(0.5)  # noqa: E501  {MARK}"),
    "another code": (
        "x = Dropout(0.5), Dropout(1, 2)  # seedlint: ignore[SDL008] why",
        "x = Dropout(0.5), Dropout(1, 2)  # seedlint: ignore[SDL008, SDL001] why",
    ),
    "empty brackets": ("x = Dropout(0.5)  # seedlint: ignore[]", f"x = Dropout(0.5)  {MARK}"),
    "brackets with a comma": (
        "x = Dropout(0.5), Dropout(1, 2)  # seedlint: ignore[ SDL008, ]",
        "x = Dropout(0.5), Dropout(1, 2)  # seedlint: ignore[ SDL008, SDL001]",
    ),
    "two of a kind": ("x = Dropout(0.5), Dropout(0.5)", f"x = Dropout(0.5), Dropout(0.5)  {MARK}"),
    "two codes": (
        "x = Dropout(0.5), Dropout(0.1, 2)",
        "x = Dropout(0.5), Dropout(0.1, 2)  # seedlint: ignore[SDL001, SDL008]",
    ),
    "several lines": ("x = Dropout(\n  0.5,\n)", f"x = Dropout(  {MARK}\n  0.5,\n)"),
    "a comment in a call": (
        "x = Dropout(  # rate\n  0.5,\n)",
        f"x = Dropout(  # rate  {MARK}\n  0.5,\n)",
    ),
    "a backslash in it": ("x = Dropout \\\n  (0.5)", f"x = Dropout \\\n  (0.5)  {MARK}"),
    "a backslash behind it": ("x = Dropout(0.5) + \\\n  1", f"x = Dropout(0.5) + \\\n  1  {MARK}"),
    "many backslashes": (
        "x = Dropout(0.5) + \\\n  1 + \\\n  2\n    y = 1",
        f"x = Dropout(0.5) + \\\n  1 + \\\n  2  {MARK}\n    y = 1",
    ),
    "a string behind it": (
        'x = Dropout(0.5), """a\n# b\n""", 1\n    y = 1',
        f'x = Dropout(0.5), """a\n# b\n""", 1  {MARK}\n    y = 1',
    ),
    "a string before it": ('x = """a\nb""", Dropout(0.5)', f'x = """a\nb""", Dropout(0.5)  {MARK}'),
    "a string in it": (
        'x = Dropout(0.5, name="""a\nb""")',
        f'x = Dropout(0.5, name="""a\nb""")  {MARK}',
    ),
    "a string that looks like a comment": (
        "x = Dropout(0.5), '# seedlint: ignore[SDL008]'",
        f"x = Dropout(0.5), '# seedlint: ignore[SDL008]'  {MARK}",
    ),
    "a string of several parts": (
        'x = f"{Dropout(0.5)}" f"""\n{x}\n"""',
        f'x = f"{{Dropout(0.5)}}" f"""\n{{x}}\n"""  {MARK}',
    ),
    "a form feed": ("x = Dropout(0.5)\f", f"x = Dropout(0.5)  {MARK}"),
}


@pytest.mark.parametrize(("text", "new"), ADDED.values(), ids=ADDED)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["Unix", "Windows", "old Macs"])
def test_where_it_counts(text: str, new: str, newline: str, lint: Lint, tmp_path: Path) -> None:
    before, after = (f"{HEAD}{part}\n".replace("\n", newline) for part in (text, new))
    write(tmp_path, {"m.py": before})
    outcome = lint("--add-ignores")
    assert (tmp_path / "m.py").read_bytes().decode() == after
    assert (outcome.code, outcome.out) == (0, "All checks passed!\n")
    again = lint("--add-ignores")
    assert (again.code, again.errors) == (0, ["Nothing to fix."])


def test_no_newline_at_the_end(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE.rstrip()})
    assert lint("--add-ignores").code == 0
    assert (tmp_path / "m.py").read_text("utf-8") == f"{BARE.rstrip()}  {MARK}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "utf-8"])
def test_the_encoding_stays(encoding: str, lint: Lint, tmp_path: Path) -> None:
    cookie = f"# coding: {encoding.removesuffix('-sig')}\n"
    (tmp_path / "m.py").write_bytes(f"{cookie}{BARE}é = 1\n".encode(encoding))
    assert lint("--add-ignores").code == 0
    new = BARE.replace("0.5)", f"0.5)  {MARK}")
    assert (tmp_path / "m.py").read_bytes() == f"{cookie}{new}é = 1\n".encode(encoding)


@each_style
@each_form
def test_notebooks(
    style: Callable[[Any], bytes],
    form: Callable[[str], object],
    lint: Lint,
    tmp_path: Path,
) -> None:
    source = "!ls\nx = Dropout(0.5)\n%time y = Dropout(0.1)"
    book = notebooks.notebook(IMPORT, {**notebooks.cell(""), "source": form(source)}, "z = 1")
    (tmp_path / "n.ipynb").write_bytes(style(book))
    assert lint("--add-ignores").code == 0
    found = json.loads((tmp_path / "n.ipynb").read_bytes().decode("utf-8-sig"))
    new = source.replace("0.5)", f"0.5)  {MARK}").replace("0.1)", f"0.1)  {MARK}")
    assert "".join(found["cells"][1].pop("source")) == new
    book["cells"][1].pop("source")
    assert found == book
    assert lint("--add-ignores").errors == ["Nothing to fix."]


CAUGHT = [
    pytest.param(rule, example, id=f"{rule.code}-{example.reason}")
    for rule in RULES
    for example in rule.caught
    if rule is not unused_suppression.RULE
]


@pytest.mark.parametrize(("rule", "example"), CAUGHT)
def test_every_rule_can_be_silenced(rule: Rule, example: Example, tmp_path: Path) -> None:
    folder = write(tmp_path, example.files)
    settings = config.parse({**example.settings, "extend-select": [rule.code]}, CODES)
    request = Request((folder,), settings)
    before = {path: ast.dump(ast.parse(path.read_bytes())) for path in folder.rglob("*.py")}
    outcome = written(silence(request))
    assert outcome.mended
    assert not run.lint(request).findings
    after = {path: ast.dump(ast.parse(path.read_bytes())) for path in folder.rglob("*.py")}
    assert after == before
    assert silence(request).changes == ()


# --- what is left -------------------------------------------------------------------------------


def test_a_comment_that_silences_nothing_is_left(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": f"{IMPORT}x = 1  {MARK}\ny = Dropout(0.5)\n"})
    outcome = lint("--add-ignores")
    assert (outcome.code, outcome.places) == (1, [("m.py", 2, "SDL100")])
    assert outcome.errors[-1] == "  1 because `--fix` removes what silences nothing"
    assert lint("--fix").code == 0


def test_a_line_that_holds_no_comment_is_left(lint: Lint, tmp_path: Path) -> None:
    notebooks.write(tmp_path, "n.ipynb", IMPORT, "x = Dropout(0.5) + \\\n")
    before = (tmp_path / "n.ipynb").read_bytes()
    lint("--add-ignores")
    assert (tmp_path / "n.ipynb").read_bytes() == before


# --- with other options -------------------------------------------------------------------------


def test_what_is_known_gets_none(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE})
    lint("--baseline", "base.json", "--write-baseline")
    write(tmp_path, {"m.py": f"{BARE}y = Dropout(0.1)\n"})
    assert lint("--baseline", "base.json", "--add-ignores").code == 0
    assert (tmp_path / "m.py").read_text("utf-8") == f"{BARE}y = Dropout(0.1)  {MARK}\n"


def test_only_what_is_selected(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": f"{BARE}y = Dropout(0.1, 2)\n"})
    lint("--add-ignores", "--select", "SDL008")
    new = "y = Dropout(0.1, 2)  # seedlint: ignore[SDL008]\n"
    assert (tmp_path / "m.py").read_text("utf-8") == f"{BARE}{new}"


def test_as_a_patch(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE})
    outcome = lint("--add-ignores", "--diff")
    assert (outcome.code, outcome.errors) == (1, ["Would silence 1 finding in 1 file."])
    assert (tmp_path / "m.py").read_text("utf-8") == BARE
    patch = outcome.out.encode()
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True)
    assert lint().code == 0


def test_of_stdin(lint: Lint) -> None:
    outcome = lint("--add-ignores", "-", stdin=BARE.encode())
    assert outcome.out == BARE.replace("0.5)", f"0.5)  {MARK}")


def test_not_with_fix(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE})
    outcome = lint("--add-ignores", "--fix")
    assert (outcome.code, "one after the other" in outcome.err) == (2, True)
    assert (tmp_path / "m.py").read_text("utf-8") == BARE
