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
TICK_S = 0.02
Numbered: Any = ws.messages.Numbered
Extra: Any = getattr(ws.messages, "Extra", Numbered)


class Lateness:
    """By how much the event loop comes too late to what is due."""

    def __init__(self) -> None:
        self.total_s = 0.0
        self._task = asyncio.create_task(self._watch())

    def stop(self) -> None:
        self._task.cancel()

    async def _watch(self) -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(TICK_S)
            self.total_s += time.perf_counter() - start - TICK_S


@app.post("/storm")
async def storm(
    name: str = Body(),
    first: int = Body(),
    targets: list[dict[str, str]] = Body(),
    pause_s: float = Body(),
) -> float:
    """Publish a numbered message for each target; the seconds that the slowest call waited.

    What the event loop was late by itself, on a busy machine, is no call's fault.
    """
    slowest, late = 0.0, Lateness()
    for number, target in enumerate(targets, first):
        kind = Extra if number % EXTRA_EVERY == 0 else Numbered
        start, late.total_s = time.perf_counter(), 0.0
        await ws.manager.broadcast(kind(by=name, n=number, at=time.time()), **target)
        slowest = max(slowest, time.perf_counter() - start - late.total_s)
        await asyncio.sleep(pause_s)
    late.stop()
    return slowest


@app.post("/end")
async def end(name: str = Body(embed=True)) -> None:
    await ws.manager.broadcast(ws.messages.End(by=name))


@app.get("/stats")
async def stats() -> Any:
    return ws.manager.stats()
