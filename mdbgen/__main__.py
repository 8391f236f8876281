"""The program: ``mdbgen``, or ``python -m mdbgen``."""

import gc


def run() -> None:
    """Run the command line and exit."""
    gc.disable()  # the process is gone before it pays, and imports alone trigger it often
    from mdbgen.cli import main

    main()


if __name__ == "__main__":
    run()
