"""One run: read the files once, join them, ask the rules, take out what is silenced."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from seedlint import needles
from seedlint.config import Config, is_project
from seedlint.data import dataclass, replace
from seedlint.deep import deeply
from seedlint.forks import can_fork
from seedlint.marks import Marks, Seen
from seedlint.model import Finding, Linted, Problem, Report, Silenced
from seedlint.reading import Memory, Prefilter, Progress, Reader
from seedlint.request import Request, are_all, plan, rest_of
from seedlint.settings import is_selected

if TYPE_CHECKING:
    from seedlint.cache import Entry
    from seedlint.judging import Judge
    from seedlint.parts import Part
    from seedlint.project import Project
    from seedlint.recall import Recall


# In bytes of what matters: to judge them takes some seconds.
WORTHWHILE = 1_000_000

Judged = tuple[list[Report], Mapping[str, "Entry"], Seen]
"""What is said of some parts of a project, what of it is to be kept, and what was looked at."""

See = Callable[["Project", Set[str], Reader], None]
"""What wants to see a project, the names of those of its files that were asked for, and them."""


def lint(
    request: Request,
    overlay: Mapping[Path, bytes] | None = None,
    memory: Memory | None = None,
) -> Report:
    """`examine`, but for what is known. Raises `SeedlintError` for a broken baseline too."""
    report = examine(request, overlay, memory)
    if not report.linted and request.since is None:
        return report
    from seedlint.known import sifted

    return sifted(report, request.folders, request.since)


def examine(
    request: Request,
    overlay: Mapping[Path, bytes] | None = None,
    memory: Memory | None = None,
    see: See | None = None,
) -> Report:
    """Run the selected rules over ``request``. Raises `SeedlintError` for broken settings.

    ``overlay`` is read in place of what is on the disk; ``memory`` makes the next run cheaper;
    ``see`` is shown each project.
    """
    # Syntax trees hold no cycles, and looking for some in them doubles the cost of a run.
    was_looked_for = gc.isenabled()
    gc.disable()
    try:
        return _lint(request, overlay or {}, Memory() if memory is None else memory, see)
    finally:
        if was_looked_for:
            gc.enable()


def _lint(
    request: Request, overlay: Mapping[Path, bytes], memory: Memory, see: See | None
) -> Report:
    planned = plan(request)
    settings, tops = planned.settings, planned.settings.tops
    if request.stdin is not None:
        overlay = {**dict((request.stdin,)), **overlay}
    parts = []
    for group in planned.groups:
        root = group.settings.root
        asked_for = any(top == root or top in root.parents for top in tops)
        complete = request.stdin is None and (asked_for or are_all(group, settings))
        others = tuple if complete else cache(partial(rest_of, group, settings))
        case = _Case(request, group.settings, group.paths, others, complete, overlay, memory, see)
        try:
            parts.append(_asked(case))
        except RecursionError:
            # Nobody knows how long a chain of helpers may be.
            parts.append(deeply(partial(_asked, case)))
    return _joined(parts, (*planned.problems, *settings.problems.values()))


def _joined(parts: Sequence[Report], problems: Iterable[Problem]) -> Report:
    """One report of what is told of some projects, and of further ``problems``."""
    found = [finding for part in parts for finding in part.findings]
    silenced = [one for part in parts for one in part.silenced]
    failed = {*problems, *(problem for part in parts for problem in part.problems)}
    return Report(
        findings=tuple(sorted(found, key=lambda finding: finding.sort_key)),
        problems=tuple(sorted(failed, key=lambda problem: problem.sort_key)),
        files=sum(part.files for part in parts),
        texts={path: text for part in parts for path, text in part.texts.items()},
        read={path: data for part in parts for path, data in part.read.items()},
        cells={path: cells for part in parts for path, cells in part.cells.items()},
        silenced=tuple(sorted(silenced, key=lambda one: one.finding.sort_key)),
        linted={path: how for part in parts for path, how in part.linted.items()},
    )


def _report(
    reader: Reader, said: Iterable[Finding | Silenced], problems: Iterable[Problem]
) -> Report:
    """What is ``said`` of some files, with the texts that it speaks of."""
    silenced = tuple(one for one in said if isinstance(one, Silenced))
    findings = tuple(one for one in said if isinstance(one, Finding))
    every = (*findings, *(one.finding for one in silenced))
    named = {finding.path for finding in every}
    named |= {note.path for finding in every for note in finding.notes if note.path}
    named |= {edit.path for finding in every if finding.fix for edit in finding.fix.edits}
    texts = {path: name for name in reader.codes if (path := reader.shown(name)) in named}
    return Report(
        findings,
        tuple(problems),
        files=0,
        texts={path: tuple(reader.lines(name)) for path, name in texts.items()},
        read={path: reader.read[name] for path, name in texts.items()},
        cells={
            path: cells for path, name in texts.items() if (cells := reader.cells(name)) is not None
        },
        silenced=silenced,
    )


def _prefilter(config: Config, is_wanted: bool) -> Prefilter:
    """Which files matter; all of them do if no prefilter ``is_wanted``."""
    rules = [code for code in needles.CODES if is_selected(code, config)]
    layers = needles.of_layers(config.families, (row.name for row in config.extra_layers))
    draws = needles.of_draws(rules) if is_wanted else ((b"",),)
    others = needles.of_others(rules)
    search = needles.search
    question = f"{draws} {layers} {others} {config.families} {config.extra_layers}"
    return Prefilter(search(draws), search(layers), search(others), _is_foreign(config), question)


def _is_foreign(config: Config) -> Callable[[bytes], bool]:
    """Whether the layers that a source names are none of Keras."""

    # Most runs never ask.
    @cache
    def known() -> tuple[frozenset[bytes], frozenset[str]]:
        from seedlint import catalogue

        wanted = catalogue.load().limited_to(config.families, config.extra_layers)
        return frozenset(map(str.encode, wanted.row_words)), wanted.lookalikes

    def is_foreign(data: bytes) -> bool:
        from seedlint import foreign

        return foreign.is_foreign(data, *known())

    return is_foreign


@dataclass(frozen=True, slots=True)
class _Case:
    """The files of one project that were ``asked`` for, and its ``others``.

    ``complete`` says that there are none.
    """

    request: Request
    config: Config
    asked: Sequence[str]
    others: Callable[[], Sequence[str]]
    complete: bool
    overlay: Mapping[Path, bytes]
    memory: Memory
    see: See | None

    @property
    def root(self) -> Path:
        return self.config.root.resolve()

    @property
    def beside(self) -> Sequence[str]:
        """The others whose numbers are asked for."""
        return self.others() if self.request.mending or self.request.thorough else ()

    @property
    def read_too(self) -> Sequence[str]:
        """The others of which more is asked than their numbers."""
        return self.others() if self.request.thorough else ()

    @property
    def far(self) -> Sequence[str]:
        """The others of which no more is asked than what they seed or set."""
        # Outside of a project, all of a disk may have to be looked through.
        return self.others() if not self.request.thorough and is_project(self.root) else ()

    @property
    def kept(self) -> Path:
        """The folder of what is kept from run to run."""
        return self.root / self.config.cache_dir

    @property
    def is_repeated(self) -> bool:
        """Whether what is found is kept: of a folder as it is on the disk, shown to nobody."""
        is_plain = not self.overlay and self.see is None
        return self.memory.is_kept and is_plain and bool(self.request.folders)


def _asked(case: _Case) -> Report:
    """What is to be said of ``case``."""
    request, config = case.request, case.config
    reader = Reader(
        case.root,
        _prefilter(config, request.prefilter),
        case.overlay,
        case.memory,
        case.kept,
        request.progress,
        config.max_file_size,
    )
    recall = partial(_recall, case, Marks())
    try:
        # Most small projects have no cache, and need none.
        is_known = case.is_repeated and case.kept.is_dir()
        report = _recalled(recall(), reader) if is_known else None
        if report is None:
            report = _found(case, reader, recall)
        linted = dict(_linted(config, reader, case.asked))
        return replace(report, files=len(case.asked), linted=linted)
    finally:
        reader.save()


def _recall(case: _Case, marks: Marks) -> Recall:
    """What earlier runs have found that asked the same as ``case``."""
    from seedlint import pins
    from seedlint.recall import Recall

    request, config = case.request, case.config
    pinned = pins.keras_version(config.root) if config.keras_version is None else None
    ways = (request.thorough, request.prefilter, case.complete, len(case.asked))
    question = f"{config} {pinned} {ways} {Path.cwd()}"
    return Recall(case.root, case.kept, question, [*case.asked, *case.beside], marks)


def _recalled(recall: Recall, reader: Reader) -> Report | None:
    """What an earlier run has found, if it still holds."""
    verdict = recall.find()
    if verdict is None:
        return None
    reader.recall(verdict.spoken)
    return _report(reader, [*verdict.findings, *verdict.silenced], verdict.problems)


def _found(case: _Case, reader: Reader, recall: Callable[[], Recall]) -> Report:
    """What is found now; where anything was judged, it is kept."""
    names = list(dict.fromkeys(map(reader.name_of, case.asked)))
    wanted, rest = reader.wanted(names, case.complete or bool(case.read_too))
    if not wanted and not case.read_too:
        return _report(reader, (), reader.problems)
    keeping = recall() if case.is_repeated else None
    report = _joined(_judged(case, reader, names, wanted, rest), ())
    if keeping is not None:
        from seedlint.recall import Verdict

        spoken = tuple(reader.name_of(os.path.realpath(path)) for path in report.texts)
        verdict = Verdict(report.findings, report.silenced, report.problems, spoken)
        keeping.keep(verdict, reader.seen())
    return report


def _judged(
    case: _Case, reader: Reader, names: list[str], wanted: list[str], rest: list[str]
) -> list[Report]:
    """What is to be said of the files ``names``: of those ``wanted``, and of the ``rest``."""
    # It takes ten times as long to load as to find that no file matters.
    from seedlint.judging import Judge

    beside = list(map(reader.name_of, case.beside))
    seeds = cache(partial(reader.overview.numbers, [*names, *beside]))

    @cache
    def far() -> list[str]:
        reader.roam()
        return list(map(reader.name_of, case.far))

    judge = Judge(case.config, reader, case.request.thorough, seeds, far)
    # No two seeds of a project may be equal, where that is asked for.
    is_divisible = case.config.duplicate_scope != "project"
    if case.complete and case.see is None and is_divisible:
        from seedlint.parts import parted

        parts = parted(wanted, rest, reader.overview.imports)
        if len(parts) > 1:
            processes, progress = case.memory.processes, case.request.progress
            return _apart(parts, judge, processes, progress, len(names))
    modules = reader.modules(wanted, len(names))
    problems = list(reader.problems)
    others, unread = reader.wanted(list(map(reader.name_of, case.read_too)), True)
    every = {**modules, **reader.modules(others)}
    editable = frozenset(modules).union(rest)
    said = judge.said(every, [*rest, *unread], editable, case.complete)
    if case.see is not None and judge.joined is not None:
        case.see(judge.joined, frozenset(names), reader)
    return [_report(reader, said, problems if case.read_too else reader.problems)]


def _apart(
    parts: Sequence[Part], judge: Judge, processes: int, progress: Progress, total: int
) -> list[Report]:
    """What ``judge`` says of ``parts`` of ``total`` files, in up to ``processes`` where it pays."""
    from seedlint.children import Talk, agreed

    reader = judge.reader

    def judged(some: Sequence[Part]) -> Talk[Set[str], frozenset[str], Judged]:
        before = frozenset(reader.news())
        read = [reader.modules(part.wanted) for part in some]
        changed = yield {name for facts in chain(*map(dict.values, read)) for name in facts.foreign}
        reports = []
        for part, modules in zip(some, read, strict=True):
            editable = frozenset(modules).union(part.rest)
            said = judge.said(modules, [*part.rest], editable, True, changed)
            reports.append(_report(reader, said, reader.problems))
        news = reader.news()
        return reports, {name: news[name] for name in news.keys() - before}, reader.seen()

    sizes = {part: sum(map(reader.size, part.wanted)) for part in parts}
    shares = _shares(sizes)
    files = [sum(len(part.wanted) + len(part.rest) for part in some) for some in shares]
    left = 2 * sum(files)

    def heard(number: int) -> None:
        nonlocal left
        left -= files[number]
        progress(total - left // 2, total)

    if can_fork() and processes > 1 and sum(sizes.values()) >= WORTHWHILE:
        # What all of them ask for is found out before they part.
        judge.seeds()
        reader.go_alone()
    else:
        processes = 1
        reader.modules([name for part in parts for name in part.wanted], total)
    found: list[Report] = []
    tasks = [partial(judged, some) for some in shares]
    for reports, news, seen in agreed(tasks, _united, processes, heard):
        reader.keep(news)
        reader.take(seen)
        found += reports
    return found


def _united(sets: Sequence[Set[str]]) -> frozenset[str]:
    return frozenset(chain.from_iterable(sets))


def _shares(sizes: Mapping[Part, int]) -> list[list[Part]]:
    """The parts by shares, the largest first; small ones together."""
    shares: list[list[Part]] = []
    room = 0
    for part in sorted(sizes, key=lambda part: -sizes[part]):
        if not shares or sizes[part] > room:
            shares.append([])
            room = WORTHWHILE
        shares[-1].append(part)
        room -= sizes[part]
    return shares


def _linted(config: Config, reader: Reader, paths: Iterable[str]) -> Iterator[tuple[str, Linted]]:
    """How each of ``paths`` was linted, if they have a baseline."""
    if config.baseline is None:
        return
    codes = frozenset(code for code in needles.CODES if is_selected(code, config))
    how = Linted(codes, str(config.root / config.baseline))
    for path in paths:
        yield reader.shown(reader.name_of(path)), how
