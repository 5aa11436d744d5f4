"""What fresh processes have proved, as one page: every mask drawn, no script, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from seedlint.formats.concise import plural
from seedlint.formats.drawing import clipped, drawing
from seedlint.formats.matrix import matrix
from seedlint.formats.page import document, numbered, plain, prose, rule, verbatim, wide
from seedlint.rules import BY_CODE
from seedlint.verify.model import Mask, Masks, Proof, Proved, Remark, Verdict, alike
from seedlint.verify.verdicts import Overlap, overlap

MAX_STEPS = 5
MAX_DRAWS = 8
SIGNS = {
    Verdict.DIFFERS: "\u2260",
    Verdict.FROZEN: "\u2261",
    Verdict.SAME_MASK: "=",
    Verdict.GLOBAL_SEED_ONLY: "!",
    Verdict.REPRODUCIBLE: "\u2713",
}
MEANINGS = {
    Verdict.DIFFERS: "It drops other units in each process.",
    Verdict.FROZEN: "It drops the same units at every step.",
    Verdict.SAME_MASK: "It draws the very same numbers as another layer.",
    Verdict.GLOBAL_SEED_ONLY: "It drops other units once other code draws from a global generator.",
    Verdict.REPRODUCIBLE: "It drops the same units in every process, and others at each step.",
}
SAME = "drop the very same units"
NEARLY_SAME = "have numbers in common, at unlike rates, shapes or places"
LEGEND = (
    '<p class="legend"><svg aria-hidden="true" viewBox="0 0 1 1" width="12" height="12">'
    '<path class="dropped" d="M0 .5h1"/><path class="kept" d="M0 .5h1"/></svg> kept '
    '<svg aria-hidden="true" viewBox="0 0 1 1" width="12" height="12">'
    '<path class="dropped" d="M0 .5h1"/></svg> dropped; of Gaussian noise: positive, negative. '
    "In the disturbed process, all else draws from the global generators in between.</p>"
)


def render(proof: Proof) -> str:
    """The verdicts, who shares units with whom, each layer with its masks, how to repeat it."""
    title = f"seedlint verify {proof.target}"
    return document(title, _header(proof), _main(proof), ["page.css", "proof.css"])


def _main(proof: Proof) -> Iterator[str]:
    yield from _sharing(proof)
    if len(proof.layers) > 1:
        yield "<section><h2>How far two layers agree</h2>"
        yield from matrix(proof)
        yield "</section>"
    if proof.layers:
        yield f"<section><h2>Each layer</h2>{LEGEND}"
        for index in range(len(proof.layers)):
            yield from _layer(proof, index)
        yield "</section>"
    yield from _repeating(proof)


# at a glance


def _header(proof: Proof) -> Iterator[str]:
    good = proof.counts.get(Verdict.REPRODUCIBLE, 0)
    told = f"{good} of {plural(len(proof.layers), 'layer')} can be reproduced"
    runs = f"{len(proof.processes)} fresh processes, {proof.steps} steps of training each"
    yield f"<h1>Proof of {verbatim(proof.target)}</h1>"
    yield f"<p>{told if proof.layers else 'Nothing draws in training'}; {runs}.</p>"
    if not proof.layers:
        return
    yield '<table class="glance"><caption>What each layer drops</caption><thead><tr>'
    heads = ("Layer", "Place", "Verdict", "Linter")
    yield "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for index, layer in enumerate(proof.layers):
        cells = (_place(layer), _verdict(proof, layer), _linter(layer))
        row = "".join(f"<td>{cell}</td>" for cell in cells)
        yield f'<tr><th scope="row">{_link(proof, index)}</th>{row}</tr>'
    yield "</tbody></table>"


def _link(proof: Proof, index: int) -> str:
    label = plain(proof.layers[index].watched.label)
    return f'<a href="#layer-{index + 1}">{index + 1} {label}</a>'


def _place(layer: Proved) -> str:
    return verbatim(str(layer.place or "?"))


def _verdict(proof: Proof, layer: Proved) -> str:
    kind = layer.verdict.name.lower()
    sign = f'<span aria-hidden="true">{SIGNS[layer.verdict]}</span>'
    return f'<strong class="verdict {kind}">{sign} {plain(proof.says(layer))}</strong>'


def _linter(layer: Proved) -> str:
    codes = plain(", ".join(dict.fromkeys(remark.code for remark in layer.remarks))) or "nothing"
    return f'{codes} <span class="dispute">(disagrees)</span>' if layer.dispute else codes


def _sharing(proof: Proof) -> Iterator[str]:
    """The layers with equal masks, one below the other."""
    firsts = sorted({layer.twin for layer in proof.layers if layer.twin is not None})
    if not firsts:
        return
    yield "<section><h2>Layers that draw the very same numbers</h2>"
    for first in firsts:
        group = alike(proof.layers, first)
        masks = [proof.layers[index].watched.masks for index in group]
        same = all(_is_whole(overlap(masks[0], one)) for one in masks[1:])
        caption = f"{len(group)} layers that {SAME if same else NEARLY_SAME}, in the first process"
        steps = range(min(proof.steps, MAX_STEPS))
        heads = [f"step {step + 1}" for step in steps]
        rows = (_across(proof, index, steps) for index in group)
        yield from _table(caption, heads, rows)
    yield "</section>"


def _is_whole(found: Overlap | None) -> bool:
    return found is not None and found.share == 1


def _across(proof: Proof, index: int, steps: Iterable[int]) -> tuple[str, list[str]]:
    """The first draw of each step."""
    drawn = ((step, _draw(proof.layers[index].watched.masks, step, 0)) for step in steps)
    where = f"layer {index + 1}, step"
    return _link(proof, index), [_drawn(mask, f"{where} {step + 1}") for step, mask in drawn]


# one layer


def _layer(proof: Proof, index: int) -> Iterator[str]:
    layer = proof.layers[index]
    own = layer.watched
    given = {"rate": own.rate and f"{own.rate:g}", "seed": own.seed}
    told = "".join(
        f" &middot; {name} {value}" for name, value in given.items() if value is not None
    )
    caller = "" if own.caller is None else f", by way of {verbatim(str(own.caller))}"
    yield f'<article id="layer-{index + 1}">'
    yield f"<h3>{index + 1} {plain(own.label)} {_verdict(proof, layer)}</h3>"
    yield f'<p class="place">{_place(layer)}{caller}{told}</p>'
    yield from _source(layer)
    yield f"<p>{MEANINGS[layer.verdict]}{_others(proof, index)}</p>"
    yield from _remarks(layer)
    yield from _masks(proof, layer)
    yield "</article>"


def _source(layer: Proved) -> Iterator[str]:
    place = layer.place
    if place is None or not layer.source:
        return
    text = layer.source
    left = len(text) - len(text.lstrip()) if place.column is None else place.column - 1
    right = place.end_column - 1 if place.end_column and place.end_line == place.line else len(text)
    yield f'<pre tabindex="0">{numbered(place.line, text, left, right)}</pre>'


def _others(proof: Proof, index: int) -> str:
    others = [_link(proof, at) for at in alike(proof.layers, index) if at != index]
    return f" The very same numbers: {', '.join(others)}." if others else ""


def _remarks(layer: Proved) -> Iterator[str]:
    yield '<ul class="remarks">'
    yield from map(_remark, layer.remarks)
    if not layer.remarks:
        yield "<li>The linter says nothing here.</li>"
    if layer.dispute:
        yield f'<li class="dispute"><strong>Disagreement:</strong> {prose(layer.dispute)}</li>'
    yield "</ul>"


def _remark(remark: Remark) -> str:
    code = rule(remark.code, BY_CODE[remark.code].name)
    place = verbatim(f"{remark.path}:{remark.line}:{remark.column}")
    return f"<li>The linter: {code} {prose(remark.message)} ({place})</li>"


# its masks


def _masks(proof: Proof, layer: Proved) -> Iterator[str]:
    """The first draw of each step in every process, and further ones on demand."""
    heads = [f"{process} process" for process in proof.processes]
    steps = range(min(proof.steps, MAX_STEPS))
    draws = max((len(drawn) for masks in layer.masks for drawn in masks), default=0)
    caption = "What it drops"
    if proof.steps > MAX_STEPS:
        caption += f" in the first {MAX_STEPS} of {proof.steps} steps"
    yield from _table(caption, heads, (_row(layer, heads, step, 0) for step in steps))
    if draws > 1:
        shown = range(1, min(draws, MAX_DRAWS))
        left = f", {draws - MAX_DRAWS} more are not drawn" if draws > MAX_DRAWS else ""
        yield f"<details><summary>{plural(draws - 1, 'further draw')} a step{left}</summary>"
        rows = (_row(layer, heads, step, draw) for step in steps for draw in shown)
        yield from _table("Further draws", heads, rows)
        yield "</details>"


def _table(
    caption: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]
) -> Iterator[str]:
    yield wide(caption)
    yield f'<table class="masks"><caption>{caption}</caption><thead><tr><td></td>'
    yield "".join(f'<th scope="col">{plain(head)}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for head, cells in rows:
        drawn = "".join(f"<td>{cell}</td>" for cell in cells)
        yield f'<tr><th scope="row">{head}</th>{drawn}</tr>'
    yield "</tbody></table></div>"


def _row(layer: Proved, heads: Sequence[str], step: int, draw: int) -> tuple[str, list[str]]:
    """One draw of one step, in each process."""
    when = f"step {step + 1}" + (f", draw {draw + 1}" if draw else "")
    found = [_draw(masks, step, draw) for masks in layer.masks]
    first, *others = found
    notes = [_frozen(first, _draw(layer.masks[0], 0, draw)) if step else ""]
    notes += [_beside(other, first) for other in others]
    told = zip(found, heads, notes, strict=True)
    return when, [_drawn(mask, f"{when}, {head}", note) for mask, head, note in told]


def _draw(masks: Masks, step: int, draw: int) -> Mask | None:
    return masks[step][draw] if step < len(masks) and draw < len(masks[step]) else None


def _frozen(mask: Mask | None, start: Mask | None) -> str:
    return "the same as at step 1" if mask and start and mask.digest == start.digest else ""


def _beside(mask: Mask | None, first: Mask | None) -> str:
    if mask is None or first is None:
        return ""
    return "as in the first" if mask.digest == first.digest else "other than in the first"


def _drawn(mask: Mask | None, where: str, note: str = "") -> str:
    if mask is None:
        return "nothing drawn"
    told = ", ".join(filter(None, [f"{mask.kept:.0%} kept", note, clipped(mask)]))
    return f"{drawing(mask, f'{where}: {told}')}<small>{told}</small>"


# how to see it again


def _repeating(proof: Proof) -> Iterator[str]:
    yield "<section><h2>How to repeat it</h2>"
    yield f'<pre tabindex="0">{plain(proof.command)}</pre>'
    yield '<table class="versions"><caption>Proved on</caption><tbody>'
    for name, version in proof.versions.items():
        yield f'<tr><th scope="row">{plain(name)}</th><td>{plain(version)}</td></tr>'
    yield "</tbody></table></section>"
