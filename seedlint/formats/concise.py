"""One line a finding."""

from __future__ import annotations

from collections.abc import Iterator

import click

from seedlint.data import dataclass
from seedlint.formats.terminal import folded
from seedlint.formats.text import shown
from seedlint.model import UNREAD, Applicability, Finding, Report


@dataclass(frozen=True, slots=True)
class Look:
    """How wide the terminal is, if there is one, and whether only findings are told."""

    fold: int | None = None
    quiet: bool = False

    @property
    def columns(self) -> int:
        """How wide a line of source may be."""
        return self.fold or COLUMNS


COLUMNS = 140
PLAIN = Look()


def render(report: Report, look: Look = PLAIN) -> str:
    """``path:line:column: CODE message``, then a summary."""
    lines = [headline(report, finding) for finding in report.findings]
    return "\n".join(filter(None, [*lines, summary(report, look)]))


def headline(report: Report, finding: Finding, look: Look = PLAIN) -> str:
    view = report.view(finding.path, finding.span)
    code = click.style(finding.code, fg="red", bold=True)
    is_fixable = finding.fix is not None and finding.fix.applicability is Applicability.SAFE
    mark = f"[{click.style('*', fg='cyan')}] " if is_fixable else ""
    path = click.style(shown(finding.path), bold=True)
    return folded(f"{path}:{view}: {code} {mark}", shown(finding.message), look.fold)


def summary(report: Report, look: Look = PLAIN) -> str:
    """What was found, in a sentence."""
    count = len(report.findings)
    if look.quiet:
        return ""
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
    unread = sum(f.fix is not None and f.fix.reason == UNREAD for f in report.findings)
    if unread:
        more = " more" if safe or unsafe else ""
        yield f"{unread}{more} may be fixable: `seedlint --diff` reads what that depends on."


def plural(count: int, word: str) -> str:
    """``count`` of the things that ``word`` names."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
