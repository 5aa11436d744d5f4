"""Masks as drawings: a square for each unit, filled where it is kept."""

from __future__ import annotations

from itertools import groupby
from math import prod

from seedlint.formats.page import plain
from seedlint.verify.model import Mask
from seedlint.verify.verdicts import bits

ROWS = 16
NARROWEST, WIDEST = 8, 64
# How large a unit is drawn where there is room for it.
PIXELS = 8


def drawing(mask: Mask, label: str) -> str:
    """The first units of ``mask``; whoever cannot see them is told ``label``."""
    width = columns(mask)
    units = bits(mask)[: ROWS * width]
    rows = [units[at : at + width] for at in range(0, len(units), width)]
    path = "".join(f"M0 {number}.5{_runs(row)}" for number, row in enumerate(rows))
    dropped = "".join(f"M0 {number}.5h{len(row)}" for number, row in enumerate(rows))
    return (
        f'<svg role="img" aria-label="{plain(label)}" viewBox="0 0 {width} {len(rows)}" '
        f'width="{width * PIXELS}" height="{len(rows) * PIXELS}">'
        f'<path class="dropped" d="{dropped}"/><path class="kept" d="{path}"/></svg>'
    )


def columns(mask: Mask) -> int:
    """How many units a row has: those of the last axis, if they are neither few nor many."""
    width = 1
    for size in reversed(mask.shape):
        width *= size
        if width >= NARROWEST:
            break
    if width <= WIDEST:
        return max(width, 1)
    fitting = (size for size in range(WIDEST, NARROWEST, -1) if width % size == 0)
    return next(fitting, WIDEST)


def clipped(mask: Mask) -> str:
    """What is not drawn of ``mask``, in words; nothing if all of it is."""
    size, shown = prod(mask.shape), min(mask.count, ROWS * columns(mask))
    return "" if shown >= size else f"the first {shown:,} of {size:,} units"


def _runs(row: list[bool]) -> str:
    """The moves of a pen that is down over what is kept."""
    runs = ((kept, len(list(run))) for kept, run in groupby(row))
    return "".join(f"h{length}" if kept else f"m{length} 0" for kept, length in runs)
