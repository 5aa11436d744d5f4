"""Which settings apply to which folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from seedlint import config
from seedlint.config import Config, Partial, SettingsError
from seedlint.discover import is_pattern, relative_to
from seedlint.model import Problem
from seedlint.rules import CODES


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
    _known: dict[Path, Config] = field(default_factory=dict)

    def of(self, folder: Path) -> Config:
        folder = Path(os.path.realpath(folder))
        if folder not in self._known:
            self._known[folder] = self._read(folder)
        return self._known[folder]

    def _read(self, folder: Path) -> Config:
        if self.config_file is not None:
            partial = settings_in(self.config_file) or Partial()
            return partial.apply(self.overrides).on(Config(self._root(folder)))
        start: Path | None = None if self.isolated else folder
        while start is not None:
            pyproject = config.find(start)
            if pyproject is None:
                break
            partial_found = self._tried(pyproject)
            if partial_found is not None:
                return partial_found.apply(self.overrides).on(Config(pyproject.parent))
            start = None if pyproject.parent == pyproject.parent.parent else pyproject.parent.parent
        return self.overrides.on(Config(self._root(folder)))

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
            message = f"{error.problem.message}; its settings are not used"
            self.problems[pyproject] = replace(error.problem, path=shown, message=message)
            return Partial()


def settings_in(pyproject: Path) -> Partial | None:
    """The settings in ``pyproject``. Raises `SettingsError`."""
    found = config.read(pyproject, CODES)
    bad = None if found is None else bad_pattern(found)
    if bad is not None:
        raise SettingsError(pyproject, f"invalid pattern `{bad}`")
    return found


def bad_pattern(settings: Partial) -> str | None:
    """The first path pattern of ``settings`` that is none."""
    lists = (settings.values.get(key, ()) for key in ("exclude", "extend_exclude"))
    per_file = (pattern for pattern, _ in settings.values.get("per_file_ignores", ()))
    patterns = chain(*lists, per_file)
    return next((pattern for pattern in patterns if not is_pattern(pattern)), None)
