"""What it costs to join the facts of a project, next to what it costs to extract them.

``python -m benchmarks.link_cost [--lines 50000] [--sites 1000 10000 50000] [--shapes loop ...]``
"""

from __future__ import annotations

import argparse
import gc
import math
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks.projects import SHAPES, Files, realistic, sites
from seedlint import catalogue, project
from seedlint.config import Config
from seedlint.extract import extract
from seedlint.facts import ModuleFacts
from seedlint.names import Names
from seedlint.project import Project
from seedlint.reading import Reader
from seedlint.rules import RULES

KNOWN = catalogue.load().limited_to(catalogue.FAMILIES)
WANTED = catalogue.load().limited_to(Config(Path()).families)
EXTRACT, LINK, RULE = "extract s", "link s", "rules s"
COLUMNS = ("sites", "lines", "layers", "rounds", EXTRACT, LINK, RULE, "ratio", "us/site")
Result = TypeVar("Result")


@dataclass
class Case:
    """One project, read; ``times`` are the CPU seconds of each phase at each repetition.

    ``modules`` could hold a finding by themselves, ``rest`` only through those. ``lines`` are all
    lines, of which only those of the files that matter are extracted.
    """

    name: str
    sites: int
    lines: int
    root: Path
    reader: Reader
    modules: dict[str, ModuleFacts]
    rest: list[str]
    layers: int = 0
    rounds: int = 0
    times: dict[str, list[float]] = field(default_factory=dict)

    def measure(self) -> None:
        """All phases once, as `seedlint.run` goes through them."""
        sources = list(self.reader.sources.values())
        self._timed(EXTRACT, lambda: [extract(source) for source in sources])
        joined = self._timed(LINK, self.join)
        self._timed(RULE, lambda: [list(rule.check(joined)) for rule in RULES])

    def join(self) -> Project:
        modules, rest = dict(self.modules), self.rest
        self.rounds = 0
        while True:
            self.rounds += 1
            paths = tuple(sorted(modules))
            names = Names(self.reader.locate, self.reader.facts, KNOWN, paths)
            joined = project.build(Config(self.root), WANTED, names, modules)
            left = self.reader.add_users(modules, rest, joined.entrances)
            if len(left) == len(rest):
                self.layers = len(joined.layers)
                return joined
            rest = left

    def cost(self, *phases: str) -> float:
        return sum(median(self.times[phase]) for phase in phases)

    def _timed(self, phase: str, work: Callable[[], Result]) -> Result:
        gc.collect()
        start = time.process_time()
        result = work()
        self.times.setdefault(phase, []).append(time.process_time() - start)
        return result


def read(name: str, number: int, files: Files, root: Path) -> Case:
    """The project of ``files`` below ``root``, with all facts that it needs at hand."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    reader = Reader(root, WANTED.needles, None)
    modules, rest = reader.candidates(sorted(files), complete=True)
    lines = sum(text.count("\n") for text in files.values())
    case = Case(name, number, lines, root, reader, modules, rest)
    case.join()
    return case


def run(wanted: Iterable[tuple[str, int, Files]], repetitions: int) -> list[Case]:
    """Measure some projects, each once before any is measured again."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        cases = [
            read(name, number, files, scratch / str(index))
            for index, (name, number, files) in enumerate(wanted)
        ]
        gc.freeze()
        for _ in range(repetitions):
            for case in cases:
                case.measure()
        gc.unfreeze()
    return cases


def growing(shapes: Iterable[str], numbers: Iterable[int], patience: float) -> Iterator[Case]:
    """Projects of ``shapes``, of growing size; one that would take too long ends its shape."""
    left = {shape: [(1, 0.0)] for shape in shapes}
    for number in numbers:
        small = number <= 10_000
        batches = [list(left)] if small else [[shape] for shape in left]
        for batch in batches:
            fit = [shape for shape in batch if foreseen(left[shape], number) < patience]
            for case in run(((s, number, sites(s, number)) for s in fit), 3 if small else 1):
                left[case.name].append((number, case.cost(EXTRACT, LINK, RULE)))
                yield case
            for shape in set(batch).difference(fit):
                del left[shape]


def foreseen(known: list[tuple[int, float]], number: int) -> float:
    """The seconds that ``number`` sites would take, if the cost grows on as it did."""
    (size, cost), before = known[-1], known[-2:-1]
    growth = 1.0
    if before and before[0][1] > 0:
        growth = max(1.0, math.log(cost / before[0][1]) / math.log(size / before[0][0]))
    return float(cost * (number / size) ** growth)


def shown(case: Case) -> str:
    told = (
        f"{case.sites or ''}",
        f"{case.lines}",
        f"{case.layers}",
        f"{case.rounds}",
        *(f"{case.cost(phase):.2f}" for phase in (EXTRACT, LINK, RULE)),
        f"{case.cost(LINK, RULE) / case.cost(EXTRACT):.2f}",
        f"{case.cost(LINK, RULE) / (case.sites or case.layers or 1) * 1e6:.0f}",
    )
    return row(case.name, told)


def row(name: str, cells: Iterable[str]) -> str:
    return f"{name:<22}" + "".join(f"{cell:>10}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=50_000, help="of the realistic project")
    parser.add_argument("--sites", type=int, nargs="*", default=[1_000, 10_000, 50_000])
    parser.add_argument("--shapes", nargs="*", choices=list(SHAPES), default=list(SHAPES))
    parser.add_argument("--patience", type=float, default=300, help="seconds for one project")
    asked = parser.parse_args()
    # As in a run of seedlint.
    gc.disable()
    print(row("project", COLUMNS))
    for case in run([("realistic", 0, realistic(asked.lines))], 3) if asked.lines else ():
        print(shown(case), flush=True)
    for case in growing(asked.shapes, sorted(asked.sites), asked.patience):
        print(shown(case), flush=True)


if __name__ == "__main__":
    main()
