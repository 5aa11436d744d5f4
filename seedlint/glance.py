"""What the bytes of a source tell at a glance, without a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A search for what begins with letters is quick: what stands before them is looked at later.
FROM = re.compile(
    rb"from(?<!\wfrom)\b\s*([.\s]*)([\w.]*)\s*\bimport\b\s*"
    rb"(\((?:[^()#]|#[^\n]*)*\)|[^\n;\\]*(?:\\\r?\n[^\n;\\]*)*)"
)
IMPORT = re.compile(rb"import(?<!\wimport)\b\s*([^\n;]*)")
ALIAS = re.compile(rb"([\w.]+)(?:\s+as\s+(\w+))?|\*")
COMMENT = re.compile(rb"#[^\n]*")
DEFINED = re.compile(rb"^(?:class|def|async def)[ \t]+(\w+)", re.MULTILINE)
# Whatever else stands at the margin may bind a name too.
AT_MARGIN = re.compile(rb"^(?!class|def|async|from|import)\w[^\n#]*", re.MULTILINE)
WORD = re.compile(rb"\w+")


def imported(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The names that imports bind, ``*`` for all names, and the modules they come from.

    A relative module begins with a dot.
    """
    for statement in FROM.finditer(data):
        module = statement[1].strip() + statement[2]
        for alias in ALIAS.finditer(COMMENT.sub(b"", statement[3])):
            yield alias[2] or alias[1] or b"*", module
    for statement in IMPORT.finditer(data):
        before = data[data.rfind(b"\n", 0, statement.start()) + 1 : statement.start()].rstrip()
        if before and not before.endswith((b";", b":")):
            continue
        for part in statement[1].split(b","):
            named = ALIAS.match(part.strip())
            if named and named[1]:
                yield named[2] or named[1].partition(b".")[0], named[1]


def defined(data: bytes) -> frozenset[bytes]:
    """The functions and classes at the top of ``data`` whose names nothing else there binds."""
    found = set(DEFINED.findall(data))
    found.difference_update(name for name, _ in imported(data))
    for line in AT_MARGIN.findall(data):
        found.difference_update(WORD.findall(line))
    return frozenset(found)
