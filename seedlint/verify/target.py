"""What fresh processes make of a model of the user's, beside what the linter says of its lines."""

from __future__ import annotations

import json
import linecache
import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from seedlint.model import Finding, Position, Span
from seedlint.request import Request
from seedlint.run import examine
from seedlint.verify import processes
from seedlint.verify.model import (
    PROCESSES,
    STEPS,
    Fault,
    Place,
    Proof,
    Proved,
    Remark,
    Verdict,
    VerifyError,
    alike,
    watched,
)
from seedlint.verify.processes import Progress, near
from seedlint.verify.verdicts import judged

# What a finding says that a process would see.
EXPECTED = {
    "SDL001": {Verdict.DIFFERS, Verdict.GLOBAL_SEED_ONLY},
    "SDL002": {Verdict.SAME_MASK},
    "SDL003": {Verdict.DIFFERS, Verdict.GLOBAL_SEED_ONLY},
    "SDL004": {Verdict.DIFFERS, Verdict.GLOBAL_SEED_ONLY},
    "SDL005": {Verdict.SAME_MASK},
    "SDL006": {Verdict.FROZEN},
    "SDL009": {Verdict.DIFFERS, Verdict.GLOBAL_SEED_ONLY},
    "SDL012": {Verdict.DIFFERS, Verdict.GLOBAL_SEED_ONLY},
}

Arguments = Mapping[str, Any] | Sequence[Any]


def prove(
    target: str,
    arguments: Arguments = (),
    steps: int = STEPS,
    timeout: float = 300,
    progress: Progress = lambda stage: None,
    paths: Sequence[str] = (),
) -> Proof:
    """Build what ``target`` names in fresh processes and compare. Raises `SeedlintError`.

    ``paths`` are further folders from which they import.
    """
    check(target)
    job = {
        "task": "model",
        "target": target,
        "args": arguments,
        "steps": steps,
        "paths": list(map(os.path.abspath, paths)),
    }
    results = processes.run(job, PROCESSES, timeout, progress)
    layers = judged([list(map(watched, result["layers"])) for result in results])
    findings = _findings({place.path for layer in layers for place in _places(layer)})
    return Proof(
        target=target,
        command=command(target, arguments, steps),
        steps=steps,
        versions=results[0]["versions"],
        layers=tuple(_shown(_explained(layer, layers, findings)) for layer in layers),
    )


def check(target: str) -> None:
    """Raises `VerifyError` if ``target`` is not of the form of a target."""
    if not all(target.rpartition(":")):
        named = "`package.module:function` or `path.py:function`"
        raise VerifyError(Fault(f"`{target}` names no model: write {named}"))


def command(target: str, arguments: Arguments, steps: int) -> str:
    """What a reader types to have the same proof."""
    words = ["seedlint", "verify", target]
    words += ["--args", json.dumps(arguments)] if arguments else []
    words += ["--steps", str(steps)] if steps != STEPS else []
    return shlex.join(words)


def _places(layer: Proved) -> tuple[Place, ...]:
    """All lines that have a part in ``layer``."""
    drawn = layer.watched.drawn
    return (*layer.watched.built, *(() if drawn is None else (drawn,)))


# what the linter says


def _findings(paths: Iterable[str]) -> Mapping[str, Sequence[Finding]]:
    """The findings that tell of masks, by the real paths of their files."""
    files = tuple(Path(path) for path in sorted(paths) if os.path.isfile(path))
    found: dict[str, list[Finding]] = {}
    report = examine(Request(files))
    # What is silenced is true all the same.
    for finding in (*report.findings, *(one.finding for one in report.silenced)):
        if finding.code in EXPECTED:
            found.setdefault(os.path.realpath(finding.path), []).append(finding)
    return found


def _explained(
    layer: Proved, layers: Sequence[Proved], findings: Mapping[str, Sequence[Finding]]
) -> Proved:
    """``layer`` with what the linter says of its lines."""
    own = [
        finding
        for place in _places(layer)
        for finding in findings.get(place.path, ())
        if _covers(finding.span, place) or (layer.watched.part and _holds(place, finding.span))
    ]
    remarks = tuple(
        Remark(one.code, one.message, one.path, one.span.start.line, one.span.start.column)
        for one in dict.fromkeys(own)
    )
    return replace(layer, remarks=remarks, dispute=_dispute(layer, layers, remarks))


def _covers(span: Span, place: Place) -> bool:
    if place.column is None:
        return span.start.line <= place.line <= span.end.line
    return span.start <= Position(place.line, place.column) < span.end


def _holds(place: Place, span: Span) -> bool:
    """Whether ``span`` is inside of ``place``, as the layer is that another one wraps."""
    if None in (place.column, place.end_line, place.end_column):
        return False
    start = Position(place.line, place.column or 0)
    return start <= span.start and span.end <= Position(place.end_line or 0, place.end_column or 0)


def _dispute(layer: Proved, layers: Sequence[Proved], remarks: Sequence[Remark]) -> str:
    """Where ``remarks`` say one thing of ``layer`` and the processes another."""
    shared = len(alike(layers, layers.index(layer))) > 1
    seen = {layer.verdict} | ({Verdict.SAME_MASK} if shared else set())
    codes = {remark.code for remark in remarks}
    wrong = sorted(code for code in codes if not EXPECTED[code] & seen)
    if wrong:
        return f"the linter says {', '.join(wrong)}, and what it draws is {layer.verdict.value}"
    if not codes and layer.verdict is not Verdict.REPRODUCIBLE:
        return "the linter finds nothing here"
    return ""


# what a reader sees


def _shown(layer: Proved) -> Proved:
    """``layer`` with paths as they lead there from the current folder, and its line."""
    first = layer.place
    text = "" if first is None else linecache.getline(first.path, first.line).rstrip()
    own = layer.watched
    built = tuple(map(near, own.built))
    drawn = None if own.drawn is None else near(own.drawn)
    return replace(layer, source=text, watched=replace(own, built=built, drawn=drawn))
