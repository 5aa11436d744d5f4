"""Comments that silence findings, behaving as ruff's ``noqa`` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from functools import cache, partial

from seedlint.data import replace
from seedlint.facts import ModuleFacts, Silence
from seedlint.layout import Lines, ends
from seedlint.model import Finding, Silenced
from seedlint.rules import CODES, unused_suppression

# What other files may bring into one: they join what it builds.
FROM_ELSEWHERE = frozenset({"SDL002", "SDL005"})


def judged(
    facts: ModuleFacts,
    findings: Sequence[Finding],
    lines: Callable[[str], Lines],
    complete: bool = True,
) -> Iterator[Finding | Silenced]:
    """Each of ``findings``, all in the file of ``facts``, silenced if a comment does that.

    Then one more for each comment that silences nothing. A comment counts on the first or the last
    line of what was found, or the next one where that goes on in a string or behind a backslash.
    ``lines`` are those of a path. Unless the run is ``complete``, files that it did not read may
    bring something to silence.
    """
    behind = partial(_behind, cache(lambda: frozenset(ends(lines(facts.path)))))
    used: dict[Silence, set[str]] = {silence: set() for silence in facts.silences}
    for finding in findings:
        hits = [silence for silence in facts.silences if _covers(silence, finding, behind)]
        for silence in hits:
            used[silence].add(finding.code)
        yield _silenced(finding, hits[0], lines) if hits else finding
    # Comments on whole files last: they may silence what is said of the others.
    for silence in sorted(used, key=lambda silence: silence.form == "ignore-file"):
        is_told = complete or not _may_be_joined(facts, silence)
        hit = used[silence] if is_told else used[silence] | FROM_ELSEWHERE
        complaint = _complaint(facts.path, silence, hit, lines)
        if complaint is None:
            continue
        hits = [
            outer
            for outer in facts.silences
            if outer.form == "ignore-file" != silence.form and _covers(outer, complaint, behind)
        ]
        for outer in hits:
            used[outer].add(complaint.code)
        yield _silenced(complaint, hits[0], lines) if hits else complaint


def _silenced(finding: Finding, silence: Silence, lines: Callable[[str], Lines]) -> Silenced:
    """``finding``, which is not to be mended, with the reason that is written behind the codes."""
    end = silence.span.end
    behind = lines(finding.path)[end.line - 1][end.column - 1 :]
    reason = behind.partition("#")[0].strip(unused_suppression.MARKS)
    return Silenced(replace(finding, fix=None), reason)


def _may_be_joined(facts: ModuleFacts, silence: Silence) -> bool:
    """Whether ``silence`` speaks of what a function builds, which other files may call."""
    line = silence.span.start.line
    return any(
        call.spot.scope > 0
        and (silence.form == "ignore-file" or line in (call.span.start.line, call.span.end.line))
        for call in facts.calls
    )


def _complaint(
    path: str, silence: Silence, used: set[str], lines: Callable[[str], Lines]
) -> Finding | None:
    """The finding for ``silence``, of which the codes ``used`` silenced something."""
    if silence.form == "noqa" and not CODES.intersection(silence.codes):
        return None
    if unused_suppression.RULE.code in silence.codes:
        return None
    unused = _unused(silence, used)
    if used and not unused:
        return None
    is_whole = not used and len(unused) == len(silence.codes)
    return unused_suppression.finding(path, silence, () if is_whole else unused, lines(path))


def _covers(silence: Silence, finding: Finding, behind: Callable[[int, int], bool]) -> bool:
    if silence.codes and finding.code not in silence.codes:
        return False
    line, last = silence.span.start.line, finding.span.end.line
    return (
        silence.form == "ignore-file"
        or line in (finding.span.start.line, last)
        or behind(line, last)
    )


def _behind(places: Callable[[], Set[int]], line: int, last: int) -> bool:
    """Whether ``line`` is the first of ``places`` for a comment from the line ``last`` on."""
    return line > last and places().isdisjoint(range(last, line))


def _unused(silence: Silence, used: set[str]) -> tuple[str, ...]:
    """The codes of ``silence`` that silence nothing; those of other tools are not ours to judge."""
    ours = [c for c in silence.codes if silence.form != "noqa" or c in CODES]
    return tuple(code for code in ours if code not in used)
