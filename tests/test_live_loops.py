"""Event loops: a test client's, a thread's own, one that has stopped, one that was closed."""

from __future__ import annotations

import asyncio
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI
from test_live_asgi import driven

from support import live
from support.live import TIMEOUT_S, token

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # newer versions want another HTTP client below it
    from fastapi.testclient import TestClient

MANIFEST: dict[str, Any] = {
    "slug": "loops",
    "websockets": {"realtime": {"path": "/ws", "auth": {"required": False}}},
    "mdbgen": {"endpoints": {"realtime": {"history": 100}}},
}


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("SECRET_KEY", live.KEY)
    with live.imported(tmp_path, MANIFEST) as package:
        yield package


@pytest.fixture
def client(ws: ModuleType) -> TestClient:
    """A client without ``with``: each request and each socket has an event loop of its own."""
    app = FastAPI()
    app.include_router(ws.router)

    @app.post("/broadcast/{count}")
    async def broadcast(count: int) -> list[int]:
        return [await ws.manager.broadcast({"type": "it", "n": n}) for n in range(count)]

    @app.post("/end/{connection_id}")
    async def end(connection_id: str) -> None:
        await ws.manager.disconnect(connection_id, 4001, "bye")

    @app.post("/join/{channel}")
    async def join(channel: str) -> int:
        for connection in ws.manager.active_connections:
            ws.manager.join(connection, channel)
        return int(await ws.manager.broadcast({"type": "it"}, channel=channel))

    return TestClient(app)


def post(client: TestClient, path: str) -> Any:
    response = client.post(path)
    assert response.status_code == 200
    return response.json()


def test_a_route_reaches_a_socket_of_another_loop(ws: ModuleType, client: TestClient) -> None:
    with client.websocket_connect("/ws") as socket:
        hello = socket.receive_json()
        assert post(client, "/broadcast/3") == [1, 1, 1]
        assert [socket.receive_json()["n"] for _ in range(3)] == [0, 1, 2]
        assert post(client, "/join/news") == 1
        assert socket.receive_json()["type"] == "it"
        post(client, f"/end/{hello['connection_id']}")
        assert socket.receive_json()["type"] == "disconnect"
    assert ws.manager.get_connection_count() == 0
    assert post(client, "/broadcast/1") == [0]


def test_sockets_of_several_loops_see_one_order(ws: ModuleType, client: TestClient) -> None:
    with (
        client.websocket_connect("/ws") as one,
        client.websocket_connect(f"/ws?token={token()}") as two,
        client.websocket_connect("/ws") as three,
    ):
        hellos = [each.receive_json() for each in (one, two, three)]
        assert ws.manager.get_connection_count() == 3
        assert len(ws.manager.active_connections) == 3
        assert ws.manager.get_connection_count_by_user("ada") == 1

        def broadcast() -> None:
            assert post(client, "/broadcast/25") == [3] * 25

        threads = [threading.Thread(target=broadcast) for _ in range(4)]
        for thread in threads:
            thread.start()
        seen = [[each.receive_json()["seq"] for _ in range(100)] for each in (one, two, three)]
        for thread in threads:
            thread.join(TIMEOUT_S)
        assert seen[0] == seen[1] == seen[2] == sorted(set(seen[0]))
        assert seen[0][0] > hellos[0]["seq"]


def test_a_loop_that_was_closed_has_no_clients(ws: ModuleType, client: TestClient) -> None:
    async def break_off() -> None:
        broken_off = driven(ws)
        await broken_off.__aenter__()
        assert ws.manager.get_connection_count() == 1
        del broken_off  # without leaving

    asyncio.run(break_off())
    assert ws.manager.get_connection_count() == 0
    assert ws.manager.active_connections == []
    assert ws.manager.stats()["sessions"] == 0
    with client.websocket_connect("/ws") as socket:
        socket.receive_json()
        assert post(client, "/broadcast/1") == [1]
        assert socket.receive_json()["n"] == 0


async def test_a_thread_may_make_a_loop_of_its_own(ws: ModuleType) -> None:
    async with driven(ws) as one, driven(ws) as two:

        def work() -> int:
            return int(asyncio.run(ws.manager.broadcast({"type": "it"})))

        assert await asyncio.to_thread(work) == 2
        for socket in (one, two):
            assert (await socket.hear())["type"] == "it"


async def test_what_a_thread_sends_raises_there(ws: ModuleType) -> None:
    async with driven(ws):

        def work() -> None:
            asyncio.run(ws.manager.broadcast({"type": "it", "data": object()}))

        with pytest.raises(TypeError, match="data: object has no JSON form"):
            await asyncio.to_thread(work)


async def test_a_loop_that_stops_keeps_nobody_waiting(ws: ModuleType) -> None:
    run_on = sys.modules[f"{ws.__name__}.runtime.loops"].run_on
    other = asyncio.new_event_loop()
    called: list[int] = []
    async with asyncio.timeout(TIMEOUT_S):
        assert await run_on(other, called.append, 1) is None, "it does not run"
        other.close()
        assert await run_on(other, called.append, 2) is None, "it is closed"
    assert called == []


async def test_what_another_loop_raises_is_raised_here(ws: ModuleType) -> None:
    run_on = sys.modules[f"{ws.__name__}.runtime.loops"].run_on
    other = asyncio.new_event_loop()
    thread = threading.Thread(target=other.run_forever)
    thread.start()
    try:
        assert await run_on(other, divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await run_on(other, divmod, 7, 0)
    finally:
        other.call_soon_threadsafe(other.stop)
        thread.join(TIMEOUT_S)
        other.close()
