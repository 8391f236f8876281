"""The same conversation over every WebSocket implementation of uvicorn, and its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest

from support.clients import check_refusals
from support.live import Client, Server, check_log, serving, token

pytestmark = pytest.mark.slow

MANIFEST = {
    "slug": "servers",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "members": {"path": "/members"},
    },
}
SERVERS = [
    ("--ws", "websockets-sansio"),
    ("--ws", "websockets"),
    ("--ws", "wsproto"),
    ("--loop", "asyncio"),  # uvloop is what the others run on, where it is installed
]


@pytest.fixture(params=SERVERS, ids=" ".join)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with (
        serving(tmp_path, "basic", {"app": MANIFEST}, arguments=request.param) as server,
        server.shown(),
    ):
        yield server


async def test_a_conversation(server: Server) -> None:
    async with server.join("/ws?say=hello", token=token()) as client:
        assert [(await client.recv())["type"] for _ in range(2)] == ["said", "announced"]
        assert (await client.ask({"type": "echo", "data": "ä"}))["data"] == "ä"
        await client.send("[1]")
        assert (await client.recv())["code"] == "invalid_json"
        await client.send("")
        assert (await client.recv())["code"] == "invalid_json"
        answer = await client.ask({"type": "raise", "name": "RuntimeError", "id": 1})
        assert (answer["code"], answer["reply_to"]) == ("handler_failed", 1)
        assert (await server.post("/broadcast", message={"type": "it"}))["reached"] == 1
        assert (await client.recv())["type"] == "it"
        await client.send(b"binary")
        closing = await client.closing()
        assert (closing.code, closing.farewell["code"]) == (1003, 1003)

    await check_refusals(server)

    for code, reason in ((1000, "done"), (4001, "ä" * 100), (1012, "")):
        async with server.join("/ws") as client:
            await server.post("/disconnect", id=client.id, code=code, reason=reason)
            closing = await client.closing()
            assert (closing.code, closing.farewell["code"]) == (code, code)
            assert reason.startswith(closing.reason)

    async with server.join("/ws") as client:
        await client.send({"type": "close_below", "code": 4005})
        assert (await client.closing()).code == 4005

    async with server.join("/ws") as client:
        client.socket.transport.abort()
    state = await server.until("/state", lambda state: state["stats"]["connections"] == 0)
    events = [event for event, _ in state["events"]]
    assert events.count("connect") == 8  # two of which have come no further
    await server.until(
        "/state",
        lambda state: [event for event, _ in state["events"]].count("disconnect") == 6,
    )


async def test_sigterm_with_open_sockets(server: Server) -> None:
    async with (
        server.join("/ws", token=token()) as one,
        server.join("/ws") as other,
        server.join("/ws") as busy,
    ):
        await busy.send({"type": "sleep", "seconds": 0.5})
        await one.ask({"type": "echo"})
        start = time.monotonic()
        assert server.stop() == 0 or server.process.returncode == -15
        assert time.monotonic() - start < 5
        for client in (one, other, busy):
            assert (await client.closing()).code in (1001, 1012)
    assert "Traceback" not in server.log
    check_log(server.log)


async def test_sigterm_with_a_thousand_open_sockets(tmp_path: Path) -> None:
    """Every client is told, every ``on_disconnect`` runs, and nothing is left half done."""
    with serving(tmp_path, "basic", {"app": MANIFEST}) as server:
        async with AsyncExitStack() as stack:
            clients: list[Client] = []
            while len(clients) < 1000:
                joining = [stack.enter_async_context(server.join("/ws")) for _ in range(50)]
                clients += await asyncio.gather(*joining)
            start = time.monotonic()
            with server.shown():
                await asyncio.to_thread(server.stop)
            assert time.monotonic() - start < 8
            closings = await asyncio.gather(*(client.closing() for client in clients))
            assert {closing.code for closing in closings} <= {1001, 1012}
        assert server.log.count("on_disconnect connection=") == 1000
        assert "Traceback" not in server.log


async def test_a_slow_handler_delays_no_ping_of_the_protocol(tmp_path: Path) -> None:
    """A server that is not read from does not see pongs either, and gives its client up."""
    pings = ("--ws-ping-interval", "1", "--ws-ping-timeout", "1")

    async def converse(server: Server) -> None:
        async with server.join("/ws") as slow, server.join("/ws") as other:
            await slow.send({"type": "sleep", "seconds": 4})
            await slow.send({"type": "echo", "data": "late"})
            start = time.monotonic()
            assert (await other.ask({"type": "echo", "data": "soon"}))["data"] == "soon"
            assert time.monotonic() - start < 2
            while (frame := await slow.recv()).get("data") != "late":
                assert frame["type"] != "disconnect"
            assert time.monotonic() - start > 3

    with ExitStack() as stack:
        servers = []
        for arguments in SERVERS[:3]:
            root = tmp_path / arguments[1]
            root.mkdir()
            served = serving(root, "basic", {"app": MANIFEST}, arguments=(*arguments, *pings))
            servers.append(stack.enter_context(served))
        await asyncio.gather(*map(converse, servers))


GRACEFUL = ("--timeout-graceful-shutdown", "1")
CANCELLED = "Exception in ASGI application"  # so uvicorn calls every task that it cancels


async def test_sigterm_while_a_handler_runs_for_a_minute(tmp_path: Path) -> None:
    """uvicorn waits for as long as it was told to, and no longer."""
    with serving(
        tmp_path, "basic", {"app": MANIFEST}, arguments=GRACEFUL, tolerated=CANCELLED
    ) as server:
        async with server.join("/ws") as client, server.join("/ws") as idle:
            await client.send({"type": "sleep", "seconds": 60})
            await client.send({"type": "echo", "data": "waits"})
            await server.until("/state", lambda state: state["stats"]["received"] == 2)
            start = time.monotonic()
            with server.shown():
                server.stop()
            assert time.monotonic() - start < 5
            for each in (client, idle):
                assert (await each.closing()).code in (1001, 1012)
                assert server.log.count(f"on_disconnect connection={each.id}") == 1


async def test_sigterm_while_on_connect_runs_for_a_minute(tmp_path: Path) -> None:
    with serving(
        tmp_path, "basic", {"app": MANIFEST}, arguments=GRACEFUL, tolerated=CANCELLED
    ) as server:
        async with server.connect("/ws?wait=60") as client:
            await server.until("/state", lambda state: state["stats"]["connections"] == 1)
            start = time.monotonic()
            with server.shown():
                server.stop()
            assert time.monotonic() - start < 5
            assert (await client.closing()).code in (1001, 1012)
        assert "on_disconnect" not in server.log
