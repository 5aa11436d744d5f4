"""How far a long run has come: a line on stderr that is gone when the run is over."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from seedlint import reading

PATIENCE = 1.0
PAUSE = 0.1
WIDTH = 30


class Progress:
    """Draws from `PATIENCE` seconds on, and erases what it drew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = clock() + PATIENCE
        self._drawn = ""

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        if now < self._next:
            return
        self._next = now + PAUSE
        self.erase()
        full = WIDTH * done // total
        self._drawn = f"[{'#' * full}{'-' * (WIDTH - full)}] {done} of {total} files"
        click.echo(self._drawn, nl=False, err=True)

    def erase(self) -> None:
        if self._drawn:
            click.echo(f"\r{' ' * len(self._drawn)}\r", nl=False, err=True)
            self._drawn = ""


@contextmanager
def watched(quiet: bool) -> Iterator[reading.Progress]:
    """A `Progress` if somebody sits before stderr and wants to see it."""
    if quiet or not _is_watched():
        yield reading.unseen
        return
    progress = Progress()
    try:
        yield progress
    finally:
        progress.erase()


@contextmanager
def staged(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Shows the stage that some processes are in, to whoever wants to see it."""
    if quiet or not _is_watched():
        yield lambda stage: None
        return
    clear = "\r\033[K"
    try:
        yield lambda stage: click.echo(f"{clear}{stage} ...", nl=False, err=True)
    finally:
        click.echo(clear, nl=False, err=True)


def _is_watched() -> bool:
    is_dumb = os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return sys.stderr.isatty() and not is_dumb
