# pyright: reportMissingImports=false
"""What every golden package has to bear: being mounted, and a broadcast."""

from __future__ import annotations

from typing import Any

from app import ws
from app.ws.compat import broadcast_to_app
from app.ws.settings import APP_SLUG
from fastapi import Body, FastAPI

app = FastAPI()
app.include_router(ws.router)


@app.post("/broadcast")
async def broadcast(message: dict[str, Any] = Body()) -> int:
    # Takes a mapping also where the manifest declares messages.
    return await broadcast_to_app(APP_SLUG, message)
