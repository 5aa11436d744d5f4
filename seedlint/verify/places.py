"""In the process that is watched: which line of the user's code asks for something."""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from seedlint.verify.model import Place

GENERATED = "__autograph_generated_file"
PACKAGES = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
OURS = str(Path(__file__).parents[1]) + os.sep
STANDARD = sysconfig.get_path("stdlib") + os.sep

_homes: list[str] = []


def is_at_home(folder: Path) -> None:
    """What lies in ``folder`` is the user's code, even if it is an installed package."""
    _homes.append(f"{folder}{os.sep}")
    is_own.cache_clear()


@cache
def is_own(file: str) -> bool:
    """Whether ``file`` is the user's code, and of no library."""
    if file.startswith(("<", OURS)):
        return False
    path = os.path.realpath(file)
    if any(path.startswith(home) and not _in_packages(path[len(home) :]) for home in _homes):
        return True
    return not _in_packages(path) and not path.startswith(STANDARD)


def _in_packages(path: str) -> bool:
    return any(folder in f"{os.sep}{path}" for folder in PACKAGES)


def frames(frame: FrameType | None) -> Iterator[FrameType]:
    """``frame`` and all that called it."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def places(frame: FrameType | None) -> tuple[Place, ...]:
    """The lines of the user's code that are on their way, from the inside out."""
    return tuple(place(one) for one in frames(frame) if is_asking(one))


def is_asking(frame: FrameType) -> bool:
    """Whether the user's code runs in ``frame``."""
    file = frame.f_code.co_filename
    return is_own(place(frame).path if GENERATED in file else file)


def place(frame: FrameType) -> Place:
    """What ``frame`` is about."""
    code = frame.f_code
    if GENERATED in code.co_filename:
        return _before_autograph(frame)
    return _exact(code, frame.f_lasti) or place_of(frame, frame.f_lineno)


def place_of(frame: FrameType, line: int) -> Place:
    """The ``line`` of the file of ``frame``."""
    return Place(os.path.realpath(frame.f_code.co_filename), line, function=frame.f_code.co_name)


def _exact(code: CodeType, instruction: int) -> Place | None:
    """The place with its columns, which Python tells since 3.11."""
    if not hasattr(code, "co_positions"):
        return None
    found = next(islice(code.co_positions(), instruction // 2, None), (None,) * 4)
    line, end, start, stop = found
    if line is None or end is None or start is None or stop is None:
        return None
    file = code.co_filename
    columns = _column(file, line, start), _column(file, end, stop)
    return Place(os.path.realpath(file), line, columns[0], end, columns[1], code.co_name)


def _column(file: str, line: int, offset: int) -> int:
    """The column in code points, from 1; Python counts bytes of UTF-8 from 0."""
    text = linecache.getline(file, line).encode()
    return len(text[:offset].decode(errors="replace")) + 1 if text else offset + 1


def _before_autograph(frame: FrameType) -> Place:
    """The line of which autograph made that of ``frame``, or the one above it that is known."""
    stack: Any = sys.modules.get("tensorflow.python.util.tf_stack")
    mappers = getattr(stack, "_source_mapper_stacks", {}).get(threading.get_ident(), ())
    known = mappers[-1].get_effective_source_map() if mappers else {}
    name, line = frame.f_code.co_filename, frame.f_lineno
    above = [at for at in known if at[0] == name and at[1] <= line]
    if not above:
        return place_of(frame, line)
    file, number, function = known[max(above)]
    return Place(os.path.realpath(file), number, function=function)
