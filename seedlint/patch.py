"""One change of a file as a unified diff that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

import os
import re
from difflib import diff_bytes, unified_diff

_ESCAPES = {
    byte: rf"\{letter}".encode()
    for byte, letter in zip(b'\a\b\t\n\v\f\r"\\', 'abtnvfr"\\', strict=True)
}
_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def patch(name: str, old: bytes, new: bytes) -> bytes:
    """The way from ``old`` to ``new``; nothing if they are equal.

    ``name`` leads to the file from the folder in which the patch is to be applied, with forward
    slashes. In bytes, because a file need not be UTF-8.
    """
    if old == new:
        return b""
    _, _, *body = diff_bytes(unified_diff, _lines(old), _lines(new))
    head = [b"--- ", _label("a", name), b"\n", b"+++ ", _label("b", name), b"\n"]
    ended = (line if line.endswith(b"\n") else line + _NO_NEWLINE for line in body)
    return b"".join([*head, *ended])


def _lines(data: bytes) -> list[bytes]:
    # Not bytes.splitlines: for git and patch, \r is a character like any other.
    return re.findall(rb"[^\n]*\n|[^\n]+", data)


def _label(side: str, name: str) -> bytes:
    """``name`` as git writes it: quoted if it holds more than plain ASCII."""
    plain = os.fsencode(f"{side}/{name}")
    escaped = b"".join(map(_escaped, plain))
    label = escaped if escaped == plain else b'"%b"' % escaped
    # Else the name would end at its first blank.
    return label + b"\t" if b" " in label else label


def _escaped(byte: int) -> bytes:
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    return bytes([byte]) if 0x20 <= byte < 0x7F else b"\\%03o" % byte
