"""Whether mended packages work: ``python -m benchmarks.fix_models PACKAGE=FOLDER ...``.

A package is copied and mended with unsafe fixes. What its models draw in two steps of training is
told by two fresh processes with other global generators, before and after.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.small_models import KERAS_2, PACKAGES
from seedlint.config import parse
from seedlint.fix import mend, written
from seedlint.request import Request
from seedlint.rules import CODES
from seedlint.run import lint

NAME = re.compile(r"`(\w+)`")
PROCESSES = (1, 2)
COLUMNS = ("model", "drop", "seeded", "after", "repeated", "after", "agree", "after", "")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that drops: what it drew, and inside which classes, its own one first."""

    name: str
    kinds: tuple[str, ...]
    seed: int | None
    masks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A model as it is built before or after the fixes; ``again`` is by another process."""

    layers: tuple[Layer, ...]
    again: tuple[Layer, ...]
    error: str = ""

    @property
    def unseeded(self) -> tuple[Layer, ...]:
        return tuple(layer for layer in self.layers if layer.seed is None)

    @property
    def repeated(self) -> tuple[Layer, ...]:
        """The layers whose seed another layer has too."""
        counts = Counter(layer.seed for layer in self.layers)
        return tuple(one for one in self.layers if one.seed is not None and counts[one.seed] > 1)

    @property
    def agreeing(self) -> int:
        return sum(one == two for one, two in zip(self.layers, self.again, strict=False))


@dataclass(frozen=True, slots=True)
class Row:
    """A model before and after."""

    model: str
    before: State
    after: State
    unseedable: frozenset[str]

    def failures(self) -> Iterator[str]:
        if self.before.error or self.after.error:
            yield f"it cannot be built: {self.after.error or self.before.error}"
            return
        if len(self.before.layers) != len(self.after.layers) or not self.after.layers:
            yield f"{len(self.before.layers)} layers drop, and then {len(self.after.layers)}"
        for kinds, count in Counter(map(kinds_of, self.after.unseeded)).items():
            told = self.unseedable.intersection(kinds)
            why = f" (SDL012: `{min(told)}` takes none)" if told else ""
            yield f"{count} without a seed: {' in '.join(kinds)}{why}"
        author = {(layer.name, layer.seed) for layer in self.before.repeated}
        for layer in self.after.repeated:
            old = ", as before" if (layer.name, layer.seed) in author else ""
            yield f"seed {layer.seed} is repeated{old}: {' in '.join(kinds_of(layer))}"
        drawn = len(self.after.layers) - len(self.after.unseeded)
        if self.after.agreeing < drawn:
            yield f"{drawn - self.after.agreeing} with a seed, but other masks in each process"

    def cells(self) -> tuple[object, ...]:
        layers = len(self.after.layers)
        both = (self.before, self.after)
        seeded = (len(state.layers) - len(state.unseeded) for state in both)
        repeated = (len(state.repeated) for state in both)
        agreeing = (state.agreeing for state in both)
        verdict = "fails" if any(self.failures()) else "ok"
        return (self.model, layers, *seeded, *repeated, *agreeing, verdict)


def kinds_of(layer: Layer) -> tuple[str, ...]:
    """The class of ``layer`` and those around it, of the package and of Keras."""
    return tuple(kind for kind in layer.kinds if kind not in ("Functional", "Model"))


def reports(row: Row) -> Iterator[str]:
    for why, count in Counter(row.failures()).items():
        yield f"{row.model}: {why}" + (f", {count} times" if count > 1 else "")


def tell(package: str, folder: Path) -> dict[str, State]:
    """What the models of the package in ``folder`` draw."""
    results = [folder.parent / f"{number}.json" for number in PROCESSES]
    running = [start(package, folder, *one) for one in zip(PROCESSES, results, strict=True)]
    for process in running:
        _, log = process.communicate()
        if process.returncode:
            raise SystemExit(log.decode(errors="replace")[-2000:])
    first, second = (json.loads(result.read_text("utf-8")) for result in results)
    return {model: state(told, second[model]) for model, told in first.items()}


def start(package: str, folder: Path, number: int, result: Path) -> subprocess.Popen[bytes]:
    settings = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    if package in KERAS_2:
        settings["TF_USE_LEGACY_KERAS"] = "1"
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.drawn", package, str(folder), str(number), str(result)],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def state(first: dict[str, Any], second: dict[str, Any]) -> State:
    errors = [told["error"].strip() for told in (first, second) if "error" in told]
    return State(layers(first), layers(second), errors[0] if errors else "")


def layers(told: dict[str, Any]) -> tuple[Layer, ...]:
    return tuple(
        Layer(one["name"], tuple(one["kinds"]), one["seed"], tuple(one["masks"]))
        for one in told.get("layers", ())
    )


def rows(package: str, source: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve() / package
        shutil.copytree(source, folder)
        (folder / ".git").mkdir(exist_ok=True)
        before = tell(package, folder)
        settings: dict[str, object] = {"keras-version": "2" if package in KERAS_2 else "3"}
        outcome = written(mend(Request((folder,), parse(settings, CODES)), unsafe=True))
        print(f"{package}: {len(outcome.mended)} findings mended in {len(outcome.changes)} files")
        settings["select"] = ["SDL012"]
        left = lint(Request((folder,), parse(settings, CODES))).findings
        # "`LSTM` drops …", "`WhisperEncoder` (a `TransformerEncoder` layer) drops …"
        unseedable = frozenset(NAME.findall(" ".join(finding.message for finding in left)))
        after = tell(package, folder)
        for model in before:
            yield Row(model, before[model], after[model], unseedable)


def line(cells: tuple[object, ...]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def main(arguments: list[str]) -> int:
    failed = 0
    for package, _, source in (argument.partition("=") for argument in arguments):
        if package not in PACKAGES:
            sys.exit(f"{package}: no models of it are known, only of {', '.join(PACKAGES)}")
        found = list(rows(package, source))
        print(line(COLUMNS), line(("---",) * len(COLUMNS)), sep="\n")
        for row in found:
            print(line(row.cells()), flush=True)
        failing = [row for row in found if any(row.failures())]
        for row in failing:
            print(*reports(row), sep="\n")
        print(f"{package}: {len(found) - len(failing)} of {len(found)} models pass", flush=True)
        failed += len(failing)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
