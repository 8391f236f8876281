"""Starting: with what the environment sets, in whatever app, on whatever event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping
from pathlib import Path
from types import ModuleType
from typing import Any

import live
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from live import Server, serving, token

CLOSED = {"slug": "start_up", "websockets": {"realtime": {"path": "/ws"}}}
OPEN = {
    "slug": "start_up",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "maybe": {"path": "/maybe", "auth": {"allow_anonymous": True}},
    },
}
ASYMMETRIC = {**CLOSED, "auth": {"jwt": {"algorithm": "ES256"}}}
NO_KEY: dict[str, str | None] = {"SECRET_KEY": None}


@contextlib.contextmanager
def not_starting(
    root: Path, manifest: dict[str, Any], env: dict[str, str | None]
) -> Iterator[Server]:
    """Start a server that must not come up."""
    live.write_project(root, "basic", {"app": manifest})
    server = live.start(root, env=env)
    try:
        server.process.wait(30)
        yield server
    finally:
        server.process.kill()
        server.process.wait()


@pytest.mark.parametrize(
    ("manifest", "env", "sentence"),
    [
        (CLOSED, {}, ["SECRET_KEY is not set", "at least 32 bytes"]),
        (CLOSED, {"SECRET_KEY": ""}, ["SECRET_KEY is not set"]),
        (CLOSED, {"SECRET_KEY": "x" * 31}, ["SECRET_KEY has 31 bytes", "at least 32"]),
        (CLOSED, {"FLASK_SECRET_KEY": "x" * 31}, ["FLASK_SECRET_KEY has 31 bytes"]),
        (CLOSED, {"MDB_JWT_SECRET": "x" * 31}, ["MDB_JWT_SECRET has 31 bytes"]),
        # The first that is set decides, also when it is a bad one.
        (CLOSED, {"SECRET_KEY": "short", "MDB_JWT_SECRET": "x" * 32}, ["SECRET_KEY has 5 bytes"]),
        (OPEN, {"SECRET_KEY": "short"}, ["SECRET_KEY has 5 bytes"]),
        (ASYMMETRIC, {"SECRET_KEY": "x" * 64}, ["MDB_JWT_PUBLIC_KEY is not set"]),
        (ASYMMETRIC, {"MDB_JWT_PUBLIC_KEY": "x" * 64}, ["MDB_JWT_PUBLIC_KEY is no PEM"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_bad_key_stops_the_start_up_with_one_sentence(
    tmp_path: Path, manifest: dict[str, Any], env: dict[str, str | None], sentence: list[str]
) -> None:
    with not_starting(tmp_path, manifest, NO_KEY | env) as server:
        assert server.process.returncode not in (0, None)
        last = [line for line in server.log.splitlines() if "SettingsError: " in line]
        assert len(last) == 1, server.log
        for part in sentence:
            assert part in last[0]
        assert "x" * 31 not in server.log
        assert "running on http" not in server.log


@pytest.mark.parametrize("name", ["SECRET_KEY", "FLASK_SECRET_KEY", "MDB_JWT_SECRET"])
async def test_the_key_may_have_three_names(tmp_path: Path, name: str) -> None:
    key = "k" * 32
    env = NO_KEY | {name: key}
    if name == "SECRET_KEY":
        env |= {"FLASK_SECRET_KEY": "f" * 32, "MDB_JWT_SECRET": "m" * 32}
    with serving(tmp_path, "basic", {"app": CLOSED}, env=env) as server, server.shown():
        async with server.join("/ws", token=token(key)) as client:
            assert client.hello["user_id"] == "ada"
        async with server.connect("/ws", token=token("m" * 32)) as client:
            assert (await client.closing()).code == 1008


async def test_an_app_for_anybody_starts_without_a_key(tmp_path: Path) -> None:
    with serving(tmp_path, "basic", {"app": OPEN}, env=NO_KEY) as server, server.shown():
        for path in ("/ws", "/maybe"):
            async with server.join(path) as client:
                assert client.hello["authenticated"] is False
            for credential in ({"token": token()}, {"bearer": token()}, {"token": "bad"}):
                async with server.connect(path, **credential) as client:
                    closing = await client.closing()
                assert (closing.code, closing.reason) == (1008, "unauthenticated")
        assert server.log.count("SECRET_KEY is not set") == 1


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("mounted")
    with serving(root, "mounted", {"app": CLOSED}) as server:
        yield server


async def test_the_router_works_where_no_lifespan_runs_and_in_two_apps(mounted: Server) -> None:
    with mounted.shown():
        async with (
            mounted.join("/one/ws", token=token()) as one,
            mounted.join("/two/deeper/ws", token=token(sub="bob")) as two,
        ):
            assert (one.hello["user_id"], two.hello["user_id"]) == ("ada", "bob")
            assert await mounted.get("/broadcast") == 2
            for client in (one, two):
                assert (await client.recv())["type"] == "it"
                assert (await client.ask({"type": "x"}))["code"] == "not_implemented"


async def test_where_no_lifespan_runs_a_missing_key_lets_nobody_in(tmp_path: Path) -> None:
    with serving(tmp_path, "mounted", {"app": CLOSED}, env=NO_KEY) as server, server.shown():
        for _ in range(2):
            async with server.connect("/one/ws", token=token()) as client:
                closing = await client.closing()
            assert (closing.code, closing.farewell["code"]) == (1011, 1011)
            assert closing.farewell["reconnect"] is True
            assert "SECRET" not in str(closing)
        assert "SECRET_KEY is not set" in server.log


# --- in this very process: several event loops, one after the other


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("SECRET_KEY", live.KEY)
    with live.imported(tmp_path, CLOSED) as package:
        yield package


@contextlib.asynccontextmanager
async def driven(app: FastAPI, path: str) -> AsyncIterator[tuple[Callable[[Any], Any], Any]]:
    """An ASGI server for one client: how to send, and how to receive."""
    to_app: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
    to_client: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
    scope = {
        "type": "websocket",
        "path": path,
        "query_string": f"token={token()}".encode(),
        "headers": [(b"host", b"test")],
        "subprotocols": [],
    }
    await to_app.put({"type": "websocket.connect"})
    task = asyncio.create_task(app(scope, to_app.get, to_client.put))

    async def send(message: Any) -> None:
        await to_app.put({"type": "websocket.receive", "text": json.dumps(message)})

    async def recv() -> MutableMapping[str, Any]:
        async with asyncio.timeout(live.TIMEOUT_S):
            return await to_client.get()

    try:
        yield send, recv
    finally:
        await to_app.put({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(live.TIMEOUT_S):
            await task


def test_event_loops_may_come_one_after_the_other(ws: ModuleType) -> None:
    app = FastAPI()
    app.include_router(ws.router)

    async def converse() -> None:
        async with driven(app, "/ws") as (send, recv), driven(app, "/ws") as (_, recv_too):
            for receive in (recv, recv_too):
                assert (await receive())["type"] == "websocket.accept"
                assert '"type":"connected"' in (await receive())["text"]
            await send({"type": "x"})
            assert "not_implemented" in (await recv())["text"]
            assert await ws.manager.broadcast({"type": "it"}) == 2
            assert '"type":"it"' in (await recv())["text"]
        assert ws.manager.get_connection_count() == 0
        for _ in range(100):
            if len(asyncio.all_tasks()) == 1:
                break
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    for _ in range(3):
        asyncio.run(converse())


def test_a_loop_that_ended_in_the_middle_harms_no_later_one(ws: ModuleType) -> None:
    """As when a test of the app's fails."""
    app = FastAPI()
    app.include_router(ws.router)

    async def break_off() -> None:
        await driven(app, "/ws").__aenter__()
        while ws.manager.get_connection_count() == 0:
            await asyncio.sleep(0)

    async def converse() -> None:
        assert ws.manager.get_connection_count() == 0
        async with driven(app, "/ws") as (send, recv):
            await recv()
            assert '"type":"connected"' in (await recv())["text"]
            await send({"type": "x"})
            assert "not_implemented" in (await recv())["text"]

    asyncio.run(break_off())
    asyncio.run(converse())


def test_starlettes_test_client_works_for_the_apps_own_tests(ws: ModuleType) -> None:
    app = FastAPI()
    app.include_router(ws.router)
    for _ in range(2):
        with (
            TestClient(app) as client,
            client.websocket_connect(f"/ws?token={token()}") as socket,
        ):
            assert socket.receive_json()["type"] == "connected"
            socket.send_json({"type": "x", "id": 1})
            assert socket.receive_json()["reply_to"] == 1


def test_nothing_is_read_from_the_environment_at_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with live.imported(tmp_path, CLOSED) as package:
        app = FastAPI()
        app.include_router(package.router)
        with pytest.raises(RuntimeError, match="SECRET_KEY is not set"), TestClient(app):
            pass
        monkeypatch.setenv("SECRET_KEY", live.KEY)
        with TestClient(app) as client, client.websocket_connect(f"/ws?token={token()}") as socket:
            assert socket.receive_json()["user_id"] == "ada"
