"""Signs of life. Pings are seconds apart at best, so all of it goes on at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from support.live import Client, Server, serving, token

pytestmark = pytest.mark.slow

INTERVAL_S = 5
PING_AFTER_S = (4.9, 7.5)  # up to a tenth of jitter, a sweep per second, a busy machine
MANIFEST = {
    "slug": "heartbeat",
    "websockets": {"realtime": {"path": "/ws", "ping_interval": INTERVAL_S}},
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("heartbeat"), "basic", {"app": MANIFEST}) as server:
        yield server


def check_is_ping_after(start: float) -> None:
    shortest, longest = PING_AFTER_S
    assert shortest <= time.monotonic() - start <= longest


async def _silent(server: Server, gone: asyncio.Event) -> None:
    """One that never answers is pinged, and stays."""
    async with server.join("/ws", token=token(sub="silent")) as client:
        assert client.hello["ping_interval"] == INTERVAL_S
        start = time.monotonic()
        frame = await client.recv(20)
        assert (frame["type"], frame["app_slug"]) == ("ping", "heartbeat")
        assert "timestamp" in frame
        check_is_ping_after(start)
        start = time.monotonic()
        assert (await client.recv(20))["type"] == "ping"
        check_is_ping_after(start)
        await gone.wait()
        await client.send({"type": "echo", "data": "still here"})
        assert (await _next_message(client))["data"] == "still here"


async def _answers_once(server: Server, gone: asyncio.Event) -> None:
    """One that has answered and then stops is given up."""
    async with server.join("/ws", token=token(sub="once")) as client:
        assert (await client.recv(20))["type"] == "ping"
        await client.send({"type": "pong"})
        start = time.monotonic()
        assert (await client.recv(20))["type"] == "ping"
        check_is_ping_after(start)
        start = time.monotonic()
        closing = await client.closing(20)
        check_is_ping_after(start)
        assert (closing.code, closing.farewell["code"]) == (4408, 4408)
        assert closing.farewell["reconnect"] is True
        assert [frame["type"] for frame in closing.frames] == ["disconnect"]
    gone.set()


async def _answers(server: Server, gone: asyncio.Event) -> None:
    """One that always answers stays."""
    async with server.join("/ws", token=token(sub="answers")) as client:
        while not gone.is_set():
            assert (await client.recv(20))["type"] == "ping"
            await client.send({"type": "pong"})
        assert (await client.ask({"type": "echo", "data": 1}))["data"] == 1


async def _talks(server: Server) -> None:
    """One that talks is not pinged; what it is sent is no sign of life."""
    async with server.join("/ws", token=token(sub="talks")) as client:
        start = time.monotonic()
        while time.monotonic() < start + INTERVAL_S + 4:
            assert (await client.ask({"type": "echo", "data": 1}))["type"] == "echo"
            await asyncio.sleep(1)
        start = time.monotonic() - 1
        for _ in range(3):
            await server.post("/broadcast", message={"type": "it"}, user_id="talks")
            assert (await client.recv())["type"] == "it"
        assert (await client.recv(20))["type"] == "ping"
        check_is_ping_after(start)


async def _works(server: Server) -> None:
    """A handler that takes its time delays no ping, and its client may answer meanwhile."""
    async with server.join("/ws", token=token(sub="works")) as client:
        start = time.monotonic()
        await client.send({"type": "sleep", "seconds": 14, "data": "done"})
        types = []
        while (frame := await client.recv(20))["type"] == "ping":
            types.append(frame["type"])
            await client.send({"type": "pong"})
        assert (frame["type"], frame["data"]) == ("slept", "done")
        assert len(types) == 2
        assert time.monotonic() - start < 16


async def _next_message(client: Client) -> dict[str, object]:
    while (frame := await client.recv())["type"] == "ping":
        pass
    return frame


async def test_pings(running: Server) -> None:
    with running.shown():
        gone = asyncio.Event()
        async with asyncio.timeout(40), asyncio.TaskGroup() as group:
            group.create_task(_silent(running, gone))
            group.create_task(_answers_once(running, gone))
            group.create_task(_answers(running, gone))
            group.create_task(_talks(running))
            group.create_task(_works(running))
