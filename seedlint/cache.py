"""Facts of the files of one project, kept from run to run.

One file holds, by the name of each file, a hash of its text and the facts of that. Findings are
never kept. What cannot be read is not there, and what cannot be written is not kept: that is all
that can go wrong.

A stranger's branch may bring a cache along that hides something. So it is signed with a key that
stays in the user's own folder, and what anybody else has signed is not even parsed.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from seedlint.codec import CodecError, decode
from seedlint.facts import ModuleFacts
from seedlint.files import contents
from seedlint.model import Problem
from seedlint.writing import create, sweep

KEY = "SEEDLINT_CACHE_KEY"
SIZE = 32
MAX_BYTES = 1 << 28
TAG = "Signature: 8a477f597d28d172789f06886806bc55"
MARKS = {"CACHEDIR.TAG": f"{TAG}\n# See https://bford.info/cachedir/\n", ".gitignore": "*\n"}
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
    "extract/expressions",
    "extract/graft",
    "extract/nodes",
    "extract/places",
    "extract/positions",
    "extract/visitor",
    "extract/walk",
)

Entry = tuple[str, bytes]
"""The hash of a text, and its facts as `codec.encode` writes them, compressed."""


class Cache:
    """The cache in ``folder`` of the project below ``root``."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        own = folder.parent == root
        place = "" if own else "-" + blake2b(os.fsencode(root), digest_size=8).hexdigest()
        self._path = folder / f"facts{place}"
        # What is in the project came with it, and may lead anywhere.
        self._key = None if own and folder.is_symlink() else _key()
        self._entries = dict(self._read())
        self._new: dict[str, Entry] = {}

    def find(self, name: str, data: bytes) -> ModuleFacts | Problem | None:
        """What is known of the file ``name`` if it holds ``data``."""
        digest, facts = self._entries.get(name, ("", b""))
        if digest != _digest(data):
            return None
        try:
            return decode(zlib.decompress(facts))
        except (CodecError, zlib.error):
            return None

    def keep(self, name: str, data: bytes, encoded: bytes) -> None:
        """Keep ``encoded``, the facts of the file ``name`` that holds ``data``."""
        self._new[name] = (_digest(data), zlib.compress(encoded, 1))

    def save(self) -> None:
        """Write what is new, and what is still there of what others have written since."""
        if not self._new or self._key is None:
            return
        entries = {**dict(self._read()), **self._new}
        self._entries.update(self._new)
        self._new = {}
        if _is_ours(self._folder, self._path):
            create(self._path, _signed(self._key, dict(self._present(entries))))

    def _present(self, entries: dict[str, Entry]) -> Iterator[tuple[str, Entry]]:
        room = MAX_BYTES // 2
        # The new ones are the last.
        for name, entry in reversed(entries.items()):
            room -= len(entry[1])
            if room > 0 and os.path.exists(os.path.join(self._root, name)):
                yield name, entry

    def _read(self) -> Iterator[tuple[str, Entry]]:
        signed = b"" if self._key is None else _content(self._path)
        if self._key is None or not secrets.compare_digest(
            signed[:SIZE], _signature(self._key, signed[SIZE:])
        ):
            return
        at = signed.index(b"\n", SIZE) + 1
        version, rows = json.loads(signed[SIZE:at])
        if version == fingerprint():
            for name, digest, size in rows:
                yield name, (digest, signed[at : at + size])
                at += size


@cache
def fingerprint() -> str:
    """What makes facts of a text: the code of seedlint that does, LibCST, and this Python."""
    found = blake2b(f"{platform.python_implementation()} {platform.python_version()}".encode())
    here = Path(__file__).parent
    spec = find_spec("libcst")
    libcst = "" if spec is None or spec.origin is None else os.path.dirname(spec.origin)
    for path in (*(here / f"{name}.py" for name in MAKERS), Path(libcst, "_version.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:SIZE]


def clean(folder: Path) -> bool:
    """Take the cache in ``folder`` away, and nothing else; whether there was one."""
    if folder.is_symlink() or not _content(folder / "CACHEDIR.TAG").startswith(TAG.encode()):
        return False
    for path in (*folder.glob("facts*"), *(folder / name for name in MARKS)):
        path.unlink(missing_ok=True)
    sweep(folder)
    with suppress(OSError):
        folder.rmdir()
    return True


def _signed(key: bytes, entries: dict[str, Entry]) -> bytes:
    rows = [(name, digest, len(facts)) for name, (digest, facts) in entries.items()]
    index = json.dumps([fingerprint(), rows]).encode()
    document = b"".join((index, b"\n", *(facts for _, facts in entries.values())))
    return _signature(key, document) + document


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _signature(key: bytes, document: bytes) -> bytes:
    return blake2b(document, digest_size=SIZE, key=key).digest()


def _content(path: Path) -> bytes:
    """What the file ``path`` holds; nothing if it cannot be read."""
    try:
        return contents(path, MAX_BYTES)
    except OSError:
        return b""


def _key() -> bytes | None:
    """The user's own key, made at the first run; ``None`` where it cannot be kept."""
    given = os.environ.get(KEY)
    if given:
        return blake2b(given.encode(), digest_size=SIZE).digest()
    try:
        base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
        folder = (Path(base) if base else Path.home() / ".cache") / "seedlint"
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), open(folder / "key", "xb", opener=_private) as file:
            file.write(secrets.token_bytes(SIZE))
    except (OSError, RuntimeError):
        return None
    key = _content(folder / "key")
    return key if len(key) == SIZE else None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_ours(folder: Path, path: Path) -> bool:
    """Whether ``path`` may be written to, once ``folder`` is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if _is_new(folder):
            for name, text in MARKS.items():
                (folder / name).write_text(text, "utf-8")
    except OSError:
        return False
    return not path.is_symlink() and (path.is_file() or not path.exists())


def _is_new(folder: Path) -> bool:
    """Whether nothing is in ``folder`` but what one left who was killed when it made it."""
    return all(
        name in MARKS and MARKS[name].encode().startswith(_content(folder / name))
        for name in os.listdir(folder)
    )
