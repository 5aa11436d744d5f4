"""What seedlint takes next to other tools, on the corpora of `benchmarks.corpora`.

``python -m benchmarks.peers FOLDER [--cases A L ...] [--tools ruff ...] [--rounds 5]``
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.corpora import sources

HERE = Path(__file__).parent
PYTHON = sys.executable
RULES = HERE / "peer_rules"
STOPWATCH = (PYTHON, "-I", "-S", str(HERE / "stopwatch.py"))
SEEDLINT = (PYTHON, "-m", "seedlint", "--isolated")
RUFF = ("ruff", "check", "--isolated", "--select", "NPY002")
# All that makes it pass over files that the others read is off.
SEMGREP = (
    *("semgrep", "scan", "--metrics=off", "--disable-version-check", "--quiet", "--no-git-ignore"),
    *("--x-ignore-semgrepignore-files", "--max-target-bytes=0", "--include=*.py"),
    *("--config", str(RULES / "dropout.semgrep.yml")),
)
FILES, CACHE = "{files}", "{cache}"
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "python -c pass": (PYTHON, "-c", "pass"),
    "import click": (PYTHON, "-c", "import click"),
    "import libcst": (PYTHON, "-c", "import libcst"),
    "ripgrep": ("rg", "-l", "-uuu", "-g", "*.py", "Dropout", FILES),
    "ruff": (*RUFF, "--no-cache", FILES),
    "ruff, warm": (*RUFF, "--cache-dir", CACHE, FILES),
    "semgrep": (*SEMGREP, FILES),
    "ast-grep": ("ast-grep", "scan", "--rule", str(RULES / "dropout.ast-grep.yml"), FILES),
    "Fixit": ("fixit", "--rules", "benchmarks.peer_rules.fixit_rule", "lint", FILES),
    "textbook LibCST": (PYTHON, "-m", "benchmarks.peer_rules.textbook", FILES),
    "seedlint": (*SEEDLINT, "--no-cache", FILES),
    "seedlint, warm": (*SEEDLINT, "--cache-dir", CACHE, FILES),
}
STARTS = ("python -c pass", "import click", "import libcst")
LINTERS = ("ripgrep", "ruff", "semgrep", "ast-grep", "Fixit", "textbook LibCST")
COLD, WARM = "seedlint", "seedlint, warm"
FAST = ("ripgrep", "ruff", "ruff, warm", COLD, WARM)
CASES: Mapping[str, tuple[str, ...]] = {
    "ten plain": (*STARTS, *LINTERS, COLD),
    "ten dropouts": (*STARTS, *LINTERS, COLD, WARM),
    "quiet": ("ripgrep", "ruff", COLD, WARM),
    "A": (*LINTERS, "ruff, warm", COLD, WARM),
    "L": FAST,
    "1k": FAST,
    "10k": FAST,
    "100k": FAST,
}
# What it is when the work is done: 1 if something is found, 2 of seedlint if a file has no syntax.
DONE = {COLD: (0, 1, 2), WARM: (0, 1, 2)}
STOPPED = -9


@dataclass(frozen=True, slots=True)
class Took:
    """What one run took: seconds, and the MiB of the largest process."""

    wall: float
    cpu: float
    mib: float


@dataclass
class Runs:
    """The runs of the tools of one case, each tool once in each round; and what else ran then.

    ``busy`` are the shares of the machine's time that went to other work, one for each run.
    """

    name: str
    files: int
    took: dict[str, list[Took]] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    def pairs(self, tool: str, peer: str) -> list[tuple[Took, Took]]:
        """What both took, round by round."""
        return list(zip(self.took.get(tool, ()), self.took.get(peer, ()), strict=False))

    def ratio(self, tool: str, peer: str, spared: float = 0) -> float | None:
        """How many times as long as ``peer`` the ``tool`` takes, but for ``spared`` seconds."""
        ratios = [(one.wall - spared) / other.wall for one, other in self.pairs(tool, peer)]
        return median(ratios) if ratios else self._lost(tool)

    def wall(self, tool: str) -> float | None:
        took = self.took.get(tool)
        return median(one.wall for one in took) if took else self._lost(tool)

    def mib(self, tool: str) -> float | None:
        took = self.took.get(tool)
        return max(one.mib for one in took) if took else self._lost(tool)

    def _lost(self, tool: str) -> float | None:
        # Whoever was stopped misses every bar.
        return math.inf if tool in self.stopped else None


Cases = Mapping[str, Runs]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure may be at most."""

    says: str
    most: float
    of: Callable[[Cases], float | None]


def ratio(case: str, most: float, peer: str, tool: str = COLD, spared: float = 0) -> Bar:
    extra = f" + {spared * 1000:.0f} ms" if spared else ""
    says = f"{case}: {tool} ≤ {most:g}x {peer}{extra}"
    return Bar(says, most, lambda cases: cases[case].ratio(tool, peer, spared))


def memory(case: str, most: float) -> Bar:
    says = f"{case}: ≤ {most:g} MiB in the largest process"
    return Bar(says, most, lambda cases: cases[case].mib(COLD))


def growth(small: str, large: str, tool: str) -> Bar:
    def grown(cases: Cases) -> float | None:
        few, many = cases[small], cases[large]
        before, after = few.wall(tool), many.wall(tool)
        return after / many.files / (before / few.files) if before and after else None

    return Bar(f"{tool}: time for a file of {large} ≤ that of {small}", 1, grown)


BARS = (
    ratio("ten plain", 1.5, "import click"),
    ratio("ten dropouts", 1.6, "import libcst"),
    ratio("A", 2, "ruff"),
    ratio("A", 0.25, "semgrep"),
    ratio("L", 0.5, "ruff"),
    ratio("A", 1.3, "ruff, warm", WARM),
    ratio("L", 1.3, "ruff, warm", WARM),
    ratio("quiet", 3, "ripgrep", spared=0.06),
    growth("1k", "100k", COLD),
    growth("1k", "100k", WARM),
    memory("A", 200),
    memory("quiet", 30),
)


def run(command: Iterable[str], patience: float) -> tuple[int, Took, str]:
    """The exit code of ``command``, what it took, and what it complains of."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env["PYTHONPATH"] = str(HERE.parent)
    done = subprocess.run(
        [*STOPWATCH, str(patience), *command],
        capture_output=True,
        text=True,
        check=True,
        env=env,
    )
    code, *took = done.stdout.split()
    return int(code), Took(*map(float, took)), done.stderr


def jiffies() -> tuple[float, float]:
    """The seconds of all cores so far, and those in which they worked; nothing where none knows."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            spent = [int(number) for number in file.readline().split()[1:9]]
    except OSError:
        return 0, 0
    tick = os.sysconf("SC_CLK_TCK")
    return sum(spent) / tick, (sum(spent) - spent[3] - spent[4]) / tick


def measured(name: str, folder: Path, asked: argparse.Namespace, scratch: Path) -> Runs:
    """The runs of one case: the first round warms what can be warmed, and does not count."""
    runs = Runs(name, len(sources(folder)))
    wanted = [tool for tool in CASES[name] if tool in asked.tools]
    tools = [tool for tool in wanted if shutil.which(COMMANDS[tool][0])]
    for number in range(asked.rounds + 1):
        for tool in tools:
            if tool in runs.stopped:
                continue
            cache = scratch / name / tool.partition(",")[0]
            places = {FILES: str(folder), CACHE: str(cache)}
            command = [places.get(part, part) for part in COMMANDS[tool]]
            before, start = jiffies(), time.perf_counter()
            code, took, complaint = run(command, asked.patience)
            all_, worked = (after - then for after, then in zip(jiffies(), before, strict=True))
            if code == STOPPED:
                runs.stopped.append(tool)
            elif code not in DONE.get(tool, (0, 1)):
                raise SystemExit(f"{' '.join(command)}: exit code {code}\n{complaint}")
            elif number:
                runs.took.setdefault(tool, []).append(took)
                runs.busy += [max(0, worked - took.cpu) / all_] if all_ else []
            print(f"{name}: {tool}: {time.perf_counter() - start:.2f} s", file=sys.stderr)
    return runs


def rows(runs: Runs, patience: float) -> Iterator[tuple[str, ...]]:
    for tool in CASES[runs.name]:
        own = WARM if tool.endswith(", warm") else COLD
        took = runs.took.get(tool)
        if tool in runs.stopped:
            yield runs.name, tool, f"> {patience:g}", "", "", "", ""
        elif took:
            pairs = [] if tool == own else runs.pairs(own, tool)
            yield (
                *(runs.name, tool),
                f"{median(one.wall for one in took):.3f}",
                f"{median(one.cpu for one in took):.3f}",
                f"{max(one.mib for one in took):.0f}",
                f"{median(one.wall / other.wall for one, other in pairs):.2f}" if pairs else "",
                f"{median(one.cpu / other.cpu for one, other in pairs):.2f}" if pairs else "",
            )


def verdict(bar: Bar, cases: Cases) -> str:
    try:
        found = bar.of(cases)
    except KeyError:
        found = None
    if found is None:
        return f"| {bar.says} | not measured | |"
    return f"| {bar.says} | {found:.2f} | {'holds' if found <= bar.most else '**missed**'} |"


def version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return f"{program} {number[0] if number else '?'}"


def told(cases: Cases, asked: argparse.Namespace) -> Iterator[str]:
    """The report, line by line, as Markdown."""
    programs = sorted({COMMANDS[tool][0] for tool in LINTERS} - {PYTHON})
    there = [program for program in programs if shutil.which(program)]
    missing = [program for program in programs if program not in there]
    yield f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {asked.rounds}."
    yield ", ".join(map(version, there)) + "."
    if missing:
        yield f"Not installed, and left out: {', '.join(missing)}."
    yield ""
    yield "| corpus | tool | wall s | CPU s | MiB | seedlint, wall | seedlint, CPU |"
    yield "|---|---|---|---|---|---|---|"
    for runs in cases.values():
        for row in rows(runs, asked.patience):
            yield f"| {' | '.join(row)} |"
    yield ""
    for runs in cases.values():
        busy = f", {median(runs.busy):.0%} of the machine went to other work" if runs.busy else ""
        yield f"- {runs.name}: {runs.files} files{busy}"
    yield ""
    yield "| bar | measured | |\n|---|---|---|"
    for bar in BARS:
        yield verdict(bar, cases)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="what `benchmarks.corpora` has made")
    parser.add_argument("--cases", nargs="*", choices=list(CASES), default=list(CASES))
    parser.add_argument("--tools", nargs="*", choices=list(COMMANDS), default=list(COMMANDS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--patience", type=float, default=120, help="seconds for one run")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cases = {
            name: measured(name, asked.folder / name, asked, Path(scratch)) for name in asked.cases
        }
    for line in told(cases, asked):
        print(line)


if __name__ == "__main__":
    main()
