"""What was looked at on the disk, and whether it is what it was.

As for git, it is if its size, its place on the disk and its times are. What has only just changed
could change again within the same tick of the clock: of that it is never said.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from seedlint.data import dataclass

# In nanoseconds; no file system that is in use has a longer tick.
TICK = 2 * 10**9

Mark = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """The ``files`` that were read, by their paths, and what was seen of ``folders``.

    It is ``repeatable`` if another look at the same would see the same.
    """

    files: frozenset[str]
    folders: Mapping[str, str]
    repeatable: bool = True


class Marks:
    """What changes once they are made has none, whenever that is asked for."""

    def __init__(self) -> None:
        self._latest = time.time_ns() - TICK

    def of(self, path: str) -> Mark | None:
        """What the file or folder ``path`` is known by; nothing if that cannot be told."""
        try:
            found = os.stat(path)
        except OSError:
            return None
        if found.st_mtime_ns > self._latest or found.st_ctime_ns > self._latest:
            return None
        return found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns
