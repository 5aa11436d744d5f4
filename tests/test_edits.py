"""Edits against a naive way to make them, and the newlines that they take on."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.edits import OverlapError, Replacement, apply, shifted
from seedlint.model import Position, Span
from seedlint.source import Source


def at(line: int, column: int, width: int = 0) -> Span:
    return Span(Position(line, column), Position(line, column + width))


def lines(line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(Position(line, column), Position(end_line, end_column))


# --- what is written ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "edits", "result"),
    [
        pytest.param("a\n", [], "a\n", id="no edit"),
        pytest.param("", [(at(1, 1), "x")], "x", id="an empty text"),
        pytest.param("f(a)", [(at(1, 4), ", s=1")], "f(a, s=1)", id="an insertion"),
        pytest.param("f(a)", [(at(1, 3, 1), "bc")], "f(bc)", id="a replacement"),
        pytest.param("f(a)", [(at(1, 3, 1), "")], "f()", id="a deletion"),
        pytest.param("ab\ncd\n", [(lines(1, 2, 2, 2), "-")], "a-d\n", id="across lines"),
        pytest.param("a\n", [(at(2, 1), "b")], "a\nb", id="after the last newline"),
        pytest.param("a", [(at(1, 2), "b")], "ab", id="at the end"),
        pytest.param("abc", [(at(1, 3, 1), "C"), (at(1, 1, 1), "A")], "AbC", id="any order"),
        pytest.param("é😀x", [(at(1, 3, 1), "y")], "é😀y", id="columns count code points"),
        pytest.param(
            "a\x0cb\x1cc\u2028d\ne", [(at(2, 1), "x")], "a\x0cb\x1cc\u2028d\nxe", id="\\f"
        ),
        pytest.param("a\\b", [(at(1, 1, 1), r"\1\n")], r"\1\n\b", id="backslashes mean nothing"),
        pytest.param("ab", [(at(1, 2), "x"), (at(1, 2), "y")], "axyb", id="two insertions"),
        pytest.param("ab", [(at(1, 2), "y"), (at(1, 2), "x")], "ayxb", id="in their order"),
        pytest.param("ab", [(at(1, 2), "x"), (at(1, 2), "x")], "axb", id="equal ones count once"),
        pytest.param("ab", [(at(1, 2, 1), "x")] * 2, "ax", id="equal replacements too"),
        pytest.param("ab", [(at(1, 2, 1), "B"), (at(1, 2), "x")], "axB", id="before a replacement"),
        pytest.param("ab", [(at(1, 1, 1), "A"), (at(1, 2), "x")], "Axb", id="after one"),
        pytest.param("ab", [(at(1, 1, 1), "A"), (at(1, 2, 1), "B")], "AB", id="side by side"),
    ],
)
def test_apply(text: str, edits: list[Replacement], result: str) -> None:
    assert apply(text, edits) == result
    assert apply(text, iter(edits)) == result


@pytest.mark.parametrize(
    ("text", "line", "result"),
    [
        pytest.param("a\nb\n", 1, "x\ny\na\nb\n", id="LF"),
        pytest.param("a\r\nb\r\n", 2, "a\r\nx\r\ny\r\nb\r\n", id="CRLF"),
        pytest.param("a\rb\r", 2, "a\rx\ry\rb\r", id="CR"),
        pytest.param("a\nb\r\n", 2, "a\nx\r\ny\r\nb\r\n", id="the line's own"),
        pytest.param("a\r\nb", 2, "a\r\nx\r\ny\r\nb", id="else the first one's"),
        pytest.param("a", 1, "x\ny\na", id="else a plain one"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_newlines_become_those_of_the_place(
    text: str, line: int, result: str, newline: str
) -> None:
    assert apply(text, [(at(line, 1), f"x{newline}y{newline}")]) == result


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([(at(1, 1, 2), "x"), (at(1, 2, 2), "x")], id="crossing"),
        pytest.param([(at(1, 1, 3), "x"), (at(1, 2), "y")], id="an insertion inside"),
        pytest.param([(at(1, 1, 3), "x"), (at(1, 1, 3), "y")], id="two texts for one span"),
        pytest.param([(at(1, 1, 1), "x"), (at(1, 1, 3), "x")], id="one start"),
        pytest.param([(lines(1, 2, 2, 2), "x"), (at(2, 1), "y")], id="across lines"),
    ],
)
def test_overlaps(edits: list[Replacement]) -> None:
    for given_edits in (edits, edits[::-1]):
        with pytest.raises(OverlapError, match="two edits overlap"):
            apply("abcd\nabcd", given_edits)
        with pytest.raises(OverlapError):
            shifted(Position(2, 4), given_edits)


@pytest.mark.parametrize(
    "span",
    [
        pytest.param(at(0, 1), id="line 0"),
        pytest.param(at(1, 0), id="column 0"),
        pytest.param(at(-1, 1), id="a negative line"),
        pytest.param(at(3, 1), id="after the last line"),
        pytest.param(at(1, 4), id="on the newline's second half"),
        pytest.param(at(2, 3), id="after the end"),
        pytest.param(lines(1, 2, 3, 1), id="an end after the last line"),
        pytest.param(lines(1, 2, 1, 1), id="an end before the start"),
    ],
)
def test_places_that_are_not_there(span: Span) -> None:
    with pytest.raises(ValueError, match=r"not in the text|ends before it starts"):
        apply("ab\r\nc", [(span, "x")])


# --- where things go ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "place", "moved"),
    [
        pytest.param((at(2, 3), "xy"), (1, 9), (1, 9), id="an earlier line"),
        pytest.param((at(2, 3), "xy"), (2, 2), (2, 2), id="before it"),
        pytest.param((at(2, 3), "xy"), (2, 3), (2, 5), id="at an insertion"),
        pytest.param((at(2, 3), "xy"), (3, 1), (3, 1), id="a later line"),
        pytest.param((at(2, 3), "x\ny\n"), (2, 4), (4, 2), id="new lines"),
        pytest.param((at(2, 3), "x\r\nyz"), (2, 3), (3, 3), id="a new line in between"),
        pytest.param((at(2, 3), "x\ny\n"), (3, 7), (5, 7), id="after new lines"),
        pytest.param((lines(2, 3, 4, 2), ""), (4, 2), (2, 3), id="lines that are gone"),
        pytest.param((lines(2, 3, 4, 2), ""), (5, 2), (3, 2), id="after lines that are gone"),
        pytest.param((at(2, 3, 4), "x"), (2, 7), (2, 4), id="at the end of a replacement"),
        pytest.param((at(2, 3, 4), "x"), (2, 3), None, id="replaced: its start"),
        pytest.param((at(2, 3, 4), "x"), (2, 6), None, id="replaced: its last character"),
        pytest.param((lines(2, 3, 4, 2), "x"), (3, 9), None, id="replaced: a line inside"),
    ],
)
def test_shifted(edit: Replacement, place: tuple[int, int], moved: tuple[int, int] | None) -> None:
    assert shifted(Position(*place), [edit]) == (moved and Position(*moved))


# --- against a naive way ------------------------------------------------------------------------


@st.composite
def problems(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, str]]]:
    """A text with one kind of newline, and edits by index that do not overlap."""
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    words = st.lists(st.text("aé😀\x0c\x1c\u2028 ", max_size=4), max_size=6)
    text = newline.join(draw(words))
    # Between the two halves of a newline there is no place.
    places = [i for i in range(len(text) + 1) if text[i - 1 : i + 1] != "\r\n"]
    cuts = sorted(draw(st.lists(st.sampled_from(places), max_size=8)))
    new = st.lists(st.text("xyz", max_size=3), max_size=3).map(newline.join)
    return text, [(*pair, draw(new)) for pair in zip(cuts[::2], cuts[1::2], strict=False)]


def position(text: str, index: int) -> Position:
    before = re.split("\r\n|\r|\n", text[:index])
    return Position(len(before), len(before[-1]) + 1)


def as_edits(text: str, edits: list[tuple[int, int, str]]) -> list[Replacement]:
    return [
        (Span(position(text, start), position(text, end)), re.sub("\r\n|\r", "\n", new))
        for start, end, new in edits
    ]


def naive(text: str, edits: list[tuple[int, int, str]]) -> str:
    for start, end, new in reversed(list(dict.fromkeys(edits))):
        text = text[:start] + new + text[end:]
    return text


@given(problems())
def test_as_slicing_from_the_back(problem: tuple[str, list[tuple[int, int, str]]]) -> None:
    text, edits = problem
    if re.search("\r|\n", text):
        assert apply(text, as_edits(text, edits)) == naive(text, edits)


@given(problems(), st.data())
def test_characters_are_found_again(
    problem: tuple[str, list[tuple[int, int, str]]], data: st.DataObject
) -> None:
    text, edits = problem
    index = data.draw(st.integers(0, max(len(text) - 1, 0)))
    if not text or text[index] in "\r\n" or not re.search("\r|\n", text):
        return
    found = shifted(position(text, index), as_edits(text, edits))
    if any(start <= index < end for start, end, _ in edits):
        assert found is None
    else:
        moved = naive(text, edits)
        grown = sum(
            len(new) - (end - start) for start, end, new in dict.fromkeys(edits) if end <= index
        )
        assert moved[index + grown] == text[index]
        assert found == position(moved, index + grown)


@given(st.text("a\r\n", max_size=12), st.integers(1, 8), st.integers(1, 8))
def test_lines_are_those_of_the_source(text: str, line: int, column: int) -> None:
    try:
        result = apply(text, [(at(line, column), "x")])
    except ValueError:
        return
    assert Source("m.py", result, "utf-8").lines[line - 1][column - 1] == "x"
