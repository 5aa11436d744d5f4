"""What the rules say of the files of one project: join them, ask, take out what is silenced."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, partial

from seedlint import catalogue, project
from seedlint.config import Config
from seedlint.data import replace
from seedlint.discover import matcher
from seedlint.facts import ModuleFacts
from seedlint.mends import Texts
from seedlint.model import Applicability, Finding, Silenced
from seedlint.names import Names
from seedlint.needles import FAMILIES
from seedlint.project import Linked, Project
from seedlint.reach import reached
from seedlint.reading import Reader
from seedlint.rules import RULES
from seedlint.settings import best, is_named, is_selected
from seedlint.silence import judged


class Judge:
    """Judges the files of one project that ``reader`` has read, or parts of them.

    In all of it are the numbers ``seeds`` that may be seeds; ``far`` are those of its files for
    which nobody asked. ``joined`` is what was judged last.
    """

    def __init__(
        self,
        settings: Config,
        reader: Reader,
        thorough: bool,
        seeds: Callable[[], Set[int]],
        far: Callable[[], Sequence[str]],
    ) -> None:
        self.reader = reader
        self._far = far
        self.joined: Project | None = None
        self._thorough = thorough
        self.seeds = seeds
        self._config = settings
        full = catalogue.load()
        self._known = full.limited_to(FAMILIES, settings.extra_layers)
        self._wanted = full.limited_to(settings.families, settings.extra_layers, stateless=True)
        self._rules = tuple(rule for rule in RULES if is_selected(rule.code, settings))

    def said(
        self,
        modules: dict[str, ModuleFacts],
        rest: list[str],
        editable: Set[str],
        complete: bool,
        changed: frozenset[str] = frozenset(),
    ) -> list[Finding | Silenced]:
        """What is to be said of the ``editable`` ones of ``modules``.

        Those of ``rest`` may have a part in it; ``complete`` says that there are no other files but
        such as change from outside what is called by one of ``changed``.
        """
        reader = self.reader
        self.joined = joined = self._joined(modules, rest, editable, complete, changed)
        by_file: dict[str, list[Finding]] = {
            name: [] for name in joined.modules if name in editable
        }
        for rule in self._rules:
            for finding in _once_a_place(rule.check(joined)):
                if finding.path in by_file and not self._is_ignored(finding):
                    by_file[finding.path].append(finding)
        chosen = {rule.code for rule in self._rules}
        is_all = complete or self._thorough
        said: list[Finding | Silenced] = []
        for name, found in by_file.items():
            for one in judged(joined.modules[name], found, reader.lines, is_all):
                if isinstance(one, Silenced):
                    said.append(replace(one, finding=self._shown(one.finding)))
                elif one.code in chosen and not self._is_ignored(one):
                    said.append(self._shown(one))
        return said

    def _unread(
        self,
        rest: Set[str],
        importers: Callable[[], Mapping[str, Set[str]]],
        names: Names,
        complete: bool,
    ) -> Callable[[str, str], bool]:
        """Whether a file that was not read, one of ``rest`` or any other, may use a name of one."""
        if self._thorough:
            return lambda path, name: False
        if not complete:
            return lambda path, name: True
        overview = self.reader.overview
        known: dict[frozenset[str], frozenset[str]] = {}

        @cache
        def users(path: str) -> frozenset[str]:
            found = reached([path], importers()) & rest
            # The same for all that import each other, and that may be thousands.
            return known.setdefault(found, found)

        @cache
        def holders() -> Mapping[str, Set[str]]:
            read = [flow.facts for flow in names.modules.known]
            near = reached((facts.path for facts in read), importers()) & rest
            return overview.holders(near, {one.name for facts in read for one in facts.scopes})

        def may_use(path: str, name: str) -> bool:
            if name in holders():
                return not holders()[name].isdisjoint(users(path))
            # Its file was read since.
            return any(overview.holds(user, name) for user in users(path))

        return may_use

    def _joined(
        self,
        modules: dict[str, ModuleFacts],
        rest: list[str],
        editable: Set[str],
        complete: bool,
        changed: frozenset[str],
    ) -> Project:
        """The project of ``modules`` and of those of ``rest`` that have a part in it."""
        reader = self.reader
        # Those that are given out in one part say nothing of another.
        seeds = cache(lambda: {*self.seeds()})
        # What some files build may come from one that is not among them.
        silent = reader.silent(modules) if complete else frozenset()
        mended = editable if self._thorough else frozenset[str]()
        names = Names(reader, self._known, tuple(sorted(modules)), changed)
        known = [*rest, *silent]
        importers = cache(lambda far: reader.overview.importers([*known, *far]))
        is_all = complete or self._thorough
        linked = None
        around: Set[str] = frozenset()
        while True:
            linked = project.link(
                self._config, self._wanted, names, modules, silent, linked, mended, around
            )
            unread = silent.union(rest)
            is_near = is_all or not (linked.drawing or linked.doubted)
            far = frozenset(() if is_near else self._far())
            leading = partial(importers, far)
            users, further = self._users(linked, modules, unread, far.difference(modules), leading)
            if not users and further <= around:
                may_be_called = self._unread(unread, leading, names, complete)
                texts = Texts(reader.lines, editable, seeds, may_be_called)
                return project.build(self._config, self._wanted, linked, modules, texts)
            # Of what brings a seeding, no more matters than what it imports.
            around |= further
            modules |= reader.modules(name for name in (*rest, *far) if name in users)
            rest = [name for name in rest if name not in users]
            silent = silent.difference(users)
            widened = names.widened(tuple(sorted(modules)))
            if widened is not names:
                names, linked = widened, None
                # Answers refer to each other: what is left of them takes a quarter of the memory.
                gc.collect()

    def _users(
        self,
        linked: Linked,
        modules: Mapping[str, ModuleFacts],
        unread: Set[str],
        far: Set[str],
        importers: Callable[[], Mapping[str, Set[str]]],
    ) -> tuple[Set[str], Set[str]]:
        """Which of the files ``unread`` have a part in ``linked``, and of which their imports have.

        Those that are ``far`` may only seed, or set what is no seed so far.
        """
        overview = self.reader.overview
        users: set[str] = set()
        if linked.entrances:
            users |= overview.users(unread, importers(), linked.entrances)
        if far and linked.doubted:
            users |= overview.users(far, importers(), linked.doubted)
        if not linked.drawing:
            return users, frozenset()
        every = unread | far
        importing = reached(linked.drawing, importers()) & every
        words = self._wanted.settling_words
        seeders, further = overview.seeders(every, importing, modules, linked.seeding, words)
        return users | seeders, further

    def _is_ignored(self, finding: Finding) -> bool:
        return any(
            is_named(finding.code, selectors) and matcher([pattern]).match_file(finding.path)
            for pattern, selectors in self._config.per_file_ignores
        )

    def _shown(self, finding: Finding) -> Finding:
        notes = tuple(
            note if note.path is None else replace(note, path=self.reader.shown(note.path))
            for note in finding.notes
        )
        fix = finding.fix
        far = partial(best, finding.code)
        if fix is not None and far(self._config.fixable) <= far(self._config.unfixable):
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
