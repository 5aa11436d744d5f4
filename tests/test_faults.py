"""Whatever ends a run, or stands in its way: no file is anything but old or new, and it is told."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from seedlint.fix import mend, written
from seedlint.run import Request
from tests import projects
from tests.conftest import BARE

ROOT = Path(__file__).parents[1]
# How often a run is killed, and interrupted, at a random moment.
TIMES = int(os.environ.get("SEEDLINT_FAULTS", "20"))
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")

HELPER = "from keras.layers import Dropout\ndef block{0}(x):\n    return Dropout(0.5)(x)\n"
USER = "from block{0} import block{0}\ndef build{0}(x):\n    return block{0}(block{0}(x))\n"
FILES = {
    "pyproject.toml": "[tool.seedlint]\n",
    # A write of this takes a while.
    "bulky.py": BARE + "# what is not to be lost\n" * 40_000,
    "crlf.py": BARE.replace("\n", "\r\n"),
    **{f"block{n}.py": HELPER.format(n) for n in range(4)},
    **{f"user{n}.py": USER.format(n) for n in range(4)},
    **{f"sub/plain{n}.py": BARE + f"y = {n}\n" for n in range(12)},
}
# As on the command line, but it says how far it is, and workers are started for anything.
RUN = """
import sys
from seedlint import fix, workers
from seedlint.cli import main

def told(outcome, written=fix.written):
    print("writing", flush=True)
    return written(outcome)

fix.written = told
workers.WORTHWHILE = dict.fromkeys(workers.WORTHWHILE, 0)
print("started", flush=True)
main(sys.argv[1:])
"""
FIX = ("--fix", "--unsafe-fixes", "--quiet", "-j2", ".")

Bytes = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Tree:
    """A project, and what its files hold before and after it is mended."""

    folder: Path
    old: Bytes
    new: Bytes

    def copy(self, to: Path) -> Path:
        shutil.rmtree(to, ignore_errors=True)
        return Path(shutil.copytree(self.folder, to))

    def done(self, folder: Path) -> int:
        """How many files of ``folder`` are mended; all others are what they were."""
        found = contents(folder)
        assert found.keys() == self.new.keys()
        assert all(found[name] in (self.old[name], self.new[name]) for name in found)
        return sum(found[name] != self.old[name] for name in found)


def contents(folder: Path) -> Bytes:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".tmp" and ".seedlint_cache" not in path.parts
    }


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*.tmp")]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    old = projects.write(tmp_path_factory.mktemp("tree") / "old", FILES)
    new = Path(shutil.copytree(old, old.with_name("new")))
    finish(new)
    found = Tree(old, contents(old), contents(new))
    assert found.done(new) == len(FILES) - 1
    return found


def finish(folder: Path) -> None:
    """Mend all that is left, as the next run does."""
    assert not written(mend(Request((folder,)), unsafe=True)).report.problems
    assert not mend(Request((folder,)), unsafe=True).changes


def running(folder: Path, *args: str, script: str = RUN) -> subprocess.Popen[bytes]:
    """A process of its own, the first of its group."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for(process: subprocess.Popen[bytes], word: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.decode().strip() == word:
            return


def nobody_is_left(group: int) -> None:
    """No process of ``group`` is alive, or none is soon."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError("a child is left")


# --- ended at any moment ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moments:
    """Random moments of a run: ``(word, seconds)`` is so long after it has said the word."""

    seconds: Mapping[str, float]

    def __iter__(self) -> Iterator[tuple[str, float]]:
        chance = random.Random(0)
        for turn in range(TIMES):
            word = ("started", "writing")[turn % 2]
            yield word, chance.uniform(0, self.seconds[word])


@pytest.fixture(scope="module")
def moments(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Moments:
    process = running(tree.copy(tmp_path_factory.mktemp("whole") / "tree"), *FIX)
    spoken = {}
    for word in ("started", "writing"):
        wait_for(process, word)
        spoken[word] = time.monotonic()
    assert process.communicate() == (b"", b"")
    return Moments({word: time.monotonic() - at for word, at in spoken.items()})


@POSIX
@pytest.mark.slow
def test_killed_at_any_moment(tree: Tree, moments: Moments, tmp_path: Path) -> None:
    done, left = [], 0
    for word, seconds in moments:
        folder = tree.copy(tmp_path / "tree")
        with running(folder, *FIX) as process:
            wait_for(process, word)
            time.sleep(seconds)
            process.kill()
        nobody_is_left(process.pid)
        done.append(tree.done(folder))
        left += len(leftovers(folder))
        finish(folder)
        assert contents(folder) == tree.new
        assert not leftovers(folder)
    print(
        f"{len(done)} kills, {sum(0 < n < max(done) for n in done)} of them half way, {left} left"
    )
    # Else the kills would have proved nothing.
    assert any(0 < n < max(done) for n in done)
