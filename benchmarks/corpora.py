"""The corpora that `benchmarks.peers` runs on: ``python -m benchmarks.corpora FOLDER``.

It downloads wheels by pip, unpacks them to ``FOLDER/A``, and makes all else of that.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path

from seedlint.needles import CODES, DEFAULT_FAMILIES, Needle, of_draws, of_layers, of_others

PLAIN = (
    "django==6.1.3",
    "sympy==1.14.0",
    "pandas==3.1.1",
    "scipy==1.18.1",
    "matplotlib==3.11.2",
    "homeassistant==2024.3.3",
)
LEARNING = (
    "keras==3.15.1",
    "keras-hub==0.32.0",
    "tf-models-official==2.20.0",
    "transformers==4.40.2",
    "autokeras==3.0.0",
    "deepctr==0.9.4",
    "spektral==1.3.1",
    "tensor2tensor==1.15.7",
    "tensorflow-addons==0.23.0",
)
# For newer Pythons there is no wheel of it.
PYTHON = {"tensorflow-addons==0.23.0": "3.11"}
LARGE = 100_000
GROWTH = {"1k": 1, "10k": 10, "100k": 100}
FEW = 10
NEEDLES = (*of_layers(DEFAULT_FAMILIES, ()), *of_draws(CODES), *of_others(CODES))


def name_of(requirement: str) -> str:
    return requirement.partition("==")[0].replace("-", "_")


def unpacked(requirement: str, target: Path) -> None:
    """Download the wheel of ``requirement`` and unpack it to ``target``."""
    wheels = target.parent.with_name("wheels")
    python = PYTHON.get(requirement, "3.12")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels)]
    pip += ["--only-binary=:all:", "--python-version", python, requirement]
    subprocess.run(pip, check=True)
    name, _, version = requirement.partition("==")
    pattern = re.compile(re.escape(f"{name_of(name)}-{version}-"), re.IGNORECASE)
    (wheel,) = (path for path in wheels.iterdir() if pattern.match(path.name))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)


def matters(path: Path, needles: Iterable[Needle] = NEEDLES) -> bool:
    """Whether anything stands in ``path`` for which seedlint looks a second time."""
    data = path.read_bytes()
    return any(all(word in data for word in needle) for needle in needles)


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def copied(paths: Iterable[Path], top: Path, target: Path) -> None:
    """Copy ``paths``, which are below ``top``, to the same places below ``target``."""
    for path in paths:
        place = target / path.relative_to(top)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


def enlarged(top: Path, target: Path) -> None:
    """A copy of ``top`` with as many more of what is not about learning as make it large."""
    copied(sources(top), top, target)
    plain = [path for name in map(name_of, PLAIN) for path in sources(top / name)]
    left = LARGE - len(sources(top))
    for number in count(1):
        if left <= 0:
            break
        copied(islice(plain, left), top, target / f"copy{number}")
        left -= len(plain)


def grown(top: Path, copies: int, target: Path) -> None:
    """Copies of a thousand files, in one of twenty of which there is something to find."""
    paths = [path for name in ("deepctr", "django", "sympy") for path in sources(top / name)]
    for number in range(copies):
        copied(paths[:1_000], top, target / f"copy{number}")


def few(top: Path, are_wanted: bool) -> Iterator[Path]:
    """Files of a usual size, with a dropout that is built, or with nothing of interest."""
    for path in sources(top):
        if 5_000 < path.stat().st_size < 20_000:
            holds = re.search(rb"[.\s]Dropout\(", path.read_bytes()) is not None
            if holds if are_wanted else not matters(path):
                yield path


def build(root: Path) -> None:
    """Make what is missing of all corpora below ``root``."""
    top = root / "A"
    for requirement in (*PLAIN, *LEARNING):
        if not (top / name_of(requirement)).is_dir():
            unpacked(requirement, top / name_of(requirement))
    makers: dict[str, Callable[[Path], None]] = {
        "quiet": lambda to: copied((p for p in sources(top) if not matters(p)), top, to),
        "ten plain": lambda to: copied(islice(few(top / "django", False), FEW), top, to),
        "ten dropouts": lambda to: copied(islice(few(top / "keras_hub", True), FEW), top, to),
        "L": partial(enlarged, top),
        **{name: partial(grown, top, copies) for name, copies in GROWTH.items()},
    }
    for name, make in makers.items():
        if not (root / name).exists():
            unfinished = root / f"{name}.part"
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            os.replace(unfinished, root / name)


def main() -> None:
    root = Path(sys.argv[1])
    build(root)
    print("| corpus | files | MB | of interest |\n|---|---|---|---|")
    for folder in sorted(
        path for path in root.iterdir() if path.is_dir() and path.name != "wheels"
    ):
        paths = sources(folder)
        size = sum(path.stat().st_size for path in paths) / 1e6
        kinds = Counter(map(matters, paths))
        print(f"| {folder.name} | {len(paths)} | {size:.1f} | {kinds[True]} |", flush=True)


if __name__ == "__main__":
    main()
