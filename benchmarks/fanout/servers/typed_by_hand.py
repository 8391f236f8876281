"""A handler by hand around the generated models: the least that declared messages cost."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated

from _serve import Message, serve_app
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import Field, TypeAdapter

sys.path.insert(0, os.environ["PACKAGE_PARENT"])
messages = import_module("ws.messages")
received = TypeAdapter(Annotated[messages.WsReceived, Field(discriminator="type")])
app = FastAPI()


@app.websocket("/ws")
async def endpoint(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            message = received.validate_json(await websocket.receive_text())
            match message.type:
                case "hit":
                    answer = messages.Counted(n=message.n)
                    await websocket.send_text(answer.model_dump_json(by_alias=True))
                case "rename":
                    pass
    except WebSocketDisconnect:
        pass


async def broadcast(message: Message) -> None:
    raise NotImplementedError


async def send_to_user(user: str, message: Message) -> None:
    raise NotImplementedError


if __name__ == "__main__":
    serve_app(app, broadcast, send_to_user)
