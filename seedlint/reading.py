"""The files of one project, read as far as they matter."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from seedlint.discover import Locator, relative_to
from seedlint.facts import ModuleFacts
from seedlint.model import Problem
from seedlint.source import Source, complaint, decode, imports

# Names, and not only those of ASCII.
WORD = re.compile(rb"[\w\x80-\xff]+")
COMMENT_NEEDLES = (b"seedlint", b"SDL")


class Reader:
    """Reads and remembers the files below ``root``, by their paths from there.

    A file matters if it holds all words of one of ``needles``, or calls into one that does. What
    cannot be read or parsed is kept in ``problems``.
    """

    def __init__(
        self, root: Path, needles: Iterable[Sequence[str]], stdin: tuple[Path, bytes] | None
    ) -> None:
        self.locate = Locator(root)
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}
        self._root = root
        words = ([word.encode() for word in needle] for needle in needles)
        self._needles = (*words, *([word] for word in COMMENT_NEEDLES))
        self._stdin = None if stdin is None else (stdin[0].resolve(), stdin[1])
        self._facts: dict[str, ModuleFacts | None] = {}
        self._held: dict[str, bytes] = {}
        self._words: dict[str, frozenset[bytes]] = {}

    def name_of(self, path: Path) -> str:
        return relative_to(path, self._root) or str(path.resolve())

    def shown(self, name: str) -> str:
        """The file ``name``, as a reader finds it from where seedlint was started."""
        path = self._root / name
        return relative_to(path, Path.cwd()) or str(path)

    def candidates(
        self, names: Collection[str], complete: bool
    ) -> tuple[dict[str, ModuleFacts], list[str]]:
        """The facts of the files that could hold a finding, and the names of the others.

        ``complete`` says that ``names`` are all files of the project. If not, a file also counts
        that imports, by whatever way, one with a needle that is not among them.
        """
        modules: dict[str, ModuleFacts] = {}
        rest: list[str] = []
        for name in names:
            data = self._bytes(name)
            if isinstance(data, Problem):
                self.problems.append(data)
            elif self._matters(data):
                self._add(modules, name, data)
            elif self._is_sound(name, data):
                rest.append(name)
        if not complete:
            callers = self._callers(rest, frozenset(names))
            self._add_all(modules, callers)
            rest = [name for name in rest if name not in callers]
        return modules, rest

    def add_users(
        self, modules: dict[str, ModuleFacts], rest: list[str], words: Iterable[str]
    ) -> list[str]:
        """Move those of ``rest`` that hold one of ``words`` to ``modules``; what stays behind."""
        wanted = frozenset(word.encode() for word in words)
        users = [name for name in rest if not wanted.isdisjoint(self._words_of(name))]
        self._add_all(modules, users)
        return [name for name in rest if name not in set(users)]

    def holds(self, name: str, word: str) -> bool:
        """Whether the file ``name`` holds ``word``."""
        letters = word.encode()
        if name not in self._held:
            data = b"" if name.endswith("/") else self._bytes(name)
            self._held[name] = b"" if isinstance(data, Problem) else data
        # Looking for letters is quicker than taking the file apart.
        return letters in self._held[name] and letters in self._words_of(name)

    def _words_of(self, name: str) -> frozenset[bytes]:
        if name not in self._words:
            data = b"" if name.endswith("/") else self._held.get(name) or self._bytes(name)
            found = () if isinstance(data, Problem) else WORD.findall(data)
            self._words[name] = frozenset(found)
        return self._words[name]

    def facts(self, name: str) -> ModuleFacts | None:
        """The facts of a file that another one imports; what cannot be read has no values."""
        if name not in self._facts:
            data = None if name.endswith("/") else self._bytes(name)
            if data is None or isinstance(data, Problem):
                self._facts[name] = None
            else:
                self._extracted(name, data, report=False)
        return self._facts[name]

    def _matters(self, data: bytes) -> bool:
        return any(all(word in data for word in needle) for needle in self._needles)

    def _is_sound(self, name: str, data: bytes) -> bool:
        """Whether a file in which nothing can be found at least parses; else that is reported."""
        source = decode(data, self.shown(name))
        if isinstance(source, Problem):
            self.problems.append(source)
            return False
        if complaint(source.text) is None:
            return True
        return self._extracted(name, data, report=True) is not None

    def _callers(self, rest: Collection[str], here: Collection[str]) -> set[str]:
        """Those of ``rest`` that import a file with a needle that is not ``here``."""
        importers: dict[str, set[str]] = defaultdict(set)
        far: set[str] = set()
        pending = list(rest)
        seen = set(pending)
        while pending:
            name = pending.pop()
            for target in self._imported(name):
                importers[target].add(name)
                if target not in seen and target not in here:
                    seen.add(target)
                    data = self._bytes(target)
                    if not isinstance(data, Problem):
                        (far.add if self._matters(data) else pending.append)(target)
        reached = set(far)
        pending = list(far)
        while pending:
            new = importers[pending.pop()] - reached
            reached |= new
            pending += new
        return reached.intersection(rest)

    def _imported(self, name: str) -> Iterable[str]:
        data = self._bytes(name)
        source = data if isinstance(data, Problem) else decode(data, name)
        if isinstance(source, Problem):
            return
        for level, dotted in imports(source.text):
            target = self.locate(name, level, dotted)
            if target is not None and not target.endswith("/"):
                yield target

    def _add_all(self, modules: dict[str, ModuleFacts], names: Iterable[str]) -> None:
        for name in names:
            data = self._bytes(name)
            if not isinstance(data, Problem):
                self._add(modules, name, data)

    def _add(self, modules: dict[str, ModuleFacts], name: str, data: bytes) -> None:
        facts = self._extracted(name, data, report=True)
        if facts is not None:
            modules[name] = facts

    def _extracted(self, name: str, data: bytes, report: bool) -> ModuleFacts | None:
        from seedlint.extract import extract

        if self._facts.get(name) is not None:
            return self._facts[name]
        source = decode(data, self.shown(name))
        facts = source if isinstance(source, Problem) else extract(source)
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
