"""Edits of the joined text of a notebook, written into its JSON; all other bytes stay."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from seedlint.model import Position, Span
from seedlint.notebook import NEWLINE, Cell, Range, code_cells, decoded, firsts

# One character each, as JSON writes it.
CHARACTER = re.compile(
    r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\.|[^\\]",
    re.DOTALL,
)
# Where a line of `source` ends and the next one begins; no JSON string holds it.
CUT = "\0"


def spliced(data: bytes, edits: Iterable[tuple[Span, str]]) -> bytes:
    """``data`` with each span of its joined text replaced by the new text beside it.

    Every byte that does not write an edited character stays. Insertions at one place stay in their
    order; equal edits count once. Raises `ValueError` for edits that overlap or reach over cells,
    and for ``data`` that `read` does not take.
    """
    raw = decoded(data)
    cells = code_cells(raw)
    starts = firsts(cells)
    by_cell: dict[int, list[tuple[Range, str]]] = defaultdict(list)
    for span, new in sorted(dict.fromkeys(edits), key=lambda edit: edit[0]):
        if not new and span.start == span.end:
            continue
        index = bisect_right(starts, span.start.line) - 1
        if index < 0:
            raise ValueError(f"not in the notebook: {span}")
        by_cell[index].append((_range(cells[index].source, span, starts[index]), new))
    gap = _gap(raw, cells)
    parts: list[str] = []
    done = 0
    for index, wanted in by_cell.items():
        start, end = cells[index].value
        parts += raw[done:start], _rewritten(raw, cells[index], wanted, gap)
        done = end
    text = "".join([*parts, raw[done:]])
    return data[: len(data) - len(data.removeprefix(b"\xef\xbb\xbf"))] + text.encode()


def _range(source: str, span: Span, first: int) -> Range:
    """``span`` in ``source``, the cell that begins at the line ``first``."""
    starts = [0, *(newline.end() for newline in NEWLINE.finditer(source))]
    ends = [*(newline.start() for newline in NEWLINE.finditer(source)), len(source)]

    def offset(position: Position) -> int:
        line = position.line - first
        if not 0 <= line < len(starts) or not 0 < position.column <= ends[line] - starts[line] + 1:
            raise ValueError(f"not in the cell: {position}")
        return starts[line] + position.column - 1

    # The end of the last line is also where the next one would begin.
    whole = span.end == Position(first + len(starts), 1) != span.start
    return offset(span.start), len(source) if whole else offset(span.end)


def _rewritten(raw: str, cell: Cell, edits: list[tuple[Range, str]], gap: str) -> str:
    """The value of ``source`` after ``edits``, with ``gap`` between new lines of a list."""
    for ((_, end), _), ((start, _), _) in pairwise(edits):
        if start < end:
            raise ValueError(f"two edits overlap in cell {cell.number}")
    newline = "\r\n" if "\r\n" in cell.source else "\n"
    encoded = [(place, _encoded(raw, NEWLINE.sub(newline, new))) for place, new in edits]
    if raw[cell.value[0]] != "[":
        return f'"{_edited(_inside(raw, cell.value), encoded).replace(CUT, "")}"'
    if not cell.literals:
        return f"[{gap.join(_literals(_edited('', encoded)))}]"
    return "".join(_list(raw, cell, encoded, gap))


def _list(raw: str, cell: Cell, edits: list[tuple[Range, str]], gap: str) -> Iterator[str]:
    yield raw[cell.value[0] : cell.literals[0][0]]
    is_first = True
    offset = 0
    for index, literal in enumerate(cell.literals):
        inside = _inside(raw, literal)
        end = offset + len(CHARACTER.findall(inside))
        here = list(_within(edits, offset, end, index == len(cell.literals) - 1))
        lines = _literals(_edited(inside, here)) if here else [f'"{inside}"']
        if lines:
            before = raw[cell.literals[index - 1][1] : literal[0]] if index else ""
            yield ("" if is_first else before) + gap.join(lines)
            is_first = False
        offset = end
    yield raw[cell.literals[-1][1] : cell.value[1]]


def _within(
    edits: list[tuple[Range, str]], start: int, end: int, is_last: bool
) -> Iterator[tuple[Range, str]]:
    """The part of ``edits`` from ``start`` to ``end``; new text goes where an edit starts."""
    for (left, right), new in edits:
        owns = start <= left < end or (is_last and left == end)
        if owns or left < start < min(right, end):
            yield (max(left, start) - start, min(right, end) - start), new if owns else ""


def _edited(inside: str, edits: list[tuple[Range, str]]) -> str:
    """What a JSON string holds, as JSON writes it, after ``edits`` of its characters."""
    places = [match.start() for match in CHARACTER.finditer(inside)] + [len(inside)]
    parts: list[str] = []
    done = 0
    for (left, right), new in edits:
        parts += inside[done : places[left]], new
        done = places[right]
    return "".join([*parts, inside[done:]])


def _literals(inside: str) -> list[str]:
    """A JSON string for each line; none where nothing is left."""
    return [f'"{line}"' for line in inside.split(CUT) if line]


def _encoded(raw: str, new: str) -> str:
    """``new`` as the JSON ``raw`` writes it inside a string, with a `CUT` after each line."""
    only_ascii = raw.isascii() and "\\u" in raw
    lines = re.split(r"(?<=\n)", new)
    return CUT.join(json.dumps(line, ensure_ascii=only_ascii)[1:-1] for line in lines)


def _inside(raw: str, literal: Range) -> str:
    return raw[literal[0] + 1 : literal[1] - 1]


def _gap(raw: str, cells: list[Cell]) -> str:
    """What stands between two lines of a list."""
    for cell in cells:
        if len(cell.literals) > 1:
            return raw[cell.literals[0][1] : cell.literals[1][0]]
    leads = (raw[cell.value[0] + 1 : cell.literals[0][0]] for cell in cells if cell.literals)
    return "," + next(filter(None, leads), " ")
