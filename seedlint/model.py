"""The words that every part of seedlint speaks: places, notes, findings, reports, errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


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


class Severity(str, Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Note:
    """One step of the way that a value took, or a second place that a reader wants to see."""

    message: str
    path: str | None = None
    span: Span | None = None


class Applicability(str, Enum):
    """How far a fix may be trusted; the words are ruff's.

    A safe one changes nothing but the masks that were left to chance. An unsafe one also changes
    what other code sees, or results that repeat today. What is for display has to be done by hand.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


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
class Problem:
    """A file that could not be linted, or only in part; the others were."""

    path: str
    message: str
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run has to say.

    ``texts`` holds the source of each file named in a finding, ``read`` the bytes of each that a
    fix would change.
    """

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    files: int
    texts: dict[str, tuple[str, ...]]
    read: dict[str, bytes] = field(default_factory=dict)
