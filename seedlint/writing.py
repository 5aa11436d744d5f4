"""The only writer of files: all of the new bytes or all of the old ones, at any moment."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

CHANGED = "changed by another program"
TEMPORARY = re.compile(r"\.seedlint-\w{8,32}\.tmp")


class _ChangedError(Exception):
    """The file is not what it was."""


def write(path: Path, old: bytes, new: bytes) -> str | None:
    """Replace the contents of ``path`` if they still are ``old``; the reason if that was not done.

    A symbolic link stays one: its target is replaced. A file with other hard links parts from
    them, as it does under git; they keep ``old``. The mode stays, and so does the owner where the
    system permits that.
    """
    try:
        target = Path(os.path.realpath(path, strict=True))
        found = target.stat()
        refusal = _refusal(target, found, old)
        if refusal is None:
            refusal = _replace(target, found, old, new)
    except OSError as error:
        return f"cannot write: {error.strerror or error}"
    return refusal


def create(path: Path, data: bytes) -> str | None:
    """Write ``data`` to ``path``, whatever is there; the reason if that was not done.

    Missing folders are made. What is no regular file, as `/dev/stdout`, is written into.
    """
    try:
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _swap(target, data, lambda temporary: os.chmod(temporary, _mode(target)))
    except OSError as error:
        return f"cannot write: {error.strerror or error}"
    return None


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left in ``folder``."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove(entry.path)


def _remove(temporary: str) -> None:
    """Remove ``temporary``; raises `OSError` if its writer is alive."""
    if sys.platform == "win32":
        os.unlink(temporary)
        return
    with open(temporary, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(temporary)


def _mode(target: Path) -> int:
    """The mode of ``target``, or the one that a new file gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    # There is no other way to ask for the mask.
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _refusal(target: Path, found: os.stat_result, old: bytes) -> str | None:
    if not stat.S_ISREG(found.st_mode):
        return "cannot write: not a regular file"
    # The superuser may write it all the same, but its owner has said no.
    if not found.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        return "cannot write: the file is read-only"
    # A folder that may be written does not make its files so.
    with target.open("r+b") as file:
        return None if file.read() == old else CHANGED


def _replace(target: Path, found: os.stat_result, old: bytes, new: bytes) -> str | None:
    def prepare(temporary: str) -> None:
        _keep(temporary, found)
        # Nothing can lock out other programs; this leaves them the shortest moment.
        if target.read_bytes() != old:
            raise _ChangedError

    try:
        _swap(target, new, prepare)
    except _ChangedError:
        return CHANGED
    return None


def _swap(target: Path, data: bytes, prepare: Callable[[str], None]) -> None:
    """Put a file with ``data`` in the place of ``target``, once ``prepare`` is done with it."""
    sweep(target.parent)
    # Its name is known before it is there: an interrupt may come as soon as it is.
    temporary = os.path.join(target.parent, f".seedlint-{os.urandom(16).hex()}.tmp")
    try:
        handle = _locked(temporary)
        with _held(handle):
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(handle)
            prepare(temporary)
            os.replace(temporary, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
    _sync(target.parent)


def _locked(temporary: str) -> int:
    """The new file ``temporary``, locked so that no other writer takes it for a leftover."""
    while True:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if sys.platform != "win32":
            # Where files cannot be locked, none is removed either.
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle
        # It was taken for one before it was locked.
        os.close(handle)


@contextmanager
def _held(handle: int) -> Iterator[None]:
    """Keep the lock of ``handle``, though it be closed."""
    if sys.platform == "win32":
        yield
        return
    also = os.dup(handle)
    try:
        yield
    finally:
        os.close(also)


def _keep(temporary: str, found: os.stat_result) -> None:
    """Give ``temporary`` the owner and the mode that ``found`` shows."""
    if sys.platform != "win32":
        with suppress(PermissionError):
            os.chown(temporary, found.st_uid, found.st_gid)
    # Last, since a new owner takes some bits away.
    os.chmod(temporary, stat.S_IMODE(found.st_mode))


def _sync(folder: Path) -> None:
    """Make the new name last through a crash, where the system lets a folder be opened."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
