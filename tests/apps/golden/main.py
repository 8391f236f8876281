# pyright: reportMissingImports=false
"""What every golden package has to bear: being mounted, and a broadcast."""

from __future__ import annotations

from typing import Any

from app import ws
from app.ws import compat
from app.ws.settings import APP_SLUG
from fastapi import Body, FastAPI

app = FastAPI()
app.include_router(ws.router)


@app.post("/broadcast")
async def broadcast(message: dict[str, Any] = Body()) -> int:
    """By way of ``compat``: an app that declares messages broadcasts nothing else directly."""
    return await compat.broadcast_to_app(APP_SLUG, message)
