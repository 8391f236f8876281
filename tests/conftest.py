"""What all tests share: golden files and the flag that updates them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support import slow
from support.golden import Golden
from support.live import Server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write golden files anew; tests whose file changed still fail, so the diff is read",
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    slow.note(item)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(update=bool(request.config.getoption("--update-golden")))


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The server that a module runs, with what it logs during one test."""
    with running.shown():
        yield running
