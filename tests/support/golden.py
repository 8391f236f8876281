"""Files that hold what mdbgen is expected to write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest


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
