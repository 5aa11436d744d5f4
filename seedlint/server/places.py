"""Places of seedlint as an editor counts them, and back: lines from 0, columns in its own units."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import pairwise, takewhile

from lsprotocol import types
from pygls.workspace import PositionCodec

from seedlint.model import Position, Span
from seedlint.notebook import NEWLINE


def range_of(lines: tuple[str, ...], span: Span, codec: PositionCodec) -> types.Range:
    """``span``, which counts in ``lines``."""
    return types.Range(_client(lines, span.start, codec), _client(lines, span.end, codec))


def _client(lines: tuple[str, ...], position: Position, codec: PositionCodec) -> types.Position:
    line = lines[position.line - 1] if position.line <= len(lines) else ""
    return types.Position(position.line - 1, codec.client_num_units(line[: position.column - 1]))


def changed(text: str, change: types.TextDocumentContentChangeEvent, codec: PositionCodec) -> str:
    """``text`` after ``change``."""
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return change.text
    start, end = (_offset(text, place, codec) for place in (change.range.start, change.range.end))
    return text[:start] + change.text + text[end:]


def _offset(text: str, position: types.Position, codec: PositionCodec) -> int:
    """The index of ``position`` in ``text``; what is past an end means that end."""
    # Not pygls's own: that takes str.splitlines, which also splits at \f, \x1c and U+2028.
    starts = [0, *(newline.end() for newline in NEWLINE.finditer(text))]
    if position.line >= len(starts):
        return len(text)
    start = starts[position.line]
    newline = NEWLINE.search(text, start)
    left = position.character
    for index in range(start, newline.start() if newline else len(text)):
        if left <= 0:
            return index
        left -= codec.client_num_units(text[index])
    return newline.start() if newline else len(text)


def edits_between(old: str, new: str, codec: PositionCodec) -> Iterator[types.TextEdit]:
    """The least that turns ``old`` into ``new``, line by line."""
    before, after = _lines(old), _lines(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            left, right = "".join(before[start:end]), "".join(after[new_start:new_end])
            head = _common(left, right)
            tail = _common(left[head:][::-1], right[head:][::-1])
            place = types.Range(
                _at(left[:head], start, codec), _at(left[: len(left) - tail], start, codec)
            )
            yield types.TextEdit(place, right[head : len(right) - tail])


def _lines(text: str) -> list[str]:
    """The lines of ``text`` with their ends."""
    cuts = [0, *(newline.end() for newline in NEWLINE.finditer(text)), len(text)]
    return [text[left:right] for left, right in pairwise(cuts)]


def _common(left: str, right: str) -> int:
    """How many characters are the same at the beginning."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    )


def _at(text: str, line: int, codec: PositionCodec) -> types.Position:
    """Where ``text`` ends that begins with ``line``."""
    lines = NEWLINE.split(text)
    return types.Position(line + len(lines) - 1, codec.client_num_units(lines[-1]))
