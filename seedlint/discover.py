"""Which files to lint, and which file an import means."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from seedlint.config import Config, is_project
from seedlint.data import dataclass, field
from seedlint.files import text
from seedlint.model import Problem
from seedlint.source import NOTEBOOK

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec as Ignore

PLAIN = re.compile(r"\.?[\w-][\w.-]*")
SUFFIXES = (".py", ".pyi", NOTEBOOK)

Settings = Callable[[Path], Config]


@dataclass(frozen=True, slots=True)
class File:
    """A file to lint. ``explicit`` if it was named itself."""

    path: Path
    explicit: bool


def walk(paths: Iterable[Path], settings: Settings) -> Iterator[File | Problem]:
    """The Python files and notebooks at and below ``paths``, each once, in order of their names.

    A path that is named itself is excluded only by force, as in ruff.
    """
    seen: set[str] = set()
    real_paths = RealPaths()
    for path in paths:
        for found in _at(path, settings):
            if isinstance(found, Problem):
                yield found
                continue
            real = real_paths(found.path)
            if real not in seen:
                seen.add(real)
                yield found


def _at(path: Path, settings: Settings) -> Iterator[File | Problem]:
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        yield Problem(str(path), "no such file or directory")
    except OSError as error:
        yield Problem(str(path), f"cannot read: {error.strerror or error}")
    else:
        if is_forced_out(path, is_folder, settings):
            return
        if is_folder:
            yield from _below(path, settings)
        else:
            yield File(path, explicit=True)


def is_forced_out(path: Path, is_folder: bool, settings: Settings) -> bool:
    """Whether ``path`` is excluded even if it is named itself: ``force-exclude`` says so."""
    real = Path(os.path.realpath(path))
    config = settings(real if is_folder else real.parent)
    if not config.force_exclude:
        return False
    name = relative_to(real, config.root)
    if name in (None, "."):
        return False
    patterns = config.exclude + config.extend_exclude
    return matcher(patterns).match_file(f"{name}/" if is_folder else name)


def _below(top: Path, settings: Settings) -> Iterator[File | Problem]:
    real_top = Path(os.path.realpath(top))
    excluded = _Excluded(real_top)
    ignores = _Ignores(real_top)
    stack = [(top, real_top)]
    while stack:
        folder, real_folder = stack.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield Problem(str(folder), f"cannot read: {error.strerror or error}")
            continue
        config = settings(folder)
        folders = []
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not entry.name.endswith(SUFFIXES):
                continue
            path, real = folder / entry.name, real_folder / entry.name
            if excluded.match(real, is_folder, config):
                continue
            if config.respect_gitignore and ignores.match(real, is_folder):
                continue
            if is_folder:
                folders.append((path, real))
            elif entry.is_file(follow_symlinks=False) or os.path.isfile(path):
                yield File(path, explicit=False)
            # Emacs locks a file with a link to nowhere: `.#model.py`.
            elif not os.path.exists(path) and not entry.name.startswith(".#"):
                yield Problem(str(path), "cannot read: broken symbolic link")
        stack.extend(reversed(folders))


def is_excluded(path: Path, settings: Settings) -> bool:
    """Whether a walk through the project of ``path`` would pass over it.

    What is in no project may be anywhere: in ``site-packages``, as packages are that it imports.
    """
    real = Path(os.path.realpath(path))
    config = settings(real.parent)
    top = Path(os.path.realpath(config.root))
    if not is_project(top):
        name = real.relative_to(real.anchor).as_posix()
        return matcher(config.exclude + config.extend_exclude).match_file(name)
    excluded, ignores = _Excluded(top), _Ignores(top)
    inside = [part for part in (*reversed(real.parents), real) if top in part.parents]
    for part in inside:
        config, is_folder = settings(part.parent), part != real
        if excluded.match(part, is_folder, config):
            return True
        if config.respect_gitignore and ignores.match(part, is_folder):
            return True
    return False


@dataclass
class RealPaths:
    """Real paths of many files: the folder of each is looked up once."""

    _folders: dict[str, str] = field(default_factory=dict)

    def __call__(self, path: Path) -> str:
        folder, name = os.path.split(path)
        if name in ("", ".", "..") or os.path.islink(path):
            return os.path.realpath(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)


def relative_to(path: Path, root: Path) -> str | None:
    """``path`` below ``root`` with forward slashes, or ``None`` if it is elsewhere."""
    try:
        return Path(os.path.realpath(path)).relative_to(os.path.realpath(root)).as_posix()
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class PlainNames:
    """Patterns without any sign that means more than itself: names of files and folders."""

    names: frozenset[str]

    def match_file(self, path: str) -> bool:
        return not self.names.isdisjoint(path.split("/"))


_Test = TypeVar("_Test", bound="PlainNames | Ignore")


def matcher(patterns: Iterable[str]) -> PlainNames | Ignore:
    """A test for paths; like git, it passes over what is no pattern."""
    given = tuple(patterns)
    # Loading pathspec takes as long as looking for needles in a thousand files.
    return PlainNames(frozenset(given)) if all(map(PLAIN.fullmatch, given)) else _ignore(given)


def _ignore(patterns: Iterable[str]) -> Ignore:
    from pathspec import GitIgnoreSpec

    given = tuple(patterns)
    try:
        return GitIgnoreSpec.from_lines(given)
    except (ValueError, re.error):
        return GitIgnoreSpec.from_lines(filter(is_pattern, given))


def is_pattern(line: str) -> bool:
    """Whether ``line`` can stand in a ``.gitignore``: ``!`` and ``[z-a]`` cannot."""
    if PLAIN.fullmatch(line):
        return True
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


def _sparing(
    top: Path, patterns: Sequence[str], base: Path, made: Callable[[Iterable[str]], _Test]
) -> _Test:
    """A test, ``made`` of ``patterns``, for paths below ``base``; but it lets ``top`` itself in."""
    inner = relative_to(top, base)
    spec = made(patterns)
    if inner in (None, ".") or not spec.match_file(f"{inner}/"):
        return spec
    return made(p for p in patterns if not matcher([p]).match_file(f"{inner}/"))


@dataclass
class _Excluded:
    """The settings ``exclude`` and ``extend-exclude`` of each project below ``top``."""

    top: Path
    _specs: dict[Path, PlainNames | Ignore] = field(default_factory=dict)

    def match(self, path: Path, is_folder: bool, config: Config) -> bool:
        if config.root not in self._specs:
            patterns = config.exclude + config.extend_exclude
            self._specs[config.root] = _sparing(self.top, patterns, config.root, matcher)
        spec = self._specs[config.root]
        if isinstance(spec, PlainNames):
            # The folders around it have passed already.
            return path.name in spec.names
        name = os.path.relpath(path, os.path.realpath(config.root)).replace(os.sep, "/")
        return spec.match_file(f"{name}/" if is_folder else name)


@dataclass
class _Ignores:
    """The ``.gitignore`` files of a repository, read as their folders are reached."""

    top: Path
    _known: dict[Path, tuple[tuple[Path, Ignore], ...]] = field(default_factory=dict)

    def match(self, path: Path, is_folder: bool) -> bool:
        """Whether git ignores ``path``; the deepest file that has a say decides."""
        for folder, spec in self._specs(path.parent):
            name = path.relative_to(folder).as_posix()
            verdict = spec.check_file(f"{name}/" if is_folder else name).include
            if verdict is not None:
                return verdict
        return False

    def _specs(self, folder: Path) -> tuple[tuple[Path, Ignore], ...]:
        """What ``folder`` and those above it say, up to the one that holds ``.git``."""
        if folder not in self._known:
            is_top = (folder / ".git").exists() or folder.parent == folder
            above = () if is_top else self._specs(folder.parent)
            spec = self._spec(folder)
            self._known[folder] = above if spec is None else ((folder, spec), *above)
        return self._known[folder]

    def _spec(self, folder: Path) -> Ignore | None:
        lines: list[str] = []
        # The later pattern wins, and a .gitignore outweighs the repository's own list.
        for name in (".git/info/exclude", ".gitignore"):
            try:
                lines += text(folder / name).splitlines()
            except OSError:
                continue
        return _sparing(self.top, lines, folder, _ignore) if lines else None


@dataclass
class Locator:
    """Finds the project file that an import means, as Python's own import system would.

    ``names`` are paths below ``root`` with forward slashes; a folder without ``__init__.py`` is
    named with a slash at its end.
    """

    root: Path
    _known: dict[tuple[str, int, str], str | None] = field(default_factory=dict)
    _files: dict[str, bool] = field(default_factory=dict)
    _listed: dict[str, frozenset[str]] = field(default_factory=dict)

    def __call__(self, importer: str, level: int, dotted: str) -> str | None:
        folder = importer.rpartition("/")[0]
        key = (folder, level, dotted)
        if key not in self._known:
            self._known[key] = self._find(folder, level, dotted)
        return self._known[key]

    def _find(self, folder: str, level: int, dotted: str) -> str | None:
        parts = [part for part in dotted.split(".") if part]
        if level:
            for _ in range(level - 1):
                if not folder:
                    return None
                folder = folder.rpartition("/")[0]
            return self._at(folder, parts)
        for start in self._search(folder):
            found = self._at(start, parts)
            if found is not None:
                return found
        return None

    def _search(self, folder: str) -> Iterator[str]:
        """The folders from which an absolute import may start, nearest first."""
        while True:
            if not self._is_file(f"{folder}/__init__.py" if folder else "__init__.py"):
                yield folder
            if not folder:
                break
            folder = folder.rpartition("/")[0]
        yield from ("src", "lib", "python")

    def _at(self, folder: str, parts: list[str]) -> str | None:
        if len(parts) > 1 and not self._exists(f"{folder}/{parts[0]}" if folder else parts[0]):
            return None
        stem = "/".join([*([folder] if folder else []), *parts])
        if parts and self._is_file(f"{stem}.py"):
            return f"{stem}.py"
        inside = f"{stem}/__init__.py" if stem else "__init__.py"
        if self._is_file(inside):
            return inside
        is_folder = stem and parts and self._exists(stem) and os.path.isdir(self._path(stem))
        return f"{stem}/" if is_folder else None

    def _is_file(self, name: str) -> bool:
        if name not in self._files:
            self._files[name] = self._exists(name) and os.path.isfile(self._path(name))
        return self._files[name]

    def _path(self, name: str) -> str:
        # Joining a Path takes longer than asking the disk.
        return os.path.join(self.root, name)

    def _exists(self, name: str) -> bool:
        # One look at a folder answers for all that is not in it, which is most of what is imported.
        folder, slash, last = name.rpartition("/")
        folder += slash
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(os.listdir(self._path(folder)))
            except OSError:
                self._listed[folder] = frozenset()
        return last in self._listed[folder]
