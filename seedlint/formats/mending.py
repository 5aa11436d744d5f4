"""What was mended, what was left, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seedlint.formats.concise import plural
from seedlint.model import Applicability, Finding, Outcome

NO_FIX = "there is no fix"
NEEDS_UNSAFE = "the fix is unsafe: `--unsafe-fixes` applies it"


def summary(outcome: Outcome, unsafe: bool, verb: str = "Fixed") -> str:
    """A line for what was mended, and one for each reason why something was not."""
    done, files = len(outcome.mended), len(outcome.changes)
    told = f"{verb} {plural(done, 'finding')} in {plural(files, 'file')}."
    return "\n".join([told if files else "Nothing to fix.", *_left(outcome, unsafe)])


def _left(outcome: Outcome, unsafe: bool) -> Iterator[str]:
    reasons = Counter(reason(outcome, finding, unsafe) for finding in outcome.report.findings)
    if reasons:
        yield f"Left {plural(sum(reasons.values()), 'finding')}:"
    for why, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count} because {why}"


def reason(outcome: Outcome, finding: Finding, unsafe: bool) -> str:
    """Why ``finding`` was not mended."""
    fix = finding.fix
    if fix is None:
        return NO_FIX
    if fix in outcome.refused:
        return outcome.refused[fix]
    if fix.applicability is Applicability.UNSAFE and not unsafe:
        return NEEDS_UNSAFE
    return fix.reason or NO_FIX
