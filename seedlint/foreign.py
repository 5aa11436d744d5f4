"""Files whose layers are visibly those of another library: torch, flax and their like.

Half of what holds the word dropout in a code base for several frameworks is such a file. It is told
from its bytes, so that it is never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from seedlint.glance import imported

CALLED = re.compile(rb"\s*\(")
WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
CHAIN = WORD | frozenset(b".")
OWN = (b"", b"self", b"cls")


def is_foreign(data: bytes, names: Collection[bytes], lookalikes: Collection[str]) -> bool:
    """Whether all ``names`` of random layers in the source ``data`` belong to ``lookalikes``.

    Each must be reached through an import of one of them, or be bound in the file itself. In doubt
    it is not. What a file calls that builds layers elsewhere is not looked at.
    """
    outside = _outside(tuple(lookalikes))
    origins = _origins(data, outside)
    if not any(origins.values()):
        return False
    chains = _chains(data, names)
    roots = {chain.partition(b".")[0] for chain, _ in chains}
    return all(
        _is_own(chain.split(b"."), is_called, names, origins) for chain, is_called in chains
    ) and not any(_is_set(data, root) for root in roots & origins.keys())


def _is_own(
    parts: list[bytes], is_called: bool, names: Collection[bytes], origins: dict[bytes, bool]
) -> bool:
    root = parts[0]
    if root in origins:
        return origins[root]
    if root in names:
        # A class or a parameter of the file, unless a star brings it in.
        return origins.get(b"*", True)
    return root in OWN or not is_called


def _is_set(data: bytes, name: bytes) -> bool:
    """Whether ``name``, which an import binds, may be bound to something else too."""
    return re.search(rb"%s(?<!\w%s)\s*=(?!=)" % (name, name), data) is not None


def _chains(data: bytes, names: Iterable[bytes]) -> set[tuple[bytes, bool]]:
    """The dotted names in which one of ``names`` stands, and whether they are called."""
    found = set()
    for match in _words(frozenset(names)).finditer(data):
        start, end = match.span()
        if start and data[start - 1] in WORD:
            continue
        while start and data[start - 1] in CHAIN:
            start -= 1
        while end < len(data) and data[end] in CHAIN:
            end += 1
        found.add((data[start:end], CALLED.match(data, end) is not None))
    return found


def _origins(data: bytes, outside: re.Pattern[bytes]) -> dict[bytes, bool]:
    """The names that imports bind, and whether only imports from ``outside`` do."""
    found: dict[bytes, bool] = {}
    for name, module, _ in imported(data):
        found[name] = found.get(name, True) and outside.match(module) is not None
    return found


@lru_cache(maxsize=8)
def _words(names: frozenset[bytes]) -> re.Pattern[bytes]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rb"(?:%s)(?!\w)" % b"|".join(map(re.escape, longest_first)))


@lru_cache(maxsize=8)
def _outside(lookalikes: tuple[str, ...]) -> re.Pattern[bytes]:
    packages = "|".join(sorted(map(re.escape, lookalikes))).encode()
    return re.compile(rb"(?:%s)(?:\.|$)" % packages)
