"""What the files of one project tell at a glance, and how that hangs together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Set
from typing import TYPE_CHECKING, NamedTuple

from seedlint.children import shared
from seedlint.glance import Source, defined, imports, inside, is_taken, outside
from seedlint.reach import explored, reached, turned
from seedlint.seeds import literals

if TYPE_CHECKING:
    from seedlint.discover import Locator
    from seedlint.layers import Entrance

# Blanks for what no name is made of; names are not only of ASCII.
LETTERS = bytes(c if c > 127 or chr(c).isalnum() or c == ord("_") else 32 for c in range(256))


class _Told(NamedTuple):
    """What files tell: what they import, and their numbers."""

    imported: dict[str, Collection[str]]
    numbers: dict[str, Collection[int]]


class Overview:
    """Reads the ``code`` of a file once for each kind of question, and keeps the answers.

    ``locate`` finds what a file imports. Of a file that is asked for words, all that it holds are
    kept, once each. Many files are read in up to ``processes``.
    """

    def __init__(self, code: Callable[[str], bytes], locate: Locator, processes: int = 1) -> None:
        self._processes = processes
        self._code = code
        self._locate = locate
        self._words: dict[str, bytes] = {}
        self._defined: dict[str, frozenset[bytes]] = {}
        self._imports: dict[str, Mapping[bytes, Set[str]]] = {}
        self._imported: dict[str, Collection[str]] = {}
        self._numbers: dict[str, Collection[int]] = {}
        self._sources: dict[tuple[tuple[str, ...], Source], Collection[str]] = {}

    def holds(self, name: str, word: str) -> bool:
        """Whether the file ``name`` holds ``word``."""
        return b" %b " % word.encode() in self._words_of(name)

    def holders(self, names: Iterable[str], words: Iterable[str]) -> Mapping[str, Set[str]]:
        """Which of the files ``names`` hold each of ``words``."""
        found: dict[bytes, set[str]] = {word.encode(): set() for word in words}
        for name in names:
            for word in found.keys() & self._words_of(name).split():
                found[word].add(name)
        return {word.decode(): having for word, having in found.items()}

    def defines(self, name: str, word: str) -> bool:
        """Whether the file ``name`` visibly defines ``word`` as a function or class of its own."""
        if name not in self._defined:
            self._defined[name] = defined(self._code(name))
        return word.encode() in self._defined[name]

    def imported(self, name: str) -> Collection[str]:
        """The files of the project that the file ``name`` imports."""
        if name not in self._imported:
            self._take(self._told([name]))
        return self._imported[name]

    def imports(self, names: Iterable[str]) -> dict[str, set[str]]:
        """The files that each of ``names`` imports, and those that these import."""
        self._look_at(names)
        return explored(names, self.imported)

    def numbers(self, names: Iterable[str]) -> set[int]:
        """All numbers in the files ``names`` that may be seeds."""
        self._look_at(names)
        return {number for name in names for number in self._numbers.get(name, ())}

    def _look_at(self, names: Iterable[str]) -> None:
        new = [name for name in dict.fromkeys(names) if name not in self._imported]
        for told, seen in shared(self._told_apart, new, self._processes):
            self._take(told)
            self._locate.take(seen)

    def _told_apart(self, names: Iterable[str]) -> tuple[_Told, dict[str, str]]:
        """The same as `_told`, and what was seen to find that out."""
        return self._told(names), self._locate.seen()

    def _take(self, told: _Told) -> None:
        self._imported.update(told.imported)
        self._numbers.update(told.numbers)

    def _told(self, names: Iterable[str]) -> _Told:
        """What is asked of nearly all files, in one look at each of ``names``."""
        imported: dict[str, Collection[str]] = {}
        numbers: dict[str, Collection[int]] = {}
        for name in names:
            code = self._code(name)
            # Nobody asks what the names in most files mean, and thousands of sets take much room.
            imported[name] = tuple(
                {path for source in imports(code) for path in self._meant(name, source)}
            )
            held = tuple(set(literals(code)))
            if held:
                numbers[name] = held
        return _Told(imported, numbers)

    def _meant(self, name: str, source: Source) -> Collection[str]:
        """The files of the project that ``name`` may mean by what it imports from ``source``."""
        # Many files of many folders import the same from the same.
        key = (self._locate.starts(name, source.level), source)
        if key not in self._sources:
            found = self._located(name, source, (inner for inner, _ in inside(source)))
            self._sources[key] = tuple(found)
        return self._sources[key]

    def importers(self, names: Iterable[str]) -> Mapping[str, Set[str]]:
        """What imports each file, as far as ``names`` lead."""
        return turned(self.imports(names))

    def users(
        self,
        names: Set[str],
        importers: Mapping[str, Set[str]],
        entrances: Iterable[Entrance],
    ) -> set[str]:
        """Those of the files ``names`` that may use one of ``entrances``; the ``importers`` of all.

        Who holds a word, but imports by whatever way no file that binds it, does not mean it.
        """
        bound: dict[tuple[str, bool], set[str]] = defaultdict(set)
        for entrance in entrances:
            bound[entrance.word, entrance.is_top].add(entrance.path)
        apart = _run_before_tests(names)
        near = reached(set().union(*bound.values()), importers) & names | apart
        holders = self.holders(near, {word for word, _ in bound})
        found: set[str] = set()
        for (word, is_top), paths in bound.items():
            if holders[word]:
                seeing = apart.union(reached(paths, importers))
                asked = holders[word] & seeing - found
                found.update(n for n in asked if not (is_top and self._has_its_own(n, word)))
        return found

    def seeders(
        self,
        names: Set[str],
        importing: Set[str],
        read: Container[str],
        seeding: Set[str],
        words: Iterable[str],
    ) -> tuple[Set[str], Set[str]]:
        """Those of the files ``importing``, and what runs before tests, that may seed something.

        The first ones name what is called like a seeding. The second ones import by whatever way
        one of these or of ``seeding``, or one that was not ``read`` and holds one of ``words``.
        """
        first = importing | _run_before_tests(names)
        edges = self.imports(first)
        held = self.holders((name for name in edges if name not in read), words)
        found = set(seeding).union(*held.values())
        found |= {name for name in first if b"seed" in self._words_of(name).lower()}
        return first & found, first & reached(found, turned(edges))

    def _has_its_own(self, name: str, word: str) -> bool:
        """Whether the file ``name`` means nothing of another file of the project by ``word``."""
        if name not in self._imports:
            # Of all others nobody asks for names.
            self._imports[name] = self._imports_of(name)
        return not is_taken(word.encode(), self._code(name), self._imports[name])

    def _imports_of(self, name: str) -> Mapping[bytes, Set[str]]:
        """What the file ``name`` imports: the files that each name may come from."""
        found: dict[bytes, set[str]] = {}
        for source in imports(self._code(name)):
            for inner, names in inside(source):
                located = tuple(self._located(name, source, (inner,)))
                for bound in names:
                    found.setdefault(bound, set()).update(located)
        return found

    def _located(self, name: str, source: Source, inner: Iterable[str]) -> Iterator[str]:
        """The files of the project that ``name`` may mean by a module, and by what is in it."""
        outer = outside(source)
        target = self._locate(name, source.level, outer)
        if target is not None:
            yield target
        # Most of what is imported is not of the project, and nothing in it is.
        if target is not None or not outer:
            for dotted in inner:
                target = None if dotted == outer else self._locate(name, source.level, dotted)
                if target is not None:
                    yield target

    def _words_of(self, name: str) -> bytes:
        """The names in the file ``name``, and what else is made of their letters, once each."""
        if name not in self._words:
            words = set(self._code(name).translate(LETTERS).split())
            self._words[name] = b" ".join((b"", *words, b""))
        return self._words[name]


def _run_before_tests(names: Iterable[str]) -> set[str]:
    """Those of the files ``names`` that run before tests which they do not import."""
    return {name for name in names if name.endswith("conftest.py")}
