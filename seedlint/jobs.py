"""What is done in a worker. All that comes and goes is plain data."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from seedlint.facts import ModuleFacts
from seedlint.hazards import is_hazardous
from seedlint.model import Position, Problem
from seedlint.source import Source

# What a parser may need for a text, next to what the process has already: 1 MB of source makes a
# tree of some 300 MB.
MEMORY = 4 << 30


def facts_of(text: str, grafted: bool = True) -> ModuleFacts | Problem:
    """The facts of ``text``, or what keeps it from being parsed; neither names a file.

    Where `safe_facts` has found none, nothing need be ``grafted`` again.
    """
    # Where everything is known already, nobody waits for it to load.
    from seedlint.extract import extract

    return extract(Source("", text, "utf-8"), grafted)


def safe_facts(text: str) -> ModuleFacts | None:
    """`facts_of`, if they can be told without the parser that may crash."""
    from seedlint.extract import extract_safely

    return extract_safely(Source("", text, "utf-8"))


def encoded_facts(text: str, seconds: float, grafted: bool = True) -> bytes:
    """`facts_of` as `codec.FACTS` writes it, in at most ``seconds``."""
    # Where nothing is encoded it is not needed, and later there may be no memory to load it.
    from seedlint.codec import FACTS

    with _deadline(seconds):
        try:
            return FACTS.encode(facts_of(text, grafted))
        except MemoryError:
            return FACTS.encode(Problem("", "cannot parse: it takes too much memory"))


def parsed_facts(text: str, seconds: float) -> bytes:
    """`encoded_facts` of a text in which `safe_facts` has found none."""
    return encoded_facts(text, seconds, grafted=False)


def careful_facts(text: str, seconds: float) -> bytes:
    """`encoded_facts`, but nothing for what might end a process that has more to do."""
    from seedlint.codec import FACTS

    with _deadline(seconds):
        found = safe_facts(text)
        if found is not None:
            return FACTS.encode(found)
    return b"" if is_hazardous(text) else parsed_facts(text, seconds)


def refusal_of(text: str) -> tuple[str, Position] | None:
    """What keeps ``text`` from being parsed, and where."""
    from seedlint.extract.parser import refusal

    return refusal(text)


def refusal_in_time(text: str, seconds: float) -> tuple[str, Position] | None:
    """`refusal_of` in at most ``seconds``."""
    with _deadline(seconds):
        return refusal_of(text)


def begin() -> None:
    """Make this process a worker: it does not outlive its parent, nor take all memory."""
    # The parent is interrupted too, and ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A crash is told in one line, by the parent.
    faulthandler.disable()
    threading.Thread(target=_follow, daemon=True).start()
    if sys.platform == "linux":
        _limit_memory()


def _follow() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _limit_memory() -> None:
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = used + MEMORY
    if hard == resource.RLIM_INFINITY or wanted < hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """End this process after ``seconds``. The native parser lets no signal handler run.

    A worker of Dask has several threads and only one such watch: there the waiting side gives up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with open(os.devnull, "w", encoding="ascii") as sink:
        faulthandler.dump_traceback_later(seconds, exit=True, file=sink)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
