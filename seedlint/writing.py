"""The only writer of users' files: all of the new bytes or all of the old ones, at any moment."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

CHANGED = "changed by another program"


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
    handle, temporary = tempfile.mkstemp(prefix=".seedlint-", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(handle)
        _keep(temporary, found)
        # Nothing can lock out other programs; this leaves them the shortest moment.
        if target.read_bytes() != old:
            return CHANGED
        os.replace(temporary, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
    _sync(target.parent)
    return None


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
