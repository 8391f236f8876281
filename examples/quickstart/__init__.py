"""The smallest app; ``python -m mdbgen.examples.quickstart`` makes it and talks to it."""
