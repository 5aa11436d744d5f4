"""How a run ends that the user interrupts, or that cannot say what it found."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from seedlint.cli.words import fail

STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}


@contextmanager
def ending_well() -> Iterator[None]:
    """End the process with 130 after Ctrl-C, and with 2 where nothing can be printed."""
    try:
        yield
    except KeyboardInterrupt:
        with suppress(OSError):
            click.echo("interrupted", err=True)
        # As the shell counts a process that SIGINT ends.
        sys.exit(130)
    except OSError as error:
        # What is printed goes to no name. Of a pipe that nobody reads any more Click takes care.
        if error.filename is not None or error.errno == errno.EPIPE:
            raise
        _mute("stdout")
        with suppress(OSError):
            fail(f"cannot print: {error.strerror or error}")
        _mute("stderr")
        sys.exit(2)


def leave(code: object) -> None:
    """End with ``code`` at once: Python takes a tenth of a short run to take apart what it holds.

    But threads, profilers and whatever else watches have something to do when it does.
    """
    is_alone = threading.active_count() == 1 and sys.gettrace() is sys.getprofile() is None
    if is_alone and isinstance(code, int):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def open_closed() -> None:
    """Let nothing come from and go to the streams that the caller has closed, as by ``>&-``.

    Else the next file that is opened would be taken for them.
    """
    for name in STREAMS:
        if getattr(sys, name) is None:
            _mute(name)


def _mute(name: str) -> None:
    setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), STREAMS[name]))
