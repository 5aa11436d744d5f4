"""One process that lints again and again, as an editor or a notebook does, and what memory is left.

``python -m benchmarks.soak --runs 1000``; Linux alone tells the memory of a process.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from seedlint.fix import mend
from seedlint.reading import Memory
from seedlint.request import Request
from seedlint.run import lint
from tests.projects import write

RESIDENT = re.compile(r"VmRSS:\s+(\d+) kB")
STEPS = 10
MEND_EVERY = 10
VERSIONS = 2
KINDS = ("known", "new", "mend")
BLOCKS = """from keras import layers

def block(x, seed=None):
    return layers.Dropout(0.5, seed=seed)(x)
"""
FILES = {
    "pyproject.toml": "[tool.seedlint]\n",
    "blocks.py": BLOCKS,
    "train.py": "from blocks import block\n\ny = block(1)\n",
    "model.py": "from keras import layers\nx = layers.Dropout(0.5)\n",
}


def texts() -> Iterator[tuple[str, str]]:
    """Names of files and what they hold next, never the same again; some cannot be parsed."""
    number = 0
    while True:
        for name in ("blocks.py", "train.py", "model.py"):
            number += 1
            tail = "(" if number % 7 == 0 else f"# {number} {'.' * (number % 1000)}\nz = {number}"
            yield name, f"{FILES[name]}{tail}\n"


def resident(process: int) -> float:
    """The memory of ``process`` in MiB."""
    found = RESIDENT.search(Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def soak(root: Path, runs: int) -> None:
    turns = lints(root)
    print(f"{'runs':>8} {'MiB':>7}", *(f"{name:>9}" for name in KINDS))
    for step in range(STEPS + 1):
        spent: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for _ in range(runs // STEPS if step else 0):
            for kind, seconds in next(turns):
                spent[kind].append(1000 * seconds)
        times = (f"{statistics.median(one) if one else 0:9.1f}" for one in spent.values())
        memory = resident(os.getpid())
        print(f"{step * (runs // STEPS):8} {memory:7.1f}", *times, flush=True)


def lints(root: Path) -> Iterator[list[tuple[str, float]]]:
    """Change a file of ``root`` and lint it, for ever; the seconds of each way to do so."""
    request, memory = Request((root,)), Memory()
    for number, (name, text) in enumerate(texts()):
        (root / name).write_text(text)
        spent = [
            ("known", took(lambda: lint(request, memory=memory))),
            ("new", took(lambda: lint(request))),
        ]
        memory.forget(VERSIONS)
        if number % MEND_EVERY == 0:
            spent.append(("mend", took(lambda: mend(request, unsafe=True))))
        yield spent


def took(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        soak(write(Path(folder).resolve(), FILES), runs)


if __name__ == "__main__":
    main()
