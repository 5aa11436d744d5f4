"""Files of one project that were looked through and do not matter, kept from run to run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path

from seedlint import sealed
from seedlint.marks import Marks
from seedlint.sealed import Sealed

SIZE = 16
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
        self._marks = Marks()
        document = self._sealed.read() or b""
        known = document if document.startswith(self._mark) else b""
        self._known = frozenset(known[at : at + SIZE] for at in range(SIZE, len(known), SIZE))

    def sign(self, path: str) -> bytes:
        """What stands for the file ``path`` as it is now; nothing if that cannot be told."""
        mark = self._marks.of(path)
        if mark is None:
            return b""
        return blake2b(f"{mark}{path}".encode(errors="surrogateescape"), digest_size=SIZE).digest()

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
