"""Room for recursion that depends on what others wrote."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

DEEP = 60_000
DEEP_STACK = 512 * 1024 * 1024

_Found = TypeVar("_Found")


def deeply(task: Callable[[], _Found]) -> _Found:
    """What ``task`` gives, or raises, where Python may recurse `DEEP` levels."""
    # Hardly any run goes so deep.
    from concurrent.futures import Future

    found: Future[_Found] = Future()
    limit, size = sys.getrecursionlimit(), threading.stack_size(DEEP_STACK)
    sys.setrecursionlimit(DEEP)
    try:
        # Ctrl-C waits neither for it nor, as for a thread of a pool, at the end of the process.
        threading.Thread(target=_fulfil, args=(found, task), daemon=True).start()
        return found.result()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)


def _fulfil(found: Future[_Found], task: Callable[[], _Found]) -> None:
    try:
        found.set_result(task())
    except BaseException as error:
        # Whatever it is, it is raised where it is waited for.
        found.set_exception(error)
