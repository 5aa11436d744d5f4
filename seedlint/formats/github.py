"""Findings as workflow commands: GitHub shows them beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Mapping

from seedlint.formats.places import from_root, row_of, told, view_of, view_of_note
from seedlint.formats.text import shown
from seedlint.model import Finding, Note, Problem, Report, Severity, View


def render(report: Report) -> str:
    """``::error title=...,file=...,line=...::message``, one line a finding or problem."""
    commands = [_finding(report, finding) for finding in report.findings]
    return "\n".join([*commands, *map(_problem, report.problems)])


def _finding(report: Report, finding: Finding) -> str:
    view = view_of(report, finding)
    level = "warning" if finding.severity is Severity.WARNING else "error"
    head = f"{finding.path}:{view}: {finding.code} {finding.message}"
    notes = (_note(report, note) for note in finding.notes)
    hints = () if finding.fix is None else (f"help: {finding.fix.message}",)
    lines = [shown(head), *(f"  {shown(line)}" for line in (*notes, *hints))]
    title = f"seedlint ({finding.code})"
    where = {"title": title, "file": shown(from_root(finding.path)), **_span(view)}
    return _command(level, where, "\n".join(lines))


def _note(report: Report, note: Note) -> str:
    view = view_of_note(report, note)
    return f"note: {note.message}" if view is None else f"note: {note.path}:{view} {note.message}"


def _span(view: View) -> dict[str, int]:
    first, last = view.rows
    # GitHub takes columns only within one line, and a cell's columns are not those of the file.
    if view.cell is not None or first != last:
        return {"line": first, "endLine": last}
    start, end = view.span.start.column, view.span.end.column
    return {"line": first, "col": start, "endLine": last, "endColumn": end}


def _problem(problem: Problem) -> str:
    file = shown(from_root(problem.path))
    where = {"title": "seedlint", "file": file, "line": row_of(problem)}
    return _command("error", where, f"{shown(problem.path)}: {told(problem)}")


def _command(level: str, where: Mapping[str, object], text: str) -> str:
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in where.items())
    return f"::{level} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
