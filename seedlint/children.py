"""Tasks that forked processes do: what they give comes back, and no more."""

from __future__ import annotations

import os
import select
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from seedlint.files import PIECE
from seedlint.forks import SHARE, can_fork

K = TypeVar("K")
T = TypeVar("T")


def shared(ask: Callable[[Sequence[K]], T], things: Sequence[K], processes: int) -> list[T]:
    """What ``ask`` says of ``things``, in shares of which up to ``processes`` have one each."""
    count = max(1, min(processes, len(things) // SHARE))
    return results([partial(ask, things[part::count]) for part in range(count)], count)


def results(tasks: Sequence[Callable[[], T]], processes: int) -> list[T]:
    """What each of ``tasks`` gives, each in a process of its own, in up to ``processes`` at once.

    What fails there is done here, where all sees what it raises.
    """
    if not can_fork() or min(processes, len(tasks)) < 2:
        return [task() for task in tasks]
    # Hardly any run comes here.
    from pickle import loads

    told: dict[int, bytes] = {}
    waiting = deque(enumerate(tasks))
    with _Children() as children:
        while waiting or children.running:
            while waiting and len(children.running) < processes:
                children.start(*waiting.popleft())
            told.update(children.ended())
    return [loads(told[number]) if told[number] else task() for number, task in enumerate(tasks)]


class _Children:
    """Processes that are at work. Whatever happens, none of them is left behind."""

    def __init__(self) -> None:
        self.running: dict[int, tuple[int, int, list[bytes]]] = {}

    def __enter__(self) -> _Children:
        return self

    def __exit__(self, *raised: object) -> None:
        for reading, (_, child, _) in self.running.items():
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(reading)

    def start(self, number: int, task: Callable[[], object]) -> None:
        """Have ``task``, the one of that ``number``, done by one more process."""
        from pickle import dumps

        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            failed = 1
            try:
                told = dumps(task())
                with open(writing, "wb") as answer:
                    answer.write(told)
                failed = 0
            finally:
                # Whatever happened: what stands around the fork is the parent's to do.
                os._exit(failed)
        os.close(writing)
        self.running[reading] = (number, child, [])

    def ended(self) -> Iterator[tuple[int, bytes]]:
        """The numbers of tasks that are done by now, and what was told; nothing if one failed."""
        for reading in select.select(list(self.running), [], [])[0]:
            number, child, told = self.running[reading]
            told.append(os.read(reading, PIECE))
            if not told[-1]:
                failed = os.waitpid(child, 0)[1]
                del self.running[reading]
                os.close(reading)
                yield number, b"" if failed else b"".join(told)
