"""How far each two layers drop the same units, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seedlint.formats.page import plain, wide
from seedlint.verify.hooks import MAX_UNITS
from seedlint.verify.model import Proof, alike
from seedlint.verify.verdicts import Overlap, overlap

MOST = 40
SAME = '<strong aria-hidden="true">=</strong>'


def matrix(proof: Proof) -> Iterator[str]:
    """A table of the first `MOST` layers."""
    shown = range(min(len(proof.layers), MOST))
    yield wide("How far two layers agree")
    yield '<table class="matrix">'
    yield f"<caption>{_caption(proof)}</caption>"
    yield f'<thead><tr><th scope="col">Layer</th>{"".join(map(_column, shown))}</tr></thead>'
    yield "<tbody>"
    for row, cells in enumerate(shares(proof)):
        label = plain(proof.layers[row].watched.label)
        head = f'<th scope="row"><a href="#layer-{row + 1}">{row + 1}</a> {label}</th>'
        yield f"<tr>{head}{''.join(_cell(proof, row, at, cells[at]) for at in shown)}</tr>"
    yield "</tbody></table></div>"


def shares(proof: Proof) -> list[list[Overlap | None]]:
    """What the first `MOST` layers have in common, by row and by column."""
    masks = [layer.watched.masks for layer in proof.layers[:MOST]]
    half = [[overlap(one, other) for other in masks[:row]] for row, one in enumerate(masks)]
    return [[_of(half, row, column) for column in range(len(masks))] for row in range(len(masks))]


def _of(half: Sequence[Sequence[Overlap | None]], row: int, column: int) -> Overlap | None:
    return None if row == column else half[max(row, column)][min(row, column)]


def _caption(proof: Proof) -> str:
    left = len(proof.layers) - MOST
    more = f" {left} further layers are left out." if left > 0 else ""
    return (
        "Share of the units that both layers keep or both drop, over all steps of the first "
        f"process, by the first {MAX_UNITS:,} units of each draw. "
        f"Independent masks of rate 0.5 have about 50%.{more}"
    )


def _column(index: int) -> str:
    return f'<th scope="col"><a href="#layer-{index + 1}">{index + 1}</a></th>'


def _cell(proof: Proof, row: int, column: int, found: Overlap | None) -> str:
    if row == column:
        return '<td class="itself"><span class="unseen">itself</span></td>'
    share = "" if found is None else f"{_percent(found.share)}%"
    if column in alike(proof.layers, row):
        return f'<td class="same">{SAME} {share}<span class="unseen">, the same numbers</span></td>'
    if found is None:
        return '<td class="other">&ndash;<span class="unseen">other shapes</span></td>'
    return f'<td style="--excess: {max(found.excess, 0):.0%}">{share}</td>'


def _percent(share: float) -> int:
    """Whole percents; 100 only if all units are equal."""
    return round(share * 100) if share == 1 else min(round(share * 100), 99)
