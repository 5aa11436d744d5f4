"""What a run is asked, and which files that means."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from seedlint.config import Partial, is_project
from seedlint.data import dataclass, field
from seedlint.discover import Files, is_forced_out, named, walk
from seedlint.model import Problem, SeedlintError
from seedlint.reading import Progress, unseen
from seedlint.settings import Settings, bad_pattern


@dataclass(frozen=True, slots=True)
class Request:
    """What to lint and how; ``overrides`` win over every pyproject, ``stdin`` over its file.

    ``since`` names a git revision: what stands on lines that did not change is known.

    A ``mending`` run gives out no seed that stands in any file of the project. A ``thorough`` one
    also reads whatever may build a layer, in all of them, though it judges only those of ``paths``:
    what mends a layer depends on how often it is built. Without ``prefilter`` every file counts as
    one that may hold a finding, which takes long.
    """

    paths: tuple[Path, ...]
    overrides: Partial = field(default_factory=Partial)
    config_file: Path | None = None
    isolated: bool = False
    stdin: tuple[Path, bytes] | None = None
    mending: bool = False
    thorough: bool = False
    progress: Progress = unseen
    since: str | None = None
    prefilter: bool = True

    @property
    def folders(self) -> tuple[Path, ...]:
        """Those of ``paths`` below which all was linted."""
        return () if self.stdin else tuple(path for path in self.paths if os.path.isdir(path))


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to lint, those of each project, and the settings of their folders."""

    groups: tuple[Files, ...]
    settings: Settings
    problems: tuple[Problem, ...]


def plan(request: Request) -> Plan:
    """What a run over ``request`` would lint. Raises `SeedlintError` for broken settings."""
    bad = bad_pattern(request.overrides)
    if bad is not None:
        raise SeedlintError(f"invalid pattern `{bad[1]}` in `--{bad[0]}`")
    tops = tuple(Path(os.path.realpath(path)) for path in request.paths if os.path.isdir(path))
    settings = Settings(tops, request.overrides, request.config_file, request.isolated)
    problems: list[Problem] = []
    groups: dict[Path, list[Files]] = defaultdict(list)
    for found in _files(request, settings):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            groups[found.settings.root].append(found)
    projects = tuple(map(_together, groups.values()))
    return Plan(projects, settings, (*problems, *settings.problems.values()))


def _together(parts: Sequence[Files]) -> Files:
    """All files of one project."""
    return Files(tuple(chain.from_iterable(part.paths for part in parts)), parts[0].settings)


def _files(request: Request, settings: Settings) -> Iterator[Files | Problem]:
    if request.stdin is not None:
        path = request.stdin[0]
        if not is_forced_out(path, False, settings.of):
            yield named(path, settings.of)
        return
    yield from walk(request.paths, settings.of)


def are_all(group: Files, settings: Settings) -> bool:
    """Whether the files of ``group``, each of which was named, are all of their project."""
    # Outside of a project, all of a disk may have to be looked through for another file.
    is_worthwhile = len(group.paths) > 1 and is_project(group.settings.root)
    return is_worthwhile and next(_others(group, settings), None) is None


def rest_of(group: Files, settings: Settings) -> tuple[str, ...]:
    """The other files of the project to which those of ``group`` belong."""
    return tuple(_others(group, settings))


def _others(group: Files, settings: Settings) -> Iterator[str]:
    root, known = group.settings.root, frozenset(group.paths)
    found = (part for part in walk((root,), settings.of) if isinstance(part, Files))
    own = (part.paths for part in found if part.settings.root == root)
    return (path for path in chain.from_iterable(own) if path not in known)
