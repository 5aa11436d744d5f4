"""``python -m seedlint``, and the command ``seedlint``."""

import os
import sys


def main() -> None:
    """Run the command line. Ctrl-C ends it as ever while it is still being loaded."""
    try:
        from seedlint.cli import main

        main()
    except KeyboardInterrupt:
        os.write(2, b"interrupted\n")
        sys.exit(130)
    finally:
        import signal

        # What is done is done.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    main()
