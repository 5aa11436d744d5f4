"""The parts of a project that know nothing of each other: each is judged apart from the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set

from seedlint.data import dataclass
from seedlint.reach import Edges, reached, turned
from seedlint.sources import TEST

# Run before all tests that `pytest` is started with at the root.
FIRST = "conftest.py"


@dataclass(frozen=True, slots=True)
class Part:
    """The files of a part: those that are ``wanted``, and the ``rest``."""

    wanted: tuple[str, ...]
    rest: tuple[str, ...]


def parted(
    wanted: Sequence[str], rest: Sequence[str], imports: Callable[[Iterable[str]], Edges]
) -> list[Part]:
    """The parts of a project that have ``wanted`` files, in the order of these.

    What stands in one folder of the root, or alone beside these folders, is in one part. So is what
    ``imports`` lead to, in either direction, but for what leads to nothing that is wanted.
    """
    tops = frozenset(map(_top, wanted))
    if len(tops) < 2:
        return [Part(tuple(wanted), tuple(rest))]
    leads: dict[str, set[str]] = defaultdict(set)
    for name, targets in imports([*wanted, *rest]).items():
        # A folder is no module in which anything may be found.
        leads[_top(name)].update(_top(target) for target in targets if target[-1] != "/")
    if FIRST in {*wanted, *rest}:
        leads[FIRST].update(_top(name) for name in wanted if TEST.search(name))
    numbers = _numbered(tops, leads)
    shares: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for kind, names in enumerate((wanted, rest)):
        for name in names:
            if _top(name) in numbers:
                shares[numbers[_top(name)]][kind].append(name)
    return [Part(tuple(mine), tuple(others)) for mine, others in shares.values()]


def _numbered(tops: Set[str], leads: Mapping[str, Set[str]]) -> dict[str, int]:
    """The part of each folder that is in one, by number."""
    relevant = tops | reached(tops, turned(leads))
    beside: dict[str, set[str]] = defaultdict(set)
    for here, ends in leads.items():
        for there in ends & relevant if here in relevant else ():
            beside[here].add(there)
            beside[there].add(here)
    found: dict[str, int] = {}
    for number, top in enumerate(sorted(tops)):
        if top not in found:
            found |= dict.fromkeys({top, *reached([top], beside)}, number)
    return found


def _top(name: str) -> str:
    """The folder of the root in which the file ``name`` is; itself, if it is in none."""
    return name.partition("/")[0]
