"""What is left of a run that was stopped and resumed, as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

import click

from seedlint.verify.resume import Continued, Resumption

FIXED = "draws the same, with its state and without"
GOES_ON = "goes on where it was"
LOST = "does not go on where it was: its state cannot be kept"


def text(found: Resumption) -> str:
    """A line for each layer, then what became of the weights."""
    return "\n".join([*map(_line, found.layers), *_summary(found)])


def as_json(found: Resumption) -> str:
    """All that is known, as one JSON object."""
    return json.dumps({**asdict(found), "holds": found.holds}, indent=2)


def _line(one: Continued) -> str:
    says = (FIXED if one.without else GOES_ON) if one.resumed else LOST
    verdict = click.style(says, fg="green" if one.resumed else "red", bold=True)
    return f"{click.style(str(one.layer.place or '?'), bold=True)}: {one.layer.label}: {verdict}"


def _summary(found: Resumption) -> Iterator[str]:
    same = "are those of" if found.weights else "differ from those of"
    yield f"{found.target}: the weights {same} the run that was not stopped"
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    yield f"{found.steps} steps, a checkpoint, {found.steps} steps; {versions}"


FORMATS: Mapping[str, Callable[[Resumption], str]] = {"text": text, "json": as_json}
