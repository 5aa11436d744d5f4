"""What follows from what several processes saw."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, product

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


def overlap(one: Mask, other: Mask) -> float | None:
    """The correlation of the first units of two masks: 1 if they drop the very same ones.

    ``None`` where one of them drops nothing, or everything.
    """
    count = min(one.count, other.count)
    first, second = bits(one)[:count], bits(other)[:count]
    own, others = sum(first), sum(second)
    spread = own * (count - own) * others * (count - others)
    if spread == 0:
        return None
    both = sum(a and b for a, b in zip(first, second, strict=True))
    return float((count * both - own * others) / spread**0.5)


def bits(mask: Mask) -> list[bool]:
    """Whether each of the first units is kept."""
    digits = "".join(f"{byte:08b}" for byte in bytes.fromhex(mask.bits))
    return [digit == "1" for digit in digits[: mask.count]]
