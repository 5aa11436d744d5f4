"""Files whose layers are visibly their own, or those of another library: torch, flax, ...

Most of what holds the word dropout in a code base for several frameworks is such a file. It is told
from its bytes, so that it is never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from seedlint.glance import OBJECTS, chains, imported, is_text

# Is called, or set.
USED = re.compile(rb"\s*(?:\(|=(?!=))")
# Behind a variable or a parameter; behind a variable that stands for what may be a module.
BOUND = re.compile(rb"\s*[=,):]")
ALIAS = re.compile(rb"\s*=\s*(\w+)[\w.]*(?![\w.]|\s*\()")


def is_foreign(data: bytes, names: frozenset[bytes], lookalikes: Collection[str]) -> bool:
    """Whether no random layer that the source ``data`` can mean is called by one of ``names``.

    Each of them must be reached through an import of one of ``lookalikes``, or be the file's own:
    an attribute, a parameter, a class. In doubt it is not so. What a file calls that builds layers
    elsewhere is not looked at.
    """
    origins = _origins(data, _outside(tuple(lookalikes)))
    if not origins:
        # Nothing tells where its names come from: it may be broken, or a piece of something.
        return False
    looks_up = b"getattr" in data
    roots = set()
    own: set[bytes] = set()
    for chain, start, end in chains(names, data):
        root = chain.partition(b".")[0]
        if looks_up and chain in names and is_text(data, start, end):
            return False
        if root in origins:
            roots.add(root)
            if not origins[root]:
                return False
        elif root in names:
            # A class or a parameter of the file, unless a star brings it in.
            if not origins.get(b"*", True):
                return False
        elif root not in OBJECTS and USED.match(data, end):
            # What sets an attribute of something else may change a rate.
            return False
        elif chain not in own:
            if not _is_own(chain, data, origins):
                return False
            own.add(chain)
    return not any(_is_set(data, root) for root in roots)


def _is_own(chain: bytes, data: bytes, origins: Mapping[bytes, bool]) -> bool:
    """Whether ``chain``, which begins with no import, is no layer of Keras."""
    root, *members = chain.split(b".")
    is_object = root in OBJECTS
    if is_object and len(members) < 2:
        return True
    if not root:
        # It is asked of what a call gives, or an item.
        return False
    # A setting is called dropout, a class is not.
    if not all(map(bytes.islower, members)):
        return not is_object and not any(_behind(BOUND, root, data))
    aliases = _behind(ALIAS, root + b"." + members[0] if is_object else root, data)
    return all(origins.get(alias[1], True) for alias in aliases)


def _behind(pattern: re.Pattern[bytes], name: bytes, data: bytes) -> Iterator[re.Match[bytes]]:
    """Where ``pattern`` is behind the dotted ``name``."""
    for chain, _, end in chains(frozenset((name.rpartition(b".")[2],)), data):
        found = pattern.match(data, end) if chain == name else None
        if found is not None:
            yield found


def _is_set(data: bytes, name: bytes) -> bool:
    """Whether ``name``, which an import binds, may be bound to something else too."""
    return re.search(rb"%s(?<!\w%s)\s*=(?!=)" % (name, name), data) is not None


def _origins(data: bytes, outside: re.Pattern[bytes]) -> dict[bytes, bool]:
    """The names that imports bind or rename, and whether only imports from ``outside`` do."""
    found: dict[bytes, bool] = {}
    for name, module, member in imported(data):
        for known in {name, member or name}:
            found[known] = found.get(known, True) and outside.match(module) is not None
    return found


@lru_cache(maxsize=8)
def _outside(lookalikes: tuple[str, ...]) -> re.Pattern[bytes]:
    packages = "|".join(sorted(map(re.escape, lookalikes))).encode()
    return re.compile(rb"(?:%s)(?:\.|$)" % packages)
