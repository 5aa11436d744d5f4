"""What was there before: what a baseline holds, and what stands on lines that did not change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from seedlint import baseline, since
from seedlint.data import replace
from seedlint.model import Finding, Report, Stale


def sifted(report: Report, folders: Sequence[Path], revision: str | None) -> Report:
    """``report``, of all that is in ``folders`` and maybe more, without what is known.

    Raises `SeedlintError` for a broken baseline, and for a ``revision`` that git does not know.
    """
    known: set[Finding] = set()
    stale: list[Stale] = []
    for path in baseline.used(report):
        match = baseline.match(report, path, baseline.read(path), folders)
        known |= match.known
        stale += baseline.told(path, match.stale)
    if revision is not None:
        known |= since.untouched(report, since.changes(revision, Path.cwd()))
    return without(report, known, stale)


def without(report: Report, known: set[Finding], stale: Iterable[Stale] = ()) -> Report:
    """``report`` with what is ``known`` set aside."""
    if not known and not stale:
        return report
    return replace(
        report,
        findings=tuple(finding for finding in report.findings if finding not in known),
        known=tuple(finding for finding in report.findings if finding in known),
        stale=tuple(stale),
    )
