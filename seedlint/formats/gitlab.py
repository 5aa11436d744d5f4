"""Findings as a Code Quality report: GitLab shows them in a merge request."""

from __future__ import annotations

import json
from typing import Any

from seedlint.formats.places import from_root, headed, row_of, told, view_of
from seedlint.formats.text import shown
from seedlint.model import Finding, Problem, Report, Severity, View
from seedlint.prints import prints, problem_print

SEVERITY = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def render(report: Report) -> str:
    """A JSON list; GitLab drops all but the first of entries with equal fingerprints."""
    made = zip(report.findings, prints(report, report.findings), strict=True)
    found = [_finding(report, finding, print_) for finding, print_ in made]
    return json.dumps([*found, *map(_problem, report.problems)], indent=2)


def _finding(report: Report, finding: Finding, fingerprint: str) -> dict[str, Any]:
    view = view_of(report, finding)
    return {
        "check_name": finding.code,
        "description": headed(view, f"{finding.code}: {finding.message}"),
        "severity": SEVERITY[finding.severity],
        "fingerprint": fingerprint,
        "location": {"path": shown(from_root(finding.path)), **_span(view)},
    }


def _span(view: View) -> dict[str, Any]:
    first, last = view.rows
    if view.cell is not None:
        return {"lines": {"begin": first, "end": last}}
    start, end = view.span.start.column, view.span.end.column
    begin = {"line": first, "column": start}
    return {"positions": {"begin": begin, "end": {"line": last, "column": end}}}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "check_name": "not-linted",
        "description": told(problem),
        "severity": "major",
        "fingerprint": problem_print(problem),
        "location": {
            "path": shown(from_root(problem.path)),
            "lines": {"begin": row_of(problem)},
        },
    }
