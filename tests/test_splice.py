"""Edits of a notebook change the lines that they name, and no other byte."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.model import Position, Span
from seedlint.notebook import Notebook, read
from seedlint.splice import spliced
from tests.notebooks import FORMS, STYLES, cell, dumped, each_form, each_style, notebook

Edit = tuple[Span, str]


def span(line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(Position(line, column), Position(end_line, end_column))


@each_style
@each_form
def test_no_edits(style: Callable[[Any], bytes], form: Callable[[str], object]) -> None:
    data = style(notebook("é\n!ls\n", {**cell(""), "source": form("D = 1\n\nz")}, ""))
    assert spliced(data, []) == data


SOURCE = "x = 'D/\\u00e9'\nD = \"é\"\nz"


@each_style
@each_form
def test_an_edit(style: Callable[[Any], bytes], form: Callable[[str], object]) -> None:
    data = style(notebook("a", {**cell(""), "source": form(SOURCE)}, "b"))
    found = spliced(data, [(span(5, 2, 5, 2), "1"), (span(5, 5, 5, 8), "'ü'")])
    (before, after) = json.loads(data.decode("utf-8-sig")), json.loads(found.decode("utf-8-sig"))
    assert "".join(after["cells"][1].pop("source")) == "x = 'D/\\u00e9'\nD1 = 'ü'\nz"
    before["cells"][1].pop("source")
    assert before == after


LIST = b'{"cells": [{"source": [\n  "a\\/\\u0062\\n",\n  "c"\n ], "cell_type": "code"}]}'


@pytest.mark.parametrize(
    ("edits", "source"),
    [
        pytest.param([(span(2, 1, 2, 1), "x")], rb'"xa\/\u0062\n",|  "c"', id="in front"),
        pytest.param([(span(2, 3, 2, 3), "x")], rb'"a\/x\u0062\n",|  "c"', id="between escapes"),
        pytest.param([(span(2, 2, 2, 4), "é")], rb'"a\u00e9\n",|  "c"', id="over escapes"),
        pytest.param([(span(2, 4, 2, 4), "é")], rb'"a\/\u0062\u00e9\n",|  "c"', id="ASCII"),
        pytest.param([(span(3, 2, 3, 2), '\\"')], rb'"a\/\u0062\n",|  "c\\\""', id="at the end"),
        pytest.param([(span(2, 1, 2, 1), "x\n")], rb'"x\n",|  "a\/\u0062\n",|  "c"', id="a line"),
        pytest.param(
            [(span(3, 1, 3, 1), "x\ny\n")], rb'"a\/\u0062\n",|  "x\n",|  "y\n",|  "c"', id="two"
        ),
        pytest.param(
            [(span(2, 4, 2, 4), "\n")], rb'"a\/\u0062\n",|  "\n",|  "c"', id="an empty one"
        ),
        pytest.param(
            [(span(3, 2, 3, 2), "\nx")], rb'"a\/\u0062\n",|  "c\n",|  "x"', id="a last one"
        ),
        pytest.param([(span(3, 2, 3, 2), "\n")], rb'"a\/\u0062\n",|  "c\n"', id="a newline"),
        pytest.param([(span(2, 1, 3, 1), "")], b'"c"', id="a line goes"),
        pytest.param([(span(3, 1, 4, 1), "")], rb'"a\/\u0062\n"', id="the last one goes"),
        pytest.param([(span(3, 1, 3, 2), "")], rb'"a\/\u0062\n"', id="its text goes"),
        pytest.param([(span(2, 2, 3, 1), "")], rb'"a",|  "c"', id="a newline goes"),
        pytest.param(
            [(span(2, 1, 2, 1), "1"), (span(2, 1, 2, 1), "2"), (span(2, 1, 2, 2), "3")],
            rb'"123\/\u0062\n",|  "c"',
            id="in their order",
        ),
        pytest.param(
            [(span(3, 1, 3, 1), "x"), (span(2, 1, 2, 1), "y"), (span(3, 1, 3, 1), "x")],
            rb'"ya\/\u0062\n",|  "xc"',
            id="in any order, once",
        ),
    ],
)
def test_a_list(edits: Sequence[Edit], source: bytes) -> None:
    whole = rb'"a\/\u0062\n",|  "c"'.replace(b"|", b"\n")
    assert whole in LIST
    assert spliced(LIST, edits) == LIST.replace(whole, source.replace(b"|", b"\n"))


@pytest.mark.parametrize("data", [b'"a/b"', '"é/b"'.encode()], ids=["no escapes", "not ASCII"])
def test_signs_that_are_not_escaped(data: bytes) -> None:
    start = b'{"cells":[{"cell_type":"code","source":'
    found = spliced(start + data + b"}]}", [(span(2, 2, 2, 3), "ü")])
    assert found == start + data.replace(b"/", "ü".encode()) + b"}]}"


@pytest.mark.parametrize(
    ("source", "edited"),
    [
        (b'["a"]', b'["x\\n", "a"]'),
        (b'[ "a" ]', b'[ "x\\n", "a" ]'),
        (b'["a"], "x": 1', b'["x\\n", "a"], "x": 1'),
        (b'[\n  "a"\n ]', b'[\n  "x\\n",\n  "a"\n ]'),
        (b'"a"', b'"x\\na"'),
        (b'""', b'"x\\n"'),
        (b"[]", b'["x\\n"]'),
        (b'[""]', b'["x\\n"]'),
        (b'"a\\r\\n"', b'"x\\r\\na\\r\\n"'),
    ],
)
def test_a_new_line(source: bytes, edited: bytes) -> None:
    start = b'{"cells":[{"cell_type":"code","source":'
    assert spliced(start + source + b"}]}", [(span(2, 1, 2, 1), "x\n")]) == start + edited + b"}]}"


def test_a_new_line_is_set_apart_as_those_of_other_cells() -> None:
    data = dumped("a", "b\nc", separators=(",", ":"))
    assert b'"source":["x\\n","a"]' in spliced(data, [(span(2, 1, 2, 1), "x\n")])


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([(span(2, 1, 2, 3), ""), (span(2, 2, 2, 2), "x")], id="overlap"),
        pytest.param([(span(2, 1, 6, 1), "")], id="over two cells"),
        pytest.param([(span(1, 1, 1, 1), "x")], id="before the first cell"),
        pytest.param([(span(3, 1, 3, 1), "x")], id="between cells"),
        pytest.param([(span(9, 1, 9, 1), "x")], id="after the last cell"),
        pytest.param([(span(2, 9, 2, 9), "x")], id="after the end of a line"),
    ],
)
def test_edits_that_cannot_be(edits: Sequence[Edit]) -> None:
    with pytest.raises(ValueError, match=r"not in|overlap"):
        spliced(dumped("abc", "def"), edits)


STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
LINE = st.text(alphabet="aD0 '\"\\/éß日😀\u2028\x7f\t", max_size=6)
SOURCES = st.lists(LINE, min_size=1, max_size=4).map("\n".join)


@given(
    st.lists(SOURCES, min_size=1, max_size=3),
    st.sampled_from(list(STYLES.values())),
    st.sampled_from(list(FORMS.values())),
    st.data(),
)
def test_an_edit_changes_one_line_and_nothing_else(
    sources: list[str],
    style: Callable[[Any], bytes],
    form: Callable[[str], object],
    data: st.DataObject,
) -> None:
    book = notebook(*({**cell(""), "source": form(source)} for source in sources))
    raw = style(book)
    number = data.draw(st.integers(0, len(sources) - 1))
    lines = sources[number].split("\n")
    index = data.draw(st.integers(0, len(lines) - 1))
    left = data.draw(st.integers(0, len(lines[index])))
    right = data.draw(st.integers(left, len(lines[index])))
    new = data.draw(LINE)

    whole = read(raw, "n.ipynb")
    assert isinstance(whole, Notebook)
    line = whole.cells.firsts[number] + index
    found = spliced(raw, [(span(line, left + 1, line, right + 1), new)])

    lines[index] = lines[index][:left] + new + lines[index][right:]
    after = json.loads(found.decode("utf-8-sig"))
    assert "".join(after["cells"][number]["source"]) == "\n".join(lines)
    after["cells"][number]["source"] = book["cells"][number]["source"]
    assert after == book
    if form is FORMS["lines"] and lines[index] and sources[number].split("\n")[index]:
        # One literal changed; every other, and all between them, is what it was.
        assert STRING.split(found.decode()) == STRING.split(raw.decode())
        pairs = zip(STRING.findall(raw.decode()), STRING.findall(found.decode()), strict=True)
        assert sum(old != now for old, now in pairs) <= 1


def test_an_edit_of_nothing_in_an_empty_list() -> None:
    raw = b'{"cells": [{"cell_type": "code", "source": [ ]}]}'
    assert spliced(raw, [(span(2, 1, 2, 1), "")]) == raw


@given(
    SOURCES,
    st.sampled_from(list(STYLES.values())),
    st.sampled_from(list(FORMS.values())),
    st.data(),
)
def test_an_edit_of_any_text(
    source: str, style: Callable[[Any], bytes], form: Callable[[str], object], data: st.DataObject
) -> None:
    raw = style(notebook("x", {**cell(""), "source": form(source)}))
    left, right = sorted(data.draw(st.tuples(*[st.integers(0, len(source))] * 2)))
    new = data.draw(SOURCES)

    def place(offset: int) -> Position:
        before = source[:offset]
        return Position(4 + before.count("\n"), offset - before.rfind("\n"))

    found = spliced(raw, [(Span(place(left), place(right)), new)])
    (_, second) = json.loads(found.decode("utf-8-sig"))["cells"]
    assert "".join(second["source"]) == source[:left] + new + source[right:]
