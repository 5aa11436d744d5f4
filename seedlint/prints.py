"""Fingerprints of findings: they stay when lines are moved, and change with what is written there.

A fingerprint is made of the rule and of the line on which the finding starts, whatever its blanks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from seedlint.model import Finding, Problem, Report

DIGITS = 32


def content_print(report: Report, finding: Finding) -> str:
    """What ``finding`` says of its line, wherever that stands: in another place, cell or file.

    Equal for equal defects on equal lines: those have to be counted.
    """
    lines = report.texts.get(finding.path, ())
    at = finding.span.start.line
    line = lines[at - 1] if at <= len(lines) else ""
    return _hashed(finding.code, "".join(line.split()))


def prints(report: Report, findings: Iterable[Finding]) -> list[str]:
    """A fingerprint for each of ``findings``, in their order; no two are equal.

    It holds the path too, and how many equal ones stand above in the file.
    """
    seen: Counter[tuple[str, str]] = Counter()
    made = []
    for finding in findings:
        key = (finding.path, content_print(report, finding))
        made.append(_hashed(*key, str(seen[key])))
        seen[key] += 1
    return made


def problem_print(problem: Problem) -> str:
    """A fingerprint for ``problem``, which has no line of its own: no two are equal."""
    at = problem.position
    place = "" if at is None else f"{at.line}:{at.column}"
    return _hashed(problem.path, str(problem.cell), place, problem.message)


def _hashed(*words: str) -> str:
    # A name on the disk and a cell of a notebook may hold half of a surrogate pair.
    return sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
