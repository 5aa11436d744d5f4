"""Questions and tasks that forked processes do."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from seedlint import children, forks
from tests.conftest import Lint
from tests.projects import write

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked here"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]
HERE = os.getpid()


@pytest.fixture(autouse=True)
def _small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "SHARE", 2)
    # Dask's tests leave a thread behind that waits for work; it holds no lock.
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def is_odd(number: int) -> int:
    return number % 2


@pytest.mark.parametrize("processes", [1, 2, 3, 50])
@pytest.mark.parametrize("count", [0, 1, 4, 7, 100_000])
def test_answers_in_order(count: int, processes: int) -> None:
    assert children.answers(is_odd, range(count), processes) == bytes(map(is_odd, range(count)))


def test_a_share_is_another_process() -> None:
    assert 1 in children.answers(lambda _: os.getpid() != HERE, range(10), 2)


@pytest.mark.parametrize("deadly", [1, 9], ids=["at once", "at the end"])
def test_what_a_process_leaves_undone(deadly: int) -> None:
    def ask(number: int) -> int:
        if number == deadly and os.getpid() != HERE:
            os._exit(3)
        return number

    assert children.answers(ask, range(10), 2) == bytes(range(10))


def test_what_is_wrong_is_told_once(capfd: pytest.CaptureFixture[str]) -> None:
    def ask(number: int) -> int:
        return 1 // (9 - number)

    with pytest.raises(ZeroDivisionError):
        children.answers(ask, range(10), 2)
    assert capfd.readouterr() == ("", "")


def test_no_process_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    fork = os.fork

    def counted() -> int:
        started.append(fork())
        return started[-1]

    monkeypatch.setattr(os, "fork", counted)
    children.answers(is_odd, range(10), 3)
    assert len(started) == 3
    for child in started:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)


def test_nothing_is_forked_beside_other_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert not any(children.answers(lambda _: os.getpid() != HERE, range(10), 2))


def test_the_report_is_the_same(lint: Lint, tmp_path: Path) -> None:
    texts = ("x = 1\n", "from keras import layers\nlayers.Dropout(0.5)\n", "x = (  # SDL001\n")
    write(tmp_path, {f"m{number:02}.py": texts[number % 3] for number in range(30)})
    write(tmp_path, {"n.ipynb": "{", "notes.ipynb": '{"cells": [], "nbformat": 4}'})
    (tmp_path / "gone.py").symlink_to("nowhere")
    alone, *others = (lint("--no-cache", f"-j{count}") for count in (1, 2, 5))
    assert len(alone.places) == 10
    assert others == [alone, alone]
