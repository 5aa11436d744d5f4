"""How much can be done at once."""

from __future__ import annotations

import os
import sys
import threading

# To look through so many files takes ten times as long as to fork.
SHARE = 1000


def cores() -> int:
    """How many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Whether a fork is safe and quick: it takes the locks along that other threads hold."""
    return sys.platform == "linux" and threading.active_count() == 1
