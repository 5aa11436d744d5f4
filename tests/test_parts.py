"""Parts of a project that know nothing of each other, judged apart."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint import children, run
from seedlint.parts import parted
from seedlint.reach import explored
from seedlint.seeds import derived
from tests.conftest import BARE, SEEDED, Lint
from tests.projects import write

forking = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked here")
HERE = os.getpid()

FILES = [f"{top}/{name}.py" for top in "abcde" for name in "mn"] + ["setup.py", "train.py"]
edges = st.dictionaries(
    st.sampled_from(FILES), st.frozensets(st.sampled_from([*FILES, "a/", "e/n/"]), max_size=3)
)


@given(st.sets(st.sampled_from(FILES)), edges)
def test_no_import_leads_from_one_part_to_another(
    chosen: set[str], leads: dict[str, frozenset[str]]
) -> None:
    wanted = [name for name in FILES if name in chosen]
    rest = [name for name in FILES if name not in chosen]
    parts = parted(wanted, rest, partial(explored, step=lambda name: leads.get(name, ())))
    assert sorted(name for part in parts for name in part.wanted) == sorted(wanted)
    homes = {
        name: number for number, part in enumerate(parts) for name in (*part.wanted, *part.rest)
    }
    for number, part in enumerate(parts):
        for name in (*part.wanted, *part.rest):
            for target in leads.get(name, ()):
                assert homes.get(target, number) == number


APART: dict[str, tuple[dict[str, tuple[str, ...]], list[str]]] = {
    "nothing is imported": ({}, ["a", "b"]),
    "one imports the other": ({"a/m.py": ("b/n.py",)}, ["ab"]),
    "by way of what is nobody's": ({"a/m.py": ("out.py",), "out.py": ("b/n.py",)}, ["ab"]),
    "both import what imports neither": (
        {"a/m.py": ("e/m.py",), "b/m.py": ("e/m.py",)},
        ["a", "b"],
    ),
    "something imports both": ({"e/m.py": ("a/m.py", "b/n.py")}, ["abe"]),
    "a folder": ({"a/m.py": ("b/",)}, ["a", "b"]),
    "something imports one": ({"e/m.py": ("a/m.py",)}, ["ae", "b"]),
}


@pytest.mark.parametrize(("leads", "wanted"), APART.values(), ids=APART)
def test_what_is_apart(leads: dict[str, tuple[str, ...]], wanted: list[str]) -> None:
    rest = [name for name in FILES if name not in ("a/m.py", "b/m.py")]
    parts = parted(
        ["a/m.py", "b/m.py"], rest, partial(explored, step=lambda name: leads.get(name, ()))
    )
    assert ["".join(sorted({name[0] for name in (*p.wanted, *p.rest)})) for p in parts] == wanted


@pytest.mark.parametrize(
    ("first", "wanted"), [("conftest.py", 2), ("a/conftest.py", 3), ("myconftest.py", 3)]
)
def test_what_runs_before_all_tests(first: str, wanted: int) -> None:
    parts = parted(
        ["a/test_m.py", "b/m_test.py", "c/m.py"], [first], lambda names: dict.fromkeys(names, ())
    )
    assert len(parts) == wanted


# --- as one runs it ------------------------------------------------------------------------------

NETWORK = """\
from keras.layers import Dropout
from {0}.rates import rate

def build(seed):
    return Dropout(rate, seed=seed)
"""
PROJECT = {
    "one/net.py": BARE,
    "one/use.py": "from one import net\n" + SEEDED,
    "two/net.py": "from two.base import build\nbuild(3)\nbuild(3)\n",
    "two/base.py": NETWORK.format("two"),
    "two/rates.py": "rate = 0.1\n",
    "three/broken.py": "from keras.layers import Dropout\nDropout(.1\n",
    "three/net.py": BARE * 2,
    "four/plain.py": "x = 1\n",
    "five.py": BARE,
}
CONFIGURED = """\
from keras.layers import Dropout

class Config:
    seed = None

Dropout(0.1, seed=Config.seed)
"""


@pytest.fixture
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "WORTHWHILE", 1)
    # Dask's tests leave a thread behind that waits for work; it holds no lock.
    monkeypatch.setattr(threading, "active_count", lambda: 1)


@forking
@pytest.mark.usefixtures("_forked")
@pytest.mark.parametrize("args", [["--no-cache"], [], ["--fix", "--diff"]], ids=" ".join)
def test_the_report_is_the_same(args: list[str], lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    alone, *others = (lint(f"-j{count}", *args) for count in (1, 2, 5))
    assert "three/broken.py" in alone.err
    assert alone.out
    assert others == [alone, alone]


@forking
@pytest.mark.usefixtures("_forked")
def test_what_a_process_leaves_undone(
    lint: Lint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, PROJECT)
    alone = lint("-j1")
    report = run._report

    def deadly(*args: object) -> object:
        if os.getpid() != HERE:
            os._exit(3)
        return report(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "_report", deadly)
    lint("clean")
    assert lint("-j2") == alone
    _all_is_kept(tmp_path)


@forking
@pytest.mark.usefixtures("_forked")
def test_what_other_processes_find_is_kept(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    lint("-j2")
    _all_is_kept(tmp_path)


def _all_is_kept(root: Path) -> None:
    kept = (root / ".seedlint_cache" / "facts").read_bytes()
    known = PROJECT.keys() - {"three/broken.py", "four/plain.py"}
    assert [name for name in known if name.encode() not in kept] == []


def test_what_is_changed_in_another_part_is_in_doubt(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"one/net.py": CONFIGURED, "two/net.py": BARE})
    assert lint("-j1").files == ["one/net.py", "two/net.py"]
    write(tmp_path, {"two/net.py": BARE + "def f(config):\n    config.seed = 3\n"})
    assert lint("-j1").files == ["two/net.py"]


@pytest.mark.parametrize(("scope", "found"), [("model", []), ("project", ["two/net.py"])])
def test_equal_seeds_of_two_parts(scope: str, found: list[str], lint: Lint, tmp_path: Path) -> None:
    settings = f'[tool.seedlint]\nduplicate-scope = "{scope}"\n'
    write(tmp_path, {"pyproject.toml": settings, "one/net.py": SEEDED, "two/net.py": SEEDED})
    assert lint("-j1").files == found


def test_a_seed_in_another_part_is_taken(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"one/net.py": BARE, "two/net.py": BARE})
    first = derived("one/net.py", 0, ())
    assert str(first) in lint("--fix", "--diff").out
    write(tmp_path, {"three/net.py": f"x = {first}\n"})
    assert f"seed={derived('one/net.py', 0, {first})}" in lint("--fix", "--diff").out


def _total(numbers: Sequence[int]) -> int:
    return sum(numbers)


def _adding(number: int) -> children.Talk[int, int, tuple[int, int, int]]:
    everything = yield number
    return number, everything, os.getpid()


@pytest.mark.parametrize("processes", [1, 3])
def test_all_are_told_of_each_other(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    heard: list[int] = []
    tasks = [partial(_adding, number) for number in range(20)]
    found = children.agreed(tasks, _total, processes, heard.append)
    assert [pair[:2] for pair in found] == [(number, 190) for number in range(20)]
    is_forked = processes > 1 and sys.platform == "linux"
    assert len({pid for _, _, pid in found}) == (20 if is_forked else 1)
    assert sorted(heard) == (sorted([*range(20)] * 2) if is_forked else [])


def _deadly(early: bool, number: int) -> children.Talk[int, int, tuple[int, int, int]]:
    if early and os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    everything = yield number
    if os.getpid() != HERE:
        os._exit(3)
    return number, everything, os.getpid()


@forking
@pytest.mark.parametrize("early", [True, False])
def test_what_fails_is_done_here(early: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    tasks = [partial(_adding, 1), partial(_deadly, early, 2), partial(_adding, 3)]
    found = children.agreed(tasks, _total, 2, lambda number: None)
    assert [pair[:2] for pair in found] == [(1, 6), (2, 6), (3, 6)]
    assert [pid == HERE for _, _, pid in found] == [False, True, False]


@forking
def test_what_is_raised_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)

    def broken() -> children.Talk[int, int, int]:
        yield 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        children.agreed([broken, broken], _total, 2, lambda number: None)


WAITING = """\
import os, sys, time
from functools import partial
from seedlint import children

def waiting(number):
    os.write(1, b"%d\\n" % os.getpid())
    yield number
    time.sleep(60)

def at_last(words):
    os.write(1, b"all wait\\n")
    time.sleep(60)

children.agreed([partial(waiting, number) for number in range(5)], at_last, 2, lambda number: None)
"""


@forking
def test_no_process_outlives_one_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        started = [int(parent.stdout.readline()) for _ in range(5)]
        assert parent.stdout.readline() == b"all wait\n"
        parent.kill()
    for _ in range(200):
        if not any(Path(f"/proc/{child}").exists() for child in started):
            return
        time.sleep(0.05)
    pytest.fail("somebody still waits")


@forking
@pytest.mark.parametrize(("number", "shares"), [(0, 1), (1_999, 1), (2_000, 2), (9_000, 3)])
def test_shares(number: int, shares: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    found = children.shared(list, range(number), 3)
    assert len(found) == shares
    assert sorted(chain.from_iterable(found)) == list(range(number))


@forking
def test_no_process_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    started: list[int] = []
    fork = os.fork

    def counted() -> int:
        started.append(fork())
        return started[-1]

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(select, "select", interrupted)
    with pytest.raises(KeyboardInterrupt):
        children.agreed([partial(_adding, 1)] * 3, _total, 2, lambda number: None)
    assert len(started) == 2
    for child in started:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
