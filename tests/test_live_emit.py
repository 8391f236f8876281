"""``ws.emit``: broadcasts from threads of the process that serves the app."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.live import Server, serving, token, write_project

pytestmark = pytest.mark.slow

IT = {"type": "it", "n": 1}
MANIFEST: dict[str, Any] = {
    "slug": "emits",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "other": {"path": "/other", "auth": {"required": False}},
    },
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("emit"), "workers", {"app": MANIFEST}) as server:
        yield server


@pytest.mark.parametrize("route", ["/emit", "/emit_in_thread", "/emit_on_another_loop"])
async def test_code_beside_the_loop_reaches_everybody(server: Server, route: str) -> None:
    async with server.join("/ws") as one, server.join("/other", token=token()) as two:
        assert await server.post(route, message=IT) == "accepted"
        for client in (one, two):
            frame = await client.recv()
            assert (frame["type"], frame["n"], frame["app_slug"]) == ("it", 1, "emits")


async def test_it_reaches_those_who_match_all_that_is_given(server: Server) -> None:
    async with (
        server.join("/ws", token=token(sub="ada")) as ada,
        server.join("/ws", token=token(sub="bob")) as bob,
    ):
        await server.post("/join", id=ada.id, channel="news")
        await server.post("/emit", message={"type": "1"}, user_id="bob")
        await server.post("/emit", message={"type": "2"}, channel="news")
        await server.post("/emit", message={"type": "3"}, endpoint="other")
        await server.post("/emit", message={"type": "4"}, user_id="ada", channel="news")
        assert [each["type"] for each in await ada.frames_so_far()] == ["2", "4"]
        assert [each["type"] for each in await bob.frames_so_far()] == ["1"]


async def test_one_after_the_other_they_arrive_in_order(server: Server) -> None:
    async with server.join("/ws") as client:
        for number in range(50):
            await server.post("/emit", message={"type": "it", "n": number})
        assert [(await client.recv())["n"] for _ in range(50)] == [*range(50)]


async def test_the_event_loop_is_told_to_broadcast(server: Server) -> None:
    answer = await server.post("/emit_on_loop", message=IT)
    assert answer.startswith("RuntimeError: ")
    assert "broadcast" in answer


async def test_it_takes_what_a_broadcast_takes(server: Server) -> None:
    for message, reason in (
        ([], "a message is a mapping, not list"),
        ({"type": "ping"}, "only the server sends 'ping'"),
    ):
        answer = await server.post("/emit", message=message)
        assert answer.startswith("TypeError: ")
        assert reason in answer


async def test_nobody_is_there(server: Server) -> None:
    assert await server.post("/emit", message=IT) == "accepted"


async def test_a_busy_loop_is_waited_for_and_then_the_message_is_taken_back(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, "workers", {"app": MANIFEST}) as server:
        async with server.join("/ws") as client:
            answer = await server.post("/emit_while_busy", message=IT)
            assert answer.startswith("TimeoutError: ")
            assert await client.frames_so_far() == []


async def test_a_sync_route_of_a_mounted_app_emits_before_anybody_has_come(
    tmp_path: Path,
) -> None:
    """There, no lifespan runs."""
    with serving(tmp_path, "mounted", {"app": MANIFEST}) as server:
        assert "await manager.broadcast" in await server.get("/emit_on_loop")
        assert await server.get("/emit") is True
        async with server.join("/one/ws") as client:
            assert await server.get("/emit") is True
            assert (await client.recv())["type"] == "it"


def test_a_process_that_serves_nobody_is_told_what_to_choose(tmp_path: Path) -> None:
    write_project(tmp_path, "workers", {"app": MANIFEST})
    script = "from app import ws\nws.emit({'type': 'it'})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("RuntimeError: this process serves no clients")
    assert '"backplane": "redis"' in last
