"""What it costs to join the facts of a project, next to what it costs to extract them.

``python -m benchmarks.link_cost [--lines 50000] [--sites 1000 10000] [--shapes loop ...] [FOLDER]``
"""

from __future__ import annotations

import argparse
import functools
import gc
import math
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import seedlint.jobs
import seedlint.judging
import seedlint.run
from benchmarks.projects import SHAPES, Files, realistic, sites
from seedlint.data import dataclass, field, replace
from seedlint.project import Project
from seedlint.request import Request

EXTRACT, LINK, RULE = "extract s", "link s", "rules s"
# The small ones tell whether the large ones would ever end.
SITES = [100, 300, 1_000, 10_000, 50_000]
PHASES = (EXTRACT, LINK, RULE)
COLUMNS = ("sites", "lines", "files", "layers", "rounds", *PHASES, "ratio", "us/site")


class Clock:
    """The CPU time of the phases of a run; one inside another counts for the inner one alone."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self.joined: Project | None = None
        self._inside = 0.0

    def watch(self) -> None:
        """Time extraction, and the parts of `seedlint.judging`, from now on."""
        run: Any = seedlint.judging
        jobs: Any = seedlint.jobs
        jobs.safe_facts = self._timed(EXTRACT, jobs.safe_facts)
        run.Names.widened = self._timed(LINK, run.Names.widened)
        run.Names = self._timed(LINK, run.Names)
        run.project.link = self._timed(LINK, run.project.link)
        run.project.build = self._timed(LINK, run.project.build)
        run.RULES = tuple(replace(rule, check=self._checked(rule.check)) for rule in run.RULES)

    def clear(self) -> None:
        self.spent.clear()
        self.calls.clear()

    def _checked(self, check: Callable[..., Any]) -> Callable[..., Any]:
        return self._timed(RULE, lambda joined: iter(list(check(joined))))

    def _timed(self, phase: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(work)
        def timed(*args: Any) -> Any:
            around, self._inside = self._inside, 0.0
            start = time.process_time()
            result = work(*args)
            spent = time.process_time() - start
            self.spent[phase] += spent - self._inside
            self.calls[phase] += 1
            self._inside = around + spent
            if isinstance(result, Project):
                self.joined = result
            return result

        return timed


@dataclass
class Case:
    """A project on disk. ``times`` are the CPU seconds of each phase, one for each repetition.

    ``files`` are those that are extracted.
    """

    name: str
    sites: int
    lines: int
    root: Path
    files: int = 0
    layers: int = 0
    rounds: int = 0
    times: dict[str, list[float]] = field(default_factory=lambda: {phase: [] for phase in PHASES})

    def measure(self, clock: Clock) -> None:
        clock.clear()
        seedlint.run.lint(Request((self.root,), isolated=True))
        for phase in PHASES:
            self.times[phase].append(clock.spent[phase])
        self.files = clock.calls[EXTRACT]
        # Each round makes or widens its names and links them; the project is made once.
        self.rounds = clock.calls[LINK] // 2
        self.layers = len(clock.joined.layers) if clock.joined is not None else 0
        clock.joined = None
        gc.collect()

    def cost(self, *phases: str) -> float:
        return sum(median(self.times[phase]) for phase in phases)


def written(name: str, number: int, files: Files, root: Path) -> Case:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return Case(name, number, sum(text.count("\n") for text in files.values()), root)


def found(root: Path) -> Case:
    texts = (path.read_text("utf-8", "replace") for path in root.rglob("*.py"))
    return Case(root.name, 0, sum(text.count("\n") for text in texts), root)


def measured(clock: Clock, cases: list[Case], repetitions: int) -> list[Case]:
    """``cases``, each measured once before any is measured again."""
    for _ in range(repetitions):
        for case in cases:
            case.measure(clock)
    return cases


def run(clock: Clock, wanted: Iterable[tuple[str, int, Files]], repetitions: int) -> list[Case]:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        cases = [
            written(name, number, files, scratch / str(index))
            for index, (name, number, files) in enumerate(wanted)
        ]
        return measured(clock, cases, repetitions)


def growing(
    clock: Clock, shapes: Iterable[str], numbers: Iterable[int], patience: float
) -> Iterator[Case]:
    """Projects of ``shapes``, of growing size; one that would take too long ends its shape."""
    left = {shape: [(1, 0.0)] for shape in shapes}
    for number in numbers:
        small = number <= 10_000
        repetitions = 3 if small else 1
        batches = [list(left)] if small else [[shape] for shape in left]
        for batch in batches:
            fit = [
                shape for shape in batch if repetitions * foreseen(left[shape], number) < patience
            ]
            wanted = [(shape, number, sites(shape, number)) for shape in fit]
            for case in run(clock, wanted, repetitions):
                left[case.name].append((number, case.cost(*PHASES)))
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
        f"{case.files}",
        f"{case.layers}",
        f"{case.rounds}",
        *(f"{case.cost(phase):.2f}" for phase in PHASES),
        f"{case.cost(LINK, RULE) / case.cost(EXTRACT):.2f}",
        f"{case.cost(LINK, RULE) / (case.sites or case.layers or 1) * 1e6:.0f}",
    )
    return row(case.name, told)


def row(name: str, cells: Iterable[str]) -> str:
    return f"{name:<22}" + "".join(f"{cell:>10}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=50_000, help="of the realistic project")
    parser.add_argument("--sites", type=int, nargs="*", default=SITES)
    parser.add_argument("--shapes", nargs="*", choices=list(SHAPES), default=list(SHAPES))
    parser.add_argument("--patience", type=float, default=120, help="seconds for one project")
    parser.add_argument("folders", nargs="*", type=Path, help="only these real projects")
    asked = parser.parse_args()
    clock = Clock()
    clock.watch()
    print(row("project", COLUMNS))
    for case in measured(clock, list(map(found, asked.folders)), 3):
        print(shown(case), flush=True)
    if asked.folders:
        return
    for case in run(clock, [("realistic", 0, realistic(asked.lines))], 3) if asked.lines else ():
        print(shown(case), flush=True)
    for case in growing(clock, asked.shapes, sorted(asked.sites), asked.patience):
        print(shown(case), flush=True)


if __name__ == "__main__":
    main()
