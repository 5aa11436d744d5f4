"""The only reader of a project's files: no pipe is waited for, and no more is read than fits."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

# Nothing larger is taken into memory, whatever it is. Settings and lists of names are short.
LARGEST = 128 * 1024 * 1024
LARGEST_SETTINGS = 1024 * 1024
# Files are read in one piece, but for very few.
PIECE = 1 << 20
# To open a pipe would wait for a writer.
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def contents(path: Path | str, largest: int = LARGEST) -> bytes:
    """All bytes of the regular file ``path``.

    Raises `OSError`, also for a pipe, a device, and a file with more than ``largest`` bytes.
    """
    descriptor = _opened(path)
    try:
        # Its size says nothing: below /proc it is 0.
        data = b"".join(_pieces(descriptor, largest + 1))
    finally:
        os.close(descriptor)
    if len(data) > largest:
        raise OSError(errno.EFBIG, f"it has more than {largest:,} bytes")
    return data


def _pieces(descriptor: int, wanted: int) -> Iterator[bytes]:
    """What is left to read, up to the piece in which ``wanted`` bytes are reached."""
    while wanted > 0 and (piece := os.read(descriptor, PIECE)):
        yield piece
        wanted -= len(piece)


def beginning(path: str) -> bytes:
    """The first piece of ``path``, a regular file when it was listed: less than that is all.

    Raises `OSError`.
    """
    # Of a pipe that has taken its place, nothing is read.
    descriptor = os.open(path, FLAGS)
    try:
        return os.read(descriptor, PIECE)
    finally:
        os.close(descriptor)


def _opened(path: Path | str) -> int:
    """A descriptor of the regular file ``path``. Raises `OSError`, also for a pipe or a device."""
    _check(os.stat(path))
    # What was a file may be a pipe by now.
    descriptor = os.open(path, FLAGS)
    try:
        _check(os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def text(path: Path | str) -> str:
    """What stands in a list of names or requirements. Raises `OSError`."""
    return contents(path, LARGEST_SETTINGS).decode("utf-8", errors="replace")


def _check(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
