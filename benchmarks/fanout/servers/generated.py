"""The package that mdbgen generates, from the folder above it that ``PACKAGE_PARENT`` names."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from _serve import Message, serve_app
from fastapi import FastAPI

if "WITHOUT_HIREDIS" in os.environ:
    sys.modules["hiredis"] = None  # type: ignore[assignment]
sys.path.insert(0, os.environ["PACKAGE_PARENT"])
ws = import_module("ws")
app = FastAPI()
app.include_router(ws.router)


async def broadcast(message: Message) -> None:
    await ws.manager.broadcast(message)


async def send_to_user(user: str, message: Message) -> None:
    await ws.manager.broadcast(message, user_id=user)


if __name__ == "__main__":
    serve_app(app, broadcast, send_to_user, ws.manager.stats)
