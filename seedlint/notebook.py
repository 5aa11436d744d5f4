"""From ``.ipynb`` to one text with an index of cells."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Any

from seedlint.data import dataclass, replace
from seedlint.files import LARGEST
from seedlint.magics import Complaint, headed, mended
from seedlint.model import Cells, Position, Problem
from seedlint.source import NOTEBOOK, Source, complaint, decode, normalised, oversize

DECODER = json.JSONDecoder()
NEWLINE = re.compile(r"\r\n|\r|\n")
FOREIGN_KERNEL = re.compile(r"ir$|julia|swift|scala|bash|sos|javascript", re.IGNORECASE)
SURROGATE = re.compile("[\ud800-\udfff]")
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Notebook(Source):
    """The code cells of a notebook as one text.

    ``text`` is Python, ``written`` what the cells hold: the same lines and columns. ``problems``
    are those of single cells.
    """

    written: str
    cells: Cells
    problems: tuple[Problem, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.written.split("\n"))

    def in_cell(self, problem: Problem) -> Problem:
        """A ``problem`` with ``text``, as one with a cell."""
        if problem.position is None or not self.cells.numbers:
            return problem
        number, first = self.cells.at(problem.position.line)
        place = Position(problem.position.line - first + 1, problem.position.column)
        return replace(problem, position=place, cell=number)


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: what it holds, and which part of the JSON says so.

    ``literals`` are the strings that ``source`` consists of, ``value`` is the whole of it.
    """

    number: int
    source: str
    value: Range
    literals: tuple[Range, ...]


class _NotebookError(ValueError):
    """JSON that is no notebook; with the index in it where that shows."""


def read(
    data: bytes,
    shown: str,
    refusal: Callable[[str], Complaint | None] = complaint,
    largest: int = LARGEST,
) -> Notebook | Problem:
    """The notebook ``data``; one of another language has no code cells.

    ``refusal`` says what keeps a text from being parsed; more code than ``largest`` bytes is none.
    """
    raw = ""
    try:
        raw = decoded(data)
        cells = code_cells(raw)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(shown, f"cannot decode: {error}", Position(line, 1))
    except json.JSONDecodeError as error:
        place = Position(error.lineno, error.colno)
        return Problem(shown, f"cannot parse: invalid JSON: {error.msg}", place)
    except _NotebookError as error:
        message, at = error.args
        place = Position(raw.count("\n", 0, at) + 1, at - raw.rfind("\n", 0, at))
        return Problem(shown, f"cannot parse: {message}", place)
    # JSON that is too deep, and numbers with more digits than Python reads.
    except (RecursionError, ValueError) as error:
        return Problem(shown, f"cannot parse: {error}")
    if sum(len(cell.source.encode(errors="replace")) for cell in cells) > largest:
        return oversize(shown, largest)
    return _joined(raw, cells, shown, refusal)


def source_of(data: bytes, shown: str) -> Source | Problem:
    """What ``data``, the bytes of the file ``shown``, say."""
    return read(data, shown) if shown.endswith(NOTEBOOK) else decode(data, shown)


def decoded(data: bytes) -> str:
    """The JSON of a notebook, without a byte-order mark."""
    return data.removeprefix(b"\xef\xbb\xbf").decode()


def code_cells(raw: str) -> list[Cell]:
    """The code cells of ``raw``. Raises `_NotebookError`, and what `json.loads` does."""
    document = json.loads(raw)
    top = _skip(raw, 0)
    if isinstance(document, dict) and "worksheets" in document:
        raise _NotebookError(
            "the notebook has format 3 or older; `jupyter nbconvert --to notebook` brings it up "
            "to date",
            top,
        )
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise _NotebookError("no notebook: it has no list of `cells`", top)
    if not _is_python(document.get("metadata")):
        return []
    places = _members(raw, _members(raw, top)["cells"][0]).values()
    found = []
    for number, (cell, (at, _)) in enumerate(zip(document["cells"], places, strict=True), 1):
        if not _is_cell(cell):
            raise _NotebookError(
                f"no notebook: cell {number} has no `cell_type` or no `source`", at
            )
        if cell["cell_type"] == "code" and _is_python_cell(cell):
            found.append(_code_cell(raw, number, _members(raw, at)["source"]))
    return found


def _code_cell(raw: str, number: int, value: Range) -> Cell:
    literals = tuple(_members(raw, value[0]).values()) if raw[value[0]] == "[" else (value,)
    source = "".join(json.loads(raw[start:end]) for start, end in literals)
    return Cell(number, source, value, literals)


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return False
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    return cell["cell_type"] != "code" or all(isinstance(line, str) for line in lines)


def _is_python(metadata: Any) -> bool:
    """Whether the kernel runs Python, as far as ``metadata`` says; Colab names no language."""
    names = (_get(metadata, "language_info", "name"), _get(metadata, "kernelspec", "language"))
    for name in names:
        if isinstance(name, str):
            return "python" in name.lower()
    return not FOREIGN_KERNEL.match(str(_get(metadata, "kernelspec", "name")))


def _is_python_cell(cell: Any) -> bool:
    """Whether it is, in an editor where each cell may have its own language."""
    return _get(cell, "metadata", "vscode", "languageId") in (None, "python")


def _get(table: Any, *keys: str) -> Any:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _members(raw: str, at: int) -> dict[str | int, Range]:
    """Where the values in the object or list at ``at`` stand, by their names or indices."""
    found: dict[str | int, Range] = {}
    named = raw[at] == "{"
    at = _skip(raw, at + 1)
    while raw[at] not in "]}":
        key: str | int = len(found)
        if named:
            key, at = DECODER.raw_decode(raw, at)
            at = _skip(raw, _skip(raw, at) + 1)
        found[key] = (at, DECODER.raw_decode(raw, at)[1])
        at = _skip(raw, found[key][1])
        if raw[at] == ",":
            at = _skip(raw, at + 1)
    return found


def _skip(raw: str, at: int) -> int:
    while raw[at] in " \t\r\n":
        at += 1
    return at


def _joined(
    raw: str, cells: list[Cell], shown: str, refusal: Callable[[str], Complaint | None]
) -> Notebook:
    texts = []
    sources = []
    problems = []
    for cell in cells:
        # No parser takes a lone surrogate.
        source = SURROGATE.sub("\ufffd", normalised(cell.source))
        text, found = mended(source, refusal)
        sources.append(f"\n{source}\n")
        texts.append(f"{headed(text)}\n")
        if found is not None:
            problems.append(Problem(shown, f"cannot parse: {found[0]}", found[1], cell.number))
    rows = tuple(_rows(raw, cells))
    index = Cells(tuple(firsts(cells)), tuple(cell.number for cell in cells), rows)
    return Notebook(shown, "".join(texts), "utf-8", "".join(sources), index, tuple(problems))


def _rows(raw: str, cells: Iterable[Cell]) -> Iterator[int]:
    """The line of ``raw`` in which each line of the joined text stands."""
    newlines = [found.start() for found in re.finditer("\n", raw)]
    row = 1
    for cell in cells:
        starts = [start for start, _ in cell.literals] or [cell.value[0]]
        rows = [bisect_right(newlines, start) + 1 for start in starts]
        ends = list(accumulate(len(json.loads(raw[start:end])) for start, end in cell.literals))
        lines = [0, *(found.end() for found in NEWLINE.finditer(cell.source))]
        row = rows[0]
        yield row
        for line in lines:
            row = rows[min(bisect_right(ends, line), len(rows) - 1)]
            yield row
    yield row


def firsts(cells: Iterable[Cell]) -> list[int]:
    """The line of the joined text at which each cell begins, after one for `headed`."""
    found = []
    line = 2
    for cell in cells:
        found.append(line)
        line += len(NEWLINE.split(cell.source)) + 1
    return found
