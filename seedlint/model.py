"""The words that every part of seedlint speaks: places, notes, findings, reports, errors."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from enum import Enum

from seedlint.data import dataclass, field


class SeedlintError(Exception):
    """seedlint cannot do what it was asked; the text is one line that names the place."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text: ``line`` and ``column`` both count from 1, columns in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``start`` up to, not including, ``end``."""

    start: Position
    end: Position

    def moved_up(self, lines: int) -> Span:
        start, end = self.start, self.end
        return Span(
            Position(start.line - lines, start.column), Position(end.line - lines, end.column)
        )


class Severity(str, Enum):
    ERROR = "error"
    WARNING = "warning"


class Leg(Enum):
    """On which part of the way of a value a note stands.

    ``BEFORE`` what was found: of two such notes the later one is nearer to where the value is born.
    ``AFTER`` it: where the value ends up. ``BESIDE``: not on the way.
    """

    BEFORE = "before"
    AFTER = "after"
    BESIDE = "beside"


@dataclass(frozen=True, slots=True)
class Note:
    """One step of the way that a value took, or a second place that a reader wants to see."""

    message: str
    path: str | None = None
    span: Span | None = None
    leg: Leg = Leg.BESIDE


class Applicability(str, Enum):
    """How far a fix may be trusted; the words are ruff's.

    A safe one changes nothing but the masks that were left to chance. An unsafe one also changes
    what other code sees, or results that repeat today. What is for display has to be done by hand.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


# Why a fix is for display that `--fix` may apply: it reads more than a run that only looks.
UNREAD = "files that nothing else needed were not read, and may build it too"


@dataclass(frozen=True, slots=True)
class Edit:
    """``text``, with newlines as ``\\n``, in place of what stands at ``span`` of ``path``."""

    path: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends a finding: ``edits`` in the order in which files may be written.

    One without edits only says what to do. ``reason`` says in a few words why it is no more than
    that; for what is applied, it is empty.
    """

    message: str
    applicability: Applicability
    edits: tuple[Edit, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect at one place. ``path`` is relative to where seedlint was started, if below it."""

    path: str
    span: Span
    code: str
    name: str
    message: str
    notes: tuple[Note, ...] = ()
    severity: Severity = Severity.ERROR
    fix: Fix | None = None

    @property
    def sort_key(self) -> tuple[str, Span, str, str]:
        return (self.path, self.span, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Silenced:
    """A ``finding`` that a comment silences, and the ``reason`` that the comment gives."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be linted, or only in part; the others were."""

    path: str
    message: str
    position: Position | None = None
    cell: int | None = None

    @property
    def sort_key(self) -> tuple[str, int, str]:
        return (self.path, self.cell or 0, self.message)

    @property
    def may_pass(self) -> bool:
        """Whether another run may not have it: a machine was busy, a disk did not answer."""
        return self.position is None


@dataclass(frozen=True, slots=True)
class Cells:
    """The code cells of a notebook in the one text as which they are linted.

    ``firsts`` are the lines at which they begin there; ``numbers`` count all cells, from 1.
    ``rows`` are the lines of the JSON in which each line of that text stands.
    """

    firsts: tuple[int, ...]
    numbers: tuple[int, ...]
    rows: tuple[int, ...]

    def at(self, line: int) -> tuple[int, int]:
        """The number of the cell that ``line`` is in, and the line at which it begins."""
        index = bisect_right(self.firsts, line) - 1
        return self.numbers[index], self.firsts[index]


@dataclass(frozen=True, slots=True)
class View:
    """A place as a reader finds it: in a notebook, in its ``cell``.

    ``span`` counts from the first of ``lines``. ``rows`` are the first and the last line that the
    place has in the file itself.
    """

    cell: int | None
    span: Span
    lines: tuple[str, ...]
    rows: tuple[int, int]

    def __str__(self) -> str:
        start = self.span.start
        place = f"{start.line}:{start.column}"
        return place if self.cell is None else f"cell {self.cell}:{place}"


@dataclass(frozen=True, slots=True)
class Stale:
    """How many findings of ``path`` a ``baseline`` holds that are gone."""

    baseline: str
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Linted:
    """How a file was linted: with the rules that have ``codes``, next to a ``baseline``."""

    codes: frozenset[str]
    baseline: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run has to say.

    ``texts`` holds the source of each file named in a finding, ``read`` its bytes, ``cells`` those
    of the notebooks among them; that of a file which a fix would change too. Every span counts in
    these texts; `view` says where a reader finds it. ``silenced`` is what comments silence.

    ``linted`` holds the files that were and have a baseline. Findings that were there before are
    ``known``: they are in a baseline, or on lines that did not change. ``stale`` is what baselines
    hold and is gone.
    """

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    files: int
    texts: dict[str, tuple[str, ...]]
    read: dict[str, bytes] = field(default_factory=dict)
    cells: dict[str, Cells] = field(default_factory=dict)
    silenced: tuple[Silenced, ...] = ()
    linted: dict[str, Linted] = field(default_factory=dict)
    known: tuple[Finding, ...] = ()
    stale: tuple[Stale, ...] = ()

    def view(self, path: str, span: Span) -> View:
        lines = self.texts.get(path, ())
        first, last = span.start.line, span.end.line
        if path not in self.cells:
            return View(None, span, lines, (first, last))
        cells = self.cells[path]
        number, top = cells.at(first)
        rows = (cells.rows[first - 1], cells.rows[last - 1])
        return View(number, span.moved_up(top - 1), lines[top - 1 :], rows)


Place = tuple[str, Position, str]
"""A path, where a finding starts in it, and its code."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file, before and after; it builds on what is written to the files ``after``."""

    path: str
    old: bytes
    new: bytes
    after: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """``mended`` are the findings that are gone, ``report`` tells of those that are left.

    ``changes`` are in the order in which they may be written: what takes a seed before what passes
    it. ``refused`` says of fixes that could not be proved why they were left out. ``known`` are the
    places of what is left as it is known: it is told only in ``report.known``.
    """

    report: Report
    changes: tuple[Change, ...] = ()
    mended: tuple[Finding, ...] = ()
    refused: Mapping[Fix, str] = field(default_factory=dict)
    known: frozenset[Place] = frozenset()
