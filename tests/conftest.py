"""What all tests share: golden files and the flag that updates them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from live import Server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write golden files anew; tests whose file changed still fail, so the diff is read",
    )


@dataclass(frozen=True)
class Golden:
    """Compares text with a file, byte for byte."""

    update: bool

    def check(self, path: Path, text: str) -> None:
        data = text.encode()
        old = path.read_bytes() if path.exists() else None
        if old == data:
            return
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            pytest.fail(f"updated; read: git diff -- {path}", pytrace=False)
        assert old is not None, f"{path} is missing: run pytest --update-golden"
        assert data.decode() == old.decode()
        assert data == old


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(update=bool(request.config.getoption("--update-golden")))


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The server that a module runs, with what it logs during one test."""
    with running.shown():
        yield running
