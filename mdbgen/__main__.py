"""``python -m mdbgen``."""

from mdbgen.cli import main

main()
