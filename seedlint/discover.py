"""Which files to lint, and which file an import means."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from seedlint.config import Config, is_project
from seedlint.data import dataclass, field
from seedlint.files import text
from seedlint.model import Problem
from seedlint.source import NOTEBOOK

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec as Ignore

PLAIN = re.compile(r"\.?[\w-][\w.-]*")
SUFFIXES = (".py", ".pyi", NOTEBOOK)
SIZE = 16

Names = Collection[str]


class Settings(Protocol):
    """Which settings a folder has, by its real path; ``listed`` are the names in it, if known."""

    def __call__(self, folder: str, listed: Names | None = None, /) -> Config: ...


@dataclass(frozen=True, slots=True)
class Files:
    """Files to lint, by their real paths, and the ``settings`` that apply to them."""

    paths: tuple[str, ...]
    settings: Config


def walk(paths: Iterable[Path], settings: Settings) -> Iterator[Files | Problem]:
    """The Python files and notebooks at and below ``paths``, each once, in order of their names.

    A path that is named itself is excluded only by force, as in ruff.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _at(path, settings):
            if isinstance(found, Problem):
                yield found
                continue
            new = tuple(path for path in dict.fromkeys(found.paths) if path not in seen)
            seen.update(new)
            if new:
                yield Files(new, found.settings)


def _at(path: Path, settings: Settings) -> Iterator[Files | Problem]:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield Problem(str(path), "no such file or directory")
    except OSError as error:
        yield Problem(str(path), f"cannot read: {error.strerror or error}")
    else:
        is_folder = stat.S_ISDIR(mode)
        if is_forced_out(path, is_folder, settings):
            return
        if is_folder:
            yield from _below(path, settings)
        elif stat.S_ISREG(mode):
            yield named(path, settings)
        else:
            yield Problem(str(path), "cannot read: not a regular file")


def named(path: Path, settings: Settings) -> Files:
    """The file ``path`` alone. A link has the settings of the folder that holds it."""
    return Files((os.path.realpath(path),), settings(os.path.realpath(path.parent)))


def is_forced_out(path: Path, is_folder: bool, settings: Settings) -> bool:
    """Whether ``path`` is excluded even if it is named itself: ``force-exclude`` says so."""
    real = os.path.realpath(path)
    config = settings(real if is_folder else os.path.dirname(real))
    if not config.force_exclude:
        return False
    name = relative_to(Path(real), config.root)
    if name in (None, "."):
        return False
    patterns = config.exclude + config.extend_exclude
    return matcher(patterns).match_file(f"{name}/" if is_folder else name)


def _below(top: Path, settings: Settings) -> Iterator[Files | Problem]:
    # Paths are texts here: to make a `Path` takes longer than to ask the disk.
    real_top = os.path.realpath(top)
    outside = _Outside(real_top)
    stack = [("" if top == Path() else str(top), real_top)]
    while stack:
        folder, real = stack.pop()
        try:
            with os.scandir(folder or ".") as entries:
                listed = {entry.name: entry for entry in entries}
        except OSError as error:
            yield Problem(folder or ".", f"cannot read: {error.strerror or error}")
            continue
        config = settings(real, listed)
        is_outside = outside.test(real, listed, config)
        inside, shown = os.path.join(real, ""), os.path.join(folder, "")
        files, folders = [], []
        for name in sorted(filter(_may_count(listed), listed)):
            entry = listed[name]
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_outside(name, is_folder):
                continue
            if is_folder:
                folders.append((f"{shown}{name}", f"{inside}{name}"))
            elif entry.is_file(follow_symlinks=False):
                files.append(f"{inside}{name}")
            elif os.path.isfile(entry):
                files.append(os.path.realpath(f"{inside}{name}"))
            # Emacs locks a file with a link to nowhere: `.#model.py`.
            elif not os.path.exists(entry) and not name.startswith(".#"):
                yield Problem(f"{shown}{name}", "cannot read: broken symbolic link")
        yield Files(tuple(files), config)
        stack.extend(reversed(folders))


def _may_count(listed: Mapping[str, os.DirEntry[str]]) -> Callable[[str], bool]:
    """Whether a name of those that are ``listed`` may be that of a file to lint, or of a folder."""
    return lambda name: name.endswith(SUFFIXES) or listed[name].is_dir(follow_symlinks=False)


def is_excluded(path: Path, settings: Settings) -> bool:
    """Whether a walk through the project of ``path`` would pass over it.

    What is in no project may be anywhere: in ``site-packages``, as packages are that it imports.
    """
    real = Path(os.path.realpath(path))
    config = settings(str(real.parent))
    top = Path(os.path.realpath(config.root))
    if not is_project(top):
        name = real.relative_to(real.anchor).as_posix()
        return matcher(config.exclude + config.extend_exclude).match_file(name)
    outside = _Outside(str(top))
    for part in (*reversed(real.parents), real):
        folder = str(part.parent)
        if top in part.parents:
            is_outside = outside.test(folder, None, settings(folder))
            if is_outside(part.name, part != real):
                return True
    return False


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


_IsOutside = Callable[[str, bool], bool]
"""Whether what has a name in some folder, and is a folder itself or not, is passed over."""


class _Outside:
    """What a walk below ``top`` passes over: what the settings exclude, and what git ignores."""

    def __init__(self, top: str) -> None:
        self._excluded = _Excluded(Path(top))
        self._ignores = _Ignores(Path(top))

    def test(self, folder: str, listed: Names | None, config: Config) -> _IsOutside:
        """A test for what is in ``folder``, of which ``listed`` are all names if they are known."""
        excluded = self._excluded.test(folder, config)
        ignored = self._ignores.test(folder, listed) if config.respect_gitignore else None
        if ignored is None:
            return excluded
        return lambda name, is_folder: excluded(name, is_folder) or ignored(name, is_folder)


@dataclass
class _Excluded:
    """The settings ``exclude`` and ``extend-exclude`` of each project below ``top``."""

    top: Path
    _specs: dict[Path, PlainNames | Ignore] = field(default_factory=dict)

    def test(self, folder: str, config: Config) -> _IsOutside:
        if config.root not in self._specs:
            patterns = config.exclude + config.extend_exclude
            self._specs[config.root] = _sparing(self.top, patterns, config.root, matcher)
        spec = self._specs[config.root]
        if isinstance(spec, PlainNames):
            names = spec.names
            # The folders around it have passed already.
            return lambda name, _: name in names
        before = _before(folder, os.path.realpath(config.root))
        return lambda name, is_folder: spec.match_file(f"{before}{name}{'/' if is_folder else ''}")


def _before(folder: str, base: str) -> str:
    """What stands before the names in ``folder`` in patterns that count from ``base``."""
    inner = os.path.relpath(folder, base).replace(os.sep, "/")
    return "" if inner == "." else f"{inner}/"


@dataclass
class _Ignores:
    """The ``.gitignore`` files of a repository, read as their folders are reached."""

    top: Path
    _known: dict[str, tuple[tuple[str, Ignore], ...]] = field(default_factory=dict)

    def test(self, folder: str, listed: Names | None) -> _IsOutside | None:
        """Whether git ignores what is in ``folder``; the deepest file that has a say decides."""
        specs = [(_before(folder, base), spec) for base, spec in self._specs(folder, listed)]

        def is_ignored(name: str, is_folder: bool) -> bool:
            for before, spec in specs:
                verdict = spec.check_file(f"{before}{name}{'/' if is_folder else ''}").include
                if verdict is not None:
                    return verdict
            return False

        return is_ignored if specs else None

    def _specs(self, folder: str, listed: Names | None = None) -> tuple[tuple[str, Ignore], ...]:
        """What ``folder`` and those above it say, up to the one that holds ``.git``."""
        if folder not in self._known:
            has_git = _is_in(folder, ".git", listed)
            above = os.path.dirname(folder)
            outer = () if has_git or above == folder else self._specs(above)
            # The later pattern wins, and a .gitignore outweighs the repository's own list.
            lists = [".git/info/exclude"] if has_git else []
            lists += [".gitignore"] if _is_in(folder, ".gitignore", listed) else []
            spec = self._spec(Path(folder), lists) if lists else None
            self._known[folder] = outer if spec is None else ((folder, spec), *outer)
        return self._known[folder]

    def _spec(self, folder: Path, lists: Iterable[str]) -> Ignore | None:
        lines: list[str] = []
        for name in lists:
            try:
                lines += text(folder / name).splitlines()
            except OSError:
                continue
        return _sparing(self.top, lines, folder, _ignore) if lines else None


def _is_in(folder: str, name: str, listed: Names | None) -> bool:
    is_listed = listed is None or name in listed
    return is_listed and os.path.exists(os.path.join(folder, name))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of imports that ``starts`` are searched for: their targets."""

    starts: tuple[str, ...]
    targets: dict[str, str | None] = field(default_factory=dict)


@dataclass
class Locator:
    """Finds the project file that an import means, as Python's own import system would.

    ``names`` are paths below ``root`` with forward slashes; a folder without ``__init__.py`` is
    named with a slash at its end. If it ``is_watched``, it tells what was seen.
    """

    root: Path
    is_watched: bool = False
    _known: dict[tuple[str, int], _Known] = field(default_factory=dict)
    _shared: dict[tuple[str, ...], _Known] = field(default_factory=dict)
    _listed: dict[str, frozenset[str]] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)

    def __call__(self, importer: str, level: int, dotted: str) -> str | None:
        known = self._known_of(importer, level)
        if dotted not in known.targets:
            known.targets[dotted] = self._find(known.starts, dotted)
        return known.targets[dotted]

    def starts(self, importer: str, level: int) -> tuple[str, ...]:
        """The folders in which a module that ``importer`` imports is searched for."""
        return self._known_of(importer, level).starts

    def _known_of(self, importer: str, level: int) -> _Known:
        folder = importer.rpartition("/")[0]
        if (folder, level) not in self._known:
            # Most folders look for a module in the same places.
            starts = tuple(self._above(folder, level) if level else self._search(folder))
            self._known[folder, level] = self._shared.setdefault(starts, _Known(starts))
        return self._known[folder, level]

    def _find(self, starts: Iterable[str], dotted: str) -> str | None:
        parts = [part for part in dotted.split(".") if part]
        return next(filter(None, (self._at(start, parts) for start in starts)), None)

    def _above(self, folder: str, level: int) -> Iterator[str]:
        """The folder that a relative import of this ``level`` starts from, if there is one."""
        for _ in range(level - 1):
            if not folder:
                return
            folder = folder.rpartition("/")[0]
        yield folder

    def _search(self, folder: str) -> Iterator[str]:
        """The folders from which an absolute import may start, nearest first."""
        while True:
            if not self._is_there(f"{folder}/__init__.py" if folder else "__init__.py"):
                yield folder
            if not folder:
                break
            folder = folder.rpartition("/")[0]
        yield from ("src", "lib", "python")

    def _at(self, folder: str, parts: list[str]) -> str | None:
        inside = f"{folder}/" if folder else ""
        for number, part in enumerate(parts, start=1):
            if number == len(parts) and self._is_there(f"{inside}{part}.py"):
                return f"{inside}{part}.py"
            inside = f"{inside}{part}/"
            if not self._is_there(inside):
                return None
        if self._is_there(f"{inside}__init__.py"):
            return f"{inside}__init__.py"
        return inside if parts else None

    def _is_there(self, name: str) -> bool:
        """Whether there is the file ``name``, or the folder if it ends with a slash."""
        # One look at a folder answers for all that is not in it, which is most of what is imported.
        folder = "".join(name.removesuffix("/").rpartition("/")[:2])
        if folder not in self._listed:
            self._listed[folder] = modules_in(os.path.join(self.root, folder))
        return name[len(folder) :] in self._listed[folder]

    def seen(self) -> dict[str, str]:
        """What stands for what may be imported from each folder that was looked into."""
        found = dict(self._taken)
        for folder, names in self._listed.items() if self.is_watched else ():
            _add(found, folder, digest(sorted(names)))
        return found

    def take(self, seen: Mapping[str, str]) -> None:
        """Take note of what a copy of this has ``seen``."""
        for folder, told in seen.items():
            _add(self._taken, folder, told)


def _add(seen: dict[str, str], folder: str, told: str) -> None:
    # What changes while one looks is like nothing that comes later.
    seen[folder] = told if seen.get(folder, told) == told else ""


def digest(parts: Iterable[str]) -> str:
    """What stands for ``parts`` in their order."""
    # Most runs need none.
    from hashlib import blake2b

    whole = "\0".join(parts).encode(errors="surrogateescape")
    return blake2b(whole, digest_size=SIZE).hexdigest()


def modules_in(folder: str) -> frozenset[str]:
    """The names in ``folder`` of what may be imported: modules, and folders with a slash."""
    try:
        with os.scandir(folder) as entries:
            return frozenset(filter(None, map(_importable, entries)))
    except OSError:
        return frozenset()


def _importable(entry: os.DirEntry[str]) -> str | None:
    name = entry.name
    # A link may lead in a circle, which is an error to an entry.
    if name.endswith(".py"):
        is_file = os.path.isfile(entry) if entry.is_symlink() else entry.is_file()
        return name if is_file else None
    if "." in name or name == "__pycache__":
        return None
    is_folder = os.path.isdir(entry) if entry.is_symlink() else entry.is_dir()
    return f"{name}/" if is_folder else None
