"""Findings as JSON, one line each."""

from __future__ import annotations

import json

from seedlint.formats.as_json import entry
from seedlint.model import Report


def render(report: Report) -> str:
    """The objects of the format ``json``, each on a line of its own."""
    return "\n".join(json.dumps(entry(report, finding)) for finding in report.findings)
