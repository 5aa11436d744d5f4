"""One run: find the files, read them once, join them, ask the rules, take out what is silenced."""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from seedlint import catalogue, project
from seedlint.config import Config, Partial
from seedlint.discover import File, matcher, walk
from seedlint.facts import ModuleFacts
from seedlint.model import Finding, Note, Problem, Report, SeedlintError
from seedlint.names import Names
from seedlint.project import Project
from seedlint.reading import Reader
from seedlint.rule import Rule
from seedlint.rules import RULES
from seedlint.settings import Settings, bad_pattern
from seedlint.silence import silenced


@dataclass(frozen=True, slots=True)
class Request:
    """What to lint and how; ``overrides`` win over every pyproject, ``stdin`` over its file."""

    paths: tuple[Path, ...]
    overrides: Partial = field(default_factory=Partial)
    config_file: Path | None = None
    isolated: bool = False
    stdin: tuple[Path, bytes] | None = None


def lint(request: Request) -> Report:
    """Run the selected rules over ``request``. Raises `SeedlintError` for broken settings."""
    # Syntax trees hold no cycles, and looking for some in them doubles the cost of a run.
    gc.disable()
    try:
        return _lint(request)
    finally:
        gc.enable()


def _lint(request: Request) -> Report:
    bad = bad_pattern(request.overrides)
    if bad is not None:
        raise SeedlintError(f"invalid pattern `{bad}`")
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
    findings: list[Finding] = []
    texts: dict[str, tuple[str, ...]] = {}
    for root, paths in groups.items():
        asked_for = any(top == root or top in root.parents for top in tops)
        complete = asked_for and request.stdin is None
        group = _Group(settings.of(paths[0].parent), request.stdin)
        findings += group.findings(paths, complete)
        problems += group.reader.problems
        sources = group.reader.sources
        texts |= {group.reader.shown(name): source.lines for name, source in sources.items()}
    named = {finding.path for finding in findings}
    named |= {note.path for finding in findings for note in finding.notes if note.path}
    return Report(
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        problems=tuple(
            sorted(
                {*problems, *settings.problems.values()},
                key=lambda problem: (problem.path, problem.message),
            )
        ),
        files=sum(map(len, groups.values())),
        texts={path: lines for path, lines in texts.items() if path in named},
    )


def _files(request: Request, settings: Settings) -> Iterator[File | Problem]:
    if request.stdin is not None:
        yield File(request.stdin[0], explicit=True)
        return
    yield from walk(request.paths, settings.of)


class _Group:
    """The files of one project."""

    def __init__(self, settings: Config, stdin: tuple[Path, bytes] | None) -> None:
        full = catalogue.load()
        self._config = settings
        self._known = full.limited_to(catalogue.FAMILIES, settings.extra_layers)
        wanted = full.limited_to(settings.families, settings.extra_layers)
        self._wanted = full.limited_to(settings.families, settings.extra_layers, stateless=True)
        self._rules = tuple(rule for rule in RULES if is_selected(rule, settings))
        needles: list[tuple[str, ...]] = [(name,) for name in wanted.needles]
        needles += [needle for rule in self._rules for needle in rule.needles]
        self.reader = Reader(settings.root.resolve(), needles, stdin)

    def findings(self, paths: Sequence[Path], complete: bool) -> list[Finding]:
        names = dict.fromkeys(map(self.reader.name_of, paths))
        modules, rest = self.reader.candidates(names, complete)
        if not modules:
            return []
        joined = self._joined(modules, rest)
        by_file: dict[str, list[Finding]] = {name: [] for name in joined.modules}
        for rule in self._rules:
            for finding in _once_a_place(rule.check(joined)):
                if finding.path in by_file and not self._is_ignored(finding):
                    by_file[finding.path].append(finding)
        chosen = {rule.code for rule in self._rules}
        return [
            self._shown(finding)
            for name, found in by_file.items()
            for finding in silenced(joined.modules[name], found)
            if finding.code in chosen and not self._is_ignored(finding)
        ]

    def _joined(self, modules: dict[str, ModuleFacts], rest: list[str]) -> Project:
        """The project of ``modules`` and of those of ``rest`` that have a part in it."""
        reader = self.reader
        paths = tuple(sorted(modules))
        names = Names(reader.locate, reader.facts, reader.holds, self._known, paths)
        linked = None
        while True:
            linked = project.link(self._config, self._wanted, names, modules, linked)
            left = reader.add_users(modules, rest, linked.entrances)
            if len(left) == len(rest):
                return project.build(self._config, self._wanted, linked, modules)
            rest = left
            names = names.widened(tuple(sorted(modules)))

    def _is_ignored(self, finding: Finding) -> bool:
        return any(
            _matches(finding.code, selectors) and matcher([pattern]).match_file(finding.path)
            for pattern, selectors in self._config.per_file_ignores
        )

    def _shown(self, finding: Finding) -> Finding:
        notes = tuple(
            note
            if note.path is None
            else Note(note.message, self.reader.shown(note.path), note.span)
            for note in finding.notes
        )
        return replace(finding, path=self.reader.shown(finding.path), notes=notes)


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
