"""What clients do wrong on purpose, and what the server does about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.devserver import CommandFailed, Dev, Page, developing

pytestmark = pytest.mark.slow

MANIFEST = {
    "slug": "faults",
    "websockets": {
        "realtime": {"path": "/ws", "ping_interval": 5},
        "declared": {"path": "/declared"},
    },
    "mdbgen": {
        "endpoints": {
            "declared": {
                "limits": {"outbox_bytes": 65536},
                "receive": {"get_status": {"reply": "status"}},
                "send": {
                    "status": {"properties": {"state": {"type": "string"}}, "required": ["state"]}
                },
            },
        }
    },
}
BACK = "comes back after a random delay, which grows with each failure up to 30 s"


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    folder = tmp_path_factory.mktemp("faults") / "project"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    with developing(folder) as running:
        yield running


async def _closed(page: Page, client: str, timeout_s: float = 10.0) -> dict[str, Any]:
    """Wait for the end of a client's connection; how it ended."""

    def ends() -> list[Any]:
        told = [each["client"] for each in page.events if each["is"] == "client"]
        return [each["close"] for each in told if each["id"] == client and each["close"]]

    return dict((await page.until(ends, timeout_s))[0])


@pytest.mark.parametrize(
    ("fault", "code", "meaning", "reaction"),
    [
        ("flood", 4429, "too many messages or connections", BACK),
        ("too_big", 1009, "a frame over max_message_bytes", "stops and does not come back"),
        ("binary", 1003, "a binary frame", "stops and does not come back"),
    ],
)
async def test_a_fault_ends_the_connection(
    dev: Dev, fault: str, code: int, meaning: str, reaction: str
) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "realtime")
        await page.do("fault", client=client, fault=fault)
        close = await _closed(page, client)
        await page.do("forget", client=client)
    assert close["code"] == code
    assert close["by"] == "server"
    assert (close["meaning"], close["client"]) == (meaning, reaction)


async def test_a_token_that_expires_is_renewed(dev: Dev) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "realtime")
        before = page.clients[client]["connection_id"]
        await page.do("fault", client=client, fault="expire")
        close = await _closed(page, client)
        await page.until(lambda: page.clients[client]["connection_id"] not in (before, None))
        await page.do("forget", client=client)
    assert (close["code"], close["reason"]) == (1008, "token_expired")
    assert close["client"] == "asks for a new token and tries once more; refused again, it stops"


async def test_a_token_of_a_moment_expires_by_itself(dev: Dev) -> None:
    async with dev.page() as page:
        answer = await page.do("person", name="mayfly", user_id="mayfly", expires_in=2)
        await page.until(lambda: any(e["name"] == "mayfly" for e in page.state["people"]))
        client = await page.join("mayfly", "realtime")
        close = await _closed(page, client)
        await page.do("forget", client=client)
        await page.do("forget_person", person=answer["person"]["id"])
    assert (close["code"], close["reason"]) == (1008, "token_expired")


async def test_who_stops_reading_is_dropped_and_comes_back(dev: Dev) -> None:
    message = {"type": "status", "state": "x" * 60_000}
    async with dev.page() as page:
        client = await page.join("ada", "declared")
        await page.do("fault", client=client, fault="stop_reading")
        assert page.clients[client]["faults"] == ["not_reading"]
        for _ in range(400):
            if not (await page.do("broadcast", message=message))["count"]:
                break
        assert await page.record(client, "close=1013 'too slow'")
        await page.do("fault", client=client, fault="read_again")
        close = await _closed(page, client)
        await page.do("forget", client=client)
    assert close["code"] == 1013
    assert close["client"] == BACK


async def test_who_answers_no_ping_is_given_up(dev: Dev) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "realtime")
        await page.frame(client, timeout_s=15.0, type="ping")
        await page.until(lambda: '{"type":"pong"}' in [each["text"] for each in page.frames])
        await page.do("fault", client=client, fault="no_pong")
        close = await _closed(page, client, 25.0)
        await page.do("forget", client=client)
    assert (close["code"], close["meaning"]) == (4408, "no sign of life")


async def test_bad_json_is_answered_and_the_connection_stays(dev: Dev) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "realtime")
        await page.do("fault", client=client, fault="bad_json")
        assert await page.frame(client, type="error", code="invalid_json")
        assert page.clients[client]["status"] == "open"
        await page.do("forget", client=client)


async def test_who_vanishes_is_gone_without_a_close(dev: Dev) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "realtime")
        await page.do("fault", client=client, fault="vanish")
        shown = await page.reaches(client, "closed")
        record = await page.record(client, "client left")
        assert record["text"].endswith("close=None")
        await page.do("reconnect", client=client)
        await page.reaches(client, "open")
        await page.do("forget", client=client)
    assert shown["close"]["code"] == 1006
    assert shown["close"]["client"] == "has ended by itself"


async def test_half_a_frame_says_nothing(dev: Dev) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "realtime")
        before = len(page.frames_of(client))
        await page.do("fault", client=client, fault="half_frame")
        assert page.clients[client]["faults"] == ["half_frame"]
        await page.do("fault", client=client, fault="vanish")
        await page.reaches(client, "closed")
        assert len(page.frames_of(client)) == before
        await page.do("forget", client=client)


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 1012, 1013, 4408, 4429, 4000])
async def test_a_client_is_dropped_with_any_code(dev: Dev, code: int) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "realtime")
        connection = page.clients[client]["connection_id"]
        await page.do("drop", connection=connection, code=code, reason="as you like")
        close = await _closed(page, client)
        await page.do("forget", client=client)
    assert (close["code"], close["reason"], close["by"]) == (code, "as you like", "server")


async def test_the_server_is_seen_and_told_what_to_do(dev: Dev) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "declared")
        connection = page.clients[client]["connection_id"]
        await page.do("join", connection=connection, channel="news")
        [seen] = await page.until(
            lambda: [
                each
                for each in (page.state["view"] or {"connections": []})["connections"]
                if each["id"] == connection and each["channels"] == ["news"]
            ]
        )
        assert {"endpoint": "declared", "user_id": "ada", "client": client}.items() <= seen.items()
        assert page.state["view"]["users"] == [{"user_id": "ada", "connections": 1}]
        assert page.state["view"]["channels"] == [{"channel": "news", "connections": 1}]
        rates = page.state["view"]["rates"]
        assert set(rates) == {"frames_in", "frames_out", "reply_ms", "outbox_bytes"}
        message: dict[str, Any] = {"type": "status", "state": "busy"}
        assert (await page.do("broadcast", message=message, channel="news"))["count"] == 1
        assert await page.frame(client, **message)
        await page.do("leave", connection=connection, channel="news")
        assert (await page.do("broadcast", message=message, channel="news"))["count"] == 0
        await page.do("forget", client=client)


async def test_declared_messages_are_broadcast_as_such(dev: Dev) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "declared")
        message: dict[str, Any] = {"type": "status", "state": "busy"}
        assert (await page.do("broadcast", message=message))["count"] == 1
        assert await page.frame(client, **message)
        with pytest.raises(CommandFailed, match="state"):
            await page.do("broadcast", message={"type": "status"})
        with pytest.raises(CommandFailed, match="the manifest declares no message 'other'"):
            await page.do("broadcast", message={"type": "other"})
        with pytest.raises(CommandFailed, match="only the server itself sends ping"):
            await page.do("broadcast", message={"type": "ping"})
        await page.do("send", client=client, text='{"type":"get_status","id":7}')
        assert await page.frame(client, type="error", code="not_implemented", reply_to=7)
        await page.do("forget", client=client)


async def test_a_log_is_replayed(dev: Dev) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "realtime")
        lines = [{"after_ms": 0, "text": "{"}, {"after_ms": 1, "text": '{"type":"x","id":"z"}'}]
        await page.do("replay", client=client, lines=lines)
        assert await page.frame(client, code="not_implemented", reply_to="z")
        await page.do("forget", client=client)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ({"do": "fly"}, "fly"),
        ({"do": "connect", "person": "p1", "endpoint": "nowhere"}, "there is no endpoint nowhere"),
        ({"do": "connect", "person": "p99", "endpoint": "realtime"}, "there is no person p99"),
        ({"do": "send", "client": "c999", "text": ""}, "there is no client c999"),
        ({"do": "send", "client": "c999"}, "send.text: Field required"),
        ({"do": "drop", "connection": "x"}, "this connection is gone"),
    ],
)
async def test_what_cannot_be_done_is_said(dev: Dev, command: Any, message: str) -> None:
    async with dev.page() as page:
        with pytest.raises(CommandFailed, match=message):
            await page.do(**command)
