"""Who makes facts of texts: this process, or others where that is quicker or safer.

A worker that dies, or that takes too long, costs the one text that it was given.
"""

from __future__ import annotations

import multiprocessing
import signal
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
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from seedlint import jobs
from seedlint.facts import ModuleFacts
from seedlint.forks import can_fork
from seedlint.hazards import is_hazardous
from seedlint.model import Position, Problem, SeedlintError

K = TypeVar("K")
T = TypeVar("T")
Result = ModuleFacts | Problem | bytes
"""What was found; as bytes, what `codec.encode` makes of it. What a worker left undone is not."""

SECONDS = 20.0
# In characters, of which a million take some 1.3 s. To start workers pays above 0.2 s of work where
# a process can be forked, and above 0.6 s where it has to load everything first.
WORTHWHILE = {"fork": 150_000, "forkserver": 450_000, "spawn": 450_000}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers elsewhere. ``deaths`` are what ``executor`` raises for tasks whose workers died."""

    executor: Executor
    deaths: tuple[type[BaseException], ...]


class Crew:
    """Makes facts of texts, in up to ``count`` processes here, or in those of ``cluster``.

    A text gets ``seconds``. ``method`` is how a process is started. Within a ``with``, workers stay
    for the next texts.
    """

    def __init__(
        self,
        count: int = 1,
        seconds: float = SECONDS,
        method: str | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        self._count = count
        self._seconds = seconds
        self._cluster = cluster
        self._method = method
        self._several = _Staff(count, method)
        self._single = _Staff(1, method)
        self._stays = False

    def __enter__(self) -> Crew:
        self._stays = True
        return self

    def __exit__(self, *raised: object) -> None:
        self._stays = False
        self._dismiss()

    def _dismiss(self) -> None:
        self._several.dismiss()
        self._single.dismiss()

    def facts(self, texts: Mapping[K, str]) -> Iterator[tuple[K, Result]]:
        """What is found in each of ``texts``, by their keys, as it comes to be known."""
        try:
            if self._cluster is not None:
                yield from self._far(self._cluster, texts)
            elif self._several.is_there or self._pays(texts):
                yield from self._near(texts)
            else:
                for key, text in texts.items():
                    yield key, jobs.safe_facts(text) or self._carefully(text)
        finally:
            if not self._stays:
                self._dismiss()

    def refusal(self, text: str) -> tuple[str, Position] | None:
        """What keeps ``text`` from being parsed, and where."""
        if not is_hazardous(text):
            return jobs.refusal_of(text)
        found = self._isolated(jobs.refusal_in_time, text)
        return (found.message, Position(1, 1)) if isinstance(found, Problem) else found

    def _pays(self, texts: Mapping[K, str]) -> bool:
        least = WORTHWHILE[self._method or _safest_quick_method()]
        return self._count > 1 and sum(map(len, texts.values())) > least

    def _near(self, texts: Mapping[K, str]) -> Iterator[tuple[K, Result]]:
        left = dict(texts)
        while left:
            futures = self._handed_out(self._several.pool(), left)
            for future in _as_done(futures):
                # As soon as a worker dies, all that is not done raises this.
                if not isinstance(future.exception(), BrokenExecutor):
                    key = futures[future]
                    yield key, future.result() or self._alone(left[key])
                    del left[key]
            if left:
                self._several.dismiss()
                yield from self._suspects(left)

    def _suspects(self, left: dict[K, str]) -> Iterator[tuple[K, Result]]:
        """Those of ``left`` that the workers may have had when the pool broke, up to a culprit."""
        for key in _longest_first(left)[: 2 * self._count + 1]:
            result = self._alone(left.pop(key))
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
                yield key, future.result() or self._alone(texts[key])

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

    def _carefully(self, text: str) -> Result:
        return self._alone(text) if is_hazardous(text) else jobs.facts_of(text)

    def _alone(self, text: str) -> Result:
        return self._isolated(jobs.encoded_facts, text)

    def _isolated(self, job: Callable[[str, float], T], text: str) -> T | Problem:
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


class _Staff:
    """A pool of ``count`` processes, made when it is wanted; none of them is left behind."""

    def __init__(self, count: int, method: str | None) -> None:
        self._count = count
        self._method = method
        self._pool: Executor | None = None
        self._processes: list[BaseProcess] = []

    @property
    def is_there(self) -> bool:
        return self._pool is not None

    def pool(self) -> Executor:
        if self._pool is None:
            context = copy(multiprocessing.get_context(self._method or _safest_quick_method()))
            context.Process = partial(self._engaged, context.Process)  # type: ignore[attr-defined]
            self._pool = ProcessPoolExecutor(self._count, context, jobs.begin)
        return self._pool

    def dismiss(self) -> None:
        if self._pool is None:
            return
        with _undisturbed():
            # Nobody wants to wait for what they still do.
            for process in self._processes:
                if process.is_alive():
                    process.kill()
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
            self._processes.clear()

    def _engaged(self, make: Callable[..., BaseProcess], *args: Any, **more: Any) -> BaseProcess:
        process = make(*args, **more)
        self._processes.append(process)
        return process


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
