"""Which settings apply to which folder."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from seedlint import config
from seedlint.config import KEYS, Config, Kind, Partial, SettingsError
from seedlint.data import dataclass, field, replace
from seedlint.discover import is_pattern, relative_to
from seedlint.model import Problem
from seedlint.needles import CODES, OPTIONAL


@dataclass(frozen=True, slots=True)
class Layers:
    """The project with the folder ``root``, and what was ``found`` in ``file``, if in any."""

    root: Path
    file: Path | None
    found: Partial


@dataclass
class Settings:
    """The settings of each folder: those of the nearest pyproject that has any.

    ``tops`` are the folders that were asked for; ``overrides`` win over every pyproject. What is
    wrong with a pyproject is kept in ``problems``, by its path.
    """

    tops: tuple[Path, ...]
    overrides: Partial
    config_file: Path | None
    isolated: bool
    problems: dict[Path, Problem] = field(default_factory=dict)
    _known: dict[str, Config] = field(default_factory=dict)
    _is_passed_on: dict[Path, bool] = field(default_factory=dict)

    def of(self, folder: str, listed: Collection[str] | None = None) -> Config:
        """Those of ``folder``, a real path; ``listed`` are the names in it, if they are known."""
        if folder not in self._known:
            inherited = self._inherited(folder, listed)
            self._known[folder] = self._made(Path(folder)) if inherited is None else inherited
        return self._known[folder]

    def _inherited(self, folder: str, listed: Collection[str] | None) -> Config | None:
        """The settings of the folder above, if they are known and nothing marks ``folder``."""
        above = os.path.dirname(folder)
        found = None if above == folder else self._known.get(above)
        if found is None or folder in self._tops:
            return None
        is_marked = config.is_project(Path(folder)) if listed is None else config.marks(listed)
        return None if is_marked or not self._reaches_down(found.root) else found

    def _reaches_down(self, root: Path) -> bool:
        """Whether the folders below ``root`` that nothing marks belong to its project."""
        if root not in self._is_passed_on:
            self._is_passed_on[root] = str(root) in self._tops or config.is_project(root)
        return self._is_passed_on[root]

    @cached_property
    def _tops(self) -> frozenset[str]:
        return frozenset(map(str, self.tops))

    def _made(self, folder: Path) -> Config:
        layers = self.layers(folder)
        return layers.found.apply(self.overrides).on(Config(layers.root))

    def layers(self, folder: Path) -> Layers:
        """What the settings of ``folder``, a real path, are made of."""
        if self.config_file is not None:
            found = settings_in(self.config_file) or Partial()
            return Layers(self._root(folder), self.config_file, found)
        start: Path | None = None if self.isolated else folder
        while start is not None:
            pyproject = config.find(start)
            if pyproject is None:
                break
            partial = self._tried(pyproject)
            if partial is not None:
                return Layers(pyproject.parent, pyproject, partial)
            start = None if pyproject.parent == pyproject.parent.parent else pyproject.parent.parent
        return Layers(self._root(folder), None, Partial())

    def _root(self, folder: Path) -> Path:
        around = [top for top in self.tops if top == folder or top in folder.parents]
        return config.root_of(folder, min(around, default=None))

    def _tried(self, pyproject: Path) -> Partial | None:
        """The settings in ``pyproject``, none if they are broken: that does not stop the run."""
        if pyproject in self.problems:
            return Partial()
        try:
            return settings_in(pyproject)
        except SettingsError as error:
            shown = relative_to(pyproject, Path.cwd()) or str(pyproject)
            message = f"{error.problem.message} (its settings are not used)"
            self.problems[pyproject] = replace(error.problem, path=shown, message=message)
            return Partial()


def settings_in(pyproject: Path) -> Partial | None:
    """The settings in ``pyproject``. Raises `SettingsError`."""
    found = config.read(pyproject, CODES)
    bad = None if found is None else bad_pattern(found)
    if bad is not None:
        key, pattern = bad
        line = config.lines(pyproject)[key]
        raise SettingsError(pyproject, f"invalid pattern `{pattern}` in `{key}`", line)
    return found


def bad_pattern(settings: Partial) -> tuple[str, str] | None:
    """The first path pattern of ``settings`` that is none, behind its key."""
    return next((found for found in _patterns(settings) if not is_pattern(found[1])), None)


def _patterns(settings: Partial) -> Iterator[tuple[str, str]]:
    for key in KEYS.values():
        value = settings.values.get(key.field, ())
        if key.kind is Kind.PATTERNS:
            yield from ((key.name, pattern) for pattern in value)
        elif key.kind is Kind.PER_FILE:
            yield from ((key.name, pattern) for pattern, _ in value)


def is_selected(code: str, settings: Config) -> bool:
    """Whether the rule ``code`` is on; of two settings that name it, the longer prefix wins."""
    selectors = settings.select + settings.extend_select
    if code in OPTIONAL:
        selectors = tuple(s for s in selectors if s == "ALL" or len(s) > len("SDL"))
    return best(code, selectors) > best(code, settings.ignore)


def best(code: str, selectors: Iterable[str]) -> int:
    """The length of the longest of ``selectors`` that names ``code``; -1 if none does."""
    lengths = [
        0 if selector == "ALL" else len(selector)
        for selector in selectors
        if selector == "ALL" or code.startswith(selector)
    ]
    return max(lengths, default=-1)


def is_named(code: str, selectors: Iterable[str]) -> bool:
    return best(code, selectors) >= 0
