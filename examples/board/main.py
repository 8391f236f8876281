"""The app: the generated WebSockets, three routes, and a page."""

from __future__ import annotations

import os
import time
from pathlib import Path

import jwt
from fastapi import Body, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from . import ws
from .store import store
from .ws.messages import Note

STATIC = Path(__file__).parent / "static"
TOKEN_LIFE_S = 300

app = FastAPI(title="Board")
app.include_router(ws.router)
app.mount("/static", StaticFiles(directory=STATIC), name="static")


@app.get("/", include_in_schema=False)
async def page() -> FileResponse:
    """The board."""
    return FileResponse(STATIC / "index.html")


@app.get("/notes")
async def notes() -> list[Note]:
    """All of them: for a page that has just come, or that has missed too much."""
    return store.notes


@app.post("/login")
async def login(name: str = Body(embed=True, min_length=1, max_length=40)) -> str:
    """A token for whoever asks. An app of yours would want a password first."""
    claims = {"sub": name, "exp": int(time.time()) + TOKEN_LIFE_S}
    return jwt.encode(claims, os.environ["SECRET_KEY"], "HS256")
