"""Cells as Python: what Jupyter alone understands is taken out, and nothing moves."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.magics import headed, masked, mended
from seedlint.source import complaint


def shape(text: str) -> str:
    return re.sub(r"[^\n]", "x", text)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("", id="nothing"),
        pytest.param("x = a % b\ny = not a != b\n", id="operators"),
        pytest.param("x = (a\n     % b)\n", id="an operator at the start of a line"),
        pytest.param("x = a \\\n  % b\n", id="after a backslash"),
        pytest.param("s = '''\n!ls\n%cd x\n'''\n", id="lines of a string"),
        pytest.param('s = \'it\\\'s\' + """\'\n?\n"""\n', id="quotes in quotes"),
        pytest.param("f(  # why (\n  1,\n)\n", id="a bracket in a comment"),
        pytest.param("# what?\n# !ls\n", id="comments"),
        pytest.param("s = 'a = %d' % 1\n", id="a format"),
        pytest.param("ls = 1\ncat (1)\npip\ncd += 1\n", id="names of commands"),
    ],
)
def test_python_is_left_alone(code: str) -> None:
    assert masked(code) == code
    assert masked(f"!ls\n{code}!ls") == f"0  \n{code}0  "


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        pytest.param("!ls", "0", id="a command"),
        pytest.param("!", "0", id="an empty one"),
        pytest.param("%matplotlib inline", "0", id="a magic"),
        pytest.param("% cd x / y", "0", id="with a space"),
        pytest.param("?help\nhelp?\na.b[0].c??", "0\n0\n0", id="questions"),
        pytest.param("if x:\n    !pip install y\n", "if x:\n    0\n", id="indented"),
        pytest.param("!a \\\n  b \\\n  c\nx = 1", "0\n\n\nx = 1", id="a command of three lines"),
        pytest.param("x = !ls -l", "x = _()", id="the lines of a command"),
        pytest.param("x = !w", "x = __", id="of a short one"),
        pytest.param("x, y[0] = %magic z", "x, y[0] = _()", id="the value of a magic"),
        pytest.param("x = !a \\\nb", "x = _()\n", id="over two lines"),
        pytest.param("%time x = f(1)", "0    ;x = f(1)", id="a statement that is timed"),
        pytest.param("%time -n1 ls x", "0", id="or not"),
        pytest.param("%%time\nx = 1", "\nx = 1", id="a cell that is timed"),
        pytest.param("# a\n\n%%capture out\n%%px\nx", "# a\n\n\n\nx", id="after a comment; two"),
        pytest.param("%%backend_jax\nx = 1", "\nx = 1", id="a backend"),
        pytest.param("%%bash\nls\nx = 1", "\n\n", id="a shell"),
        pytest.param("%%writefile a.py\nx = 1", "\n", id="a file"),
        pytest.param("%%timeless\nx = 1", "\n", id="a magic that nobody knows"),
        pytest.param("pip install x\nls *.py\nx = 1", "0\n0\nx = 1", id="commands without a mark"),
        pytest.param("/f x\n,f a b\n;f a b", "0\n0\n0", id="calls without brackets"),
        pytest.param("f(1,\n!\n2)\n!ls", "f(1,\n!\n2)\n0", id="a bad line of a statement stays"),
    ],
)
def test_the_rest_becomes_python(cell: str, python: str) -> None:
    found = masked(cell)
    assert shape(found) == shape(cell)
    assert [line.rstrip() for line in found.split("\n")] == python.split("\n")


@pytest.mark.parametrize(
    ("cell", "left", "line"),
    [
        pytest.param("import a\nprint 'b'\nimport c", "import a\n0\nimport c", 2, id="a line"),
        pytest.param("x = 1\ny = (\n!ls", "x = 1\n0\n0", 2, id="a bracket before a magic"),
        pytest.param("if x:\n    a b\ny = 1", "if x:\n    0\ny = 1", 2, id="all of a block"),
        pytest.param("def f():\nx = 1", "\n", 2, id="where a line is not enough, the cell"),
        pytest.param("print 1\n" * 11, "\n" * 11, 1, id="nor are ten"),
        pytest.param("x = '''", "0", 1, id="a string without an end"),
    ],
)
def test_a_bad_cell(cell: str, left: str, line: int) -> None:
    found, refused = mended(cell)
    assert [line.rstrip() for line in found.split("\n")] == left.split("\n")
    assert refused is not None
    assert refused[1].line == line


@pytest.mark.parametrize(
    "cell",
    [
        "  x = 1\n  y = 2",
        "\n# a\n  for x in y:\n    z",
        "  x = 1\ny = 2",
        " !pip install x\n x = 1",
    ],
)
def test_jupyter_does_not_mind_an_indent(cell: str) -> None:
    text, refused = mended(cell)
    assert refused is None
    assert complaint(headed(text)) is None
    assert headed(text).startswith("with _:\n")


def test_a_parser_that_takes_all_has_nothing_mended() -> None:
    assert mended("x = = 1", lambda _: None) == ("x = = 1", None)


PIECES = ["!", "%", "?", "%%time", "%%bash", "=", "x", "if", ":", "(", ")", "[", "'", '"', "'''"]
PIECES += ["#", "\\", "\\\n", "\n", "\n", "\n ", "cd", "1", ";", ",", "\0", "é"]
CELLS = st.lists(st.sampled_from(PIECES)).map(" ".join) | st.lists(st.sampled_from(PIECES)).map(
    "".join
)


@given(CELLS | st.text())
def test_nothing_moves_and_what_is_left_can_be_parsed(cell: str) -> None:
    cell = re.sub("[\r\ud800-\udfff]", "", cell)
    assert shape(masked(cell)) == shape(cell)
    text, _ = mended(cell)
    assert shape(text) == shape(cell)
    assert complaint(headed(text)) is None
