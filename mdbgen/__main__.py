"""The program: ``mdbgen``, or ``python -m mdbgen``."""

import gc
import sys


def run() -> None:
    """Run the command line and exit."""
    gc.disable()  # the process is gone before it pays, and imports alone trigger it often
    try:
        from mdbgen.cli import main
    except KeyboardInterrupt:
        sys.exit(130)  # as shells say it
    main()


if __name__ == "__main__":
    run()
