"""Nobody gets more than their share: work is bounded by who causes it, and ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.live import Client, Server, serving, token

pytestmark = pytest.mark.slow

SECONDS = 30.0  # for what takes a few seconds on an idle machine

MANIFEST: dict[str, Any] = {
    "slug": "share",
    "websockets": {"realtime": {"path": "/ws", "auth": {"required": False}}},
}
IN_A_HURRY = {
    "session.ON_CONNECT_TIMEOUT_S": 0.5,
    "session.HANDLER_GRACE_S": 0.5,
    "session.ON_DISCONNECT_TIMEOUT_S": 0.5,
    "tasks.CANCEL_TIMEOUT_S": 0.2,
}


@contextmanager
def share(root: Path, times: Mapping[str, float], **limits: int) -> Iterator[Server]:
    manifest = {**MANIFEST, "mdbgen": {"endpoints": {"realtime": {"limits": limits}}}}
    env = {"TEST_TIMES": json.dumps(times)}
    with serving(root, "share", {"app": manifest}, env=env) as server:
        yield server


async def until(server: Server, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    state = await server.until("/state", is_so, timeout_s=SECONDS)
    assert isinstance(state, dict)
    return state


def is_quiet(state: Mapping[str, Any]) -> bool:
    """Nobody is there, and nothing runs for anybody."""
    stats = state["stats"]
    left = {stats["connections"], stats["sessions"], state["handlers"], state["connects"]}
    return left == {0}


async def in_turns(count: int, together: int, visit: Callable[[], Any]) -> list[Any]:
    """Call ``visit`` many times, some at a time."""
    gate = asyncio.Semaphore(together)

    async def one() -> Any:
        async with gate:
            return await visit()

    async with asyncio.timeout(SECONDS * 2):
        return await asyncio.gather(*(one() for _ in range(count)))


@pytest.mark.parametrize("user", ["ada", None], ids=["a user", "anonymous"])
async def test_bursts_and_leaving_run_no_more_than_the_limits(
    tmp_path: Path, user: str | None
) -> None:
    """400 connections, each with a burst, each gone at once."""
    credential = None if user is None else token(sub=user)
    limits = {"connections_per_user": 20} if user else {"connections": 10}
    most = 20 if user else 9  # a tenth is kept for those who identify themselves

    with share(tmp_path, {"session.HANDLER_GRACE_S": 1.0}, **limits) as server:

        async def visit() -> str:
            async with server.connect("/ws", token=credential) as client:
                if (hello := await client.recv())["type"] != "connected":
                    return f"{hello['code']} {hello['reason']}"
                for _ in range(20):
                    await client.send({"type": "sleep", "seconds": 0.3})
                return "in"

        outcomes = await in_turns(400, 40, visit)
        refusal = "4429 too many connections" if user else "1013 server full"
        assert set(outcomes) == {"in", refusal}
        state = await until(server, is_quiet)
        assert state["most_handlers"] == most, "all of the share is to be had, and no more"
        assert sorted(state["connected"]) == sorted(state["disconnected"])
        assert len(state["connected"]) == outcomes.count("in")


async def test_an_on_connect_that_hangs_is_given_up(tmp_path: Path) -> None:
    with share(tmp_path, IN_A_HURRY) as server:
        async with server.connect("/ws?connect=hang") as client:
            closing = await client.closing()
        assert (closing.code, closing.reason) == (1011, "internal error")
        assert [frame["type"] for frame in closing.frames] == ["disconnect"]
        state = await until(server, is_quiet)
        assert (state["cancelled"], state["connected"], state["disconnected"]) == (1, [], [])
        assert "on_connect took over 0.5 s endpoint=realtime" in server.log


async def test_clients_that_leave_a_hanging_on_connect_are_counted(tmp_path: Path) -> None:
    """As with a database that hangs: each of them costs something until it is given up."""
    times = {"session.ON_CONNECT_TIMEOUT_S": 2.0, "session.HANDLER_GRACE_S": 2.0}
    with share(tmp_path, times, connections=10) as server:

        async def visit() -> None:
            async with server.connect("/ws?connect=hang"):
                pass

        await in_turns(200, 20, visit)
        state = await until(server, is_quiet)
        assert state["most_connects"] == 9
        assert (state["connected"], state["disconnected"]) == ([], [])


async def test_an_on_connect_that_ignores_its_end_gives_its_place_back(tmp_path: Path) -> None:
    """It returns in the end, so ``on_disconnect`` follows, once."""
    with share(tmp_path, IN_A_HURRY, connections=2) as server:
        async with server.connect("/ws?connect=cling&seconds=4", token=token()) as client:
            assert (await client.closing()).code == 1011
        state = await until(server, lambda state: state["stats"]["sessions"] == 0)
        assert state["connects"] == 1, "it still runs, and nobody waits for it"
        assert state["disconnected"] == []
        async with server.join("/ws", token=token()), server.join("/ws", token=token()):
            pass
        state = await until(server, lambda state: len(state["disconnected"]) == 3)
        assert sorted(state["connected"]) == sorted(state["disconnected"])
        assert "ignores its cancellation" in server.log


@pytest.mark.parametrize("how", ["leaves", "vanishes"])
async def test_a_handler_that_waits_for_ever_ends_with_its_client(tmp_path: Path, how: str) -> None:
    with share(tmp_path, IN_A_HURRY) as server:
        async with server.join("/ws") as client:
            for _ in range(3):
                await client.send({"type": "hang"})
            await until(server, lambda state: state["handlers"] == 1)
            if how == "vanishes":
                client.socket.transport.abort()
        state = await until(server, is_quiet)
        assert (state["cancelled"], state["handled"]) == (1, 0), "they have their time together"
        assert state["disconnected"] == [client.id]
        assert state["tasks"] < 10


async def test_a_handler_that_fails_when_it_is_cancelled_is_logged(tmp_path: Path) -> None:
    with share(tmp_path, IN_A_HURRY) as server:
        async with server.join("/ws") as client:
            await client.send({"type": "fail at the end"})
            await until(server, lambda state: state["handlers"] == 1)
        state = await until(server, is_quiet)
        assert state["disconnected"] == [client.id]
        assert "a handler failed when it was cancelled" in server.log
        assert "LookupError: the lock was not mine" in server.log


async def test_what_had_arrived_is_handled_within_that_time(tmp_path: Path) -> None:
    with share(tmp_path, {"session.HANDLER_GRACE_S": SECONDS}) as server:
        async with server.join("/ws") as client:
            for _ in range(5):
                await client.send({"type": "sleep", "seconds": 0.1})
        state = await until(server, is_quiet)
        assert (state["handled"], state["disconnected"]) == (5, [client.id])


async def test_a_handler_that_ignores_its_end_gives_its_place_back(tmp_path: Path) -> None:
    with share(tmp_path, IN_A_HURRY, connections_per_user=1) as server:
        async with server.join("/ws", token=token()) as client:
            await client.send({"type": "cling", "seconds": 5})
            await until(server, lambda state: state["handlers"] == 1)
        async with server.connect("/ws", token=token()) as early:
            assert (await early.closing()).code == 4429, "its handler still has time"
        state = await until(server, lambda state: state["stats"]["sessions"] == 0)
        assert (state["handlers"], state["disconnected"]) == (1, [client.id])
        async with server.join("/ws", token=token()) as another:
            assert (await another.ask({"type": "echo", "data": 1}))["data"] == 1
        state = await until(server, is_quiet)
        assert state["disconnected"] == [client.id, another.id]


@pytest.mark.parametrize("how", ["hang", "cling"])
async def test_an_on_disconnect_that_hangs_gives_its_place_back(tmp_path: Path, how: str) -> None:
    with share(tmp_path, IN_A_HURRY, connections=1) as server:
        async with server.join(f"/ws?disconnect={how}", token=token()) as client:
            pass
        async with server.connect("/ws", token=token()) as early:
            assert (await early.closing()).code == 1013, "its handler still has time"
        await until(server, is_quiet)
        async with server.join("/ws", token=token()) as another:
            pass
        state = await until(server, is_quiet)
        assert state["disconnected"] == [client.id, another.id]


async def test_a_client_that_was_put_out_ends_its_handlers_too(tmp_path: Path) -> None:
    with share(tmp_path, IN_A_HURRY) as server:
        async with server.join("/ws") as client:
            await client.send({"type": "hang"})
            await client.send({"type": "echo"})
            await until(server, lambda state: state["handlers"] == 1)
            await client.send(b"binary")
            assert (await client.closing()).code == 1003
        state = await until(server, is_quiet)
        assert (state["cancelled"], state["handled"]) == (1, 0)
        assert state["disconnected"] == [client.id]


async def test_what_waits_for_the_handlers_is_bounded_in_bytes(tmp_path: Path) -> None:
    limits = {"messages_per_second": 1000, "outbox_bytes": 100_000}
    with share(tmp_path, IN_A_HURRY, **limits) as server:
        async with server.join("/ws") as client:
            await client.send({"type": "sleep", "seconds": 0.3})
            for number in range(3):
                await client.send({"type": "echo", "data": "x" * 30_000, "number": number})
            assert (await client.recv())["type"] == "echo", "that much may wait"
        async with server.join("/ws") as client:
            await client.send({"type": "hang"})
            for _ in range(4):
                await client.send({"type": "echo", "data": "x" * 30_000})
            closing = await client.closing()
        assert (closing.code, closing.reason) == (4429, "too many messages")


async def test_one_message_may_be_larger_than_what_may_wait(tmp_path: Path) -> None:
    with share(tmp_path, {}, outbox_bytes=1000) as server:
        async with server.join("/ws") as client:
            data = "x" * 50_000
            await client.send({"type": "to_others", "by": "connection", "data": data})
            assert (await client.recv())["type"] == "done"


@asynccontextmanager
async def many(server: Server, count: int, **who: Any) -> AsyncIterator[list[str]]:
    """Connect so many; what each of them was told first."""
    clients: list[Client] = []
    contexts = [server.connect("/ws", **who) for _ in range(count)]
    try:
        for context in contexts:
            clients.append(await context.__aenter__())
        yield [(await client.recv()).get("reason", "in") for client in clients]
    finally:
        for context in contexts[: len(clients)]:
            await context.__aexit__(None, None, None)


async def test_a_tenth_is_kept_for_clients_that_identify_themselves(tmp_path: Path) -> None:
    with share(tmp_path, {}, connections=25) as server:
        async with many(server, 24) as anonymous:
            assert anonymous == ["in"] * 23 + ["server full"], "a tenth, rounded down, is 2"
            async with many(server, 3, token=token()) as identified:
                assert identified == ["in", "in", "server full"]


async def test_nothing_is_kept_where_nobody_can_identify_themselves(tmp_path: Path) -> None:
    manifest = {**MANIFEST, "mdbgen": {"endpoints": {"realtime": {"limits": {"connections": 10}}}}}
    with serving(tmp_path, "share", {"app": manifest}, env={"SECRET_KEY": None}) as server:
        async with many(server, 11) as anonymous:
            assert anonymous == ["in"] * 10 + ["server full"]
