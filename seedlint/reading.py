"""The files of one project, read as far as they matter."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, cached_property, partial
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from seedlint import forks
from seedlint.data import dataclass, field, replace
from seedlint.discover import Locator
from seedlint.files import LARGEST, PIECE, beginning, contents
from seedlint.marks import Seen
from seedlint.model import Cells, Position, Problem
from seedlint.needles import Search, capitals, holds
from seedlint.reach import leading
from seedlint.source import NOTEBOOK, Source, complaint, decode, oversize

if TYPE_CHECKING:
    from seedlint.cache import Cache, Entry
    from seedlint.facts import Expr, ModuleFacts
    from seedlint.notebook import Notebook
    from seedlint.overview import Overview
    from seedlint.workers import Crew

# What can be said of a file once it is looked through.
DOES_NOT_MATTER, MATTERS, OPEN = range(3)

Text = tuple[str, bytes]
"""The name under which a file is shown, and its bytes."""


Progress = Callable[[int, int], None]
"""Is told how many files have been read, and of how many."""


def unseen(done: int, total: int) -> None:
    """The `Progress` that nobody watches."""


@cache
def _serial() -> Crew:
    from seedlint.workers import Crew

    return Crew()


@dataclass(frozen=True, slots=True)
class Memory:
    """What is ``known`` of texts.

    ``crew`` has who finds out what is not; ``is_kept`` says that what it finds is kept for the next
    run too. Files are looked through in up to ``processes``.
    """

    known: dict[Text, ModuleFacts | Problem] = field(default_factory=dict)
    crew: Callable[[], Crew] = _serial
    is_kept: bool = False
    processes: int = 1

    def forget(self, versions: int) -> None:
        """Keep the newest ``versions`` of each text: an editor makes new ones for ever."""
        counts: Counter[str] = Counter()
        for text in reversed(tuple(self.known)):
            counts[text[0]] += 1
            if counts[text[0]] > versions:
                del self.known[text]


@dataclass(frozen=True, slots=True)
class Prefilter:
    """Which files matter: those that hold a needle.

    ``draws`` and ``layers`` stand for what draws, ``others`` for what matters all the same. One of
    ``layers`` does not count where it ``is_foreign``. ``question`` has all that decides which these
    are.
    """

    draws: Search
    layers: Search
    others: Search
    is_foreign: Callable[[bytes], bool]
    question: str = ""

    def passes(self, data: bytes) -> bool:
        """Whether a file matters that holds ``data``."""
        large = capitals(data)
        if holds(data, large, self.draws) or holds(data, large, self.others):
            return True
        return holds(data, large, self.layers) and not self.is_foreign(data)

    def may_draw(self, data: bytes) -> bool:
        """Whether a file that matters, of which ``data`` is a part, may draw there."""
        large = capitals(data)
        return holds(data, large, self.draws) or holds(data, large, self.layers)


class Reader:
    """Reads and remembers the files below ``root``, by their paths from there.

    ``overlay`` is read in place of what is on the disk; ``memory`` holds what earlier readers have
    found, and ``kept`` is the folder of what earlier runs have. A file matters if it passes the
    ``prefilter``, or calls into one that does.
    ``codes`` holds the code of each file of which facts are known, ``read`` what is on the disk.
    What cannot be read or parsed is kept in ``problems``, and so is what matters and has more than
    ``largest`` bytes of code.
    """

    def __init__(
        self,
        root: Path,
        prefilter: Prefilter,
        overlay: Mapping[Path, bytes],
        memory: Memory,
        kept: Path,
        progress: Progress = unseen,
        largest: int = LARGEST,
    ) -> None:
        self._progress = progress
        self.locate = Locator(root, memory.is_kept)
        self.problems: list[Problem] = []
        self.codes: dict[str, bytes] = {}
        self.read: dict[str, bytes] = {}
        self._root = root
        self._below = os.path.join(os.path.realpath(root), "")
        self._prefilter = prefilter
        self._overlay = {path.resolve(): data for path, data in overlay.items()}
        self._memory = memory
        self._kept = kept
        self._cache: Cache | None = None
        self._largest = largest
        self._notebooks: dict[str, Notebook | Problem] = {}
        self._facts: dict[str, ModuleFacts | None] = {}
        self._lines: dict[str, Sequence[str]] = {}
        self._shown: dict[str, str] = {}
        self._visited: set[str] = set()
        self._is_repeatable = True

    @cached_property
    def overview(self) -> Overview:
        """What the files tell at a glance."""
        from seedlint.overview import Overview

        return Overview(self._code, self.locate, self._memory.processes)

    @cached_property
    def _here(self) -> str:
        return os.path.join(os.path.realpath(os.getcwd()), "")

    def name_of(self, path: str) -> str:
        """The name of the file with the real path ``path``; outside of the project, that is it."""
        below = path.removeprefix(self._below)
        return below.replace(os.sep, "/") if below != path else path

    def shown(self, name: str) -> str:
        """The file ``name``, as a reader finds it from where seedlint was started."""
        if name not in self._shown:
            path = os.path.realpath(self._at(name))
            below = path.removeprefix(self._here)
            is_below = below != path
            self._shown[name] = below.replace(os.sep, "/") if is_below else str(self._root / name)
        return self._shown[name]

    def lines(self, name: str) -> Sequence[str]:
        """The lines of a file whose facts are known."""
        if name not in self._lines:
            source = self._decoded(name, self.codes[name])
            self._lines[name] = () if isinstance(source, Problem) else source.lines
        return self._lines[name]

    def cells(self, name: str) -> Cells | None:
        """The cells of the file ``name``, if it is a notebook."""
        notebook = self._notebooks.get(name)
        return None if notebook is None or isinstance(notebook, Problem) else notebook.cells

    def wanted(self, names: Collection[str], complete: bool) -> tuple[list[str], list[str]]:
        """Those of ``names`` that could hold a finding, and the others.

        ``complete`` says that ``names`` are all files of the project. If not, a file also counts
        that imports, by whatever way, one with a needle that is not among them.
        """
        found: list[str] = []
        rest: list[str] = []
        for name, data in self._looked_through(tuple(names)):
            if isinstance(data, Problem):
                self.problems.append(data)
            else:
                (rest if data is None else found).append(name)
        callers = frozenset[str]() if complete else self._callers(rest, frozenset(names))
        return [*found, *sorted(callers)], [name for name in rest if name not in callers]

    def go_alone(self) -> None:
        """Do all that follows in this process, or in one that is forked from it."""
        self._memory = replace(self._memory, crew=_serial, processes=1)

    def silent(self, modules: Mapping[str, ModuleFacts]) -> frozenset[str]:
        """Those of ``modules`` in which nothing may draw: comments name layers too."""
        from seedlint.facts import dotted, expressions

        def draws(facts: ModuleFacts) -> bool:
            # What is called tells of most of them already.
            parts: tuple[Iterable[Expr], ...] = (
                (call.func for call in facts.calls),
                expressions(facts),
            )
            texts = ("\n".join(set(map(dotted, some))) for some in parts)
            return any(self._prefilter.may_draw(text.encode()) for text in texts)

        return frozenset(name for name, facts in modules.items() if not draws(facts))

    def size(self, name: str) -> int:
        """How many bytes the file ``name`` has."""
        return len(self._code(name))

    def modules(self, names: Iterable[str], total: int = 0) -> dict[str, ModuleFacts]:
        """The facts of those of the files ``names`` that can be parsed.

        The progress is told of ``total`` files.
        """
        found = {name: self._bytes(name) for name in names}
        readable = {name: data for name, data in found.items() if not isinstance(data, Problem)}
        self._find_out(readable, total)
        if total and readable:
            # Nothing is forked beside the threads that hand out work.
            self._memory.crew().dismiss()
        known = {name: self._extracted(name, data, report=True) for name, data in readable.items()}
        return {name: facts for name, facts in known.items() if facts is not None}

    def facts(self, name: str) -> ModuleFacts | None:
        """The facts of a file that another one imports; what cannot be read has no values."""
        if name not in self._facts:
            data = None if name.endswith("/") else self._bytes(name)
            if data is None or isinstance(data, Problem):
                self._facts[name] = None
            else:
                self._extracted(name, data, report=False)
        return self._facts[name]

    def seen(self) -> Seen:
        """What was looked at on the disk, but to learn whether a file matters."""
        files = frozenset(map(self._at, self._visited))
        return Seen(files, self.locate.seen(), self._is_repeatable)

    def take(self, seen: Seen) -> None:
        """Take note of what a copy of this has ``seen``."""
        self._visited.update(map(self.name_of, seen.files))
        self.locate.take(seen.folders)
        self._is_repeatable &= seen.repeatable

    def roam(self) -> None:
        """Take note that files matter for which nobody asked: next time there may be another."""
        self._is_repeatable = False

    def recall(self, names: Iterable[str]) -> None:
        """Read the files ``names``, of which something is told without their facts."""
        for name in names:
            data = self._bytes(name)
            if not isinstance(data, Problem):
                self._keep_code(name, data)

    def news(self) -> Mapping[str, Entry]:
        """What is to be kept, and is not yet."""
        cache = self._opened()
        return {} if cache is None else cache.news()

    def keep(self, news: Mapping[str, Entry]) -> None:
        """Keep the ``news`` of another process, too."""
        cache = self._opened()
        if cache is not None:
            cache.take(news)

    def save(self) -> None:
        """Keep what was found for the next run."""
        if self._cache is not None:
            self._cache.save()

    def _opened(self) -> Cache | None:
        """The cache, if anything is to be kept."""
        if self._cache is None and self._memory.is_kept:
            from seedlint.cache import Cache

            self._cache = Cache(self._root, self._kept)
        return self._cache

    def _cache_of(self, name: str) -> Cache | None:
        """The cache, if it is to know of the file ``name``: what is not on the disk is not kept."""
        return None if self._overlaid(name) is not None else self._opened()

    def _looked_through(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | Problem | None]]:
        """What each of the files ``names`` holds, if it matters."""
        for name, verdict in zip(names, self._verdicts(names), strict=True):
            data = None if verdict == DOES_NOT_MATTER else self._content(name)
            if verdict == OPEN and isinstance(data, bytes) and not self._prefilter.passes(data):
                data = None
            yield name, data

    def _verdicts(self, names: Sequence[str]) -> bytes:
        """Which of the files ``names`` matter, as far as that is told without looking at each."""
        if self._overlay or len(names) < forks.SHARE:
            return bytes((OPEN,)) * len(names)
        from seedlint.children import answers

        ask = partial(answers, self._verdict, processes=self._memory.processes)
        if not self._memory.is_kept:
            return ask(names)
        from seedlint.dismissed import Dismissed

        dismissed = Dismissed(self._root, self._kept, self._prefilter.question)
        # Before they are read: what changes meanwhile is another file.
        signs = [dismissed.sign(self._at(name)) for name in names]
        new = [name for name, sign in zip(names, signs, strict=True) if sign not in dismissed]
        told = iter(ask(new))
        found = bytes(DOES_NOT_MATTER if sign in dismissed else next(told) for sign in signs)
        dismissed.keep(compress(signs, (verdict == DOES_NOT_MATTER for verdict in found)))
        return found

    def _verdict(self, name: str) -> int:
        """Whether the file ``name`` matters, if that can be told without a trace."""
        data = None if name.endswith(NOTEBOOK) else self._plain(name)
        if data is None or isinstance(data, Problem):
            return OPEN
        return MATTERS if self._prefilter.passes(data) else DOES_NOT_MATTER

    def _content(self, name: str) -> bytes | Problem:
        """What the file ``name`` holds, which is most likely looked through and no more."""
        return self._bytes(name) if self._overlay or name.endswith(NOTEBOOK) else self._plain(name)

    def _plain(self, name: str) -> bytes | Problem:
        """What the file ``name``, which is no notebook, holds on the disk."""
        path = self._at(name)
        self._visited.add(name)
        try:
            data = beginning(path)
            return data if len(data) < PIECE else contents(path)
        except OSError as error:
            return self._unreadable(name, error)

    def _callers(self, rest: Collection[str], here: Collection[str]) -> Set[str]:
        """Those of ``rest`` that import a file with a needle that is not ``here``."""
        asked_for = frozenset(rest)

        @cache
        def is_far(name: str) -> bool:
            data = self._code(name)
            return name not in here and self._prefilter.passes(data)

        def step(name: str) -> Iterable[str]:
            is_looked_behind = name in asked_for or not (name in here or is_far(name))
            return self.overview.imported(name) if is_looked_behind else ()

        return leading(asked_for, step, is_far)

    def _extracted(self, name: str, data: bytes, report: bool) -> ModuleFacts | None:
        if self._facts.get(name) is not None:
            return self._facts[name]
        self._find_out({name: data})
        facts = self._memory.known[self.shown(name), data]
        if isinstance(facts, Problem):
            self._is_repeatable &= not facts.may_pass
            if report:
                self.problems.append(facts)
            self._facts[name] = None
        else:
            self._keep_code(name, data)
            self._facts[name] = replace(facts, path=name)
        return self._facts[name]

    def _keep_code(self, name: str, data: bytes) -> None:
        self.codes[name] = data
        self.read.setdefault(name, data)

    def _find_out(self, texts: Mapping[str, bytes], total: int = 0) -> None:
        """See that the memory knows of ``texts``; the progress is told of ``total`` files."""
        unknown: dict[str, str] = {}
        for name, data in texts.items():
            if (self.shown(name), data) in self._memory.known:
                continue
            source = self._decoded(name, data)
            if isinstance(source, Problem):
                self._remember(name, data, source)
                continue
            cache = self._cache_of(name)
            kept = None if cache is None else cache.find(name, data)
            if kept is None:
                unknown[name] = source.text
            else:
                self._remember(name, data, kept)
        left = len(unknown)
        for name, result in self._memory.crew().facts(unknown) if unknown else ():
            left -= 1
            if total:
                self._progress(total - left, total)
            self._take(name, texts[name], result)

    def _take(self, name: str, data: bytes, result: ModuleFacts | Problem | bytes) -> None:
        """Remember and keep what a worker has found."""
        cache = self._cache_of(name)
        if cache is not None and not isinstance(result, Problem):
            from seedlint.codec import FACTS

            encoded = result if isinstance(result, bytes) else FACTS.encode(result)
            cache.keep(name, data, encoded)
        self._remember(name, data, result)

    def _remember(self, name: str, data: bytes, found: ModuleFacts | Problem | bytes) -> None:
        shown = self.shown(name)
        if isinstance(found, bytes):
            from seedlint.codec import FACTS

            found = FACTS.decode(found)
        if isinstance(found, Problem):
            found = replace(found, path=shown)
            notebook = self._notebooks.get(name)
            if notebook is not None and not isinstance(notebook, Problem):
                found = notebook.in_cell(found)
        self._memory.known[shown, data] = found

    def _decoded(self, name: str, data: bytes) -> Source | Problem:
        if len(data) > self._largest:
            return oversize(self.shown(name), self._largest)
        return self._notebooks.get(name) or decode(data, self.shown(name))

    def _bytes(self, name: str) -> bytes | Problem:
        """What the file ``name`` holds; of a notebook, its code."""
        data = self._raw(name)
        if isinstance(data, Problem) or not name.endswith(NOTEBOOK):
            return data
        if name not in self._notebooks:
            from seedlint.notebook import read

            self.read[name] = data
            notebook = read(data, self.shown(name), self._refusal, self._largest)
            self._notebooks[name] = notebook
            self.problems += () if isinstance(notebook, Problem) else notebook.problems
        notebook = self._notebooks[name]
        return notebook if isinstance(notebook, Problem) else notebook.text.encode()

    def _code(self, name: str) -> bytes:
        """The same, of what is looked at once; nothing if it is a folder or cannot be read."""
        data = b"" if name.endswith("/") else self._content(name)
        return b"" if isinstance(data, Problem) else data

    def _refusal(self, text: str) -> tuple[str, Position] | None:
        """What keeps ``text`` from being parsed; LibCST reads what this Python does not."""
        return None if complaint(text) is None else self._memory.crew().refusal(text)

    def _overlaid(self, name: str) -> bytes | None:
        return self._overlay.get((self._root / name).resolve()) if self._overlay else None

    def _raw(self, name: str) -> bytes | Problem:
        overlaid = self._overlaid(name)
        if overlaid is not None:
            return overlaid
        self._visited.add(name)
        try:
            return contents(self._at(name))
        except OSError as error:
            return self._unreadable(name, error)

    def _at(self, name: str) -> str:
        return os.path.join(self._below, name)

    def _unreadable(self, name: str, error: OSError) -> Problem:
        self._is_repeatable = False
        return Problem(self.shown(name), f"cannot read: {error.strerror or error}")
