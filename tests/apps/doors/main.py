# pyright: reportMissingImports=false
"""Packages mounted in every way, and a look at what refused clients leave behind."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

from app import ws
from app.ws.runtime.connection import Connection
from app.ws.runtime.tokens import Identity
from fastapi import Body, FastAPI, WebSocket

logging.basicConfig(level=logging.DEBUG, format="%(name)s %(levelname)s %(message)s")

inner = FastAPI()
inner.include_router(ws.router)

app = FastAPI()
app.include_router(ws.router)
app.include_router(ws.router, prefix="/v1")
app.mount("/sub", inner)
if (Path(__file__).parent / "other").exists():
    app.include_router(import_module("other.ws").router, prefix="/other")


@app.post("/disconnect_user")
async def disconnect_user(body: dict[str, Any] = Body()) -> None:
    await ws.manager.disconnect_user(**body)


@app.post("/constants")
async def set_constants(body: dict[str, dict[str, Any]] = Body()) -> None:
    """Set constants of modules of the package, to have a test wait less."""
    for module, constants in body.items():
        for name, value in constants.items():
            setattr(import_module(f"app.ws.runtime.{module}"), name, value)


@app.get("/census")
async def census() -> dict[str, int]:
    """What is alive: tasks but this request's own, connections, objects."""
    gc.collect()
    alive = gc.get_objects()
    kinds = Counter(type(each) for each in alive)
    return {
        "tasks": len(asyncio.all_tasks()),
        "connections": ws.manager.get_connection_count(),
        "sockets": kinds[WebSocket] + kinds[Connection] + kinds[Identity],
        "objects": len(alive),
    }
