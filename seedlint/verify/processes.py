"""Fresh processes: started, waited for, and never left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from seedlint.discover import relative_to
from seedlint.verify.model import Fault, Json, Place, VerifyError, fault
from seedlint.verify.places import is_own

PACKAGE = Path(__file__).parents[2]
# Neither the folder of seedlint nor that of the job is to hide a module of the user's.
START = """\
import sys
sys.path[0] = sys.argv[1]
from seedlint.verify.child import main
del sys.path[0]
main(sys.argv[2])
"""
FRAME = re.compile(r'  File "(.+)", line (\d+) in (.+)')
# What TensorFlow says of itself.
LOG = re.compile(r"[IWE]\d{4} |\d{4}-\d\d-\d\d |WARNING: All log messages")
DOING = {"": "starting", "import": "importing", "build": "building", "probe": "drawing"}
PAUSE = 0.05

Progress = Callable[[str], None]
"""What is told of the stage that the slowest process is in."""


@dataclass(frozen=True, slots=True)
class _Child:
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    @property
    def stage(self) -> str:
        return _read(self.folder / "stage.txt")


def run(
    job: Json,
    processes: Sequence[str],
    timeout: float,
    progress: Progress = lambda stage: None,
    environment: Mapping[str, str] | None = None,
) -> list[Json]:
    """What each of ``processes`` makes of ``job``, all at once. Raises `VerifyError`.

    Each has ``timeout`` seconds; ``environment`` is what its variables are set to.
    """
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="seedlint-")))
        children = []
        for number, name in enumerate(processes):
            told = {**job, "process": name, "cwd": os.getcwd(), "patience": 0.9 * timeout}
            folder = scratch / str(number)
            folder.mkdir()
            (folder / "job.json").write_text(json.dumps(told), "utf-8")
            children.append(stack.enter_context(_started(folder, environment or {})))
        _wait(children, timeout, progress)
        return [_result(child) for child in children]


@contextmanager
def _started(folder: Path, environment: Mapping[str, str]) -> Iterator[_Child]:
    """A process for the job in ``folder``; in the end it is gone, and all that it started."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    # A proof on one machine should not depend on what devices it has.
    env = {**quiet, **os.environ, "CUDA_VISIBLE_DEVICES": "-1", **environment}
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(PACKAGE), str(folder)],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield _Child(folder, process)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill ``process`` and its group, which outlives it."""
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def near(place: Place) -> Place:
    """``place`` with its path as it leads there from the current folder."""
    return replace(place, path=relative_to(Path(place.path), Path.cwd()) or place.path)


def _failed(fault: Fault) -> VerifyError:
    return VerifyError(replace(fault, place=fault.place and near(fault.place)))


def _wait(children: Sequence[_Child], timeout: float, progress: Progress) -> None:
    """Until all ``children`` have ended. Raises `VerifyError` as soon as one of them has failed."""
    deadline = time.monotonic() + timeout
    stages = list(DOING)
    told = ""
    while any(child.runs for child in children):
        for child in children:
            if not child.runs:
                _result(child)
        running = [child for child in children if child.runs]
        stage = min((child.stage for child in running), key=stages.index, default=told)
        if stage != told:
            told = stage
            progress(stage)
        if running and time.monotonic() > deadline:
            raise _failed(_hang(running[0], timeout))
        time.sleep(PAUSE)


def _result(child: _Child) -> Json:
    """What ``child`` has written in the end. Raises `VerifyError` if it could not do its work."""
    text = _read(child.folder / "result.json")
    if not text:
        raise _failed(_death(child))
    told: Json = json.loads(text)
    if "fault" in told:
        raise _failed(fault(told["fault"]))
    return told


def _death(child: _Child) -> Fault:
    code, doing = child.process.returncode, DOING[child.stage]
    if code == -signal.SIGKILL:
        why = f"was killed while {doing}, as happens where memory runs out"
    elif code < 0:
        why = f"was ended by {signal.Signals(-code).name} while {doing}"
    else:
        why = f"ended with exit code {code} while {doing}"
    lines = _read(child.folder / "output.txt").strip().split("\n")
    told = [line.strip() for line in lines if line.strip() and not LOG.match(line)]
    return Fault(": ".join([f"the process {why}", *told[-1:]]), child.stage)


def _hang(child: _Child, timeout: float) -> Fault:
    """Where the main thread of ``child`` was, shortly before its time was over."""
    main = _read(child.folder / "hang.txt").rpartition("Thread ")[2]
    places = (Place(file, int(line), function=name) for file, line, name in FRAME.findall(main))
    own = next((place for place in places if is_own(place.path)), None)
    doing = DOING[child.stage]
    return Fault(f"still {doing} after {timeout:g} seconds (`--timeout`)", child.stage, own)


def _read(path: Path) -> str:
    return path.read_text("utf-8", errors="replace") if path.exists() else ""
