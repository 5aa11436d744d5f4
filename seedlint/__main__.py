"""``python -m seedlint``, and the command ``seedlint``."""

import gc
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line. Ctrl-C ends it as ever while it is still being loaded."""
    # To look for garbage takes a tenth of a short run, and what lives longer turns it on again.
    gc.disable()
    try:
        _end(_run())
    except KeyboardInterrupt:
        os.write(2, b"interrupted\n")
        _end(130)


def _run() -> object:
    """What the command line would exit with."""
    from seedlint.cli import main

    try:
        main()
    except SystemExit as done:
        return done.code
    return 0


def _end(code: object) -> NoReturn:
    """End with ``code``, and at once: to take apart what was loaded takes as long as to look."""
    import threading

    # Threads, profilers and what else watches have something to do at the end.
    is_alone = threading.active_count() == 1 and sys.gettrace() is sys.getprofile() is None
    if is_alone and isinstance(code, int):
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(code)
    import signal

    # What is done is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
