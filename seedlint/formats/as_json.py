"""Findings as one JSON list, with ruff's field names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seedlint.model import Finding, Fix, Note, Position, Report

URL = "https://github.com/seedlint/seedlint/blob/main/docs/rules.md"


def render(report: Report) -> str:
    """A JSON list; lines and columns count from 1, columns in code points."""
    return json.dumps([_finding(finding) for finding in report.findings], indent=2)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "cell": None,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "filename": str(Path(finding.path).resolve()),
        "location": _position(finding.span.start),
        "end_location": _position(finding.span.end),
        "fix": None if finding.fix is None else _fix(finding.fix),
        "url": f"{URL}#{finding.name}",
        "notes": [_note(note) for note in finding.notes],
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [
            {
                "filename": str(Path(edit.path).resolve()),
                "content": edit.text,
                "location": _position(edit.span.start),
                "end_location": _position(edit.span.end),
            }
            for edit in fix.edits
        ],
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "message": note.message,
        "filename": None if note.path is None else str(Path(note.path).resolve()),
        "location": None if note.span is None else _position(note.span.start),
        "end_location": None if note.span is None else _position(note.span.end),
    }


def _position(position: Position) -> dict[str, int]:
    return {"row": position.line, "column": position.column}
