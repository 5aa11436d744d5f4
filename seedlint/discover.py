"""Which files to lint, and which file an import means."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pathspec

from seedlint.config import Config
from seedlint.model import Problem

SUFFIXES = (".py", ".pyi")

Ignore = pathspec.GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class File:
    """A file to lint. ``explicit`` if it was named itself."""

    path: Path
    explicit: bool


def walk(paths: Iterable[Path], config: Config) -> Iterator[File | Problem]:
    """The Python files at and below ``paths``, each once, in the order of their names.

    A path that is named itself is never excluded, as in ruff.
    """
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            for found in _below(path, config):
                if isinstance(found, Problem):
                    yield found
                elif found not in seen:
                    seen.add(found)
                    yield File(found, explicit=False)
        elif not path.exists():
            yield Problem(str(path), "no such file or directory")
        elif path not in seen:
            seen.add(path)
            yield File(path, explicit=True)


def _below(top: Path, config: Config) -> Iterator[Path | Problem]:
    excluded = _spec(config.exclude + config.extend_exclude, top, config.root)
    ignores = _Ignores(top) if config.respect_gitignore else None
    stack = [top]
    while stack:
        folder = stack.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield Problem(str(folder), f"cannot read: {error.strerror or error}")
            continue
        folders = []
        for entry in entries:
            path = Path(entry.path)
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not (entry.name.endswith(SUFFIXES) and entry.is_file()):
                continue
            if excluded is not None and excluded(path, is_folder):
                continue
            if ignores is not None and ignores.match(path, is_folder):
                continue
            if is_folder:
                folders.append(path)
            else:
                yield path
        stack.extend(reversed(folders))


def relative_to(path: Path, root: Path) -> str | None:
    """``path`` below ``root`` with forward slashes, or ``None`` if it is elsewhere."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return None


def matcher(patterns: Iterable[str]) -> Ignore:
    return Ignore.from_lines(patterns)


def _spec(patterns: tuple[str, ...], top: Path, root: Path):  # type: ignore[no-untyped-def]
    """A test for excluded paths; patterns that exclude ``top`` itself do not count."""
    base = root.resolve()
    inner = relative_to(top, root)
    kept = [p for p in patterns if not inner or not matcher([p]).match_file(f"{inner}/")]
    spec = matcher(kept)

    def excluded(path: Path, is_folder: bool) -> bool:
        name = os.path.relpath(path.absolute(), base).replace(os.sep, "/")
        return spec.match_file(f"{name}/" if is_folder else name)

    return excluded


@dataclass
class _Ignores:
    """The ``.gitignore`` files of a repository, read as their folders are reached."""

    top: Path
    _specs: dict[Path, Ignore | None] = field(default_factory=dict)
    _chains: dict[Path, tuple[Path, ...]] = field(default_factory=dict)

    def match(self, path: Path, is_folder: bool) -> bool:
        """Whether git ignores ``path``; the deepest file that has a say decides."""
        path = path.absolute()
        for folder in self._chain(path.parent):
            spec = self._spec(folder)
            if spec is None:
                continue
            name = path.relative_to(folder).as_posix()
            verdict = spec.check_file(f"{name}/" if is_folder else name).include
            if verdict is not None:
                return verdict
        return False

    def _chain(self, folder: Path) -> tuple[Path, ...]:
        """``folder`` and those above it, up to the one that holds ``.git``."""
        if folder not in self._chains:
            is_top = (folder / ".git").exists() or folder.parent == folder
            above = () if is_top else self._chain(folder.parent)
            self._chains[folder] = (folder, *above)
        return self._chains[folder]

    def _spec(self, folder: Path) -> Ignore | None:
        if folder not in self._specs:
            lines: list[str] = []
            for name in (".gitignore", ".git/info/exclude"):
                try:
                    lines += (folder / name).read_text("utf-8", errors="replace").splitlines()
                except OSError:
                    continue
            self._specs[folder] = matcher(lines) if lines else None
        return self._specs[folder]


@dataclass
class Locator:
    """Finds the project file that an import means, as Python's own import system would.

    ``names`` are paths below ``root`` with forward slashes; a folder without ``__init__.py`` is
    named with a slash at its end.
    """

    root: Path
    _known: dict[tuple[str, int, str], str | None] = field(default_factory=dict)

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
        stem = "/".join([*([folder] if folder else []), *parts])
        if parts and self._is_file(f"{stem}.py"):
            return f"{stem}.py"
        inside = f"{stem}/__init__.py" if stem else "__init__.py"
        if self._is_file(inside):
            return inside
        return f"{stem}/" if stem and parts and (self.root / stem).is_dir() else None

    def _is_file(self, name: str) -> bool:
        return (self.root / name).is_file()
