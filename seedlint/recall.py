"""What runs over whole projects found, for as long as all that it hangs on is as it was.

What is found in one file hangs on others, on where imports lead, and on the settings. So nothing
is kept of one file: a run is told what an earlier one found only if both ask the same of the same
files, and neither one of these has changed, nor one that was read beside them, nor what may be
imported from any folder in which an import was looked up. What is told of is read anew.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from seedlint import sealed
from seedlint.data import dataclass, replace
from seedlint.discover import digest, modules_in
from seedlint.marks import Marks, Seen
from seedlint.model import Finding, Problem, Silenced
from seedlint.sealed import Sealed

if TYPE_CHECKING:
    from seedlint.codec import Codec

# So many different questions are asked of a project in turn, by a hook, an editor, a person.
MOST = 8
# Where all that judges is, and all that a judge is made of.
ROOMS = ("", "extract", "rules")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, silenced by comments or could not be parsed.

    ``spoken`` are the names of the files of which that speaks.
    """

    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...]
    problems: tuple[Problem, ...]
    spoken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A ``verdict``, and what it hangs on beside the files that were asked for.

    ``state`` stands for the marks of these and of ``files``; ``layout`` for what may be imported
    from ``folders``, which is the same as long as their own marks come to ``places``. From those
    that are ``empty`` nothing may.
    """

    verdict: Verdict
    files: tuple[str, ...]
    folders: tuple[str, ...]
    empty: tuple[str, ...]
    state: str
    layout: str
    places: str


class Recall:
    """Of the project below ``root``, what was found in ``paths`` when the same was asked of them.

    It is kept in ``folder``; ``question`` has all that decides beside what is on the disk. The
    ``marks`` were made before anything was read: what changes meanwhile is not what was judged.
    """

    def __init__(
        self, root: Path, folder: Path, question: str, paths: Sequence[str], marks: Marks
    ) -> None:
        self._root = root
        self._paths = paths
        self._question = digest((question, *paths))
        self._marks = marks
        self._sealed = Sealed(root, folder, "findings")

    def find(self) -> Verdict | None:
        """What an earlier run found, if another look would find the same."""
        for question, packed in self._read():
            if question == self._question:
                ruling = _codec().decode(zlib.decompress(packed))
                return ruling.verdict if self._holds(ruling) else None
        return None

    def keep(self, verdict: Verdict, seen: Seen) -> None:
        """Keep ``verdict``, for which all that was ``seen`` was looked at."""
        failed = any(problem.may_pass for problem in verdict.problems) or not seen.repeatable
        files = tuple(sorted(seen.files.difference(self._paths)))
        state = "" if failed else self._state(files)
        if state and "" not in seen.folders.values():
            nothing = digest(())
            folders = sorted(folder for folder, told in seen.folders.items() if told != nothing)
            empty = tuple(seen.folders.keys() - folders)
            layout = digest(map(seen.folders.__getitem__, folders))
            places = self._marked(map(self._at, folders))
            self._write(Ruling(verdict, files, tuple(folders), empty, state, layout, places))

    def _holds(self, ruling: Ruling) -> bool:
        if self._state(ruling.files) != ruling.state:
            return False
        if any(modules_in(self._at(folder)) for folder in ruling.empty):
            return False
        places = self._marked(map(self._at, ruling.folders))
        if places and places == ruling.places:
            return True
        # Something was put there, or taken away, that most likely is no module.
        layout = digest(digest(sorted(modules_in(self._at(folder)))) for folder in ruling.folders)
        if layout != ruling.layout:
            return False
        if places:
            self._write(replace(ruling, places=places))
        return True

    def _state(self, files: Iterable[str]) -> str:
        return self._marked(chain(self._paths, files))

    def _marked(self, paths: Iterable[str]) -> str:
        """What stands for the marks of ``paths``; nothing if one has none."""
        marks = list(map(self._marks.of, paths))
        return "" if None in marks else digest(map(repr, marks))

    def _at(self, folder: str) -> str:
        return os.path.join(self._root, folder)

    def _read(self) -> Iterator[tuple[str, bytes]]:
        """The rulings that were kept, by their questions."""
        document = self._sealed.read()
        if document is None:
            return
        at = document.index(b"\n") + 1
        version, rows = json.loads(document[:at])
        if version == fingerprint():
            for question, size in rows:
                yield question, document[at : at + size]
                at += size

    def _write(self, ruling: Ruling) -> None:
        packed = zlib.compress(_codec().encode(ruling), 1)
        others = [row for row in self._read() if row[0] != self._question]
        rulings = [(self._question, packed), *others][:MOST]
        index = [fingerprint(), [(question, len(told)) for question, told in rulings]]
        told = (told for _, told in rulings)
        self._sealed.write(b"".join((json.dumps(index).encode(), b"\n", *told)))


@cache
def _codec() -> Codec[Ruling]:
    # Where nothing matters, nothing is kept, and there is nothing to read.
    from seedlint.codec import Codec

    return Codec(Ruling)


@cache
def fingerprint() -> str:
    """What makes findings of files: the code of seedlint that does, LibCST, and this Python."""
    here = Path(__file__).parent
    spec = find_spec("libcst")
    libcst = "" if spec is None or spec.origin is None else os.path.dirname(spec.origin)
    makers = (path for room in ROOMS for path in sorted((here / room).glob("*.py")))
    return sealed.fingerprint(*makers, here / "catalogue.json", Path(libcst, "_version.py"))
