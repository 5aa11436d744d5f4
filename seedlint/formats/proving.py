"""What fresh processes have proved, as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

import click

from seedlint.formats.concise import plural
from seedlint.formats.text import shown
from seedlint.verify.model import Proof, Proved, Verdict, to_json
from seedlint.verify.replay import Replay

COLOURS = {Verdict.REPRODUCIBLE: "green", Verdict.GLOBAL_SEED_ONLY: "yellow"}


def text(proof: Proof) -> str:
    """A block for each layer, then a count of the verdicts, and what it was proved on."""
    blocks = [line for layer in proof.layers for line in _block(proof, layer)]
    return "\n".join([*blocks, *([""] if blocks else []), *_summary(proof)])


def table(proof: Proof) -> str:
    """The same without colours."""
    return click.unstyle(text(proof))


def as_json(proof: Proof) -> str:
    """All that is known, as one JSON object."""
    return json.dumps(to_json(proof), indent=2)


def _block(proof: Proof, layer: Proved) -> Iterator[str]:
    own = layer.watched
    seed = "" if own.seed is None else f" seed={own.seed}"
    rate = "" if own.rate is None else f" rate={own.rate:g}"
    colour = COLOURS.get(layer.verdict, "red")
    verdict = click.style(shown(proof.says(layer)), fg=colour, bold=True)
    place = click.style(shown(str(layer.place or "?")), bold=True)
    yield f"{place}: {shown(own.label)}{rate}{seed}: {verdict}"
    if layer.source and layer.verdict is not Verdict.REPRODUCIBLE:
        yield f"    {click.style(shown(layer.source.strip()), dim=True)}"
    caller = own.caller
    beside = [one for one in proof.layers if one.place == layer.place]
    if len(beside) > 1 and caller is not None:
        yield f"  {_label('note')}: built by way of {shown(str(caller))}"
    if layer.twin is not None and layer.verdict is not Verdict.SAME_MASK:
        yield f"  {_label('note')}: same mask as {shown(proof.named(layer.twin))}"
    for remark in layer.remarks:
        where = f"{shown(remark.path)}:{remark.line}:{remark.column}"
        yield f"  {_label('linter')}: {where}: {remark.code} {shown(remark.message)}"
    if layer.dispute:
        yield f"  {_label('disagreement')}: {layer.dispute}"


def _label(word: str) -> str:
    return click.style(word, fg="cyan", bold=True)


def _summary(proof: Proof) -> Iterator[str]:
    told = ", ".join(f"{count} {verdict.value}" for verdict, count in proof.counts.items())
    yield f"{proof.target}: {told or 'nothing draws in training'}"
    versions = _versions(proof.versions)
    yield f"{len(proof.processes)} processes, {proof.steps} steps each; {versions}"


def replay_text(found: Replay) -> str:
    """What was drawn of a project, what failed, and what was left out."""
    bad = click.style("not proved", fg="red")
    wrong = [
        f"{click.style(shown(one.place), bold=True)}: {bad}: {shown(one.message)}"
        for one in found.failures
    ]
    versions = f" ({_versions(found.versions)})" if found.versions else ""
    count = plural(found.proved, "seeded site")
    told = f"Verified {count}: the same masks in two fresh processes{versions}."
    lines = [*wrong, told if found.proved else "Verified nothing."]
    if found.left:
        lines.append(f"Left {plural(sum(found.left.values()), 'site')} unverified:")
    return "\n".join(
        [*lines, *(f"  {n} because {shown(why)}" for why, n in sorted(found.left.items()))]
    )


def _versions(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


FORMATS: Mapping[str, Callable[[Proof], str]] = {"text": text, "json": as_json}
