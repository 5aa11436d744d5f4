"""Facts of the files of one project, kept from run to run.

One file holds, by the name of each file, a hash of its text and the facts of that. No findings are
here, since those of a file hang on others too: `recall` keeps them for a whole project.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from seedlint import sealed
from seedlint.sealed import MAX_BYTES, Sealed

# All that decides what the facts of a text are; a test compares it with what `extract` imports.
MAKERS = (
    "data",
    "model",
    "deep",
    "facts",
    "codec",
    "source",
    "hazards",
    "jobs",
    "extract/__init__",
    "extract/bindings",
    "extract/comments",
    "extract/drafts",
    "extract/expressions",
    "extract/graft",
    "extract/nodes",
    "extract/parser",
    "extract/places",
    "extract/positions",
    "extract/visitor",
    "extract/walk",
)

Entry = tuple[str, bytes]
"""The hash of a text, and its facts as `codec.FACTS` writes them, compressed."""


class Cache:
    """The cache in ``folder`` of the project below ``root``."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._sealed = Sealed(root, folder, "facts")
        self._entries = dict(self._read())
        self._new: dict[str, Entry] = {}

    def find(self, name: str, data: bytes) -> bytes | None:
        """What was kept of the file ``name`` if it holds ``data``. It is told once."""
        # Whoever has asked remembers it, and two copies take too much room.
        digest, facts = self._entries.pop(name, ("", b""))
        return zlib.decompress(facts) if digest == _digest(data) else None

    def keep(self, name: str, data: bytes, encoded: bytes) -> None:
        """Keep ``encoded``, the facts of the file ``name`` that holds ``data``."""
        self._new[name] = (_digest(data), zlib.compress(encoded, 1))

    def news(self) -> Mapping[str, Entry]:
        """What is new, and not written yet."""
        return self._new

    def take(self, news: Mapping[str, Entry]) -> None:
        """Keep the ``news`` of a copy of this."""
        self._new.update(news)

    def save(self) -> None:
        """Write what is new, and what is still there of what others have written since."""
        if not self._new:
            return
        entries = {**dict(self._read()), **self._new}
        self._entries.update(self._new)
        self._new = {}
        self._sealed.write(_written(dict(self._present(entries))))

    def _present(self, entries: dict[str, Entry]) -> Iterator[tuple[str, Entry]]:
        room = MAX_BYTES // 2
        # The new ones are the last.
        for name, entry in reversed(entries.items()):
            room -= len(entry[1])
            if room > 0 and os.path.exists(os.path.join(self._root, name)):
                yield name, entry

    def _read(self) -> Iterator[tuple[str, Entry]]:
        document = self._sealed.read()
        if document is None:
            return
        at = document.index(b"\n") + 1
        version, rows = json.loads(document[:at])
        if version == fingerprint():
            for name, digest, size in rows:
                yield name, (digest, document[at : at + size])
                at += size


@cache
def fingerprint() -> str:
    """What makes facts of a text: the code of seedlint that does, LibCST, and this Python."""
    here = Path(__file__).parent
    spec = find_spec("libcst")
    libcst = "" if spec is None or spec.origin is None else os.path.dirname(spec.origin)
    makers = (here / f"{name}.py" for name in MAKERS)
    return sealed.fingerprint(*makers, Path(libcst, "_version.py"))


def _written(entries: dict[str, Entry]) -> bytes:
    rows = [(name, digest, len(facts)) for name, (digest, facts) in entries.items()]
    index = json.dumps([fingerprint(), rows]).encode()
    return b"".join((index, b"\n", *(facts for _, facts in entries.values())))


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
