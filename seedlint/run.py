"""One run: find the files, read them once, join them, ask the rules, take out what is silenced."""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from seedlint import catalogue, project
from seedlint.config import Config, Partial
from seedlint.discover import File, is_forced_out, matcher, walk
from seedlint.facts import ModuleFacts
from seedlint.known import sifted
from seedlint.mends import Texts
from seedlint.model import (
    Applicability,
    Cells,
    Finding,
    Linted,
    Problem,
    Report,
    SeedlintError,
    Silenced,
)
from seedlint.names import Names
from seedlint.notebook import Notebook
from seedlint.project import Project
from seedlint.reading import Memory, Progress, Reader, unseen
from seedlint.rule import Rule
from seedlint.rules import RULES
from seedlint.settings import Settings, bad_pattern
from seedlint.silence import judged


@dataclass(frozen=True, slots=True)
class Request:
    """What to lint and how; ``overrides`` win over every pyproject, ``stdin`` over its file.

    ``since`` names a git revision: what stands on lines that did not change is known.

    A ``thorough`` run reads whatever may build a layer, in all files of a project, though it judges
    only those of ``paths``: what mends a layer depends on how often it is built.
    """

    paths: tuple[Path, ...]
    overrides: Partial = field(default_factory=Partial)
    config_file: Path | None = None
    isolated: bool = False
    stdin: tuple[Path, bytes] | None = None
    thorough: bool = False
    progress: Progress = unseen
    since: str | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Those of ``paths`` below which all was linted."""
        return () if self.stdin else tuple(path for path in self.paths if os.path.isdir(path))


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to lint, by the roots of their projects, and the settings of their folders."""

    groups: Mapping[Path, Sequence[Path]]
    settings: Settings
    problems: tuple[Problem, ...]


See = Callable[[Project, Set[str], Reader], None]
"""What wants to see a project, the names of those of its files that were asked for, and them."""


def lint(
    request: Request,
    overlay: Mapping[Path, bytes] | None = None,
    memory: Memory | None = None,
) -> Report:
    """`examine`, but for what is known. Raises `SeedlintError` for a broken baseline too."""
    return sifted(examine(request, overlay, memory), request.folders, request.since)


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
    gc.disable()
    try:
        return _lint(request, overlay or {}, Memory() if memory is None else memory, see)
    finally:
        gc.enable()


def plan(request: Request) -> Plan:
    """What a run over ``request`` would lint. Raises `SeedlintError` for broken settings."""
    bad = bad_pattern(request.overrides)
    if bad is not None:
        raise SeedlintError(f"invalid pattern `{bad[1]}` in `--{bad[0]}`")
    tops = tuple(Path(os.path.realpath(path)) for path in request.paths if os.path.isdir(path))
    settings = Settings(tops, request.overrides, request.config_file, request.isolated)
    problems: list[Problem] = []
    groups: dict[Path, list[Path]] = defaultdict(list)
    for found in _files(request, settings):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            folder = found.path.parent
            groups[settings.of(folder).root].append(found.path)
    return Plan(groups, settings, (*problems, *settings.problems.values()))


def _lint(
    request: Request, overlay: Mapping[Path, bytes], memory: Memory, see: See | None
) -> Report:
    planned = plan(request)
    settings, tops = planned.settings, planned.settings.tops
    problems = list(planned.problems)
    if request.stdin is not None:
        overlay = {**dict((request.stdin,)), **overlay}
    findings: list[Finding] = []
    silenced: list[Silenced] = []
    linted: dict[str, Linted] = {}
    texts: dict[str, tuple[str, ...]] = {}
    read: dict[str, bytes] = {}
    cells: dict[str, Cells] = {}
    for root, paths in planned.groups.items():
        asked_for = any(top == root or top in root.parents for top in tops)
        complete = asked_for and request.stdin is None
        group = _Group(settings.of(paths[0].parent), overlay, memory, request)
        beside = [] if complete or not request.thorough else _beside(root, paths, settings)
        said, failed = group.findings(paths, beside, complete)
        if see is not None and group.joined is not None:
            see(group.joined, frozenset(map(group.reader.name_of, paths)), group.reader)
        group.reader.save()
        findings += (one for one in said if isinstance(one, Finding))
        silenced += (one for one in said if isinstance(one, Silenced))
        problems += failed
        linted.update(group.linted(paths))
        own = [one.finding if isinstance(one, Silenced) else one for one in said]
        named = {finding.path for finding in own}
        named |= {note.path for finding in own for note in finding.notes if note.path}
        named |= {edit.path for finding in own if finding.fix for edit in finding.fix.edits}
        for name, source in group.reader.sources.items():
            if source.path in named:
                texts[source.path] = tuple(group.reader.lines(name))
                read[source.path] = group.reader.read[name]
                if isinstance(source, Notebook):
                    cells[source.path] = source.cells
    return Report(
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        problems=tuple(
            sorted(
                {*problems, *settings.problems.values()},
                key=lambda problem: problem.sort_key,
            )
        ),
        files=sum(map(len, planned.groups.values())),
        texts=texts,
        read=read,
        cells=cells,
        silenced=tuple(sorted(silenced, key=lambda one: one.finding.sort_key)),
        linted=linted,
    )


def _files(request: Request, settings: Settings) -> Iterator[File | Problem]:
    if request.stdin is not None:
        path = request.stdin[0]
        if not is_forced_out(path, False, settings.of):
            yield File(path, explicit=True)
        return
    yield from walk(request.paths, settings.of)


def _beside(root: Path, paths: Iterable[Path], settings: Settings) -> list[Path]:
    """The other files of the project below ``root``."""
    known = {path.resolve() for path in paths}
    found = [file for file in walk((root,), settings.of) if isinstance(file, File)]
    return [
        file.path
        for file in found
        if file.path.resolve() not in known and settings.of(file.path.parent).root == root
    ]


class _Group:
    """The files of one project."""

    def __init__(
        self, settings: Config, overlay: Mapping[Path, bytes], memory: Memory, request: Request
    ) -> None:
        self._thorough = request.thorough
        self.joined: Project | None = None
        full = catalogue.load()
        self._config = settings
        self._known = full.limited_to(catalogue.FAMILIES, settings.extra_layers)
        wanted = full.limited_to(settings.families, settings.extra_layers)
        self._wanted = full.limited_to(settings.families, settings.extra_layers, stateless=True)
        self._rules = tuple(rule for rule in RULES if is_selected(rule, settings))
        needles: list[tuple[str, ...]] = [(name,) for name in wanted.needles]
        needles += [needle for rule in self._rules for needle in rule.needles]
        root = settings.root.resolve()
        kept = root / settings.cache_dir
        self.reader = Reader(root, needles, overlay, memory, kept, request.progress)

    def findings(
        self, paths: Sequence[Path], beside: Sequence[Path], complete: bool
    ) -> tuple[list[Finding | Silenced], list[Problem]]:
        """What is to be said of ``paths``, which ``beside`` may have a part in."""
        reader = self.reader
        names = dict.fromkeys(map(reader.name_of, paths))
        modules, rest = reader.candidates(names, complete or bool(beside))
        problems = list(reader.problems)
        if not modules:
            return [], problems
        others, unread = reader.candidates(list(map(reader.name_of, beside)), True)
        editable = frozenset(modules) | frozenset(rest)
        self.joined = joined = self._joined(
            {**modules, **others}, [*rest, *unread], editable, complete
        )
        by_file: dict[str, list[Finding]] = {
            name: [] for name in joined.modules if name in editable
        }
        for rule in self._rules:
            for finding in _once_a_place(rule.check(joined)):
                if finding.path in by_file and not self._is_ignored(finding):
                    by_file[finding.path].append(finding)
        chosen = {rule.code for rule in self._rules}
        said: list[Finding | Silenced] = []
        for name, found in by_file.items():
            for one in judged(joined.modules[name], found, reader.lines):
                if isinstance(one, Silenced):
                    said.append(replace(one, finding=self._shown(one.finding)))
                elif one.code in chosen and not self._is_ignored(one):
                    said.append(self._shown(one))
        return said, problems if beside else reader.problems

    def linted(self, paths: Iterable[Path]) -> Iterator[tuple[str, Linted]]:
        """How each of ``paths`` was, if they have a baseline."""
        if self._config.baseline is None:
            return
        baseline = str(self._config.root / self._config.baseline)
        how = Linted(frozenset(rule.code for rule in self._rules), baseline)
        for path in paths:
            yield self.reader.shown(self.reader.name_of(path)), how

    def _unread(self, rest: Sequence[str], complete: bool) -> Callable[[str], bool]:
        """Whether a name stands in a file that was not read: one of ``rest``, or any other."""
        if self._thorough:
            return lambda name: False
        if not complete:
            return lambda name: True
        return cache(lambda name: any(self.reader.holds(path, name) for path in rest))

    def _joined(
        self,
        modules: dict[str, ModuleFacts],
        rest: list[str],
        editable: Set[str],
        complete: bool,
    ) -> Project:
        """The project of ``modules`` and of those of ``rest`` that have a part in it."""
        reader = self.reader
        # A number counts as a seed wherever it stands.
        seeds = cache(partial(reader.seeds, (*modules, *rest)))
        paths = tuple(sorted(modules))
        names = Names(reader.locate, reader.facts, reader.holds, self._known, paths)
        linked = None
        while True:
            linked = project.link(
                self._config, self._wanted, names, modules, linked, self._thorough
            )
            left = reader.add_users(modules, rest, linked.entrances)
            if len(left) == len(rest):
                may_be_called = self._unread(rest, complete)
                texts = Texts(reader.lines, editable, seeds, may_be_called)
                return project.build(self._config, self._wanted, linked, modules, texts)
            rest = left
            names = names.widened(tuple(sorted(modules)))

    def _is_ignored(self, finding: Finding) -> bool:
        return any(
            _matches(finding.code, selectors) and matcher([pattern]).match_file(finding.path)
            for pattern, selectors in self._config.per_file_ignores
        )

    def _shown(self, finding: Finding) -> Finding:
        notes = tuple(
            note if note.path is None else replace(note, path=self.reader.shown(note.path))
            for note in finding.notes
        )
        fix = finding.fix
        best = partial(_best, finding.code)
        if fix is not None and best(self._config.fixable) <= best(self._config.unfixable):
            reason = f"the settings leave {finding.code} to be mended by hand"
            fix = replace(fix, applicability=Applicability.DISPLAY, reason=reason)
        if fix is not None:
            edits = (replace(edit, path=self.reader.shown(edit.path)) for edit in fix.edits)
            fix = replace(fix, edits=tuple(edits))
        return replace(finding, path=self.reader.shown(finding.path), notes=notes, fix=fix)


def _once_a_place(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first of ``findings`` at each place: one call may build several layers."""
    seen = set()
    for finding in findings:
        place = (finding.path, finding.span)
        if place not in seen:
            seen.add(place)
            yield finding


def is_selected(rule: Rule, settings: Config) -> bool:
    """Whether ``rule`` is on; of two settings that name it, the longer prefix wins."""
    selectors = settings.select + settings.extend_select
    if not rule.default:
        selectors = tuple(s for s in selectors if s == "ALL" or len(s) > len("SDL"))
    return _best(rule.code, selectors) > _best(rule.code, settings.ignore)


def _best(code: str, selectors: Iterable[str]) -> int:
    """The length of the longest of ``selectors`` that names ``code``; -1 if none does."""
    lengths = [
        0 if selector == "ALL" else len(selector)
        for selector in selectors
        if selector == "ALL" or code.startswith(selector)
    ]
    return max(lengths, default=-1)


def _matches(code: str, selectors: Iterable[str]) -> bool:
    return _best(code, selectors) >= 0
