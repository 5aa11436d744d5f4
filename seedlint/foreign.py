"""Files whose layers are visibly their own, or those of another library: torch, flax, ...

Most of what holds the word dropout in a code base for several frameworks is such a file. It is told
from its bytes, so that it is never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from seedlint.glance import OBJECTS, chains, imported, is_text

# Is called, or set.
USED = re.compile(rb"\s*(?:\(|=(?!=))")


def is_foreign(data: bytes, names: frozenset[bytes], lookalikes: Collection[str]) -> bool:
    """Whether no random layer that the source ``data`` can mean is called by one of ``names``.

    Each of them must be reached through an import of one of ``lookalikes``, or be the file's own:
    an attribute, a parameter, a class. In doubt it is not so. What a file calls that builds layers
    elsewhere is not looked at.
    """
    origins = _origins(data, _outside(tuple(lookalikes)))
    looks_up = b"getattr" in data
    roots = set()
    for chain, start, end in chains(names, data):
        root = chain.partition(b".")[0]
        if looks_up and chain in names and is_text(data, start, end):
            return False
        if not _is_own(chain, data[end:], names, origins):
            return False
        roots.add(root)
    return not any(_is_set(data, root) for root in roots & origins.keys())


def _is_own(
    chain: bytes, behind: bytes, names: Collection[bytes], origins: Mapping[bytes, bool]
) -> bool:
    root = chain.partition(b".")[0]
    if root in origins:
        return origins[root]
    if root in names:
        # A class or a parameter of the file, unless a star brings it in.
        return origins.get(b"*", True)
    # What sets an attribute of something else may change a rate.
    return root in OBJECTS or USED.match(behind) is None


def _is_set(data: bytes, name: bytes) -> bool:
    """Whether ``name``, which an import binds, may be bound to something else too."""
    return re.search(rb"%s(?<!\w%s)\s*=(?!=)" % (name, name), data) is not None


def _origins(data: bytes, outside: re.Pattern[bytes]) -> dict[bytes, bool]:
    """The names that imports bind, and whether only imports from ``outside`` do."""
    found: dict[bytes, bool] = {}
    for name, module, _ in imported(data):
        found[name] = found.get(name, True) and outside.match(module) is not None
    return found


@lru_cache(maxsize=8)
def _outside(lookalikes: tuple[str, ...]) -> re.Pattern[bytes]:
    packages = "|".join(sorted(map(re.escape, lookalikes))).encode()
    return re.compile(rb"(?:%s)(?:\.|$)" % packages)
