"""The marker ``slow``: who starts a server, a browser, Node.js or pip carries it."""

from __future__ import annotations

import pytest

_MARKED: set[bool] = set()


def note(item: pytest.Item) -> None:
    """Remember whether the test that begins is marked."""
    _MARKED.clear()
    _MARKED.add(item.get_closest_marker("slow") is not None)


def require(what: str) -> None:
    """Fail a test that uses ``what`` and is not marked: the quick tests have to stay quick."""
    if False in _MARKED:
        pytest.fail(f"{what} is for tests with the marker 'slow'", pytrace=False)
