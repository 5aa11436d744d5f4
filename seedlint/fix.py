"""Mend what was found: choose fixes, prove them in memory, and only then write.

A fix is left out if two edits want one place, if the new text does not parse or says anything else
beside the edits, if its finding does not go away, or if another one comes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from pathlib import Path

from seedlint.data import dataclass, field, replace
from seedlint.edits import Replacement, apply, shifted
from seedlint.ignores import remedied
from seedlint.known import sifted, without
from seedlint.model import (
    UNREAD,
    Applicability,
    Change,
    Edit,
    Finding,
    Fix,
    Outcome,
    Place,
    Position,
    Problem,
    Report,
)
from seedlint.notebook import Notebook, source_of
from seedlint.proof import is_same
from seedlint.reading import Memory
from seedlint.request import Request
from seedlint.rules import missing_seed, unused_suppression
from seedlint.run import examine
from seedlint.source import encoded
from seedlint.splice import spliced
from seedlint.writing import write

# A fix that cannot be proved costs a few rounds: it is searched for by halving.
MAX_ROUNDS = 30
LEFT_OVER = unused_suppression.RULE.code
UNTOLD = missing_seed.RULE.code

Wanted = Callable[[Finding], bool]
"""Whether a finding is to be mended."""


def mend(request: Request, unsafe: bool, memory: Memory | None = None) -> Outcome:
    """What the fixes, the ``unsafe`` ones too if so said, make of ``request``; nothing is written.

    ``memory`` makes the next run cheaper. Raises `SeedlintError` for broken settings.
    """
    task = Task(replace(request, mending=True), partial(is_allowed, unsafe), memory or Memory())
    first = task.report()
    found = sifted(first, task.request.folders, task.request.since).findings
    # Other files may join the models that are built here, set what is read, seed before it.
    if any(task.wanted(finding) or _is_open(finding) for finding in found):
        return mended(replace(task, request=replace(task.request, thorough=True)))
    return mended(task, first)


def _is_open(finding: Finding) -> bool:
    """Whether its fix depends on files that were not read."""
    return finding.fix is not None and finding.fix.reason == UNREAD


def silence(request: Request, memory: Memory | None = None) -> Outcome:
    """What comments that silence all that is found make of ``request``; nothing is written.

    ``memory`` makes the next run cheaper. Raises `SeedlintError` for broken settings.
    """
    return mended(Task(request, partial(is_allowed, False), memory or Memory(), remedied=remedied))


def is_allowed(unsafe: bool, finding: Finding) -> bool:
    """Whether ``finding`` has a fix that may be applied, if ``unsafe`` ones may."""
    allowed = (Applicability.SAFE, Applicability.UNSAFE)[: 1 + unsafe]
    fix = finding.fix
    return fix is not None and bool(fix.edits) and fix.applicability in allowed


def _unmended(report: Report, known: Set[Finding]) -> Report:
    """``report`` without fixes of what is ``known``."""
    if not known:
        return report
    found = (replace(f, fix=None) if f in known else f for f in report.findings)
    return replace(report, findings=tuple(found))


@dataclass(frozen=True, slots=True)
class Task:
    """What to mend: the fixes that are ``wanted``, of what ``request`` finds in ``overlay``.

    ``remedied`` gives the findings of a report the fixes that are used, the known ones none.
    """

    request: Request
    wanted: Wanted
    memory: Memory
    overlay: Mapping[Path, bytes] = field(default_factory=dict)
    remedied: Callable[[Report, Set[Finding]], Report] = _unmended

    def report(self, changes: Iterable[Change] = ()) -> Report:
        """What is found once ``changes`` are made."""
        new = {Path(change.path): change.new for change in changes}
        return examine(self.request, {**self.overlay, **new}, self.memory)

    def prepared(self, report: Report, known: Set[Place]) -> Report:
        return self.remedied(report, _at(report, known))


def mended(task: Task, first: Report | None = None, rounds: int = MAX_ROUNDS) -> Outcome:
    """What comes of ``task``, of which ``first`` is the report; nothing is written.

    Some fixes show only in the ``rounds`` after the first one.
    """
    first = task.report() if first is None else first
    before = sifted(first, task.request.folders, task.request.since)
    known = frozenset(_place(finding, finding.span.start) for finding in before.known)
    outcome = further = Outcome(task.prepared(first, known), known=known)
    for _ in range(rounds):
        further = _further(task, outcome)
        if len(further.mended) == len(outcome.mended):
            break
        outcome = further
    left = without(further.report, _at(further.report, further.known), before.stale)
    return replace(further, report=left)


def _at(report: Report, places: Set[Place]) -> set[Finding]:
    """The findings of ``report`` at ``places``."""
    return {finding for finding in report.findings if _place(finding, finding.span.start) in places}


def _further(task: Task, outcome: Outcome) -> Outcome:
    """``outcome`` with all fixes that can be used at once."""
    refused = dict(outcome.refused)
    chosen = _chosen(outcome.report.findings, task.wanted, refused)
    while chosen:
        fixes = _fixes(chosen)
        edited = _edited(outcome.report, fixes)
        changes = _joined(outcome.changes, edited.changes)
        report = outcome.report if edited.failed else task.report(changes)
        failed = edited.failed or dict(_disproved(outcome.report, report, chosen))
        if not failed:
            known = _still(outcome, chosen)
            report = task.prepared(report, known)
            return Outcome(report, changes, (*outcome.mended, *chosen), refused, known)
        if len(failed) == 1:
            refused.update(failed)
            chosen = _chosen(outcome.report.findings, task.wanted, refused)
        else:
            # Any of them may be the one that fails: half of them have to wait.
            later = set(list(failed)[len(failed) // 2 :])
            chosen = [finding for finding in chosen if finding.fix not in later]
    return replace(outcome, refused=refused)


def _fixes(findings: Iterable[Finding]) -> tuple[Fix, ...]:
    return tuple(dict.fromkeys(f.fix for f in findings if f.fix is not None))


def written(outcome: Outcome) -> Outcome:
    """``outcome`` once its changes are written; what could not be is a problem of its report."""
    failed: dict[str, str] = {}
    for change in outcome.changes:
        missing = sorted(failed.keys() & change.after)
        # A call must not pass what its function does not take.
        reason = f"it builds on `{missing[0]}`" if missing else _write(change)
        if reason is not None:
            failed[change.path] = reason
    report = outcome.report
    problems = (Problem(path, f"not fixed: {reason}") for path, reason in failed.items())
    return replace(
        outcome,
        report=replace(report, problems=(*report.problems, *problems)),
        changes=tuple(change for change in outcome.changes if change.path not in failed),
        mended=tuple(finding for finding in outcome.mended if finding.path not in failed),
    )


def _write(change: Change) -> str | None:
    return write(Path(change.path), change.old, change.new)


# choosing


def _chosen(
    findings: Iterable[Finding], wanted: Wanted, refused: Mapping[Fix, str]
) -> list[Finding]:
    """The findings that are mended first: none of their fixes wants what another one changes."""
    taken = _Taken()
    return [
        finding
        for finding in findings
        if wanted(finding)
        and finding.fix is not None
        and finding.fix.edits
        and finding.fix not in refused
        and taken.add(finding.fix.edits)
    ]


class _Taken:
    """The edits that are chosen."""

    def __init__(self) -> None:
        self._known: set[Edit] = set()
        self._spans: dict[str, list[tuple[Position, Position]]] = defaultdict(list)

    def add(self, edits: Sequence[Edit]) -> bool:
        """Take ``edits``, unless one of them meets another that is taken."""
        new = [edit for edit in edits if edit not in self._known]
        if any(map(self._meets, new)):
            return False
        self._known.update(new)
        for edit in new:
            spans = self._spans[edit.path]
            place = (edit.span.start, edit.span.end)
            spans.insert(bisect_left(spans, place), place)
        return True

    def _meets(self, edit: Edit) -> bool:
        spans, start, end = self._spans[edit.path], edit.span.start, edit.span.end
        index = bisect_left(spans, (start, start))
        is_met = index < len(spans) and (spans[index][0] < end or spans[index][0] == start)
        return is_met or (index > 0 and spans[index - 1][1] > start)


# editing


@dataclass(frozen=True, slots=True)
class _Edited:
    changes: tuple[Change, ...]
    failed: dict[Fix, str]


def _edited(report: Report, fixes: Sequence[Fix]) -> _Edited:
    """The files of ``report`` with ``fixes``."""
    by_path: dict[str, list[Edit]] = defaultdict(list)
    for edit in dict.fromkeys(edit for fix in fixes for edit in fix.edits):
        by_path[edit.path].append(edit)
    changes: list[Change] = []
    failed: dict[Fix, str] = {}
    for path, edits in by_path.items():
        new = _rewritten(path, report.read[path], edits)
        if isinstance(new, bytes):
            after = frozenset(before for fix in fixes for before in _before(fix, path))
            changes.append(Change(path, report.read[path], new, after))
        else:
            failed.update({fix: new for fix in fixes if _touches(fix, path)})
    return _Edited(tuple(changes), failed)


def _rewritten(path: str, old: bytes, edits: Iterable[Edit]) -> bytes | str:
    """``old`` with ``edits``, or why that cannot be."""
    source = source_of(old, path)
    if isinstance(source, Problem):
        return source.message
    replacements = [(edit.span, edit.text) for edit in edits]
    try:
        text = apply(source.text, replacements)
        if not is_same(source.text, text, replacements):
            return "the new text would not say the same"
        if isinstance(source, Notebook):
            return spliced(old, replacements)
    except ValueError as error:
        return str(error)
    new = encoded(source, old, text)
    return new.message if isinstance(new, Problem) else new


def _before(fix: Fix, path: str) -> list[str]:
    """The files that ``fix`` changes before ``path``."""
    paths = list(dict.fromkeys(edit.path for edit in fix.edits))
    return paths[: paths.index(path)] if path in paths else []


def _touches(fix: Fix, path: str) -> bool:
    return any(edit.path == path for edit in fix.edits)


def _joined(first: Sequence[Change], then: Iterable[Change]) -> tuple[Change, ...]:
    """One change a file: what ``then`` makes of what ``first`` has made."""
    found = {change.path: change for change in first}
    for change in then:
        known = found.get(change.path)
        after = change.after if known is None else change.after | known.after
        old = change.old if known is None else known.old
        found[change.path] = replace(change, old=old, after=after)
    return tuple(found.values())


# proving


def _disproved(
    before: Report, after: Report, chosen: Sequence[Finding]
) -> Iterator[tuple[Fix, str]]:
    """The fixes of ``chosen`` that did not do what they should, and what is wrong with them."""
    edits = _by_path(chosen)
    left = {_place(finding, finding.span.start): finding for finding in after.findings}
    places = dict(_moved(before.findings, edits))
    for finding in chosen:
        if finding.fix is not None and places.get(finding) in left:
            yield finding.fix, "it would not mend it"
    # What stays may go by another name: a function has a seed at hand that had none. And where
    # another rule spoke, a missing seed was not told.
    known = {places[finding][:2] for finding in places.keys() - set(chosen)}
    untold = {place[:2] for place in places.values()}
    troubles = {problem.path: problem.message for problem in {*after.problems} - {*before.problems}}
    touched = {fix: dict.fromkeys(_touched(finding, fix)) for finding, fix in _pairs(chosen)}
    near = {path for paths in touched.values() for path in paths}
    for path, start, code in sorted(left):
        # A comment is left over where all that it silenced is mended; the next round removes it.
        is_known = (path, start) in (untold if code == UNTOLD else known)
        if not is_known and code != LEFT_OVER:
            source = _source(left[path, start, code], near)
            troubles.setdefault(source, f"it would bring {code}")
    # What none of them has to do with can still come of any: a seed goes from file to file.
    far = troubles.keys() - near
    for fix, paths in touched.items():
        for path in (*paths, *sorted(far)):
            if path in troubles:
                yield fix, troubles[path]


def _source(finding: Finding, near: Set[str]) -> str:
    """The file of those ``near`` by which ``finding`` came: its own, or one on the seed's way."""
    way = (finding.path, *(note.path for note in finding.notes if note.path is not None))
    return next((path for path in way if path in near), finding.path)


def _pairs(chosen: Iterable[Finding]) -> Iterator[tuple[Finding, Fix]]:
    return ((finding, finding.fix) for finding in chosen if finding.fix is not None)


def _touched(finding: Finding, fix: Fix) -> Iterator[str]:
    """The files that ``fix`` changes, and those that have a part in ``finding``."""
    yield from (edit.path for edit in fix.edits)
    yield from (note.path for note in finding.notes if note.path is not None)


def _by_path(chosen: Iterable[Finding]) -> dict[str, list[Replacement]]:
    """What the fixes of ``chosen`` change in each file."""
    edits: dict[str, list[Replacement]] = defaultdict(list)
    for edit in {edit for fix in _fixes(chosen) for edit in fix.edits}:
        edits[edit.path].append((edit.span, edit.text))
    return edits


def _still(outcome: Outcome, chosen: Iterable[Finding]) -> frozenset[Place]:
    """Where that stands which is known in ``outcome``, once ``chosen`` is mended."""
    findings = _at(outcome.report, outcome.known)
    return frozenset(place for _, place in _moved(findings, _by_path(chosen)))


def _moved(
    findings: Iterable[Finding], edits: Mapping[str, Sequence[Replacement]]
) -> Iterator[tuple[Finding, Place]]:
    """``findings``, where they stand after ``edits``, unless these take their place."""
    for finding in findings:
        start = shifted(finding.span.start, edits.get(finding.path, ()))
        if start is not None:
            yield finding, _place(finding, start)


def _place(finding: Finding, start: Position) -> Place:
    return (finding.path, start, finding.code)
