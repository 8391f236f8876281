# pyright: reportMissingImports=false
"""An app that runs examples of the specification, with all that they take for granted."""

from __future__ import annotations

import ast
import inspect
import logging
import sys
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any

from app.ws import compat, manager
from fastapi import Body, FastAPI

logging.basicConfig(level=logging.DEBUG, format="%(name)s %(levelname)s %(message)s")

app = FastAPI()
WRITTEN: list[Any] = []  # what the examples did to the database and to channels


class Collection:
    """As much of a database's collection as the examples use."""

    async def insert_one(self, document: dict[str, Any]) -> SimpleNamespace:
        WRITTEN.append(["insert", document])
        return SimpleNamespace(inserted_id=document["_id"])

    async def update_one(self, query: Any, update: Any) -> None:
        WRITTEN.append(["update", query, update])

    async def delete_one(self, query: Any) -> None:
        WRITTEN.append(["delete", query])


class MongoDBEngine:
    """As much of the engine as the examples use."""

    def __init__(self, mongo_uri: str, db_name: str) -> None:
        WRITTEN.append(["engine", mongo_uri, db_name])

    async def initialize(self) -> None: ...

    async def load_manifest(self, path: str) -> dict[str, Any]:
        return {"slug": "my_app", "path": path}

    async def register_app(self, manifest: dict[str, Any]) -> None: ...

    def register_websocket_routes(self, app: FastAPI, slug: str) -> None:
        compat.register_websocket_routes(app, slug)


sys.modules["mdb_engine"] = ModuleType("mdb_engine")
sys.modules["mdb_engine"].MongoDBEngine = MongoDBEngine  # type: ignore[attr-defined]


async def fetch_data(kind: str) -> dict[str, str]:
    return {"kind": kind}


async def process_action(action: str) -> str:
    if action == "fail":
        raise ValueError("cannot do that")
    return f"did {action}"


async def get_current_status() -> str:
    return "fine"


async def subscribe_user_to_channel(user_id: str | None, channel: str) -> None:
    WRITTEN.append(["subscribe", user_id, channel])


def _surroundings() -> dict[str, Any]:
    """The names that the examples use without defining them."""
    collection = Collection()
    return {
        "app": app,
        "db": SimpleNamespace(collection=collection, items=collection, users=collection),
        "document": {"_id": 5},
        "item": {"_id": 6, "name": "six"},
        "item_id": 6,
        "updates": {"name": "seven"},
        "current_user_id": "user123",
        "logger": logging.getLogger("examples"),
        "fetch_data": fetch_data,
        "process_action": process_action,
        "get_current_status": get_current_status,
        "subscribe_user_to_channel": subscribe_user_to_channel,
        # Some examples go on where the one before has stopped.
        **{name: getattr(compat, name) for name in compat.__all__},
    }


@app.post("/run")
async def run(body: dict[str, Any] = Body()) -> dict[str, Any]:
    """Run an example, then call ``call`` in it; the numbers that it leaves behind."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(body["code"], "example", "exec", flags=flags, dont_inherit=True)
    names = _surroundings()
    await _execute(code, names)
    if call := body.get("call"):
        await names[call](*body.get("arguments", []))
    return {
        name: value if isinstance(value, int) else len(value)
        for name, value in names.items()
        if isinstance(value, int | list)
    }


async def _execute(code: CodeType, names: dict[str, Any]) -> None:
    result = eval(code, names)
    if inspect.isawaitable(result):
        await result


@app.post("/sockets")
async def sockets() -> dict[str, Any]:
    """What the handlers got for a socket, and what the manager has."""
    return {"same": [each.websocket in _GIVEN for each in manager.active_connections]}


_GIVEN: list[Any] = []


async def _take_socket(websocket: Any, message: dict[str, Any]) -> None:
    _GIVEN.append(websocket)
    found = [each for each in manager.active_connections if each.websocket is websocket]
    await compat.get_websocket_manager_sync("my_app").send_to_connection(
        websocket, {"type": "found", "number": len(found), "given": message}
    )


async def _answer_directly(websocket: Any, message: dict[str, Any]) -> None:
    await websocket.send_json({"type": "direct", "data": message["data"]})


async def _fail(websocket: Any, message: dict[str, Any]) -> None:
    raise RuntimeError("database connection lost")


HANDLERS: dict[str, Any] = {
    "take_socket": _take_socket,
    "answer_directly": _answer_directly,
    "fail": _fail,
    "not_async": lambda websocket, message: None,
    "nothing": None,
}


@app.post("/register")
async def register(body: dict[str, Any] = Body()) -> str | None:
    try:
        compat.register_message_handler(
            body.get("slug", "my_app"), body.get("endpoint", "realtime"), HANDLERS[body["handler"]]
        )
    except (TypeError, ValueError) as problem:
        return f"{type(problem).__name__}: {problem}"
    return None


@app.post("/register_routes")
async def register_routes(body: dict[str, Any] = Body()) -> str | int:
    try:
        compat.register_websocket_routes(app, body["slug"])
    except ValueError as problem:
        return f"{type(problem).__name__}: {problem}"
    return len(app.routes)


@app.post("/manager")
async def get_manager(body: dict[str, Any] = Body()) -> str | bool:
    try:
        later = await compat.get_websocket_manager(body["slug"])
        now = compat.get_websocket_manager_sync(body["slug"])
    except ValueError as problem:
        return f"{type(problem).__name__}: {problem}"
    return later is now is manager and isinstance(now, compat.WebSocketConnectionManager)


@app.post("/broadcast_to_app")
async def broadcast_to_app(body: dict[str, Any] = Body()) -> str | int:
    slug, message = body.pop("slug"), body.pop("message")
    try:
        return await compat.broadcast_to_app(slug, message, **body)
    except ValueError as problem:
        return f"{type(problem).__name__}: {problem}"


@app.get("/written")
async def written() -> list[Any]:
    return WRITTEN
