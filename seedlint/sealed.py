"""What is kept from run to run, in files that are signed with a key of the user's own.

What cannot be read is not there, and what cannot be written is not kept: that is all that can go
wrong. A stranger's branch may bring a file along that hides something: the key stays in the user's
own folder, and what anybody else has signed is not even parsed.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path

from seedlint.files import contents
from seedlint.writing import create, sweep

KEY = "SEEDLINT_CACHE_KEY"
SIZE = 32
MAX_BYTES = 1 << 28
TAG = "Signature: 8a477f597d28d172789f06886806bc55"
MARKS = {"CACHEDIR.TAG": f"{TAG}\n# See https://bford.info/cachedir/\n", ".gitignore": "*\n"}
NAMES = ("facts", "dismissed", "findings")


class Sealed:
    """The file ``name`` in the cache ``folder`` of the project below ``root``."""

    def __init__(self, root: Path, folder: Path, name: str) -> None:
        own = folder.parent == root
        place = "" if own else "-" + blake2b(os.fsencode(root), digest_size=8).hexdigest()
        self._folder = folder
        # What one file is signed for is nothing in another's place.
        self._purpose = name.encode()
        self._path = folder / f"{name}{place}"
        # What is in the project came with it, and may lead anywhere.
        self._key = None if own and folder.is_symlink() else _key()

    def read(self) -> bytes | None:
        """What was written; ``None`` if nothing is there that the user has signed."""
        if self._key is None:
            return None
        signed = _content(self._path)
        document = signed[SIZE:]
        is_ours = compare_digest(signed[:SIZE], self._signature(self._key, document))
        return document if is_ours else None

    def write(self, document: bytes) -> None:
        """Put ``document`` there, in one step, if it can be."""
        if self._key is not None and _is_ours(self._folder, self._path):
            create(self._path, self._signature(self._key, document) + document)

    def _signature(self, key: bytes, document: bytes) -> bytes:
        return blake2b(document, digest_size=SIZE, key=key, person=self._purpose).digest()


def fingerprint(*paths: Path) -> str:
    """What makes something of a text: the files ``paths``, and this Python."""
    found = blake2b(f"{sys.implementation.name} {sys.version}".encode())
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()[:SIZE]


def clean(folder: Path) -> bool:
    """Take the cache in ``folder`` away, and nothing else; whether there was one."""
    if folder.is_symlink() or not _content(folder / "CACHEDIR.TAG").startswith(TAG.encode()):
        return False
    kept = (path for name in NAMES for path in folder.glob(f"{name}*"))
    for path in (*kept, *(folder / name for name in MARKS)):
        path.unlink(missing_ok=True)
    sweep(folder)
    with suppress(OSError):
        folder.rmdir()
    return True


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
            file.write(os.urandom(SIZE))
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
