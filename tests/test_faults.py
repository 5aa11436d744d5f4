"""Whatever ends a run, or stands in its way: no file is anything but old or new, and it is told."""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from seedlint import __version__
from seedlint.fix import mend, written
from seedlint.reading import Memory
from seedlint.request import Request
from tests import projects
from tests.conftest import BARE, Lint
from tests.test_workers import children

ROOT = Path(__file__).parents[1]
# How often a run is killed, and interrupted, at a random moment.
TIMES = int(os.environ.get("SEEDLINT_FAULTS", "20"))
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")

HELPER = "from keras.layers import Dropout\ndef block{0}(x):\n    return Dropout(0.5)(x)\n"
USER = "from block{0} import block{0}\ndef build{0}(x):\n    return block{0}(block{0}(x))\n"
FILES = {
    "pyproject.toml": "[tool.seedlint]\n",
    # To write this takes a while.
    "bulky.py": f"{BARE}# {250_000 * 'x'}\n",
    "crlf.py": BARE.replace("\n", "\r\n"),
    **{f"block{n}.py": HELPER.format(n) for n in range(3)},
    **{f"user{n}.py": USER.format(n) for n in range(3)},
    **{f"sub/plain{n}.py": BARE + f"y = {n}\n" for n in range(10)},
}
# As on the command line, but it says how far it is, and workers are started for anything.
RUN = """
import signal, sys
from seedlint import fix, workers
from seedlint.__main__ import main

def told(outcome, written=fix.written):
    print("writing", flush=True)
    return written(outcome)

fix.written = told
workers.WORTHWHILE = dict.fromkeys(workers.WORTHWHILE, 0)
# A shell starts what runs in the background deaf to Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
print("started", flush=True)
main()
"""
CACHED = ("--quiet", "-j2", ".")
CHECK = ("--no-cache", *CACHED)
FIX = ("--fix", "--unsafe-fixes", *CACHED)

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
    """Mend all that is left, as the next run does, which writes the cache too."""
    request, memory = Request((folder,)), Memory(is_kept=True)
    assert not written(mend(request, True, memory)).report.problems
    assert not mend(request, True, memory).changes


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
    done = []
    for word, seconds in moments:
        folder = tree.copy(tmp_path / "tree")
        with running(folder, *FIX) as process:
            wait_for(process, word)
            time.sleep(seconds)
            process.kill()
        nobody_is_left(process.pid)
        done.append(tree.done(folder))
        finish(folder)
        assert contents(folder) == tree.new
        assert not leftovers(folder)
    # Else the kills would have proved nothing.
    assert any(0 < n < len(FILES) - 1 for n in done)


# Python drops an interrupt that comes while it clears the lock of a module: the run goes on.
SWALLOWED = re.compile(
    rb"Exception ignored in: <function _get_module_lock.*\n(.*\n)*?KeyboardInterrupt: \n"
)


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("args", [FIX, CHECK], ids=["fix", "check"])
def test_interrupted_at_any_moment(
    args: tuple[str, ...], tree: Tree, moments: Moments, tmp_path: Path
) -> None:
    ends: Counter[tuple[int, bytes]] = Counter()
    for word, seconds in [*moments][: TIMES // 2]:
        folder = tree.copy(tmp_path / "tree")
        process = running(folder, *args)
        wait_for(process, word if args is FIX else "started")
        time.sleep(seconds)
        # As a terminal does: everybody is told.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        said = SWALLOWED.sub(b"", process.communicate()[1])
        ends[process.returncode, said] += 1
        nobody_is_left(process.pid)
        tree.done(folder)
        assert not leftovers(folder)
    # Python ends itself by the signal if that came while a dataclass was made; shells call it 130.
    stopped = sum(ends.pop((code, b"interrupted\n"), 0) for code in (130, -signal.SIGINT))
    assert stopped
    assert ends.keys() <= {(int(args is CHECK), b"")}


LOADING = """
import builtins
from seedlint.__main__ import main

def load(name, *more, real=builtins.__import__):
    if name == "click":
        raise KeyboardInterrupt
    return real(name, *more)

builtins.__import__ = load
main()
"""


def test_interrupted_while_it_loads(tmp_path: Path) -> None:
    process = running(tmp_path, script=LOADING)
    assert process.communicate() == (b"", b"interrupted\n")
    assert process.returncode == 130


DEEP = """
import os, signal, time
from seedlint import run
from seedlint.__main__ import main

def asked(*args, calls=[]):
    calls.append(args)
    if len(calls) == 1:
        raise RecursionError
    os.write(1, b"started\\n")
    time.sleep(600)

run._asked = asked
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@POSIX
def test_interrupted_where_recursion_goes_deep(tree: Tree) -> None:
    with running(tree.folder, *CHECK, script=DEEP) as process:
        wait_for(process, "started")
        process.send_signal(signal.SIGINT)
        try:
            assert process.communicate(timeout=60) == (b"", b"interrupted\n")
        finally:
            process.kill()
    assert process.returncode == 130


LATE = """
import atexit, os, signal, sys
from seedlint.__main__ import main

atexit.register(os.kill, os.getpid(), signal.SIGINT)
atexit.register(os.write, 2, b"ended")
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.setprofile({})
main()
"""


@POSIX
@pytest.mark.parametrize(
    ("profiler", "said"),
    [
        pytest.param("None", b"", id="nobody watches: it is gone at once"),
        pytest.param("lambda *_: None", b"ended", id="what watches gets its end"),
    ],
)
def test_interrupted_when_all_is_done(profiler: str, said: bytes, tmp_path: Path) -> None:
    process = running(tmp_path, "--version", script=LATE.format(profiler))
    assert process.communicate() == (f"seedlint, version {__version__}\n".encode(), said)
    assert process.returncode == 0


@LINUX
@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing(tree: Tree, moments: Moments) -> None:
    whole = running(tree.folder, *CHECK)
    expected = whole.communicate()
    for _, seconds in [*moments][:4]:
        process = running(tree.folder, *CHECK)
        while not (workers := children(process.pid)):
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(seconds / 4)
        with suppress(ProcessLookupError):
            os.kill(workers[0], signal.SIGKILL)
        assert process.communicate() == expected
        assert process.returncode == whole.returncode == 1


# --- several at once ----------------------------------------------------------------------------


@pytest.mark.slow
def test_two_mend_one_tree(tree: Tree, tmp_path: Path) -> None:
    chance = random.Random(0)
    met = 0
    for turn in range(TIMES // 4):
        folder = tree.copy(tmp_path / "tree")
        both = [running(folder, *FIX)]
        time.sleep(chance.uniform(0, 0.3) if turn else 0)
        both.append(running(folder, *FIX))
        for process in both:
            said = process.communicate()[1].decode().splitlines()
            assert all(": error: not fixed: " in line for line in said), said
            assert process.returncode == (2 if said else 0)
            met += len(said)
        tree.done(folder)
        finish(folder)
        assert contents(folder) == tree.new
        assert not leftovers(folder)
    assert met


@pytest.mark.slow
def test_many_write_one_cache(tree: Tree, tmp_path: Path) -> None:
    folder = tree.copy(tmp_path / "tree")
    crowd = [running(folder, *CACHED) for _ in range(4)]
    said = [process.communicate() for process in crowd]
    again = running(folder, *CACHED)
    assert {*said} == {again.communicate()}
    assert {process.returncode for process in crowd} == {1}
    assert not leftovers(folder)


@POSIX
def test_a_cache_that_is_locked(lint: Lint, tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / "m.py").write_text(BARE)
    first = lint()
    with open(tmp_path / ".seedlint_cache/facts", "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert lint() == first
        (tmp_path / "m.py").write_text(f"{BARE}{BARE}")
        assert len(lint().places) == 2


# --- no room, and no leave ----------------------------------------------------------------------

FULL = """exec unshare -rm sh -c '
mkdir ../disk && mount -t tmpfs -o size=400k tmpfs ../disk && cp -R . ../disk && cd ../disk &&
{ "$@"; code=$?; cp -R . "$OLDPWD"; exit $code; }' - "$@"
"""
LIMITED = 'ulimit -f 128; exec "$@"'
FROZEN = """exec unshare -rm sh -c '
mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && exec "$@"' - "$@"
"""
# The superuser may write anything, unless that is taken from him.
FORBIDDEN = """chmod 555 sub
if [ "$(id -u)" = 0 ]; then set -- setpriv --bounding-set=-dac_override,-fowner "$@"; fi
"$@"; code=$?; chmod 755 sub; exit $code
"""


@LINUX
@pytest.mark.parametrize(
    ("shell", "reason", "names"),
    [
        pytest.param(FULL, "No space left on device", "bulky.py", id="full disk"),
        pytest.param(LIMITED, "File too large", "bulky.py", id="limit"),
        pytest.param(FROZEN, "Read-only file system", "", id="read-only disk"),
        pytest.param(FORBIDDEN, "Permission denied", "sub/", id="read-only folder"),
    ],
)
def test_what_cannot_be_written_is_told(
    shell: str, reason: str, names: str, tree: Tree, tmp_path: Path
) -> None:
    folder = tree.copy(tmp_path / "tree")
    done = through_shell(f'set -- "$@" {shlex.join(FIX)}\n{shell}', folder)
    if any(tool in done.stderr for tool in ("unshare", "mount", "setpriv")):
        pytest.skip(done.stderr)
    kept = {name for name in tree.old if name.startswith(names) and name != "pyproject.toml"}
    said = dict(line.split(": error: not fixed: ") for line in done.stderr.splitlines())
    assert done.returncode == 2
    assert {*said} == kept
    assert {why for why in said.values() if "builds on" not in why} == {f"cannot write: {reason}"}
    assert tree.done(folder) == len(tree.new) - 1 - len(kept)
    assert not leftovers(folder)
    finish(folder)
    assert contents(folder) == tree.new


@LINUX
@pytest.mark.parametrize("args", ["", "--diff", "--fix", "--output-format json", "--version"])
def test_a_report_that_finds_no_room(args: str, tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(f"{BARE}def f():\n    return Dropout(0.5)\n")
    done = through_shell(f'"$@" {args} >/dev/full', tmp_path)
    assert (done.returncode, done.stderr) == (2, "error: cannot print: No space left on device\n")
    assert through_shell(f'"$@" {args} gone >/dev/full 2>&1', tmp_path).returncode == 2


@POSIX
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed(closed: str, tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(BARE)
    done = through_shell(f'"$@" {closed}', tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert through_shell(f'"$@" --fix {closed}', tmp_path).returncode == 0
    assert (tmp_path / "m.py").read_text() != BARE


def through_shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What becomes of ``script``, in which ``"$@"`` is seedlint."""
    command = ["sh", "-c", script, "-", sys.executable, "-m", "seedlint"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
