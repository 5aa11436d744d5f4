"""One run: find the files, read them once, join them, ask the rules, take out what is silenced."""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from seedlint import catalogue, config, project
from seedlint.catalogue import Catalogue
from seedlint.config import Config, Partial, SettingsError
from seedlint.discover import File, Locator, is_pattern, matcher, relative_to, walk
from seedlint.facts import ModuleFacts
from seedlint.model import Finding, Note, Problem, Report, SeedlintError
from seedlint.names import Names
from seedlint.project import Project
from seedlint.rules import CODES, RULES
from seedlint.silence import silenced
from seedlint.source import Source, complaint, decode, depth_problem

COMMENT_NEEDLES = (b"seedlint", b"SDL")


@dataclass(frozen=True, slots=True)
class Request:
    """What to lint and how: ``overrides`` win over every pyproject, ``stdin`` over its file."""

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
    bad = _bad_pattern(request.overrides)
    if bad is not None:
        raise SeedlintError(f"invalid pattern `{bad}`")
    settings = _Settings(request)
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
    for paths in groups.values():
        group = _Group(settings.of(paths[0].parent), request.stdin)
        findings += group.findings(paths)
        problems += group.problems
        texts |= {group.shown(name): source.lines for name, source in group.sources.items()}
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


def _files(request: Request, settings: _Settings) -> Iterator[File | Problem]:
    if request.stdin is not None:
        yield File(request.stdin[0], explicit=True)
        return
    yield from walk(request.paths, settings.of)


@dataclass
class _Settings:
    """The settings of each folder: those of the nearest pyproject that has any."""

    request: Request
    problems: dict[Path, Problem] = field(default_factory=dict)
    _known: dict[Path, Config] = field(default_factory=dict)

    def of(self, folder: Path) -> Config:
        folder = Path(os.path.realpath(folder))
        if folder not in self._known:
            self._known[folder] = self._read(folder)
        return self._known[folder]

    def _read(self, folder: Path) -> Config:
        request = self.request
        if request.config_file is not None:
            partial = _settings_in(request.config_file) or Partial()
            return partial.apply(request.overrides).on(Config(self._root(folder)))
        start: Path | None = None if request.isolated else folder
        while start is not None:
            pyproject = config.find(start)
            if pyproject is None:
                break
            partial_found = self._tried(pyproject)
            if partial_found is not None:
                return partial_found.apply(request.overrides).on(Config(pyproject.parent))
            start = None if pyproject.parent == pyproject.parent.parent else pyproject.parent.parent
        return request.overrides.on(Config(self._root(folder)))

    def _root(self, folder: Path) -> Path:
        tops = [Path(os.path.realpath(path)) for path in self.request.paths if os.path.isdir(path)]
        around = [top for top in tops if top == folder or top in folder.parents]
        return config.root_of(folder, min(around, default=None))

    def _tried(self, pyproject: Path) -> Partial | None:
        """The settings in ``pyproject``, none if they are broken: that does not stop the run."""
        if pyproject in self.problems:
            return Partial()
        try:
            return _settings_in(pyproject)
        except SettingsError as error:
            shown = relative_to(pyproject, Path.cwd()) or str(pyproject)
            message = f"{error.problem.message}; its settings are not used"
            self.problems[pyproject] = replace(error.problem, path=shown, message=message)
            return Partial()


def _settings_in(pyproject: Path) -> Partial | None:
    found = config.read(pyproject, CODES)
    bad = None if found is None else _bad_pattern(found)
    if bad is not None:
        raise SettingsError(pyproject, f"invalid pattern `{bad}`")
    return found


def _bad_pattern(settings: Partial) -> str | None:
    """The first path pattern of ``settings`` that is none."""
    lists = (settings.values.get(key, ()) for key in ("exclude", "extend_exclude"))
    per_file = (pattern for pattern, _ in settings.values.get("per_file_ignores", ()))
    patterns = chain(*lists, per_file)
    return next((pattern for pattern in patterns if not is_pattern(pattern)), None)


class _Group:
    """The files of one project, read as far as they matter."""

    def __init__(self, settings: Config, stdin: tuple[Path, bytes] | None) -> None:
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}
        self._config = settings
        self._root = settings.root.resolve()
        self._stdin = None if stdin is None else (stdin[0].resolve(), stdin[1])
        self._facts: dict[str, ModuleFacts | None] = {}
        self._full = catalogue.load()
        self._limited = self._full.limited_to(settings.families, settings.extra_layers)

    def shown(self, name: str) -> str:
        """The file ``name``, as a reader finds it from where seedlint was started."""
        path = self._root / name
        return relative_to(path, Path.cwd()) or str(path)

    def findings(self, paths: Sequence[Path]) -> list[Finding]:
        names = [self._name(path) for path in paths]
        modules, rest = self._candidates(names)
        if not modules:
            return []
        joined = self._joined(modules, rest)
        rules = [rule for rule in RULES if is_selected(rule.code, self._config)]
        by_file: dict[str, list[Finding]] = {name: [] for name in joined.modules}
        for rule in rules:
            for finding in rule.check(joined):
                if finding.path in by_file and not self._is_ignored(finding):
                    by_file[finding.path].append(finding)
        chosen = {rule.code for rule in rules}
        return [
            self._shown(finding)
            for name, found in by_file.items()
            for finding in silenced(joined.modules[name], found)
            if finding.code in chosen and not self._is_ignored(finding)
        ]

    def _name(self, path: Path) -> str:
        return relative_to(path, self._root) or str(path.resolve())

    def _candidates(self, names: Iterable[str]) -> tuple[dict[str, ModuleFacts], list[str]]:
        """The facts of the files that could hold a finding, and the names of the others."""
        needles = _needles(self._limited)
        modules: dict[str, ModuleFacts] = {}
        rest: list[str] = []
        for name in names:
            data = self._bytes(name)
            if isinstance(data, Problem):
                self.problems.append(data)
            elif any(needle in data for needle in needles):
                facts = self._extracted(name, data, report=True)
                if facts is not None:
                    modules[name] = facts
            elif self._is_sound(name, data):
                rest.append(name)
        return modules, rest

    def _is_sound(self, name: str, data: bytes) -> bool:
        """Whether a file in which nothing can be found at least parses; else that is reported."""
        source = decode(data, self.shown(name))
        if isinstance(source, Problem):
            self.problems.append(source)
            return False
        if complaint(source.text) is None:
            return True
        return self._extracted(name, data, report=True) is not None

    def _joined(self, modules: dict[str, ModuleFacts], rest: list[str]) -> Project:
        """The project of ``modules`` and of those of ``rest`` that call into them."""
        locate, known = Locator(self._root), self._full_with_extra()
        while True:
            names = Names(locate, self._facts_of, known, tuple(sorted(modules)))
            joined = project.build(self._config, self._limited, names, modules)
            words = [word.encode() for word in joined.entrances]
            more = []
            for name in rest:
                data = self._bytes(name)
                if not isinstance(data, Problem) and any(word in data for word in words):
                    more.append(name)
                    facts = self._extracted(name, data, report=True)
                    if facts is not None:
                        modules[name] = facts
            if not more:
                return joined
            rest = [name for name in rest if name not in set(more)]

    def _full_with_extra(self) -> Catalogue:
        return self._full.limited_to(catalogue.FAMILIES, self._config.extra_layers)

    def _facts_of(self, name: str) -> ModuleFacts | None:
        """The facts of a file that another one imports; what cannot be read has no values."""
        if name not in self._facts:
            data = None if name.endswith("/") else self._bytes(name)
            if data is None or isinstance(data, Problem):
                self._facts[name] = None
            else:
                self._extracted(name, data, report=False)
        return self._facts[name]

    def _extracted(self, name: str, data: bytes, report: bool) -> ModuleFacts | None:
        from seedlint.extract import extract

        if self._facts.get(name) is not None:
            return self._facts[name]
        source = decode(data, self.shown(name))
        facts = source if isinstance(source, Problem) else depth_problem(source) or extract(source)
        if isinstance(source, Source):
            self.sources[name] = source
        if isinstance(facts, Problem):
            if report:
                self.problems.append(facts)
            self._facts[name] = None
        else:
            self._facts[name] = replace(facts, path=name)
        return self._facts[name]

    def _bytes(self, name: str) -> bytes | Problem:
        path = self._root / name
        if self._stdin is not None and path.resolve() == self._stdin[0]:
            return self._stdin[1]
        try:
            return path.read_bytes()
        except OSError as error:
            return Problem(self.shown(name), f"cannot read: {error.strerror or error}")

    def _is_ignored(self, finding: Finding) -> bool:
        return any(
            _matches(finding.code, selectors) and matcher([pattern]).match_file(finding.path)
            for pattern, selectors in self._config.per_file_ignores
        )

    def _shown(self, finding: Finding) -> Finding:
        notes = tuple(
            note if note.path is None else Note(note.message, self.shown(note.path), note.span)
            for note in finding.notes
        )
        return replace(finding, path=self.shown(finding.path), notes=notes)


def is_selected(code: str, settings: Config) -> bool:
    """Whether the rule ``code`` is on; of two settings that name it, the longer prefix wins."""
    wanted = _best(code, settings.select + settings.extend_select)
    return wanted > _best(code, settings.ignore)


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


def _needles(known: Catalogue) -> tuple[bytes, ...]:
    return (*(needle.encode() for needle in known.needles), *COMMENT_NEEDLES)
