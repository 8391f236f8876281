"""An app whose handlers do at random whatever handlers may do."""

from __future__ import annotations

import logging
from typing import Any

import census
import ws
from fastapi import FastAPI
from ws.handlers.anything import BALANCE

logging.basicConfig(level=logging.WARNING)

app = FastAPI()
app.include_router(ws.router)


@app.get("/census")
async def take_census() -> Any:
    return census.take(ws.manager)


@app.get("/balance")
async def balance() -> dict[str, int]:
    """Of ``on_connect`` that returned and ``on_disconnect``; what is not 0 is a fault."""
    return {connection_id: count for connection_id, count in BALANCE.items() if count}
