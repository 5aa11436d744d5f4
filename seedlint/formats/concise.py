"""One line a finding."""

from __future__ import annotations

from collections.abc import Iterator

import click

from seedlint.formats.text import shown
from seedlint.model import Applicability, Finding, Report


def render(report: Report) -> str:
    """``path:line:column: CODE message``, then a summary."""
    lines = [headline(report, finding) for finding in report.findings]
    return "\n".join([*lines, summary(report)])


def headline(report: Report, finding: Finding) -> str:
    view = report.view(finding.path, finding.span)
    code = click.style(finding.code, fg="red", bold=True)
    is_fixable = finding.fix is not None and finding.fix.applicability is Applicability.SAFE
    mark = f"[{click.style('*', fg='cyan')}] " if is_fixable else ""
    path = click.style(shown(finding.path), bold=True)
    return f"{path}:{view}: {code} {mark}{shown(finding.message)}"


def summary(report: Report) -> str:
    """What was found, in a sentence."""
    count = len(report.findings)
    if not count:
        return "" if report.problems else "All checks passed!"
    files = len({finding.path for finding in report.findings})
    found = f"Found {plural(count, 'finding')} in {plural(files, 'file')}."
    return "\n".join([found, *_fixable(report)])


def _fixable(report: Report) -> Iterator[str]:
    fixes = [finding.fix.applicability for finding in report.findings if finding.fix]
    safe, unsafe = (fixes.count(kind) for kind in (Applicability.SAFE, Applicability.UNSAFE))
    if safe:
        more = f" ({unsafe} more with `--unsafe-fixes`)" if unsafe else ""
        yield f"[*] {safe} fixable with `--fix`{more}."
    elif unsafe:
        yield f"{unsafe} fixable with `--fix --unsafe-fixes`."


def plural(count: int, word: str) -> str:
    """``count`` of the things that ``word`` names."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
