"""One line a finding."""

from __future__ import annotations

import click

from seedlint.model import Finding, Report


def render(report: Report) -> str:
    """``path:line:column: CODE message``, then a summary."""
    return "\n".join([*map(headline, report.findings), summary(report)])


def headline(finding: Finding) -> str:
    start = finding.span.start
    place = f"{click.style(finding.path, bold=True)}:{start.line}:{start.column}:"
    return f"{place} {click.style(finding.code, fg='red', bold=True)} {finding.message}"


def summary(report: Report) -> str:
    """What was found, in a sentence."""
    count = len(report.findings)
    if not count:
        return "" if report.problems else "All checks passed!"
    files = len({finding.path for finding in report.findings})
    return f"Found {_plural(count, 'finding')} in {_plural(files, 'file')}."


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
