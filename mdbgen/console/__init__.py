"""One page with two uses: the console of ``mdbgen dev``, and what ``mdbgen docs`` publishes."""
