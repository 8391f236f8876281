"""``history``: what a client that comes back has missed, in order and once, or ``resync``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.live import Client, Server, serving, token

pytestmark = pytest.mark.slow

KEPT = 5
MANIFEST: dict[str, Any] = {
    "slug": "typed",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "other": {"path": "/other", "auth": {"required": False}},
    },
    "mdbgen": {
        "endpoints": {
            "realtime": {
                "receive": {
                    "ask": {"properties": {"question": {"type": "string"},
                                           "at": {"type": "string"}},
                            "required": ["question"], "reply": "answer"},
                    "tell": {"properties": {"text": {"type": "string"}, "tags": {}},
                             "required": ["text"]},
                    "join": {"properties": {"channel": {"type": "string"}},
                             "required": ["channel"]},
                },
                "send": {
                    "answer": {"properties": {"text": {"type": "string"},
                                              "at": {"type": "string"}}},
                    "note": {"properties": {"text": {"type": "string"}, "tags": {}}},
                },
                "history": KEPT,
                "limits": {"outbox_bytes": 20_000},
            },
            "other": {
                "send": {"note": {"properties": {"text": {"type": "string"}, "tags": {}}}},
            },
        }
    },
}  # fmt: skip


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A history of its own for each test."""
    with serving(tmp_path_factory.mktemp("history"), "typed", {"app": MANIFEST}) as server:
        yield server


async def note(server: Server, text: str, **to: Any) -> None:
    await server.post("/broadcast", note={"text": text}, **to)


async def texts(client: Client, count: int) -> list[str]:
    return [(await client.recv())["text"] for _ in range(count)]


async def replayed(server: Server, since: object, path: str = "/ws", **who: Any) -> list[str]:
    """What a client is sent at once; "resync" for that frame."""
    async with server.join(f"{path}?since={since}", **who) as client:
        assert "seq" not in client.hello, "it goes on from where it was"
        await client.send({"type": "ask", "question": "mark"})
        found = []
        while (frame := await client.recv())["type"] != "answer":
            found.append(frame["text"] if frame["type"] == "note" else frame["type"])
        return found


async def test_numbers_rise_and_start_with_the_greeting(server: Server) -> None:
    async with server.join("/ws") as client:
        numbers = [client.hello["seq"]]
        for count in range(4):
            await note(server, str(count))
            numbers.append((await client.recv())["seq"])
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 2**53, "JavaScript reads it exactly"


async def test_only_broadcasts_are_numbered(server: Server) -> None:
    async with server.join("/ws") as client:
        assert "seq" not in await client.ask({"type": "ask", "question": "x"})
        assert "seq" not in await client.ask({"type": "tell", "text": "x"})
    async with server.join("/other") as other:
        assert "seq" not in other.hello
        await note(server, "x")
        assert "seq" not in await other.recv()


async def test_a_client_that_comes_back_gets_what_it_missed(server: Server) -> None:
    async with server.join("/ws") as client:
        start = client.hello["seq"]
        await note(server, "1")
        seen = (await client.recv())["seq"]
    for text in ("2", "3", "4"):
        await note(server, text)
    assert await replayed(server, seen) == ["2", "3", "4"]
    assert await replayed(server, seen) == ["2", "3", "4"], "asking changes nothing"
    assert await replayed(server, start) == ["1", "2", "3", "4"], "who had seen nothing yet, too"


async def test_who_has_missed_nothing_gets_nothing(server: Server) -> None:
    async with server.join("/ws") as client:
        start = client.hello["seq"]
        assert await replayed(server, start) == []
        await note(server, "1")
        assert await replayed(server, (await client.recv())["seq"]) == []


async def test_only_so_many_are_kept(server: Server) -> None:
    async with server.join("/ws") as client:
        numbers = [client.hello["seq"]]
        for count in range(KEPT + 2):
            await note(server, str(count))
            numbers.append((await client.recv())["seq"])
    assert await replayed(server, numbers[0]) == ["resync"]
    assert await replayed(server, numbers[1]) == ["resync"]
    assert await replayed(server, numbers[2]) == ["2", "3", "4", "5", "6"], "the oldest is known"


@pytest.mark.parametrize(
    "since", ["", "0", "-1", "x", "1e3", "NaN", "99999999999999999999", "9" * 5000, "%00", "٣"]
)
async def test_what_makes_no_sense_is_a_resync(server: Server, since: str) -> None:
    await note(server, "1")
    async with server.join(f"/ws?since={since}") as client:
        frame = await client.recv()
        assert frame["type"] == "resync"
        assert await replayed(server, frame["seq"]) == [], "its number is a place to go on from"


async def test_a_number_between_two_is_none_of_them(server: Server) -> None:
    async with server.join("/ws") as client:
        await note(server, "1")
        seen = (await client.recv())["seq"]
        await note(server, "2")
    assert await replayed(server, seen + 1) == ["resync"]


async def test_users_get_what_was_for_them(server: Server) -> None:
    async with server.join("/ws") as client:
        start = client.hello["seq"]
    await note(server, "all")
    await note(server, "ada", user_id="ada")
    await note(server, "bob", user_id="bob")
    assert await replayed(server, start) == ["all"]
    assert await replayed(server, start, token=token(sub="ada")) == ["all", "ada"]
    assert await replayed(server, start, token=token(sub="bob")) == ["all", "bob"]


async def test_channels_are_unknown_after_the_fact(server: Server) -> None:
    async with server.join("/ws") as client:
        start = client.hello["seq"]
        await note(server, "in", channel="news")
        await note(server, "all")
        seen = (await client.recv())["seq"]
    assert await replayed(server, start) == ["resync"]
    assert await replayed(server, seen) == []
    await note(server, "ada's", channel="news", user_id="ada")
    assert await replayed(server, seen) == [], "that was for nobody like this client"
    assert await replayed(server, seen, token=token(sub="ada")) == ["resync"]


async def test_another_endpoints_messages_are_not_this_ones(server: Server) -> None:
    async with server.join("/ws") as client:
        start = client.hello["seq"]
    await note(server, "elsewhere", endpoint="other")
    await note(server, "here", endpoint="realtime")
    assert await replayed(server, start) == ["here"]


async def test_more_than_a_client_can_be_given_at_once_is_a_resync(server: Server) -> None:
    async with server.join("/ws") as client:
        start = client.hello["seq"]
    await note(server, "x" * 6000)
    assert await replayed(server, start) == ["x" * 6000]
    await note(server, "x" * 6000)
    assert await replayed(server, start) == ["resync"], "half of the outbox is for what is new"


async def test_what_is_broadcast_while_a_client_connects_comes_after_what_it_missed(
    server: Server,
) -> None:
    async with server.join("/ws") as client:
        start = client.hello["seq"]
        await note(server, "missed")
    slow = token(sub="slow")
    async with server.join(f"/ws?since={start}", token=slow) as client:
        assert await texts(client, 2) == ["missed", "while connecting"]
    async with server.join("/ws", token=slow) as client:
        assert (await client.recv())["seq"] > client.hello["seq"], "not yet seen with the greeting"


async def test_what_a_channel_had_before_a_client_joined_it_again_is_a_resync(
    server: Server,
) -> None:
    async with server.join("/ws") as client:
        start = client.hello["seq"]
    late = token(sub="late")
    async with server.join(f"/ws?since={start}", token=late) as client:
        assert (await client.recv())["type"] == "resync"
    async with server.join("/ws", token=late) as client:
        answer = await client.ask({"type": "ask", "question": "mark"})
        assert answer["type"] == "answer", "it was never there before"


async def test_mappings_of_compat_are_kept_as_well(server: Server) -> None:
    async with server.join("/ws") as client:
        start = client.hello["seq"]
    await server.post("/broadcast_mapping", type="note", text="mapping")
    assert await replayed(server, start) == ["mapping"]


async def test_nothing_is_lost_or_doubled_by_clients_that_come_and_go(server: Server) -> None:
    """One that reconnects all the time, while broadcasts go on, sees each number once."""
    seen: list[str] = []
    is_done = asyncio.Event()

    async def come_and_go() -> None:
        since = (await connected())["seq"]
        while not is_done.is_set() or len(seen) < 60:
            async with server.connect(f"/ws?since={since}") as client:
                await client.recv()
                for _ in range(2):
                    frame = await client.recv()
                    assert frame["type"] == "note", "never a resync: it is back at once"
                    since = frame["seq"]
                    seen.append(frame["text"])

    async def connected() -> dict[str, Any]:
        async with server.join("/ws") as client:
            ready.set()
            return dict(client.hello)

    ready = asyncio.Event()
    coming = asyncio.create_task(come_and_go())
    await ready.wait()
    for number in range(60):
        while number - len(seen) > 2:
            await asyncio.sleep(0.001)
        await note(server, str(number))
    is_done.set()
    async with asyncio.timeout(20):
        await coming
    assert seen == [str(number) for number in range(60)]


async def test_a_restarted_server_knows_no_number_of_the_one_before(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    numbers: list[int] = []
    for _ in range(2):
        root = tmp_path_factory.mktemp("restart")
        with serving(root, "typed", {"app": MANIFEST}) as server:
            if numbers:
                assert await replayed(server, numbers[-1]) == ["resync"]
            async with server.join("/ws") as client:
                await note(server, "x")
                numbers.append((await client.recv())["seq"])
    assert numbers[0] < numbers[1]


async def test_a_history_is_bounded_in_bytes_whatever_its_number(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """16 MiB, in memory: of characters beyond Latin-1 each takes two bytes or four."""
    manifest = json.loads(json.dumps(MANIFEST))
    manifest["mdbgen"]["endpoints"]["realtime"].update(
        history=10_000, limits={"outbox_bytes": 2**26}
    )
    root = tmp_path_factory.mktemp("bytes")
    for letter, size, most in (("x", 300_000, 55), ("€", 150_000, 55), ("😀", 150_000, 27)):
        with serving(root, "typed", {"app": manifest}) as server:
            async with server.join("/ws") as client:
                start = client.hello["seq"]
                await note(server, letter * size)
                numbers = [start, (await client.recv())["seq"]]
                for _ in range(most + 4):
                    await note(server, letter * size)
                    numbers.append((await client.recv())["seq"])
            assert await replayed(server, start) == ["resync"]
            assert await replayed(server, numbers[-most - 2]) == ["resync"]
            assert await replayed(server, numbers[-most - 1]) == [letter * size] * most


async def test_many_small_ones_are_replayed_without_a_pause_for_others(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A long replay lets others have their turn, and what is new comes behind it."""
    manifest = json.loads(json.dumps(MANIFEST))
    manifest["mdbgen"]["endpoints"]["realtime"].update(
        history=3_000, limits={"outbox_bytes": 2**22}
    )
    with serving(tmp_path_factory.mktemp("small"), "typed", {"app": manifest}) as server:
        async with server.join("/ws") as client:
            start = client.hello["seq"]
        for _ in range(3_000 // 100):
            await server.post("/broadcast_many", count=100)
        async with server.connect(f"/ws?since={start}") as client:
            assert (await client.recv())["type"] == "connected"
            assert [(await client.recv())["text"] for _ in range(3_000)] == [
                str(n % 100) for n in range(3_000)
            ]
            await note(server, "new")
            assert (await client.recv())["text"] == "new"
