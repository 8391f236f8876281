# pyright: reportMissingImports=false
"""An app that publishes numbered messages; a newer package declares one more of them."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from app import ws
from fastapi import Body, FastAPI

logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")

app = FastAPI()
app.include_router(ws.router)

EXTRA_EVERY = 10
Numbered: Any = ws.messages.Numbered
Extra: Any = getattr(ws.messages, "Extra", Numbered)


@app.post("/storm")
async def storm(
    name: str = Body(),
    first: int = Body(),
    targets: list[dict[str, str]] = Body(),
    pause_s: float = Body(),
) -> float:
    """Publish a numbered message for each target; the seconds that the slowest call took."""
    slowest = 0.0
    for number, target in enumerate(targets, first):
        kind = Extra if number % EXTRA_EVERY == 0 else Numbered
        start = time.perf_counter()
        await ws.manager.broadcast(kind(by=name, n=number), **target)
        slowest = max(slowest, time.perf_counter() - start)
        await asyncio.sleep(pause_s)
    return slowest


@app.post("/end")
async def end(name: str = Body(embed=True)) -> None:
    await ws.manager.broadcast(ws.messages.End(by=name))


@app.get("/stats")
async def stats() -> Any:
    return ws.manager.stats()
