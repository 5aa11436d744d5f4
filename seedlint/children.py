"""Tasks that forked processes do: what they give comes back, and no more."""

from __future__ import annotations

import os
import select
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, TypeVar

from seedlint import forks

K = TypeVar("K")
T = TypeVar("T")
Word = TypeVar("Word")
Accord = TypeVar("Accord")

Talk = Generator[Word, Accord, T]
"""Has one word for the others, is told what all words come to, and gives something in the end."""


def shared(ask: Callable[[Sequence[K]], T], things: Sequence[K], processes: int) -> list[T]:
    """What ``ask`` says of ``things``, in shares of which up to ``processes`` have one each."""
    count = max(1, min(processes, len(things) // forks.SHARE))

    def alone(share: Sequence[K]) -> Talk[None, None, T]:
        found = ask(share)
        yield
        return found

    tasks = [partial(alone, things[part::count]) for part in range(count)]
    return agreed(tasks, lambda words: None, count, lambda number: None)


def answers(ask: Callable[[K], int], things: Sequence[K], processes: int) -> bytes:
    """What ``ask`` says of each of ``things``, a byte each, asked in up to ``processes``."""
    shares = shared(lambda share: bytes(map(ask, share)), things, processes)
    found = bytearray(len(things))
    for part, told in enumerate(shares):
        found[part :: len(shares)] = told
    return bytes(found)


def agreed(
    tasks: Sequence[Callable[[], Talk[Word, Accord, T]]],
    accord: Callable[[Sequence[Word]], Accord],
    processes: int,
    heard: Callable[[int], None],
) -> list[T]:
    """What each of ``tasks`` gives in the end, told the ``accord`` of the words of all.

    Each has a process of its own, of which up to ``processes`` are at work at once. What fails
    there is done here, where all sees what it raises. ``heard`` is told the number of each task
    that has come to its word, or to its end.
    """
    if not forks.can_fork() or min(processes, len(tasks)) < 2:
        talks = [task() for task in tasks]
        common = accord([next(talk) for talk in talks])
        return [_end(talk, common) for talk in talks]
    with ExitStack() as ends:
        children: list[_Child] = []

        def started(task: Callable[[], Talk[Word, Accord, T]]) -> _Child:
            children.append(_Child(task, children))
            ends.callback(children[-1].end)
            return children[-1]

        words = _answers([partial(started, task) for task in tasks], processes, heard)
        here = {number: task() for number, task in enumerate(tasks) if not words[number]}
        common = accord([next(here[n]) if n in here else words[n][0] for n in range(len(tasks))])
        orders = [partial(child.told, common) for child in children]
        found = _answers(orders, processes, heard)
    for number, task in enumerate(tasks):
        if not found[number]:
            if number not in here:
                here[number] = task()
                next(here[number])
            found[number].append(_end(here[number], common))
    return [result for (result,) in found]


def _end(talk: Talk[Word, Accord, T], common: Accord) -> T:
    """What ``talk``, whose word is known, gives in the end."""
    try:
        talk.send(common)
    except StopIteration as end:
        found: T = end.value
        return found
    raise ValueError("it has more than one word")


def _answers(
    orders: Sequence[Callable[[], _Child]], processes: int, heard: Callable[[int], None]
) -> list[list[Any]]:
    """The next answer of each child that carries out one of ``orders``; none of one that fails."""
    found: list[list[Any]] = [[] for _ in orders]
    waiting = deque(enumerate(orders))
    working: dict[_Child, int] = {}
    while waiting or working:
        while waiting and len(working) < processes:
            number, order = waiting.popleft()
            working[order()] = number
        for child in select.select(list(working), [], [])[0]:
            number = working.pop(child)
            found[number] = child.answer()
            heard(number)
    return found


class _Child:
    """A process that does a ``task``. Whatever happens, it does not outlive this one."""

    def __init__(
        self, task: Callable[[], Talk[Any, Any, object]], others: Iterable[_Child]
    ) -> None:
        reading, answering = os.pipe()
        hearing, ordering = os.pipe()
        self._pid = os.fork()
        self._answers = open(reading, "rb")  # noqa: SIM115
        self._orders = open(ordering, "wb")  # noqa: SIM115
        if self._pid == 0:
            failed = 1
            try:
                # Whoever waits for an order is to see that nobody is left to give one.
                for child in (self, *others):
                    child._close()
                _done(task(), answering, hearing)
                failed = 0
            finally:
                # Whatever happened: what stands around the fork is the parent's to do.
                os._exit(failed)
        os.close(answering)
        os.close(hearing)

    def fileno(self) -> int:
        """To wait for."""
        return self._answers.fileno()

    def told(self, common: object) -> _Child:
        """Itself, when it has been told ``common``."""
        from pickle import dump

        # One that is gone has no answer either.
        with suppress(BrokenPipeError):
            dump(common, self._orders)
            self._orders.flush()
        return self

    def answer(self) -> list[Any]:
        """What it tells next; nothing if it has failed."""
        from pickle import UnpicklingError, load

        try:
            return [load(self._answers)]
        except (EOFError, UnpicklingError):
            return []

    def end(self) -> None:
        """Let it go, wherever it is."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._close()

    def _close(self) -> None:
        self._answers.close()
        with suppress(BrokenPipeError):
            self._orders.close()


def _done(talk: Talk[Any, Any, object], answering: int, hearing: int) -> None:
    """Have ``talk`` by way of two pipes."""
    from pickle import dump, load

    with open(answering, "wb") as answers, open(hearing, "rb") as orders:
        dump(next(talk), answers)
        answers.flush()
        dump(_end(talk, load(orders)), answers)
