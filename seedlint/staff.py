"""Processes that make facts, here or in a cluster, and that may die of it."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from copy import copy
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from seedlint import jobs
from seedlint.data import dataclass
from seedlint.facts import ModuleFacts
from seedlint.forks import can_fork
from seedlint.model import Problem, SeedlintError

# A pool whose workers died waits for ever to hand on what they do not read (CPython, gh-94777).
LEAVES_FULL_QUEUES = sys.version_info < (3, 11, 5) and os.name == "posix"

K = TypeVar("K")
T = TypeVar("T")
Result = ModuleFacts | Problem | bytes
"""What was found; as bytes, what `codec.FACTS` makes of it. What a worker left undone is not."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers elsewhere. ``deaths`` are what ``executor`` raises for tasks whose workers died."""

    executor: Executor
    deaths: tuple[type[BaseException], ...]


class Staff:
    """Up to ``count`` processes here, started by ``method``, or those of ``cluster``.

    A text gets ``seconds``.
    """

    def __init__(
        self, count: int, seconds: float, method: str | None, cluster: Cluster | None
    ) -> None:
        self._count = count
        self._seconds = seconds
        self._method = method
        self._cluster = cluster
        self._several = _Pool(count, method)
        self._single = _Pool(1, method)

    @property
    def method(self) -> str:
        """How a process is started."""
        return self._method or _safest_quick_method()

    @property
    def is_there(self) -> bool:
        """Whether several processes have been started."""
        return self._several.is_there

    def dismiss(self) -> None:
        """Let go of the processes here."""
        self._several.dismiss()
        self._single.dismiss()

    def facts(self, texts: Mapping[K, str]) -> Iterator[tuple[K, Result]]:
        """What is found in each of ``texts``, by their keys, as it comes to be known."""
        if self._cluster is None:
            return self._near(texts)
        return self._far(self._cluster, texts)

    def alone(self, text: str) -> Result:
        """What LibCST finds in ``text``, in a process that has nothing else to do."""
        return self.isolated(jobs.parsed_facts, text)

    def _near(self, texts: Mapping[K, str]) -> Iterator[tuple[K, Result]]:
        left = dict(texts)
        while left:
            futures = self._handed_out(self._several.pool(), left)
            for future in _as_done(futures):
                # As soon as a worker dies, all that is not done raises this.
                if not isinstance(future.exception(), BrokenExecutor):
                    key = futures[future]
                    yield key, future.result() or self.alone(left[key])
                    del left[key]
            if left:
                self._several.dismiss()
                yield from self._suspects(left)

    def _suspects(self, left: dict[K, str]) -> Iterator[tuple[K, Result]]:
        """Those of ``left`` that the workers may have had when the pool broke, up to a culprit."""
        for key in _longest_first(left)[: 2 * self._count + 1]:
            result = self.isolated(jobs.encoded_facts, left.pop(key))
            yield key, result
            if isinstance(result, Problem):
                break

    def _far(self, cluster: Cluster, texts: Mapping[K, str]) -> Iterator[tuple[K, Result]]:
        futures = self._handed_out(cluster.executor, texts)
        for future in _as_done(futures, self._seconds):
            if not future.done():
                future.cancel()
                yield futures[future], self._loss(self._seconds)
            elif isinstance(_error(future), CancelledError):
                raise SeedlintError("the Dask cluster is gone")
            elif isinstance(_error(future), cluster.deaths):
                yield futures[future], self._loss(0)
            else:
                key = futures[future]
                yield key, future.result() or self.alone(texts[key])

    def _handed_out(self, pool: Executor, texts: Mapping[K, str]) -> dict[Future[bytes], K]:
        futures = {}
        for key in _longest_first(texts):
            try:
                with _undisturbed():
                    future = pool.submit(jobs.careful_facts, texts[key], self._seconds)
            except BrokenExecutor as error:
                future = Future()
                future.set_exception(error)
            futures[future] = key
        return futures

    def isolated(self, job: Callable[[str, float], T], text: str) -> T | Problem:
        """``job`` in a process that has nothing else to do; a `Problem` if that dies of it."""
        start = time.monotonic()
        try:
            with _undisturbed():
                future = self._single.pool().submit(job, text, self._seconds)
            return future.result()
        except BrokenExecutor:
            self._single.dismiss()
            return self._loss(time.monotonic() - start)

    def _loss(self, seconds: float) -> Problem:
        if seconds < self._seconds:
            return Problem("", "cannot parse: the parser crashes")
        return Problem("", f"cannot parse: it takes longer than {self._seconds:g} seconds")


def _safest_quick_method() -> str:
    known = multiprocessing.get_all_start_methods()
    if can_fork():
        return "fork"
    return "forkserver" if "forkserver" in known else "spawn"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put Ctrl-C off: half a process that is started, or ended, is one that is left behind."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    late: list[object] = []
    before = signal.signal(signal.SIGINT, lambda *_: late.append(None))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if late:
        raise KeyboardInterrupt


class _Pool:
    """A pool of ``count`` processes, made when it is wanted; none of them is left behind."""

    def __init__(self, count: int, method: str | None) -> None:
        self._count = count
        self._method = method
        self._pool: ProcessPoolExecutor | None = None
        self._processes: list[BaseProcess] = []
        self._queue: int | None = None

    @property
    def is_there(self) -> bool:
        return self._pool is not None

    def pool(self) -> Executor:
        if self._pool is None:
            context = copy(multiprocessing.get_context(self._method or _safest_quick_method()))
            context.Process = partial(self._engaged, context.Process)  # type: ignore[attr-defined]
            self._pool = ProcessPoolExecutor(self._count, context, jobs.begin)
            if LEAVES_FULL_QUEUES:
                queue = self._pool._call_queue  # type: ignore[attr-defined]
                self._queue = os.dup(queue._reader.fileno())
        return self._pool

    def dismiss(self) -> None:
        if self._pool is None:
            return
        with _undisturbed():
            # Nobody wants to wait for what they still do.
            for process in self._processes:
                if process.is_alive():
                    process.kill()
            with _drained(self._queue):
                self._pool.shutdown(cancel_futures=True)
            self._pool, self._queue = None, None
            self._processes.clear()

    def _engaged(self, make: Callable[..., BaseProcess], *args: Any, **more: Any) -> BaseProcess:
        process = make(*args, **more)
        self._processes.append(process)
        return process


@contextmanager
def _drained(queue: int | None) -> Iterator[None]:
    """Read what comes out of ``queue``, so that nobody waits to put something in; then close it."""
    if queue is None:
        yield
        return
    is_done = threading.Event()

    def drain() -> None:
        while not is_done.is_set():
            if select.select([queue], [], [], 0.02)[0] and not os.read(queue, 1 << 16):
                break

    reader = threading.Thread(target=drain)
    reader.start()
    try:
        yield
    finally:
        is_done.set()
        reader.join()
        os.close(queue)


def _longest_first(texts: Mapping[K, str]) -> list[K]:
    # No worker is left with the longest at the end.
    return sorted(texts, key=lambda key: -len(texts[key]))


def _as_done(
    futures: Mapping[Future[T], object], patience: float | None = None
) -> Iterator[Future[T]]:
    """``futures`` as they are done; all others if for ``patience`` seconds none is."""
    left = set(futures)
    while left:
        done, left = wait(left, patience, FIRST_COMPLETED)
        yield from done
        if not done:
            yield from left
            return


def _error(future: Future[T]) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError as error:
        return error
