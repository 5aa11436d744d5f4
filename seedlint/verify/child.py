"""The process that is watched, from its start to its end.

It reads ``job.json`` in its folder and writes ``result.json`` beside it, which nothing that the
user's code prints can reach.
"""

from __future__ import annotations

import faulthandler
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from seedlint.verify import building, redrawing, resuming
from seedlint.verify.model import Json, VerifyError, to_json

Task = Callable[[Json, Callable[[str], None]], Json]
TASKS: Mapping[str, Task] = {
    "model": building.drawn,
    "sites": redrawing.drawn,
    "resume": resuming.drawn,
}
HOUR = 3600


def main(home: str) -> None:
    """Do the job in the folder ``home``, and end the process."""
    own, folder = os.getpid(), Path(home)
    job = json.loads((folder / "job.json").read_text("utf-8"))
    os.chdir(job["cwd"])
    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    if job["process"] != "first":
        _start_later()
    with (folder / "hang.txt").open("w", encoding="utf-8") as hang:
        faulthandler.dump_traceback_later(job["patience"], file=hang)
        told = _done(job, folder)
        faulthandler.cancel_dump_traceback_later()
    # The user's code may have forked, and what is forked comes here too.
    if os.getpid() == own:
        _put(folder / "result.json", json.dumps(told))
    # Nothing that the user's code has left running keeps the process alive.
    os._exit(0)


def _done(job: Json, folder: Path) -> Json:
    own = os.getpid()

    def stage(name: str) -> None:
        if os.getpid() == own:
            _put(folder / "stage.txt", name)

    try:
        return TASKS[job["task"]](job, stage)
    except VerifyError as error:
        return {"fault": to_json(error.fault)}


def _put(path: Path, text: str) -> None:
    """Write ``text``, so that no reader sees a part of it."""
    draft = path.with_suffix(".new")
    draft.write_text(text, "utf-8")
    os.replace(draft, path)


def _start_later() -> None:
    """Let two processes that start in the same second see two times."""
    clock, counter = time.time, time.time_ns
    time.time = lambda: clock() + HOUR
    time.time_ns = lambda: counter() + HOUR * 10**9


def _follow(parent: int) -> None:
    """End with the process ``parent``, however that ends."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
