"""Room for recursion that depends on what others wrote."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

DEEP = 60_000
DEEP_STACK = 512 * 1024 * 1024

_Found = TypeVar("_Found")


def deeply(task: Callable[[], _Found]) -> _Found:
    """What ``task`` gives, or raises, where Python may recurse `DEEP` levels."""
    # Hardly any run goes so deep.
    from concurrent.futures import ThreadPoolExecutor

    limit, size = sys.getrecursionlimit(), threading.stack_size(DEEP_STACK)
    sys.setrecursionlimit(DEEP)
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(task).result()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
