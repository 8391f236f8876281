"""An app under siege: a ticker for its good clients, and endpoints that are attacked."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from typing import Any

import census
import ws
from fastapi import Body, FastAPI
from ws.runtime import session

logging.basicConfig(level=logging.ERROR)

if "HANDLERS_HAVE_S" in os.environ:  # a short siege does not wait for half a minute
    session.ON_CONNECT_TIMEOUT_S = float(os.environ["HANDLERS_HAVE_S"])
    session.HANDLER_GRACE_S = float(os.environ["HANDLERS_HAVE_S"])

app = FastAPI()
app.include_router(ws.router)


@app.get("/census")
async def take_census() -> Any:
    return census.take(ws.manager)


@app.post("/tick")
async def tick(
    count: int = Body(), every_s: float = Body(), size: int = Body()
) -> dict[str, list[float]]:
    """Broadcast at a steady pace; when each began, by a clock that all processes share."""
    beginning = time.monotonic()
    started = []
    for number in range(count):
        await asyncio.sleep(max(0.0, beginning + number * every_s - time.monotonic()))
        started.append(time.monotonic())
        tick = ws.messages.Tick(number=number, pad="x" * size)
        await ws.manager.broadcast(tick, endpoint="ticker")
    return {"started": started}


@app.post("/noise")
async def noise(count: int = Body(), every_s: float = Body(), size: int = Body()) -> None:
    """Broadcast to those who never read."""
    for _ in range(count):
        await ws.manager.broadcast(ws.messages.Noise(pad="x" * size))
        await asyncio.sleep(every_s)
