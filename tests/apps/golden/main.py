# pyright: reportMissingImports=false
"""What every golden package has to bear: being mounted, and a broadcast."""

from __future__ import annotations

from typing import Any

from app import ws
from fastapi import Body, FastAPI

app = FastAPI()
app.include_router(ws.router)


@app.post("/broadcast")
async def broadcast(message: dict[str, Any] = Body()) -> int:
    return await ws.manager.broadcast(message)
