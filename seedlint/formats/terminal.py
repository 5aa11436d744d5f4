"""Text as wide as a terminal shows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import accumulate

from seedlint.data import dataclass
from seedlint.formats.text import shown

TAB = 4
CUT = "…"
FURTHER = " " * 4
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def width(text: str) -> int:
    """How many columns ``text``, which is `shown`, takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown; what matters in it covers ``length`` columns behind ``before``."""

    text: str
    before: int
    length: int


def clipped(text: str, left: int, right: int, columns: int) -> Line:
    """As much of a line around its characters from ``left`` to ``right`` as fits in ``columns``."""
    # A line of a megabyte is not taken apart for the few characters that are shown.
    far = max(left - columns, 0) if len(text) > 4 * columns else 0
    near = text[far : left + 2 * columns]
    cells = _cells(near)
    ends = [0, *accumulate(map(width, cells))]
    left, right = left - far, min(right - far, len(near))
    body = ends[right] - ends[left]
    if not far and len(near) == len(text) and ends[-1] <= columns:
        return Line("".join(cells).rstrip(), ends[left], max(body, 1))
    room = max(columns - 2 * len(CUT), 1)
    behind = ends[-1] - ends[right]
    ahead = max((room - body) * 2 // 3, room - body - behind, room // 4)
    if not far and ends[right] <= room:
        ahead = ends[left]
    start = next(i for i, end in enumerate(ends) if end >= ends[left] - ahead)
    stop = max(i for i, end in enumerate(ends) if end <= ends[start] + room)
    head = CUT if far + start else ""
    tail = CUT if text[far + stop :].strip() else ""
    before = len(head) + ends[left] - ends[start]
    length = ends[min(right, stop)] - ends[left] + (len(tail) if right > stop else 0)
    return Line(f"{head}{''.join(cells[start:stop])}{tail}".rstrip(), before, max(length, 1))


def folded(start: str, text: str, columns: int | None) -> str:
    """``text`` behind ``start``, which may be coloured; in lines of ``columns``, if given."""
    if columns is None:
        return f"{start}{text}"
    taken = width(COLOUR.sub("", start))
    # Most of what is told is not shown on a terminal.
    from textwrap import TextWrapper

    wrapper = TextWrapper(columns, "#" * taken, FURTHER, break_on_hyphens=False)
    return f"{start}{wrapper.fill(text)[taken:]}"


def _cells(text: str) -> Sequence[str]:
    """What is drawn for each character of ``text``; what combines goes with those before it."""
    if text.isascii() and text.isprintable():
        return text
    cells: list[str] = []
    column = 0
    for char in text:
        cells.append(" " * (TAB - column % TAB) if char == "\t" else shown(char))
        column += width(cells[-1])
    return cells
