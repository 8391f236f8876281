"""A live board: notes that all pages see at once. The package in ``ws/`` is generated."""
