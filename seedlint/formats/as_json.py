"""Findings as one JSON list, with ruff's field names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seedlint.model import Edit, Finding, Fix, Note, Position, Report

URL = "https://github.com/seedlint/seedlint/blob/main/docs/rules.md"


def url_of(name: str) -> str:
    """Where the rule ``name`` is explained."""
    return f"{URL}#{name}"


def render(report: Report) -> str:
    """A JSON list; lines and columns count from 1, columns in code points."""
    return json.dumps([entry(report, finding) for finding in report.findings], indent=2)


def entry(report: Report, finding: Finding) -> dict[str, Any]:
    """``finding`` as a JSON object."""
    view = report.view(finding.path, finding.span)
    return {
        "cell": view.cell,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "filename": str(Path(finding.path).resolve()),
        "location": _position(view.span.start),
        "end_location": _position(view.span.end),
        "fix": None if finding.fix is None else _fix(report, finding.fix),
        "url": url_of(finding.name),
        "notes": [_note(report, note) for note in finding.notes],
    }


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [_edit(report, edit) for edit in fix.edits],
    }


def _edit(report: Report, edit: Edit) -> dict[str, Any]:
    view = report.view(edit.path, edit.span)
    return {
        "cell": view.cell,
        "content": edit.text,
        "filename": str(Path(edit.path).resolve()),
        "location": _position(view.span.start),
        "end_location": _position(view.span.end),
    }


def _note(report: Report, note: Note) -> dict[str, Any]:
    view = None
    if note.path is not None and note.span is not None:
        view = report.view(note.path, note.span)
    return {
        "cell": None if view is None else view.cell,
        "message": note.message,
        "filename": None if note.path is None else str(Path(note.path).resolve()),
        "location": None if view is None else _position(view.span.start),
        "end_location": None if view is None else _position(view.span.end),
    }


def _position(position: Position) -> dict[str, int]:
    return {"row": position.line, "column": position.column}
