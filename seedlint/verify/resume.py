"""Whether a model that is stopped and resumed draws what it would have drawn if it were not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from seedlint.verify import processes
from seedlint.verify.model import STEPS, Json, Watched, watched
from seedlint.verify.processes import Progress, near
from seedlint.verify.resuming import BARE, RESUMED, WHOLE
from seedlint.verify.target import check


@dataclass(frozen=True, slots=True)
class Continued:
    """A layer that draws behind the checkpoint.

    ``resumed``: with its state, it draws what it would have drawn. ``without``: it does so without
    its state too, since every step draws the same, or the numbers have nothing to do with it.
    """

    layer: Watched
    resumed: bool
    without: bool


@dataclass(frozen=True, slots=True)
class Resumption:
    """A run of ``steps`` steps, a checkpoint, and as many behind it; and what is resumed there.

    ``weights``: those that are left in the end are the same, bit for bit.
    """

    target: str
    steps: int
    versions: Mapping[str, str]
    layers: tuple[Continued, ...]
    weights: bool

    @property
    def holds(self) -> bool:
        return self.weights and all(layer.resumed for layer in self.layers)


def resume(
    target: str,
    arguments: Json | Sequence[Any] = (),
    steps: int = STEPS,
    timeout: float = 300,
    progress: Progress = lambda stage: None,
) -> Resumption:
    """Train what ``target`` names, stop it, and go on in fresh processes. Raises `SeedlintError`.

    One process does not stop; one goes on from its checkpoint with the state of the generators
    (`seedlint.state`), one without. Each trains in a graph, as `fit` does, by the optimizer that
    the model is compiled with, or else by gradient descent.
    """
    check(target)
    with TemporaryDirectory(prefix="seedlint-") as folder:
        checkpoint = str(Path(folder) / "cut.weights.h5")
        job = {"task": "resume", "target": target, "args": arguments, "steps": steps}
        job |= {"checkpoint": checkpoint}
        (whole,) = processes.run(job, (WHOLE,), timeout, progress)
        resumed, bare = processes.run(job, (RESUMED, BARE), timeout, progress)
    return Resumption(
        target=target,
        steps=steps,
        versions=whole["versions"],
        layers=tuple(_continued(whole, resumed, bare, steps)),
        weights=whole["weights"] == resumed["weights"],
    )


def _continued(whole: Json, resumed: Json, bare: Json, steps: int) -> Iterator[Continued]:
    """Each layer of any of the three, in the order in which they began to draw."""
    runs = ([watched(layer) for layer in run["layers"]] for run in (whole, resumed, bare))
    for first, second, third in zip_longest(*runs):
        masks = [one and one.masks[steps:] for one in (first, second, third)]
        layer = first or second or third
        drawn = None if layer.drawn is None else near(layer.drawn)
        here = replace(layer, built=tuple(map(near, layer.built)), drawn=drawn)
        yield Continued(here, masks[1] == masks[0], masks[2] == masks[0])
