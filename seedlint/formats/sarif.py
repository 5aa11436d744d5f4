"""Findings as SARIF 2.1.0, for code scanning and for whatever else reads that standard.

Paths are relative to the root of the repository. A place in a notebook is lines of its JSON; the
cell is the logical location, and stands before the message.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from seedlint import __version__
from seedlint.formats.as_json import url_of
from seedlint.formats.places import from_root, headed, told, view_of, view_of_note
from seedlint.formats.text import shown
from seedlint.model import Edit, Finding, Fix, Leg, Note, Problem, Report, Span, View
from seedlint.prints import prints
from seedlint.rule import Rule
from seedlint.rules import RULES

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/seedlint/seedlint"
ROOT = "%SRCROOT%"
INDEX = {rule.code: index for index, rule in enumerate(RULES)}
BROKEN = "not-linted"

Json = dict[str, Any]


def render(report: Report) -> str:
    """One run: its findings, also those that a comment silences, and what could not be linted."""
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report.problems)],
        "results": list(_results(report)),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


# --- the tool -----------------------------------------------------------------------------------


def _driver() -> Json:
    text = {"text": "The file could not be linted, or only in part. All others were."}
    pages = dict.fromkeys(("shortDescription", "fullDescription", "help"), text)
    return {
        "name": "seedlint",
        "version": __version__,
        "informationUri": HOME,
        "rules": [_rule(rule) for rule in RULES],
        "notifications": [{"id": BROKEN, "name": "NotLinted", **pages}],
    }


def _rule(rule: Rule) -> Json:
    what = rule.page.partition("## What it does\n")[2].partition("\n## ")[0].strip()
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": what},
        "help": {"text": rule.page.strip(), "markdown": rule.page.strip()},
        "helpUri": url_of(rule.name),
        "defaultConfiguration": {"enabled": rule.default, "level": rule.severity.value},
        "properties": {
            "name": rule.name,
            "precision": "high",
            "problem.severity": rule.severity.value,
            "tags": ["reproducibility", "keras"],
        },
    }


def _invocation(problems: Iterable[Problem]) -> Json:
    notifications = [_notification(problem) for problem in problems]
    return {
        "executionSuccessful": not notifications,
        "toolExecutionNotifications": notifications,
    }


def _notification(problem: Problem) -> Json:
    physical: Json = {"artifactLocation": _artifact(problem.path)}
    location: Json = {"physicalLocation": physical}
    if problem.cell is not None:
        location["logicalLocations"] = [_cell(problem.cell)]
    elif problem.position is not None:
        at = problem.position
        physical["region"] = {"startLine": at.line, "startColumn": at.column}
    return {
        "descriptor": {"id": BROKEN},
        "level": "error",
        "message": {"text": told(problem)},
        "locations": [location],
    }


# --- results ------------------------------------------------------------------------------------


def _results(report: Report) -> Iterator[Json]:
    # The standard wants `suppressions` in all results of a run, or in none.
    reasons: list[tuple[Finding, str | None]] = [(finding, None) for finding in report.findings]
    reasons += [(one.finding, one.reason) for one in report.silenced]
    made = prints(report, (finding for finding, _ in reasons))
    for (finding, reason), fingerprint in zip(reasons, made, strict=True):
        yield {
            **_result(report, finding),
            # Not GitHub's own `primaryLocationLineHash`: it computes that itself, in another way.
            "partialFingerprints": {"seedlint/v1": fingerprint},
            "suppressions": [] if reason is None else [_suppression(reason)],
        }


def _suppression(reason: str) -> Json:
    justification = {"justification": shown(reason)} if reason else {}
    return {"kind": "inSource", "status": "accepted", **justification}


def _result(report: Report, finding: Finding) -> Json:
    view = view_of(report, finding)
    related = [
        {"id": number, **location}
        for number, location in enumerate(_noted(report, finding.notes), start=1)
    ]
    flow = _flow(report, finding)
    fixes = [] if finding.fix is None else list(_fixes(report, finding.fix))
    optional = {
        "relatedLocations": related,
        "codeFlows": [{"threadFlows": [{"locations": flow}]}] if flow else [],
        "fixes": fixes,
    }
    return {
        "ruleId": finding.code,
        "ruleIndex": INDEX[finding.code],
        "level": finding.severity.value,
        "message": {"text": headed(view, finding.message)},
        "locations": [_location(finding.path, view)],
        **{key: value for key, value in optional.items() if value},
    }


def _flow(report: Report, finding: Finding) -> list[Json]:
    """The way of a value, from where it is born; nothing if it takes none."""
    legs = {leg: [note for note in finding.notes if note.leg is leg] for leg in Leg}
    before, after = list(_noted(report, legs[Leg.BEFORE][::-1])), _noted(report, legs[Leg.AFTER])
    here = _location(finding.path, view_of(report, finding), finding.message)
    steps = [*before, here, *after]
    return [{"location": step} for step in steps] if len(steps) > 1 else []


def _noted(report: Report, notes: Iterable[Note]) -> Iterator[Json]:
    for note in notes:
        view = view_of_note(report, note)
        if note.path is not None and view is not None:
            yield _location(note.path, view, note.message)


# --- places -------------------------------------------------------------------------------------


def _location(path: str, view: View, message: str | None = None) -> Json:
    location: Json = {
        "physicalLocation": {"artifactLocation": _artifact(path), "region": _region(view)}
    }
    if view.cell is not None:
        location["logicalLocations"] = [_cell(view.cell)]
    if message is not None:
        location["message"] = {"text": headed(view, message)}
    return location


def _cell(number: int) -> Json:
    return {"name": f"cell {number}", "fullyQualifiedName": f"cell {number}", "kind": "cell"}


def _region(view: View) -> Json:
    first, last = view.rows
    if view.cell is not None:
        return {"startLine": first, "endLine": last}
    return _span(view.span)


def _span(span: Span) -> Json:
    return {
        "startLine": span.start.line,
        "startColumn": span.start.column,
        "endLine": span.end.line,
        "endColumn": span.end.column,
    }


def _artifact(path: str) -> Json:
    place = from_root(path)
    if os.path.isabs(place):
        return {"uri": Path(place).as_uri()}
    # A name need not be UTF-8, and a colon in the first part would read as a scheme.
    return {"uri": quote(os.fsencode(place)), "uriBaseId": ROOT}


# --- fixes --------------------------------------------------------------------------------------


def _fixes(report: Report, fix: Fix) -> Iterator[Json]:
    """``fix``, if it has edits; one of a notebook is none of its JSON, and left out."""
    paths = dict.fromkeys(edit.path for edit in fix.edits)
    if not paths or not report.cells.keys().isdisjoint(paths):
        return
    yield {
        "description": {"text": shown(fix.message)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [_replacement(report, e) for e in fix.edits if e.path == path],
            }
            for path in paths
        ],
        "properties": {"applicability": fix.applicability.value},
    }


def _replacement(report: Report, edit: Edit) -> Json:
    newline = "\r\n" if b"\r\n" in report.read.get(edit.path, b"") else "\n"
    text = edit.text.replace("\n", newline)
    return {"deletedRegion": _span(edit.span), "insertedContent": {"text": text}}
