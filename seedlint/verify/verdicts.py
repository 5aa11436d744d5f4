"""What follows from what several processes saw."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product, zip_longest

from seedlint.verify.model import Mask, Masks, Place, Proved, Verdict, Watched

# Hexadecimal digits of the smallest number that is drawn.
WORD = 4

Key = tuple[str, str, Place | None, Place | None, int]


def judged(runs: Sequence[Sequence[Watched]]) -> tuple[Proved, ...]:
    """The layers that drew in ``runs``: two that should be equal, and a disturbed one."""
    by_run = [dict(_keyed(run)) for run in runs]
    keys = dict.fromkeys(key for run in by_run for key in run)
    layers: list[Proved] = []
    for key in keys:
        found = [run.get(key) for run in by_run]
        masks = tuple(() if one is None else one.masks for one in found)
        layers.append(Proved(next(filter(None, found)), _of_one(masks), masks))
    twins = _twins([layer.watched.masks for layer in layers])
    return tuple(
        replace(layer, twin=twin, verdict=_worse(layer.verdict, twin))
        for layer, twin in zip(layers, twins, strict=True)
    )


def _keyed(run: Sequence[Watched]) -> Iterator[tuple[Key, Watched]]:
    """A layer is the same in another process by its line, and by its number among those of it."""
    seen: Counter[tuple[str, str, Place | None, Place | None]] = Counter()
    for one in run:
        place = (one.cls, one.part, next(iter(one.built), None), one.drawn)
        seen[place] += 1
        yield (*place, seen[place]), one


def _of_one(masks: Sequence[Masks]) -> Verdict:
    """What is to be said of one layer with the ``masks`` of each process."""
    first, second, *others = masks
    if first != second:
        return Verdict.DIFFERS
    if _is_frozen(first):
        return Verdict.FROZEN
    same = all(other == first for other in others)
    return Verdict.REPRODUCIBLE if same else Verdict.GLOBAL_SEED_ONLY


def _worse(verdict: Verdict, twin: int | None) -> Verdict:
    order = tuple(Verdict)
    return verdict if twin is None else min(verdict, Verdict.SAME_MASK, key=order.index)


def _is_frozen(steps: Masks) -> bool:
    """Whether some draw gives the same at every step."""
    return len(steps) > 1 and any(
        all(mask.digest == draws[0].digest for mask in draws) for draws in zip(*steps, strict=False)
    )


def _twins(masks: Sequence[Masks]) -> Iterator[int | None]:
    """For each layer the first one before it that draws the same."""
    beginnings: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, own in enumerate(masks):
        starts = {(mask.kind, mask.head[:WORD]) for mask in chain.from_iterable(own[:1])}
        others = sorted({other for start in starts for other in beginnings[start]})
        yield next((other for other in others if equal(masks[other], own)), None)
        for start in starts:
            beginnings[start].append(index)


def equal(one: Masks, other: Masks) -> bool:
    """Whether at each step some draw of ``one`` begins as one of ``other`` does.

    In TensorFlow 2.21, draws of one seed and of different shapes have a common beginning.
    """
    steps = list(zip(one, other, strict=False))
    return bool(steps) and all(
        any(_begin_alike(*pair) for pair in product(*draws)) for draws in steps
    )


def _begin_alike(one: Mask, other: Mask) -> bool:
    length = min(len(one.head), len(other.head))
    return one.kind == other.kind and length > 0 and one.head[:length] == other.head[:length]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How far two layers drop the same units.

    ``share`` of all units is kept by both or dropped by both; ``chance`` is what independent masks
    that keep as many would have.
    """

    share: float
    chance: float

    @property
    def excess(self) -> float:
        """0 for independent masks, 1 for equal ones."""
        return 0.0 if self.chance >= 1 else (self.share - self.chance) / (1 - self.chance)


def overlap(one: Masks, other: Masks) -> Overlap | None:
    """By the first units of all draws; ``None`` where there is none, or shapes differ."""
    pairs = list(zip_longest(chain.from_iterable(one), chain.from_iterable(other)))
    if not pairs or any(not (a and b and a.shape == b.shape) for a, b in pairs):
        return None
    units = sum(a.count for a, _ in pairs)
    if not units:
        return None
    numbers = [(_number(a), _number(b)) for a, b in pairs]
    different = sum((a ^ b).bit_count() for a, b in numbers)
    kept, also = (sum(pair[at].bit_count() for pair in numbers) / units for at in (0, 1))
    return Overlap(1 - different / units, kept * also + (1 - kept) * (1 - also))


def _number(mask: Mask) -> int:
    """All bits of ``mask`` as one number; what follows the last unit is 0."""
    return int(mask.bits or "0", 16)


def bits(mask: Mask) -> list[bool]:
    """Whether each of the first units is kept."""
    digits = "".join(f"{byte:08b}" for byte in bytes.fromhex(mask.bits))
    return [digit == "1" for digit in digits[: mask.count]]
