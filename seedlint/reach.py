"""What leads where, by whatever way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import TypeVar

K = TypeVar("K")
Edges = Mapping[str, Collection[str]]


def explored(starts: Iterable[str], step: Callable[[str], Iterable[str]]) -> dict[str, set[str]]:
    """Where one ``step`` leads from each of ``starts``, and from whatever they lead to."""
    found: dict[str, set[str]] = {}
    pending = list(starts)
    while pending:
        start = pending.pop()
        if start not in found:
            found[start] = set(step(start))
            pending += found[start]
    return found


def leading(
    starts: Set[str], step: Callable[[str], Iterable[str]], is_end: Callable[[str], bool]
) -> Set[str]:
    """Those of ``starts`` from which steps lead to an end.

    What is near is looked at first, and nothing beyond what tells.
    """
    edges: dict[str, set[str]] = {}
    ends: set[str] = set()
    found: Set[str] = frozenset()
    pending: Set[str] = starts
    while pending:
        edges.update((place, set(step(place))) for place in pending)
        ends.update(filter(is_end, set().union(*map(edges.__getitem__, pending))))
        found = reached(ends, turned(edges)) & starts
        left = starts - found
        pending = (left | reached(left, edges)) - edges.keys()
    return found


def turned(edges: Edges) -> dict[str, set[str]]:
    """From where ``edges`` lead to each place."""
    found: dict[str, set[str]] = defaultdict(set)
    for start, ends in edges.items():
        for end in ends:
            found[end].add(start)
    return found


def reached(starts: Iterable[K], edges: Mapping[K, Collection[K]]) -> frozenset[K]:
    """Where ``edges`` lead from ``starts``, in one step or more."""
    seen: set[K] = set()
    pending = list(starts)
    while pending:
        new = set(edges.get(pending.pop(), ())) - seen
        seen |= new
        pending += new
    return frozenset(seen)
