"""What the bytes of a source tell at a glance, without a parser."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache

from seedlint.needles import capitals, telling

# A search for what begins with letters is quick: what stands before them is looked at later.
# Each byte fits in one way only: what is no import must not be tried in all ways that there are.
FROM = re.compile(
    rb"from(?<![\w.]from)\b[\s\\]*((?:\.[\s\\]*)*)(?:(\w[\w.]*)[\s\\]*)?\bimport\b[\s\\]*"
    rb"(\((?:[^()#]|#[^\r\n]*[\r\n])*\)|[^\n;\\]*(?:\\\r?\n[^\n;\\]*)*)"
)
IMPORT = re.compile(rb"import(?<!\wimport)\b\s*((?:[^\n;\\]|\\\r?\n)*)")
ALIAS = re.compile(rb"([\w.]+)(?:\s+as\s+(\w+))?|\*")
COMMENT = re.compile(rb"#[^\r\n]*")
DEFINED = re.compile(rb"^(?:class|def|async def)[ \t]+(\w+)", re.MULTILINE)
# Whatever else stands at the margin may bind a name too.
AT_MARGIN = re.compile(rb"^(?!class|def|async|from|import)\w[^\n#]*", re.MULTILINE)
WORD = re.compile(rb"\w+")
WORD_BYTES = frozenset(c for c in range(128) if chr(c).isalnum() or c == ord("_"))
FEW = 3
CHAIN_BYTES = WORD_BYTES | frozenset(b".")
# An object is no module, whatever its attributes are.
OBJECTS = (b"self", b"cls")

Inside = tuple[str, set[bytes]]
"""What in a module may be one too, by its dotted name; the names that it is bound or known to."""


def imported(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The names that imports bind, ``*`` for all names; the modules, and what of them is imported.

    A relative module begins with dots. Where a whole module is imported, the last is empty.
    """
    for module, members in _opened(data):
        for alias in _aliases(members):
            yield alias[2] or alias[1] or b"*", module, alias[1] or b"*"
    for named in _imported_whole(data):
        yield named[2] or named[1].partition(b".")[0], named[1], b""


def origins(data: bytes) -> Iterator[tuple[int, str, Iterator[Inside]]]:
    """The modules that imports lead to: the level of a relative one, a dotted name, what is inside.

    These are told when somebody asks, which for most modules nobody does.
    """
    for module, members in _opened(data):
        outer = module.lstrip(b".")
        yield len(module) - len(outer), _text(outer), _inside(outer, members)
    for named in _imported_whole(data):
        # Whoever imports `a.b` can get at all that `a` has.
        outer = named[1].partition(b".")[0]
        yield 0, _text(outer), iter(((_text(named[1]), {named[2] or outer}),))


def _inside(outer: bytes, members: bytes) -> Iterator[Inside]:
    for alias in _aliases(members):
        member = alias[1] or b"*"
        dotted = b".".join(filter(None, (outer, member)))
        yield _text(dotted), {alias[2] or member, member}


def _opened(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The modules from which something is imported, and the text that tells what."""
    for statement in FROM.finditer(data):
        if _begins(data, statement.start()):
            yield b"." * statement[1].count(b".") + (statement[2] or b""), statement[3]


def _aliases(members: bytes) -> Iterator[re.Match[bytes]]:
    return ALIAS.finditer(COMMENT.sub(b"", members))


def _imported_whole(data: bytes) -> Iterator[re.Match[bytes]]:
    for statement in IMPORT.finditer(data):
        if _begins(data, statement.start()):
            for part in statement[1].split(b","):
                named = ALIAS.match(part.strip(b" \t\r\n\\"))
                if named and named[1]:
                    yield named


def _text(dotted: bytes) -> str:
    return dotted.decode("ascii", "replace")


def _begins(data: bytes, start: int) -> bool:
    """Whether a statement may begin at ``start``."""
    line = data.rfind(b"\n", 0, start)
    line = max(line, data.rfind(b"\r", line + 1, start))
    before = data[line + 1 : start].removeprefix(BOM_UTF8).rstrip()
    if before:
        return before.endswith((b";", b":"))
    return not data[max(line - 2, 0) : max(line, 0)].rstrip(b"\r").endswith(b"\\")


def modules(data: bytes) -> Iterator[tuple[bytes, int, str, str]]:
    """The names that imports bind, or take under another name, and what may stand behind them.

    Of a module it tells the level of a relative import, and two dotted names: of a module, and of
    what in it may be one too. They are the same where it is not asked for anything.
    """
    for level, outer, inside in origins(data):
        for inner, names in inside:
            for name in names:
                yield name, level, outer, inner


def defined(data: bytes) -> frozenset[bytes]:
    """The functions and classes at the top of ``data`` whose names nothing else there binds."""
    found = set(DEFINED.findall(data))
    found.difference_update(name for name, _, _ in imported(data))
    for line in AT_MARGIN.findall(data):
        found.difference_update(WORD.findall(line))
    return frozenset(found)


def chains(names: frozenset[bytes], data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The dotted names in which one of ``names`` stands, each with its start and its end."""
    for start, end in _places(names, data):
        while start and data[start - 1] in CHAIN_BYTES:
            start -= 1
        while end < len(data) and data[end] in CHAIN_BYTES:
            end += 1
        yield data[start:end], start, end


def _places(names: frozenset[bytes], data: bytes) -> Iterator[tuple[int, int]]:
    """Where ``names`` stand as whole words."""
    # A pattern of many names takes five times as long.
    large = capitals(data) if len(names) > FEW else None
    for signs, name in _telling(names):
        start = data.find(name) if large is None or signs in large else -1
        while start >= 0:
            end = start + len(name)
            is_begun = start > 0 and data[start - 1] in WORD_BYTES
            if not is_begun and (end == len(data) or data[end] not in WORD_BYTES):
                yield start, end
            start = data.find(name, end)


@lru_cache(maxsize=64)
def _telling(names: frozenset[bytes]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((telling(name), name) for name in sorted(names))


def is_taken(word: bytes, data: bytes, imports: Mapping[bytes, Set[str]]) -> bool:
    """Whether ``data`` may take ``word`` from a module of the project, at the top of which it is.

    ``imports`` says of the names that ``data`` imports which modules may stand behind them.
    """
    for chain, start, end in chains(frozenset((word,)), data):
        root = chain.partition(b".")[0]
        if not root or data[:start].rstrip().endswith(b"."):
            return True
        if root in imports or root not in (word, *OBJECTS):
            if imports.get(root, True):
                return True
        elif root == word and (imports.get(b"*") or is_text(data, start, end)):
            return True
    return False


def is_text(data: bytes, start: int, end: int) -> bool:
    """Whether what stands there is all of a text, by which something may be looked up."""
    quote = data[start - 1 : start]
    return quote in (b"'", b'"') and data.startswith(quote, end)
