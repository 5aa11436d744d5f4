"""Questions that forked processes share: nothing is handed to them, and they answer in bytes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, TypeVar

T = TypeVar("T")

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


def answers(ask: Callable[[T], int], things: Sequence[T], processes: int) -> bytes:
    """What ``ask`` says of each of ``things``, a byte each, asked in up to ``processes``."""
    count = min(processes, len(things) // SHARE) if can_fork() else 1
    if count < 2:
        return bytes(map(ask, things))
    found = bytearray(len(things))
    shares = [things[part::count] for part in range(count)]
    with ExitStack() as forks:
        others = [forks.enter_context(_forked(ask, share)) for share in shares[1:]]
        found[::count] = bytes(map(ask, shares[0]))
        for part, other in enumerate(others, 1):
            told = other.read()
            is_whole = len(told) == len(shares[part])
            found[part::count] = told if is_whole else bytes(map(ask, shares[part]))
    return bytes(found)


@contextmanager
def _forked(ask: Callable[[T], int], things: Sequence[T]) -> Iterator[BinaryIO]:
    """What another process answers; less than there are ``things`` if it came to grief."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with open(writing, "wb") as answer:
                answer.write(bytes(map(ask, things)))
        finally:
            # Whatever happened: what stands around the fork is the parent's to do.
            os._exit(0)
    os.close(writing)
    try:
        with open(reading, "rb") as answer:
            yield answer
    finally:
        os.waitpid(child, 0)
