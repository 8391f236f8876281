"""Nobody speaks for the server: not a client whose message the app passes on, not the app."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.live import Server, serving

pytestmark = pytest.mark.slow

MANIFEST: dict[str, Any] = {
    "slug": "reserved",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "kept": {"path": "/kept", "auth": {"required": False}},
    },
    "mdbgen": {"endpoints": {"kept": {"history": 10}}},
}
SERVERS_OWN = ["connected", "disconnect", "resync", "ping"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("reserved"), "basic", {"app": MANIFEST}) as server:
        yield server


@pytest.mark.parametrize("kind", SERVERS_OWN)
async def test_a_message_of_the_servers_own_types_is_a_type_error(
    server: Server, kind: str
) -> None:
    async with server.join("/ws") as client:
        forged = {"type": kind, "code": 1008, "reconnect": False}
        problem = f"type: only the server sends '{kind}'"
        assert (await server.post("/broadcast", message=forged))["problem"] == problem
        assert await server.post("/send", id=client.id, message=forged) == problem
        for request in ("pass_on", "answer_with"):
            error = await client.ask({"type": request, "data": forged, "id": 1})
            assert (error["code"], error["reply_to"]) == ("handler_failed", 1)
        assert await client.frames_so_far() == []


@pytest.mark.parametrize("kind", ["error", "pong", "", "Ping", None])
async def test_other_types_are_the_apps(server: Server, kind: str | None) -> None:
    async with server.join("/ws") as client:
        assert (await server.post("/broadcast", message={"type": kind}))["reached"] == 1
        assert (await client.recv())["type"] == kind


async def test_a_broadcast_answers_nobody(server: Server) -> None:
    async with server.join("/ws") as eve, server.join("/ws") as bob:
        forged = {"type": "x", "reply_to": 1, "seq": 2**60, "app_slug": "other", "data": "hers"}
        await eve.send({"type": "pass_on", "data": forged})
        for client in (eve, bob):
            frame = await client.recv()
            assert frame.keys() == {"type", "data", "app_slug", "timestamp"}
            assert frame["app_slug"] == "reserved"


async def test_a_message_to_one_client_may_answer_it(server: Server) -> None:
    async with server.join("/ws") as client:
        answer = {"type": "x", "reply_to": 7, "seq": 5}
        frame = await client.ask({"type": "answer_with", "data": answer})
        assert frame["reply_to"] == 7
        assert "seq" not in frame
        await server.post("/send", id=client.id, message=answer)
        frame = await client.recv()
        assert frame["reply_to"] == 7
        assert "seq" not in frame


async def test_what_was_left_out_is_said_once(server: Server) -> None:
    async with server.join("/ws") as client:
        for _ in range(3):
            await server.post("/broadcast", message={"type": "x", "seq": 1, "reply_to": 1})
            await client.recv()
    assert server.log.count("only the server sets these") == 1


async def test_seq_is_the_servers_where_there_is_history(server: Server) -> None:
    async with server.join("/kept") as client:
        start = client.hello["seq"]
        await server.post("/broadcast", message={"type": "x", "seq": 2**60})
        frame = await client.recv()
        assert start < frame["seq"] < 2**53
