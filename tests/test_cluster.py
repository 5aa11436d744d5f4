"""A Dask cluster in place of processes: the same facts, and nothing lost with a worker."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seedlint import cache
from seedlint.codec import FACTS
from seedlint.facts import ModuleFacts
from seedlint.model import Problem, SeedlintError
from seedlint.workers import Crew
from tests.conftest import Lint

distributed = pytest.importorskip("distributed")
connected = pytest.importorskip("seedlint.cluster").connected

FIXTURES = Path(__file__).parents[1] / "fixtures"
TEXTS = {number: f"x = f({number})\n" * 300 for number in range(40)}

pytestmark = [
    pytest.mark.slow,
    # What Dask leaves open is not ours.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def local() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as cluster:
        yield cluster


def is_found(result: object) -> bool:
    return isinstance(result, bytes) and isinstance(FACTS.decode(result), ModuleFacts)


def test_the_report_is_the_same(local: Any, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES)
    args = ("--no-cache", "--output-format", "json", ".")
    assert lint("--dask", local.scheduler_address, *args) == lint("-j1", *args)


def test_workers_that_die_lose_nothing(local: Any) -> None:
    with distributed.Client(local) as client:
        pids = client.run(os.getpid).values()
    with connected(local.scheduler_address) as cluster, Crew(cluster=cluster) as crew:
        results = crew.facts(TEXTS)
        done = [next(results)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        done += results
    assert {key for key, _ in done} == TEXTS.keys()
    assert all(is_found(result) for _, result in done)


def test_what_would_crash_a_worker_costs_itself(local: Any) -> None:
    # What Python itself can parse never gets to the parser that crashes.
    newer = "try:\n    pass\nexcept A, B:\n    pass\n"
    texts = {**TEXTS, -1: f"{newer}x = {' or '.join(['a'] * 20_000)}\n"}
    with connected(local.scheduler_address) as cluster, Crew(cluster=cluster) as crew:
        results = dict(crew.facts(texts))
    assert results.pop(-1) == Problem("", "cannot parse: the parser crashes")
    assert all(map(is_found, results.values()))


def test_a_cluster_that_goes_away_is_one_line(local: Any) -> None:
    with connected(local.scheduler_address) as cluster, Crew(cluster=cluster) as crew:
        results = crew.facts({number: text * 20 for number, text in TEXTS.items()})
        next(results)
        local.close()
        with pytest.raises(SeedlintError, match="the Dask cluster is gone"):
            list(results)


def test_local(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES)
    args = ("--no-cache", "--output-format", "json", ".")
    assert lint("--dask", "local", "-j2", *args) == lint(*args)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        pytest.param("nonsense", "missing port number", id="no address"),
        pytest.param("http://localhost:1", "unknown address scheme", id="another protocol"),
        pytest.param("tcp://127.0.0.1:1", "refused", id="nobody there"),
        pytest.param("tcp://nohost.invalid:8786", "", id="no such host"),
    ],
)
def test_a_bad_address_is_one_line(address: str, told: str, lint: Lint) -> None:
    outcome = lint("--dask", address)
    assert outcome.code == 2
    (line,) = outcome.errors
    assert line.startswith(f"error: no Dask cluster at `{address}`: ")
    assert told in line


def test_a_port_at_which_something_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seedlint.cluster.PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SeedlintError, match="timed out"), connected(f"tcp://127.0.0.1:{port}"):
            pass


def test_a_scheduler_without_workers(lint: Lint) -> None:
    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty:
        outcome = lint("--dask", empty.scheduler_address)
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert "has no workers" in outcome.err


def test_workers_of_another_version(local: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAKERS", ())
    cache.fingerprint.cache_clear()
    try:
        with (
            pytest.raises(SeedlintError, match="has another version"),
            connected(local.scheduler_address),
        ):
            pass
    finally:
        cache.fingerprint.cache_clear()


def test_without_dask(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    outcome = lint("--dask", "local")
    assert outcome.code == 2
    assert 'pip install "seedlint[dask]"' in outcome.err
