"""Lines and columns as an editor counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.workspace import PositionCodec

from seedlint.facts import ModuleFacts
from seedlint.model import Position, Problem, Span
from seedlint.reading import Memory
from seedlint.server.places import changed, edits_between, range_of
from seedlint.source import Source, as_saved, decode

CODECS = {
    "utf-8": PositionCodec(types.PositionEncodingKind.Utf8),
    "utf-16-le": PositionCodec(types.PositionEncodingKind.Utf16),
    "utf-32-le": PositionCodec(types.PositionEncodingKind.Utf32),
}
WIDTHS = {"utf-8": 1, "utf-16-le": 2, "utf-32-le": 4}
texts = st.text(st.sampled_from("ab é😀\f\x1c\u2028\n"), max_size=30)
encodings = st.sampled_from(sorted(CODECS))


def place(text: str, index: int, encoding: str) -> types.Position:
    """The place of ``text[index]``, told by what Python says of its encodings."""
    *lines, last = text[:index].split("\n")
    return types.Position(len(lines), len(last.encode(encoding)) // WIDTHS[encoding])


@given(texts, texts, st.integers(0, 30), st.integers(0, 30), encodings)
def test_a_change_is_made_where_the_editor_means_it(
    text: str, new: str, start: int, length: int, encoding: str
) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    where = types.Range(place(text, start, encoding), place(text, end, encoding))
    change = types.TextDocumentContentChangePartial(where, new)
    assert changed(text, change, CODECS[encoding]) == text[:start] + new + text[end:]


@given(texts, st.integers(0, 30), encodings)
def test_a_span_is_shown_where_it_stands(text: str, index: int, encoding: str) -> None:
    index = min(index, len(text))
    *lines, last = text[:index].split("\n")
    at = Position(len(lines) + 1, len(last) + 1)
    shown = range_of(tuple(text.split("\n")), Span(at, at), CODECS[encoding])
    assert shown.start == shown.end == place(text, index, encoding)


@given(texts, texts, encodings)
def test_edits_make_the_new_text(old: str, new: str, encoding: str) -> None:
    text = old
    for edit in reversed(list(edits_between(old, new, CODECS[encoding]))):
        change = types.TextDocumentContentChangePartial(edit.range, edit.new_text)
        text = changed(text, change, CODECS[encoding])
    assert text == new


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_places_past_an_end_mean_that_end(newline: str) -> None:
    text = f"a{newline}b"
    codec = CODECS["utf-16-le"]
    for line, column, result in [(0, 9, f"aX{newline}b"), (1, 9, f"{text}X"), (9, 0, f"{text}X")]:
        at = types.Position(line, column)
        change = types.TextDocumentContentChangePartial(types.Range(at, at), "X")
        assert changed(text, change, codec) == result


@pytest.mark.parametrize(
    "text",
    ["x = 'é'\n", "# coding: latin-1\nx = 'é'\n", "\n# coding: cp1252\nx = '€'\n"],
    ids=ascii,
)
def test_what_an_editor_saves_reads_the_same(text: str) -> None:
    source = decode(as_saved(text), "model.py")
    assert isinstance(source, Source)
    assert source.text == text


def test_a_memory_forgets_the_oldest_versions() -> None:
    facts: ModuleFacts | Problem = Problem("a.py", "")
    versions = [("a.py", bytes([number])) for number in range(9)]
    memory = Memory(dict.fromkeys([("b.py", b""), *versions], facts))
    memory.forget(3)
    assert list(memory.known) == [("b.py", b""), *versions[-3:]]


def test_a_memory_that_is_not_full_forgets_nothing() -> None:
    memory = Memory(dict.fromkeys([("a.py", b"1"), ("a.py", b"2")], Problem("a.py", "")))
    memory.forget(2)
    assert len(memory.known) == 2
