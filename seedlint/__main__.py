"""``python -m seedlint``, and the command ``seedlint``."""

import os
import sys


def main() -> None:
    """Run the command line. Ctrl-C ends it as ever while it is still being loaded."""
    try:
        from seedlint.cli import main
    except KeyboardInterrupt:
        os.write(2, b"interrupted\n")
        sys.exit(130)
    main()


if __name__ == "__main__":
    main()
