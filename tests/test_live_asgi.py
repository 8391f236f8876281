"""What other servers do, and broken ones: driven below the socket, in this very process."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp

from support import live
from support.live import token

MANIFEST = {"slug": "asgi", "websockets": {"realtime": {"path": "/ws"}}}
Event = MutableMapping[str, Any]


@dataclass
class Socket:
    """One client of an ASGI app, and the server between them.

    Its ``send`` is any function, as where a middleware wraps that of the server.
    """

    to_app: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    to_client: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    breaks_with: BaseException | None = None  # raised by every send from now on

    async def receive(self) -> Event:
        return await self.to_app.get()

    async def send(self, event: Event) -> None:
        if self.breaks_with is not None:
            raise self.breaks_with
        await self.to_client.put(event)

    async def say(self, message: Any) -> None:
        await self.to_app.put({"type": "websocket.receive", "text": json.dumps(message)})

    async def event(self) -> Event:
        async with asyncio.timeout(live.TIMEOUT_S):
            return await self.to_client.get()

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        event = await self.event()
        assert event["type"] == "websocket.send", event
        message = json.loads(event["text"])
        assert isinstance(message, dict)
        return message


class ServersOwn(Socket):
    """The same, taken for uvicorn's own: then the package steps ``send`` by hand."""


ServersOwn.__module__ = "uvicorn.protocols.websockets.tests"


@asynccontextmanager
async def driven(
    ws: ModuleType,
    *,
    leaves_with: Event | None = None,
    kind: type[Socket] = Socket,
    middleware: Callable[[ASGIApp], ASGIApp] | None = None,
    query: str = "",
) -> AsyncIterator[Socket]:
    """Connect to an app with this router; at the end, leave and wait for it."""
    app = FastAPI()
    app.include_router(ws.router)
    if middleware is not None:
        app.add_middleware(middleware)
    socket = kind()
    scope = {
        "type": "websocket",
        "path": "/ws",
        "query_string": f"token={token()}{query}".encode(),
        "headers": [(b"host", b"test")],
        "subprotocols": [],
    }
    await socket.to_app.put({"type": "websocket.connect"})
    task = asyncio.create_task(app(scope, socket.receive, socket.send))
    assert (await socket.event())["type"] == "websocket.accept"
    assert (await socket.hear())["type"] == "connected"
    try:
        yield socket
    finally:
        await socket.to_app.put(leaves_with or {"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait({task}, timeout=live.TIMEOUT_S)
        assert task.done()
        if not task.cancelled():
            task.result()


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("SECRET_KEY", live.KEY)
    with live.imported(tmp_path, MANIFEST) as package:
        yield package


async def check_nothing_is_left(ws: ModuleType) -> None:
    assert ws.manager.get_connection_count() == 0
    async with asyncio.timeout(live.TIMEOUT_S):
        while asyncio.all_tasks() != {asyncio.current_task()}:
            await asyncio.sleep(0)


def test_event_loops_may_come_one_after_the_other(ws: ModuleType) -> None:
    async def converse() -> None:
        async with driven(ws) as one, driven(ws) as other:
            await one.say({"type": "x"})
            assert (await one.hear())["code"] == "not_implemented"
            assert await ws.manager.broadcast({"type": "it"}) == 2
            for socket in (one, other):
                assert (await socket.hear())["type"] == "it"
        await check_nothing_is_left(ws)

    for _ in range(3):
        asyncio.run(converse())


def test_a_loop_that_ended_in_the_middle_harms_no_later_one(ws: ModuleType) -> None:
    """As when a test of the app's fails."""

    async def break_off() -> None:
        client = driven(ws)
        await client.__aenter__()
        del client  # without leaving

    async def converse() -> None:
        assert ws.manager.get_connection_count() == 0
        async with driven(ws) as socket:
            await socket.say({"type": "x"})
            assert (await socket.hear())["code"] == "not_implemented"
        await check_nothing_is_left(ws)

    asyncio.run(break_off())
    asyncio.run(converse())


@pytest.mark.parametrize(
    "problem",
    [KeyError("x"), RuntimeError("closed"), OSError(), ValueError(), asyncio.CancelledError()],
    ids=repr,
)
async def test_one_socket_that_breaks_costs_the_others_nothing(
    ws: ModuleType, problem: BaseException
) -> None:
    own: dict[str, Any] = {"kind": ServersOwn}
    async with driven(ws, **own) as first, driven(ws, **own) as broken, driven(ws, **own) as last:
        broken.breaks_with = problem
        assert await ws.manager.broadcast({"type": "it"}) == 2
        assert ws.manager.get_connection_count() == 2
        assert await ws.manager.broadcast({"type": "again"}) == 2
        for socket in (first, last):
            assert [(await socket.hear())["type"] for _ in range(2)] == ["it", "again"]
    await check_nothing_is_left(ws)


@pytest.mark.parametrize(
    "problem",
    [KeyError("x"), RuntimeError("closed"), OSError(), TimeoutError(), asyncio.CancelledError()],
    ids=repr,
)
async def test_the_same_where_a_middleware_wraps_what_sends(
    ws: ModuleType, problem: BaseException
) -> None:
    """It is noticed when the frame is written, which is not in the broadcast itself."""
    async with driven(ws) as first, driven(ws) as broken, driven(ws) as last:
        broken.breaks_with = problem
        await ws.manager.broadcast({"type": "it"})
        async with asyncio.timeout(live.TIMEOUT_S):
            while ws.manager.get_connection_count() > 2:
                await asyncio.sleep(0)
        assert await ws.manager.broadcast({"type": "again"}) == 2
        for socket in (first, last):
            assert [(await socket.hear())["type"] for _ in range(2)] == ["it", "again"]
    await check_nothing_is_left(ws)


@pytest.mark.parametrize(
    "event",
    [
        {"bytes": b"x"},
        {"bytes": b"x", "text": None},  # hypercorn
        {"bytes": b""},
    ],
    ids=repr,
)
async def test_a_binary_frame_looks_different_in_every_server(
    ws: ModuleType, event: Mapping[str, Any]
) -> None:
    async with driven(ws) as socket:
        await socket.to_app.put({"type": "websocket.receive", **event})
        assert (await socket.hear())["code"] == 1003
        closing = await socket.event()
        assert (closing["type"], closing["code"]) == ("websocket.close", 1003)


async def test_a_text_frame_may_come_with_both_keys(ws: ModuleType) -> None:
    async with driven(ws) as socket:
        await socket.to_app.put({"type": "websocket.receive", "text": "{}", "bytes": None})
        assert (await socket.hear())["code"] == "not_implemented"


@pytest.mark.parametrize("code", [None, 1000, 1005, 1006, 1012])
async def test_a_disconnect_may_have_any_code(ws: ModuleType, code: int | None) -> None:
    event: Event = {"type": "websocket.disconnect"}
    if code is not None:
        event.update(code=code, reason=None)
    async with driven(ws, leaves_with=event):
        pass
    await check_nothing_is_left(ws)


async def test_a_server_that_cancels_is_obeyed(
    ws: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    """As hypercorn does at its end."""
    before = asyncio.all_tasks()
    async with driven(ws) as socket:
        (task,) = (
            each for each in asyncio.all_tasks() - before if "_work" not in repr(each.get_coro())
        )
        task.cancel()
        await asyncio.wait({task}, timeout=live.TIMEOUT_S)
        assert task.cancelled()
        assert ws.manager.get_connection_count() == 0
        assert await ws.manager.broadcast({"type": "it"}) == 0
        assert socket.to_client.empty()
    await check_nothing_is_left(ws)
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
