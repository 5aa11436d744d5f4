"""Seeds that are the same on every machine, and those that a project already uses."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from hashlib import sha256
from itertools import count

# Large, because small seeds equal TensorFlow's own op counter, and hashed, because adjacent ones
# collide in Keras 2. The highest is less than 2**31 - 2, from where on seeds alias.
LOWEST = 10**6
RANGE = 2 * 10**9
HIGHEST = 2**31 - 3

# A search for a digit is quick: what stands before it is looked at later.
_LITERAL = re.compile(rb"[1-9](?<![\w\x80-\xff].)(?:_?[0-9]){6,9}(?![\w\x80-\xff])")
_SIGNS = bytes(0 if c in b"0123456789_" else 255 for c in range(256))
_LONG = bytes(7)


def derived(path: str, index: int, taken: Container[int]) -> int:
    """A seed for layer ``index`` of the file ``path`` that is not ``taken``.

    ``path`` leads from the project root to the file, with forward slashes on every system. The
    derivation is frozen: seeds that were written once come out again.
    """
    return next(seed for seed in _attempts(path, index) if seed not in taken)


def _attempts(path: str, index: int) -> Iterator[int]:
    for attempt in count():
        # A file name may hold lone surrogates; they have to give some seed, not an error.
        text = f"{path}\0{index}\0{attempt}".encode("utf-8", "surrogatepass")
        yield LOWEST + int(sha256(text).hexdigest(), 16) % RANGE


def literals(data: bytes) -> Iterator[int]:
    """Every decimal number of 7 to 10 digits in some source, and so every derived seed in it.

    What stands in comments, texts and floats counts too.
    """
    # Most files have none, which is told in a fifth of the time.
    if _LONG in data.translate(_SIGNS):
        for found in _LITERAL.finditer(data):
            yield int(found.group())
