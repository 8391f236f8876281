"""A FastAPI app with a WebSocket that mdbgen generated. Start it with

uvicorn main:app --ws-per-message-deflate false --ws-max-size 65536 --timeout-graceful-shutdown 10
"""

from app import ws
from fastapi import FastAPI

app = FastAPI()
app.include_router(ws.router)


@app.post("/announce")
async def announce(text: str) -> dict[str, int]:
    """Send a message to every connected client; answers how many there are."""
    reached = await ws.manager.broadcast({"type": "announcement", "text": text})
    return {"reached": reached}
