# pyright: reportMissingImports=false
"""An app of one worker or several: it publishes whatever a test asks for, in every way."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import Any

from app import ws
from app.ws.contract import manager
from fastapi import Body, FastAPI

logging.basicConfig(level=logging.DEBUG, format="%(name)s %(levelname)s %(message)s")

app = FastAPI()
app.include_router(ws.router)


@app.post("/broadcast")
async def broadcast(body: dict[str, Any] = Body()) -> dict[str, Any]:
    start = time.perf_counter()
    exclude = body.pop("exclude", None)
    for connection in manager.active_connections:
        if connection.id == exclude:
            body["exclude"] = connection
    reached = await manager.broadcast(body.pop("message"), **body)
    return {"reached": reached, "seconds": time.perf_counter() - start}


@app.post("/broadcast_many")
async def broadcast_many(
    name: str = Body(), count: int = Body(), pause_s: float = Body(0.0)
) -> float:
    """Number the messages of a publisher; the seconds that the slowest call took."""
    slowest = 0.0
    for number in range(count):
        start = time.perf_counter()
        await manager.broadcast({"type": "numbered", "by": name, "n": number})
        slowest = max(slowest, time.perf_counter() - start)
        await asyncio.sleep(pause_s)
    return slowest


@app.post("/emit")
def emit(body: dict[str, Any] = Body()) -> str:
    return _emitted(**body)


@app.post("/emit_in_thread")
def emit_in_thread(body: dict[str, Any] = Body()) -> str:
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(_emitted(**body)))
    thread.start()
    thread.join()
    return answers[0]


@app.post("/emit_on_loop")
async def emit_on_loop(body: dict[str, Any] = Body()) -> str:
    return _emitted(**body)


@app.post("/emit_on_another_loop")
def emit_on_another_loop(body: dict[str, Any] = Body()) -> str:
    async def call() -> str:
        return _emitted(**body)

    return asyncio.run(call())


@app.post("/emit_while_busy")
async def emit_while_busy(body: dict[str, Any] = Body()) -> str:
    """Keep the event loop busy for longer than ``emit`` waits."""
    call = asyncio.get_running_loop().run_in_executor(None, lambda: _emitted(**body))
    time.sleep(6)
    return await call


def _emitted(message: Any, **to: Any) -> str:
    try:
        ws.emit(message, **to)
    except (RuntimeError, TypeError, OSError) as problem:
        return f"{type(problem).__name__}: {problem}"
    return "accepted"


@app.post("/join")
async def join(id: str = Body(), channel: str = Body()) -> None:
    for connection in manager.active_connections:
        if connection.id == id:
            manager.join(connection, channel)


@app.post("/disconnect")
async def disconnect(body: dict[str, Any] = Body()) -> None:
    await manager.disconnect(body.pop("id"), **body)


@app.post("/disconnect_user")
async def disconnect_user(body: dict[str, Any] = Body()) -> None:
    await manager.disconnect_user(**body)


@app.get("/stats")
async def stats() -> Any:
    return manager.stats()
