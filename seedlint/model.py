"""The words that every part of seedlint speaks: places, notes, findings, reports, errors."""

from __future__ import annotations

from dataclasses import dataclass
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
    """All that one run has to say. ``texts`` holds the source of each file named in a finding."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    files: int
    texts: dict[str, tuple[str, ...]]
