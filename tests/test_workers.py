"""Whoever parses, the facts are the same, and no text takes another one along."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from seedlint import jobs, staff, workers
from seedlint.codec import FACTS
from seedlint.facts import ModuleFacts
from seedlint.model import Problem
from seedlint.workers import Crew

METHODS = multiprocessing.get_all_start_methods()
# What Python itself can parse never gets to the parser that crashes.
NEWER = "try:\n    pass\nexcept A, B:\n    pass\n"
OR = f"{NEWER}x = {' or '.join(['a'] * 20_000)}\n"
SLOW = f"x = {'+'.join(['1'] * 20_000)}\n"
CRASH = "cannot parse: the parser crashes"


@pytest.fixture(autouse=True)
def _everything_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTHWHILE", dict.fromkeys(workers.WORTHWHILE, 0))


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Iterator[None]:
    yield
    assert not multiprocessing.active_children()


def found(crew: Crew, texts: dict[str, str]) -> dict[str, ModuleFacts | Problem]:
    results = dict(crew.facts(texts))
    return {
        key: FACTS.decode(one) if isinstance(one, bytes) else one for key, one in results.items()
    }


TEXTS = {
    **{str(number): f"x = f({number})\n" * number for number in range(20)},
    "bad": "def f(:\n",
}


@pytest.mark.parametrize("method", METHODS)
def test_the_same_by_whatever_way(method: str) -> None:
    alone = found(Crew(1), TEXTS)
    assert found(Crew(2, method=method), TEXTS) == alone
    assert isinstance(alone["bad"], Problem)
    assert alone.keys() == TEXTS.keys()


def test_nothing_is_nothing() -> None:
    assert found(Crew(2), {}) == {}


def test_a_few_small_texts_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(staff, "ProcessPoolExecutor", None)
    assert found(Crew(2), TEXTS).keys() == TEXTS.keys()


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_a_crash_costs_one_text(method: str, count: int) -> None:
    outcome = found(Crew(count, method=method), {**TEXTS, "crash": OR})
    assert outcome.pop("crash") == Problem("", CRASH)
    assert outcome == found(Crew(1), TEXTS)


def test_a_crash_that_nobody_foresees_costs_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "is_hazardous", lambda text: False)
    if "fork" not in METHODS:
        pytest.skip("only a forked worker knows what is patched here")
    outcome = found(Crew(2, method="fork"), {**TEXTS, "crash": OR, "crash too": f"{OR}y = 1\n"})
    assert outcome.pop("crash") == outcome.pop("crash too") == Problem("", CRASH)
    assert outcome == found(Crew(1), TEXTS)


@pytest.mark.parametrize("count", [1, 2])
def test_a_text_gets_its_time_and_no_more(count: int) -> None:
    outcome = found(Crew(count, seconds=2), {"slow": SLOW, "good": "x = f(1)\n"})
    assert outcome["slow"] == Problem("", "cannot parse: it takes longer than 2 seconds")
    assert isinstance(outcome["good"], ModuleFacts)


LIMITED = """
from seedlint import jobs

jobs.MEMORY = 64 << 20
jobs.begin()
for text in ("x = 1", "x = f(1, 2, 3)\\n" * 40_000, "x = 1"):
    print(jobs.encoded_facts(text, 60))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_a_text_gets_so_much_memory() -> None:
    first, big, last = subprocess.check_output([sys.executable, "-c", LIMITED]).splitlines()
    assert first == last
    assert b"cannot parse" in big
    assert b"cannot parse" not in first


def test_what_keeps_a_cell_from_being_parsed() -> None:
    with Crew() as crew:
        assert crew.refusal("x = 1\n") is None
        assert (crew.refusal("x = (\n") or [""])[0]
        assert (crew.refusal(f"type X = int\n{OR}") or [""])[0] in (CRASH, "")


def test_workers_stay_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with Crew(2) as crew:
        list(crew.facts({"crash": OR, **TEXTS}))
        before = set(multiprocessing.active_children())
        list(crew.facts({"more": "x = f(1)\n"}))
        assert before == set(multiprocessing.active_children())


class _Deaf:
    """An executor on which nothing is ever done."""

    def submit(self, *_: object) -> Future[bytes]:
        return Future()


def test_a_cluster_that_does_nothing_is_not_waited_for() -> None:
    cluster = staff.Cluster(_Deaf(), ())  # type: ignore[arg-type]
    outcome = found(Crew(seconds=0.1, cluster=cluster), {"a": "x = 1\n", "b": "y = 1\n"})
    assert [isinstance(one, Problem) for one in outcome.values()] == [True, True]


@pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")
def test_who_is_deaf_to_ctrl_c_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell starts so what runs in the background."""

    def told(_: object, job: Callable[[str, float], bytes], text: str, seconds: float) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        future: Future[bytes] = Future()
        future.set_result(job(text, seconds))
        return future

    monkeypatch.setattr(ProcessPoolExecutor, "submit", told)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert found(Crew(2), TEXTS).keys() == TEXTS.keys()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


INTERRUPTED = """
import signal, time
from seedlint import jobs, workers
from seedlint.cli import main

if __name__ == "__main__":
    # A shell starts what runs in the background deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    workers.WORTHWHILE = dict.fromkeys(workers.WORTHWHILE, 0)
    # What is forked has it too.
    jobs.safe_facts = lambda text: time.sleep(60)
    main(["--no-cache", "-j2", "."])
"""


def children(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text("ascii").split()
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="interrupted"),
        pytest.param(signal.SIGKILL, -signal.SIGKILL, id="killed"),
    ],
)
def test_no_child_is_left(number: signal.Signals, code: int, tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(INTERRUPTED, "utf-8")
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text(f"import keras  # {name} Dropout\n", "utf-8")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    running = subprocess.Popen(
        [sys.executable, "run.py"], cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True
    )
    while not (workers_of := children(running.pid)):
        assert running.poll() is None
        time.sleep(0.05)
    # Only the parent is told, as by another program.
    running.send_signal(number)
    _, told = running.communicate(timeout=60)
    assert running.returncode == code
    # Of a parent that is killed, Python's own helper has something to say.
    assert told == "interrupted\n" or number == signal.SIGKILL
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in workers_of):
        assert time.monotonic() < deadline
        time.sleep(0.05)
