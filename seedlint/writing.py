"""The only writer of files: all of the new bytes or all of the old ones, at any moment."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CHANGED = "changed by another program"


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
    handle, temporary = tempfile.mkstemp(prefix=".seedlint-", suffix=".tmp", dir=target.parent)
    try:
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
