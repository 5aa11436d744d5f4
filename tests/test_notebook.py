"""Notebooks: read as one text, linted and shown by their cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.model import Position, Problem
from seedlint.notebook import Notebook, read
from tests.conftest import Lint
from tests.notebooks import COLAB, cell, dumped, each_form, each_style, notebook, write

IMPORT = "from keras.layers import Dropout"


def good(data: bytes) -> Notebook:
    found = read(data, "n.ipynb")
    assert isinstance(found, Notebook)
    return found


# --- nothing to lint ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({"language_info": {"name": "R"}}, id="R"),
        pytest.param({"kernelspec": {"name": "julia-1.9", "language": "julia"}}, id="Julia"),
        pytest.param({"kernelspec": {"name": "ir"}}, id="R, where only the kernel says so"),
        pytest.param({"kernelspec": {"name": "swift"}}, id="Swift"),
    ],
)
def test_other_languages(metadata: object) -> None:
    data = json.dumps(notebook("x <- Dropout(1)", metadata=metadata)).encode()
    assert (good(data).text, good(data).problems) == ("", ())


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {},
        {"language_info": {"name": "python"}, "kernelspec": {"language": "R"}},
        {"kernelspec": {"name": "conda-env-tf", "language": "python"}},
        COLAB,
        {"kernelspec": "?"},
    ],
    ids=str,
)
def test_python(metadata: object) -> None:
    assert good(json.dumps(notebook("x", metadata=metadata)).encode()).text == "\nx\n"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(cell("x = Dropout(1", "markdown"), id="markdown"),
        pytest.param(cell("x = Dropout(1", "raw"), id="raw"),
        pytest.param(cell("SELECT", vscode={"languageId": "sql"}), id="SQL in an editor"),
        pytest.param({"cell_type": "heading"}, id="what is no code needs no source"),
    ],
)
def test_other_cells_are_counted(other: dict[str, Any]) -> None:
    found = good(dumped(other, "x", other, "", "y\n"))
    assert found.text == "\nx\n\n\n\ny\n\n"
    assert found.cells.numbers == (2, 4, 5)
    assert [found.lines[first - 1] for first in found.cells.firsts] == ["x", "", "y"]


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        pytest.param(b"", (1, 1), "invalid JSON: Expecting value", id="nothing"),
        pytest.param(b'{"cells": [\n1,\n}', (3, 1), "invalid JSON", id="broken JSON"),
        pytest.param(b"{}\n<<<<", (2, 1), "invalid JSON: Extra data", id="more than JSON"),
        pytest.param(b"\n []", (2, 2), "no list of `cells`", id="a list"),
        pytest.param(b"{}", (1, 1), "no list of `cells`", id="other JSON"),
        pytest.param(b'{"cells": {}}', (1, 1), "no list of `cells`", id="cells that are no list"),
        pytest.param(b'{"worksheets": []}', (1, 1), "nbconvert", id="format 3"),
        pytest.param(b'{"cells": [\n 1]}', (2, 2), "cell 1", id="a cell that is none"),
        pytest.param(
            b'{"cells": [{"cell_type": "raw"},\n{"cell_type": "code"}]}',
            (2, 1),
            "cell 2",
            id="a cell without a source",
        ),
        pytest.param(
            b'{"cells": [{"cell_type": "code", "source": [1]}]}', (1, 12), "cell 1", id="numbers"
        ),
        pytest.param(b'{\n"a": "\xff"}', (2, 1), "can't decode byte 0xff", id="bad UTF-8"),
        pytest.param("{}".encode("utf-16"), (1, 1), "can't decode", id="UTF-16"),
        pytest.param(b"[" * 100_000, None, "recursion", id="too deep"),
        pytest.param(b"1" * 10_000, None, "", id="a long number"),
    ],
)
def test_no_notebook(data: bytes, place: tuple[int, int] | None, message: str) -> None:
    found = read(data, "n.ipynb")
    assert isinstance(found, Problem)
    assert message in found.message
    assert "\n" not in found.message
    at = found.position
    assert place == (None if at is None else (at.line, at.column)) or message == ""


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "metadata", "kernelspec"]), inner
        )
    ),
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_raise(data: bytes) -> None:
    read(data, "n.ipynb")


# --- what is read ---------------------------------------------------------------------------------


@each_style
@each_form
def test_styles(style: Callable[[Any], bytes], form: Callable[[str], object]) -> None:
    book = notebook("x = 'é😀'\r\n!ls\n\u2028", {**cell(""), "source": form("D = 1\n\nz")})
    found = good(style(book))
    assert found.written == "\nx = 'é😀'\n!ls\n\u2028\n\nD = 1\n\nz\n"
    assert found.cells.firsts == (2, 6)
    assert len(found.text) == len(found.written)


def test_a_lone_surrogate_is_no_text() -> None:
    assert good(dumped("'\ud800'")).text == "\n'\ufffd'\n"


def test_a_bad_cell_costs_only_itself() -> None:
    found = good(dumped("import a", cell("", "raw"), "x = 1\nprint 2", "def f(:", "import b"))
    assert [line.rstrip() for line in found.text.split("\n")] == (
        ["", "import a", "", "x = 1", "0", "", "0", "", "import b", ""]
    )
    places = [(one.path, one.cell, one.position) for one in found.problems]
    assert places == [("n.ipynb", 3, Position(2, 1)), ("n.ipynb", 4, Position(1, 7))]


def test_a_problem_with_the_text_is_one_with_a_cell() -> None:
    found = good(dumped("x", "y\nz"))
    at = found.in_cell(Problem("n.ipynb", "no", Position(5, 3)))
    assert at == Problem("n.ipynb", "no", Position(2, 3), 2)


# --- linted ---------------------------------------------------------------------------------------


def places(out: str) -> list[str]:
    return [line.partition(" SDL")[0] for line in out.splitlines() if " SDL" in line]


def test_a_clean_notebook(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", IMPORT, "%matplotlib inline\nx = Dropout(0.5, seed=1)")
    outcome = lint("n.ipynb")
    assert (outcome.code, outcome.out, outcome.err) == (0, "All checks passed!\n", "")


def test_cells_see_those_before_them(lint: Lint, tmp_path: Path) -> None:
    cells = ("%%time\n" + IMPORT, cell("Dropout(0.5)", "markdown"), "\n  x = Dropout(0.5)")
    write(tmp_path, "a/n.ipynb", *cells)
    outcome = lint("--output-format", "concise")
    assert (outcome.code, outcome.err) == (1, "")
    assert places(outcome.out) == ["a/n.ipynb:cell 3:2:7:"]


@pytest.mark.parametrize("escape", ["D", "\\u0044"])
def test_no_escape_hides_a_name(escape: str, lint: Lint, tmp_path: Path) -> None:
    text = dumped(f"{IMPORT}\nx = Dropout(0.5)").decode().replace("D", escape)
    (tmp_path / "n.ipynb").write_text(text)
    assert places(lint("--output-format", "concise").out) == ["n.ipynb:cell 1:2:5:"]


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# seedlint: ignore[SDL001]", []),
        ("# noqa: SDL001", []),
        ("# seedlint: ignore-file", []),
        ("# seedlint: ignore[SDL002]", ["n.ipynb:cell 2:1:5:", "n.ipynb:cell 2:1:19:"]),
    ],
)
def test_comments_silence(comment: str, said: list[str], lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", IMPORT, f"x = Dropout(0.5)  {comment}")
    assert places(lint("--output-format", "concise").out) == said


def test_a_comment_on_the_file_is_one_on_every_cell(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", f"# seedlint: ignore-file\n{IMPORT}", "Dropout(0.5)", "Dropout(0.5)")
    assert lint().code == 0


HELPER = "def make(seed=None):\n    return Dropout(0.5, seed=seed)"


def test_frames_are_those_of_the_cell(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", IMPORT, HELPER, "!ls\nx = make()", "def f(x): # é\n  !ls")
    out = click.unstyle(lint("n.ipynb").out)
    assert out.startswith("n.ipynb:cell 3:2:5: SDL001 [*] `make` builds `Dropout` without a seed")
    assert "\n2 | x = make()\n  |     ^^^^^^\n" in out
    assert "\n  note: n.ipynb:cell 2:2:12 `Dropout` is built here\n" in out
    assert "\n2 |     return Dropout(0.5, seed=seed)\n" in out


def test_json(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", cell("# t", "markdown"), IMPORT, HELPER, "\nx = make()")
    (finding,) = json.loads(lint("--output-format", "json").out)
    assert finding["cell"] == 4
    assert finding["location"] == {"row": 2, "column": 5}
    assert finding["end_location"] == {"row": 2, "column": 11}
    note = finding["notes"][-1]
    assert (note["cell"], note["location"]) == (3, {"row": 2, "column": 12})


def test_a_bad_cell_is_named_and_the_rest_linted(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", "%cd x", f"{IMPORT}\nprint 1", "x = Dropout(0.5)", "x = (")
    outcome = lint("--output-format", "concise")
    assert (outcome.code, places(outcome.out)) == (2, ["n.ipynb:cell 3:1:5:"])
    first, second = outcome.errors
    assert first.startswith("n.ipynb:cell 2:2:1: error: cannot parse: Missing parentheses")
    assert second.startswith("n.ipynb:cell 4:1:5: error: cannot parse: '(' was never closed")


@pytest.mark.parametrize("text", [IMPORT, ""], ids=["of interest", "of none"])
def test_bad_cells_are_told_once(text: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", text, "x = = 1")
    assert len(lint("n.ipynb", ".").errors) == 1


def test_newer_syntax_than_that_of_this_python_is_no_error(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", "type X[T = int] = list[T]", IMPORT, "x = Dropout(0.5)")
    outcome = lint("--output-format", "concise")
    assert (outcome.code, places(outcome.out)) == (1, ["n.ipynb:cell 3:1:5:"])


def test_a_cell_that_is_too_deep(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", IMPORT, "(" * 20_000, "x = Dropout(0.5)")
    outcome = lint("--output-format", "concise")
    assert (outcome.code, places(outcome.out)) == (2, ["n.ipynb:cell 3:1:5:"])
    (line,) = outcome.errors
    assert line.startswith("n.ipynb:cell 2:1:")
    assert line.endswith("nested too deeply")


def test_what_is_no_notebook_stops_nothing(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, "n.ipynb", f"{IMPORT}\nDropout(0.5)")
    (tmp_path / "m.ipynb").write_text('{\n "cells": [}')
    outcome = lint("--output-format", "concise")
    assert (outcome.code, places(outcome.out)) == (2, ["n.ipynb:cell 1:2:1:"])
    assert outcome.errors == ["m.ipynb:2:12: error: cannot parse: invalid JSON: Expecting value"]


def test_stdin(lint: Lint) -> None:
    data = dumped(IMPORT, "x = Dropout(0.5)")
    outcome = lint("--stdin-filename", "a.ipynb", "--output-format", "concise", stdin=data)
    assert places(outcome.out) == ["a.ipynb:cell 2:1:5:"]


def test_a_notebook_sees_the_modules_beside_it(lint: Lint, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(f"{IMPORT}\n{HELPER}\n")
    write(tmp_path, "n.ipynb", "from helper import make", "x = make()")
    for args in ((".",), ("n.ipynb",)):
        outcome = lint("--output-format", "concise", *args)
        assert places(outcome.out) == ["n.ipynb:cell 2:1:5:"]


def test_a_value_of_a_command_is_unknown(lint: Lint, tmp_path: Path) -> None:
    build = "model = [Dropout(0.5, seed=a), Dropout(0.5, seed=b)]"
    write(tmp_path, "n.ipynb", IMPORT, "a = !echo 1\nb = !echo 2", build)
    assert lint().code == 0
