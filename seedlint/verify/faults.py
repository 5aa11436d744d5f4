"""In the process that is watched: what went wrong, in a line that names the place."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from seedlint.verify.model import Fault, Place, VerifyError
from seedlint.verify.places import is_own, place_of

LENGTH = 300


@contextmanager
def blamed(what: str, stage: str) -> Iterator[None]:
    """Whatever ``what`` raises is its fault. Raises `VerifyError`."""
    try:
        yield
    except VerifyError:
        raise
    except SystemExit as error:
        called = f"{what} calls `sys.exit({error.code!r})`"
        raise VerifyError(Fault(called, stage, _place(error))) from error
    except Exception as error:
        raise VerifyError(Fault(f"{what} raises {said(error)}", stage, _place(error))) from error


def said(error: BaseException) -> str:
    """``error`` in a line; Keras and TensorFlow put what went wrong below other lines."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    told = [line for line in lines if not _is_frame(line)]
    nested = [line for line in told[1:] if re.match(r"\w*(Error|Exception): ", line)]
    best = " ".join(nested[-1:] or told[:1])
    name = type(error).__name__
    return (best if nested else f"{name}: {best}" if best else name)[:LENGTH]


def _is_frame(line: str) -> bool:
    starts = ("File ", "in user code", "Exception encountered", "Arguments received", "•")
    return line.startswith(starts)


def _place(error: BaseException) -> Place | None:
    """The innermost line of the user's code on the way of ``error``."""
    if isinstance(error, SyntaxError) and error.filename and is_own(error.filename):
        return Place(error.filename, error.lineno or 1, error.offset)
    frames = traceback.walk_tb(error.__traceback__)
    own = [frame for frame in frames if is_own(frame[0].f_code.co_filename)]
    return place_of(*own[-1]) if own else None
