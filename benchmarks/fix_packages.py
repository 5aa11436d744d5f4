"""What the fixes do to whole packages: ``python -m benchmarks.fix_packages FOLDER ...``.

Each folder is copied and mended, first safely, then with unsafe fixes too. Broken files, changes of
a second run and seeds that were inserted twice are counted; why layers are left is listed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from seedlint.fix import mend, written
from seedlint.formats.mending import reason
from seedlint.model import Outcome, Problem
from seedlint.request import Request
from seedlint.run import lint
from seedlint.seeds import LOWEST, literals
from seedlint.source import complaint, decode


@dataclass(frozen=True, slots=True)
class Row:
    """One run over one package."""

    package: str
    unsafe: bool
    found: int
    mended: int
    files: int
    left: Counter[str]
    broken: int
    again: int
    twice: int
    seconds: float


def seeds_in(paths: list[Path]) -> Counter[int]:
    """The numbers in ``paths`` that may be derived seeds; the lowest one is also a stride."""
    found: Counter[int] = Counter()
    for path in paths:
        found.update(seed for seed in literals(path.read_bytes()) if seed > LOWEST)
    return found


def is_broken(path: Path) -> bool:
    source = decode(path.read_bytes(), str(path))
    return isinstance(source, Problem) or complaint(source.text) is not None


def fixed(folder: Path, package: str, unsafe: bool) -> Row:
    """Mend ``folder``, a copy of ``package``."""
    request = Request((folder,))
    paths = sorted(folder.rglob("*.py"))
    before, sound = seeds_in(paths), {path for path in paths if not is_broken(path)}
    found = len(lint(request).findings)
    start = time.perf_counter()
    outcome = written(mend(request, unsafe))
    seconds = time.perf_counter() - start
    new = seeds_in(paths) - before
    return Row(
        package=package,
        unsafe=unsafe,
        found=found,
        mended=len(outcome.mended),
        files=len(outcome.changes),
        left=reasons(outcome, unsafe),
        broken=sum(is_broken(path) for path in sound),
        again=len(mend(request, unsafe).changes),
        twice=sum(count > 1 for count in new.values()),
        seconds=seconds,
    )


def reasons(outcome: Outcome, unsafe: bool) -> Counter[str]:
    """Why the layers without a seed are left."""
    missing = (f for f in outcome.report.findings if f.code == "SDL001")
    return Counter(reason(outcome, finding, unsafe) for finding in missing)


def main(folders: list[str]) -> None:
    print("| package | fixes | found | mended | files | SDL001 left | broken | again | twice | s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in folders:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, Path(name).name)
            shutil.copytree(name, folder)
            (folder / ".git").mkdir(exist_ok=True)
            for unsafe in (False, True):
                row = fixed(folder, folder.name, unsafe)
                kind = "unsafe" if unsafe else "safe"
                numbers = (row.found, row.mended, row.files, row.left.total(), row.broken)
                cells = (row.package, kind, *numbers, row.again, row.twice, round(row.seconds, 1))
                print("|", " | ".join(map(str, cells)), "|", flush=True)
                for why, count in row.left.most_common():
                    print(f"  {count} because {why}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
