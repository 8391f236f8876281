# pyright: reportMissingImports=false
"""Two FastAPI apps with one router, mounted where no lifespan of theirs runs."""

from __future__ import annotations

from app import ws
from fastapi import FastAPI

one = FastAPI()
one.include_router(ws.router)
two = FastAPI()
two.include_router(ws.router, prefix="/deeper")

app = FastAPI()
app.mount("/one", one)
app.mount("/two", two)


@app.get("/broadcast")
async def broadcast() -> int:
    return await ws.manager.broadcast({"type": "it"})


@app.get("/emit")
def emit() -> bool:
    ws.emit({"type": "it"})
    return True


@app.get("/emit_on_loop")
async def emit_on_loop() -> str:
    try:
        ws.emit({"type": "it"})
    except RuntimeError as problem:
        return str(problem)
    return "accepted"
