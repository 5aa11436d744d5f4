"""Replacements in a text, and where its places stand afterwards: what counts lines is here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from seedlint.model import Position, Span

Replacement = tuple[Span, str]

# As the Python tokenizer sees them; str.splitlines also splits at \f, \x1c and U+2028.
_NEWLINE = re.compile(r"\r\n|\r|\n")


class OverlapError(ValueError):
    """Two edits that want the same characters."""


def apply(text: str, edits: Iterable[Replacement]) -> str:
    """``text`` with each span replaced by its new text; an insertion is an empty span.

    Insertions at one place stay in their order, before what replaces the characters there; equal
    edits count once. New lines end as the line does in which the edit starts. Raises
    `OverlapError`, and `ValueError` for a place that ``text`` does not have.
    """
    lines = _Lines(text)
    parts: list[str] = []
    done = 0
    for span, new in _ordered(edits):
        start, end = lines.offset(span.start), lines.offset(span.end)
        parts += text[done:start], _NEWLINE.sub(lines.newline(span.start.line), new)
        done = end
    return "".join([*parts, text[done:]])


def shifted(position: Position, edits: Iterable[Replacement]) -> Position | None:
    """Where the character at ``position`` stands once ``edits`` are applied.

    ``None`` if it is among those replaced. Raises `OverlapError` and `ValueError` as `apply` does.
    """
    old = new = Position(1, 1)
    for before, after in placed(edits):
        if before.end > position:
            if before.start <= position:
                return None
            break
        old, new = before.end, after.end
    return _moved(position, old, new)


def placed(edits: Iterable[Replacement]) -> Iterator[tuple[Span, Span]]:
    """Where each of ``edits`` stands in the old text, and its new text in the new one.

    Raises `OverlapError` and `ValueError` as `apply` does.
    """
    old = new = Position(1, 1)
    for span, text in _ordered(edits):
        start = _moved(span.start, old, new)
        old, new = span.end, _after(start, text)
        yield span, Span(start, new)


def _ordered(edits: Iterable[Replacement]) -> list[Replacement]:
    """Each of ``edits`` once, first things first."""
    found = sorted(dict.fromkeys(edits), key=lambda edit: edit[0])
    for span, _ in found:
        if span.end < span.start:
            raise ValueError(f"an edit ends before it starts: {span}")
    for (first, _), (second, _) in pairwise(found):
        if second.start < first.end:
            raise OverlapError(f"two edits overlap: {first} and {second}")
    return found


def _moved(position: Position, old: Position, new: Position) -> Position:
    """``position``, which is not before ``old``, once ``old`` is moved to ``new``."""
    if position.line == old.line:
        return Position(new.line, new.column + position.column - old.column)
    return Position(position.line + new.line - old.line, position.column)


def _after(position: Position, text: str) -> Position:
    """Where a ``text`` that starts at ``position`` ends."""
    *whole, last = _NEWLINE.split(text)
    if not whole:
        return Position(position.line, position.column + len(last))
    return Position(position.line + len(whole), len(last) + 1)


class _Lines:
    """Where each line of a text starts, and where and how it ends."""

    def __init__(self, text: str) -> None:
        found = list(_NEWLINE.finditer(text))
        self._starts = [0, *(newline.end() for newline in found)]
        self._ends = [*(newline.start() for newline in found), len(text)]
        self._newlines = [newline.group() for newline in found]

    def offset(self, position: Position) -> int:
        """The index of ``position`` in the text. Raises `ValueError` where there is no such."""
        line, column = position.line, position.column
        if not 1 <= line <= len(self._starts) or column < 1:
            raise ValueError(f"not in the text: {position}")
        offset = self._starts[line - 1] + column - 1
        if offset > self._ends[line - 1]:
            raise ValueError(f"not in the text: {position}")
        return offset

    def newline(self, line: int) -> str:
        """What ends ``line``; for a last line without an end, what ends the first one."""
        own = self._newlines[line - 1 : line]
        return (own or self._newlines[:1] or ["\n"])[0]
