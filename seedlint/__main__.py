"""``python -m seedlint``, and the command ``seedlint``."""

import gc
import os
import sys


def main() -> None:
    """Run the command line. Ctrl-C ends it as ever while it is still being loaded."""
    # To look for garbage takes a tenth of a short run, and what lives longer turns it on again.
    gc.disable()
    try:
        from seedlint.cli import main
        from seedlint.cli.ending import leave

        try:
            main()
        except SystemExit as done:
            leave(done.code)
            raise
    except KeyboardInterrupt:
        os.write(2, b"interrupted\n")
        sys.exit(130)
    finally:
        import signal

        # What is done is done.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    main()
