"""Files of one project that were looked through and do not matter, kept from run to run.

As for git, a file is what it was if its size, its place on the disk and its times are. What has
only just changed could change again within the same tick of the clock: that is not kept.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path

from seedlint import sealed
from seedlint.sealed import Sealed

SIZE = 16
# In nanoseconds; no file system that is in use has a longer tick.
TICK = 2 * 10**9
# All that decides, beside the settings, whether a file matters; a test compares it with imports.
JUDGES = (
    *("needles.py", "foreign.py", "glance.py", "reading.py"),
    *("catalogue.py", "catalogue.json", "data.py"),
)


class Dismissed:
    """What is kept in ``folder`` of the project below ``root``, for one ``question`` alone."""

    def __init__(self, root: Path, folder: Path, question: str) -> None:
        self._sealed = Sealed(root, folder, "dismissed")
        self._mark = blake2b(f"{fingerprint()} {question}".encode(), digest_size=SIZE).digest()
        self._latest = time.time_ns() - TICK
        document = self._sealed.read() or b""
        known = document if document.startswith(self._mark) else b""
        self._known = frozenset(known[at : at + SIZE] for at in range(SIZE, len(known), SIZE))

    def sign(self, path: str) -> bytes:
        """What stands for the file ``path`` as it is now; nothing if that cannot be told."""
        try:
            found = os.stat(path)
        except OSError:
            return b""
        if max(found.st_mtime_ns, found.st_ctime_ns) > self._latest:
            return b""
        told = (found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns)
        return blake2b(f"{told}{path}".encode(errors="surrogateescape"), digest_size=SIZE).digest()

    def __contains__(self, sign: bytes) -> bool:
        return sign in self._known

    def keep(self, signs: Iterable[bytes]) -> None:
        """Keep ``signs``, of files that were asked for, and of others not many times as much."""
        new = frozenset(signs) - {b""}
        if new <= self._known:
            return
        self._known = new | self._known if len(self._known) < 4 * len(new) else new
        self._sealed.write(b"".join((self._mark, *self._known)))


@cache
def fingerprint() -> str:
    here = Path(__file__).parent
    return sealed.fingerprint(*(here / name for name in JUDGES))
