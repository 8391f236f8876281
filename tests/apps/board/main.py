# pyright: reportMissingImports=false
"""The board of the examples, with a way to put a user out as a restart does."""

from __future__ import annotations

from mdbgen.examples.board.main import app
from mdbgen.examples.board.ws import manager


@app.post("/drop")
async def drop(name: str) -> int:
    await manager.disconnect_user(name, 1012, "restart")
    return manager.get_connection_count()
