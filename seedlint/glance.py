"""What the bytes of a source tell at a glance, without a parser."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from typing import NamedTuple

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


class Source(NamedTuple):
    """From where something is imported: a module behind as many dots as the ``level`` says.

    ``members`` is the text that tells what of it is. Where it is imported whole, there is none, but
    maybe an ``alias``.
    """

    level: int
    module: bytes
    members: bytes | None
    alias: bytes = b""


def imported(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The names that imports bind, ``*`` for all names; the modules, and what of them is imported.

    A relative module begins with dots. Where a whole module is imported, the last is empty.
    """
    for source in imports(data):
        if source.members is None:
            yield source.alias or source.module.partition(b".")[0], source.module, b""
        else:
            module = b"." * source.level + source.module
            for alias in _aliases(source.members):
                yield alias[2] or alias[1] or b"*", module, alias[1] or b"*"


def imports(data: bytes) -> Iterator[Source]:
    """From where ``data`` imports."""
    for statement in FROM.finditer(data):
        if _begins(data, statement.start()):
            yield Source(statement[1].count(b"."), statement[2] or b"", statement[3])
    for statement in IMPORT.finditer(data):
        if _begins(data, statement.start()):
            for part in statement[1].split(b","):
                named = ALIAS.match(part.strip(b" \t\r\n\\"))
                if named and named[1]:
                    yield Source(0, named[1], None, named[2] or b"")


def outside(source: Source) -> str:
    """The module that an import leads to, by its dotted name."""
    # Whoever imports `a.b` can get at all that `a` has.
    return _text(source.module.partition(b".")[0] if source.members is None else source.module)


def inside(source: Source) -> Iterator[Inside]:
    """What in that module an import leads to."""
    if source.members is None:
        bound = source.alias or source.module.partition(b".")[0]
        yield _text(source.module), {bound}
    else:
        for alias in _aliases(source.members):
            member = alias[1] or b"*"
            dotted = b".".join(filter(None, (source.module, member)))
            yield _text(dotted), {alias[2] or member, member}


def _aliases(members: bytes) -> Iterator[re.Match[bytes]]:
    return ALIAS.finditer(COMMENT.sub(b"", members))


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
