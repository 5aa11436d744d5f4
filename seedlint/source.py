"""Bytes to text and back: encodings, byte-order marks, newlines."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from functools import lru_cache

from seedlint.data import dataclass, replace
from seedlint.model import Position, Problem

NOTEBOOK = ".ipynb"


@dataclass(frozen=True, slots=True)
class Source:
    """One file, decoded. ``text`` has no byte-order mark and keeps its own newlines."""

    path: str
    text: str
    encoding: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends, as the Python tokenizer counts them."""
        # Not str.splitlines: that also splits at \f, \x1c and U+2028, where Python does not.
        return tuple(normalised(self.text).split("\n"))


def normalised(text: str) -> str:
    """``text`` with every line ending as ``\\n``: lines and columns stay what they were."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode(data: bytes, shown: str) -> Source | Problem:
    """``data`` as Python itself would decode it: the cookie of PEP 263, else UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        # Said of bad UTF-8 in the first two lines too; decoding names the place.
        if "invalid or missing" not in str(error.msg):
            return Problem(shown, f"cannot decode: {error.msg}", Position(1, 1))
        encoding = "utf-8"
    try:
        text = data.decode(encoding)
        # UTF-7 can hold lone surrogates, which no parser takes.
        text.encode()
    except LookupError:
        return Problem(shown, f"cannot decode: {encoding} is not a text encoding", Position(1, 1))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(shown, f"cannot decode: {error}", Position(line, 1))
    except UnicodeError as error:
        return Problem(shown, f"cannot decode as {encoding}: {error}", Position(1, 1))
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return Problem(shown, "cannot parse: the source holds a NUL byte", Position(line, 1))
    return Source(shown, text, encoding)


def as_saved(text: str) -> bytes:
    """``text`` as an editor saves it: by its cookie, else in UTF-8."""
    data = text.encode()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data if encoding == "utf-8-sig" else text.encode(encoding)
    # What is wrong with its cookie is said where it is read.
    except (SyntaxError, LookupError, UnicodeError):
        return data


def oversize(shown: str, largest: int) -> Problem:
    """The `Problem` with a file whose code has more than ``largest`` bytes."""
    return Problem(shown, f"skipped: its code is larger than `max-file-size`, {largest:,} bytes")


def encoded(source: Source, old: bytes, text: str) -> bytes | Problem:
    """``text`` as the file must hold it that held ``old``, from which ``source`` was decoded.

    A `Problem` if the file's encoding cannot say ``text``, or does not even give back ``old``.
    """
    try:
        same = source.text.encode(source.encoding) == old
        new = text.encode(source.encoding)
    except UnicodeError as error:
        return Problem(source.path, f"cannot encode: {error}")
    if not same or decode(new, source.path) != replace(source, text=text):
        return Problem(source.path, f"cannot encode: {source.encoding} would change other bytes")
    return new


# What Python's parser raises; the last two where a text is too deep for it.
_REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError)


# One text is asked several things before the next one.
@lru_cache(maxsize=1)
def _parsed(text: str) -> ast.Module:
    """``text`` as this interpreter reads it. Raises one of `_REFUSALS`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def parsed(text: str) -> ast.Module | None:
    """The syntax tree of ``text``, or ``None`` where this interpreter cannot parse it."""
    try:
        return _parsed(text)
    except _REFUSALS:
        return None


def complaint(text: str) -> tuple[str, Position] | None:
    """What this interpreter has against ``text``, and where; ``None`` if it can be parsed.

    A newer Python may accept what this one does not.
    """
    try:
        _parsed(text)
    except SyntaxError as error:
        return error.msg, Position(error.lineno or 1, max(error.offset or 1, 1))
    except _REFUSALS as error:
        return f"{type(error).__name__}: {error}", Position(1, 1)
    return None


def depth_problem(source: Source) -> Problem | None:
    """The `Problem` with a text so deep that LibCST's native parser could overflow the C stack.

    Python refuses 200 nested brackets and 6,000 nested operators (3.11); LibCST 1.9 crashes at
    about 3,000 and 10,000.
    """
    found = complaint(source.text)
    if found is None or not found[0].startswith(("too many nested", "MemoryError")):
        return None
    return Problem(source.path, "cannot parse: an expression is nested too deeply", found[1])
