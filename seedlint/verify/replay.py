"""Seeded sites built anew on the real TensorFlow, from their literals alone: no user code runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from seedlint.layers import Layer
from seedlint.literals import Literals
from seedlint.project import Project
from seedlint.reading import Memory, Reader
from seedlint.request import Request
from seedlint.rule import name_of
from seedlint.run import examine
from seedlint.verify import processes
from seedlint.verify.model import STEPS, Json

PROCESSES = ("first", "second")
PACKAGES = {("keras", 2): "tf_keras"}
UNTOLD = "the seed is known only when the program runs"


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """A site of which the proof fails, and why."""

    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Replay:
    """``proved`` sites draw the same in all processes; of others, ``left`` says why not."""

    proved: int
    failures: tuple[Failure, ...]
    left: Mapping[str, int]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Site:
    """A layer with one of its seeds, and what a process has to know of it."""

    layer: Layer
    seed: object
    job: Json


@dataclass(frozen=True, slots=True)
class _Seen:
    """A project, its sites that can be built, and the number of those that cannot."""

    project: Project
    reader: Reader
    sites: Sequence[_Site]
    untold: int


def replay(
    request: Request,
    overlay: Mapping[Path, bytes] | None = None,
    memory: Memory | None = None,
    timeout: float = 300,
    progress: processes.Progress = lambda stage: None,
) -> Replay:
    """Build all seeded sites of ``request`` in two fresh processes. Raises `SeedlintError`."""
    projects: list[_Seen] = []
    examine(request, overlay, memory, lambda *seen: projects.append(_seen(*seen)))
    jobs = {json.dumps(site.job): site.job for seen in projects for site in seen.sites}
    results = _results(list(jobs.values()), timeout, progress) if jobs else []
    told = [result["sites"] for result in results]
    answers = dict(zip(jobs, zip(*told, strict=True), strict=True))
    judged = [_judged(seen, answers) for seen in projects]
    left = sum((one.left for one in judged), Counter({UNTOLD: sum(s.untold for s in projects)}))
    return Replay(
        proved=sum(one.proved for one in judged),
        failures=tuple(failure for one in judged for failure in one.failures),
        left=+left,
        versions=results[0]["versions"] if results else {},
    )


def _results(jobs: list[Json], timeout: float, progress: processes.Progress) -> list[Json]:
    legacy = any(job["keras"] == 2 for job in jobs)
    environment = {"TF_USE_LEGACY_KERAS": "1" if legacy else "0", "KERAS_BACKEND": "tensorflow"}
    told = {"task": "sites", "sites": jobs, "steps": STEPS}
    return processes.run(told, PROCESSES, timeout, progress, environment)


# what can be built


def _seen(project: Project, asked: Set[str], reader: Reader) -> _Seen:
    """The sites of ``project`` in the files that were ``asked`` for."""
    every = dict.fromkeys((*project.layers, *project.stateless))
    layers = [layer for layer in every if layer.module in asked and layer.drops]
    told = {layer: project.literals(layer) for layer in layers if not layer.hidden}
    return _Seen(
        project,
        reader,
        [
            _Site(layer, seed, _job(layer, literals, seed))
            for layer, literals in told.items()
            for seed in literals.seeds
            if not isinstance(seed, bytes | complex)
        ],
        sum(not literals.is_told for literals in told.values()),
    )


def _job(layer: Layer, literals: Literals, seed: object) -> Json:
    """What a process has to know to build ``layer`` with ``seed``."""
    site = layer.site
    home, _, rest = site.row.key.rpartition(":")
    names = [f"{PACKAGES.get((home, site.keras), home)}.{rest}"] if home else [rest]
    # `tf.keras` has some names that Keras has not.
    names += [site.api] if home and site.keras == 3 else []
    return {
        "names": names,
        "keras": site.keras if home else 0,
        "draws": site.row.draws,
        "args": literals.args,
        "kwargs": literals.kwargs,
        "rates": literals.rates,
        "seed_name": site.signature.seed_name,
        "seed": seed,
    }


# what follows


@dataclass(frozen=True, slots=True)
class _Judged:
    proved: int
    failures: tuple[Failure, ...]
    left: Counter[str]


def _judged(seen: _Seen, answers: Mapping[str, Sequence[Json]]) -> _Judged:
    """What the ``answers`` of all processes say of the sites of one project."""
    wrong: dict[Layer, str] = {}
    left: Counter[str] = Counter()
    drawn: dict[Layer, Hashable] = {}
    for site in seen.sites:
        found = answers[json.dumps(site.job)]
        reason = next((answer["left"] for answer in found if "left" in answer), None)
        if reason is not None:
            left[reason] += 1
            continue
        trouble = _trouble(site, found)
        if trouble is not None:
            wrong.setdefault(site.layer, trouble)
        elif site.layer.site.row.draws != "fixed":
            drawn[site.layer] = tuple(tuple(step[0][:2]) for step in found[0]["steps"])
    wrong |= {layer: why for layer, why in _alike(seen, drawn) if layer not in wrong}
    failures = [_failure(seen.reader, layer, why) for layer, why in wrong.items()]
    proved = sum(site.layer not in wrong for site in seen.sites) - left.total()
    return _Judged(proved, tuple(sorted(failures)), left)


def _trouble(site: _Site, answers: Sequence[Json]) -> str | None:
    """What is wrong with one site by itself."""
    refused = next((answer["refused"] for answer in answers if "refused" in answer), None)
    if refused is not None:
        return f"the seed {site.seed!r} is refused: {refused}"
    first, *others = (answer["steps"] for answer in answers)
    if any(other != first for other in others):
        return "each process draws other masks"
    if site.layer.site.row.draws != "fixed" and all(step == first[0] for step in first):
        return "the mask is the same at every step"
    return None


def _alike(seen: _Seen, drawn: Mapping[Layer, Hashable]) -> Iterator[tuple[Layer, str]]:
    """The layers that draw what another one in the same model does."""
    found = seen.project.alike(drawn)
    for layer, equal in found.equal.items():
        place = _place(seen.reader, equal.first)
        yield layer, f"draws the same masks as the `{name_of(equal.first)}` at {place}"
    for layer in found.repeated:
        yield layer, "is built several times in one model, each time with the same masks"


def _failure(reader: Reader, layer: Layer, why: str) -> Failure:
    return Failure(_place(reader, layer), f"`{name_of(layer)}`: {why}")


def _place(reader: Reader, layer: Layer) -> str:
    start = layer.span.start
    return f"{reader.shown(layer.module)}:{start.line}:{start.column}"
