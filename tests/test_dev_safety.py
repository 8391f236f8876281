"""The console mints tokens: nobody but its own page, with the secret of the run, gets anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from support.devserver import Dev, developing
from support.live import TIMEOUT_S

pytestmark = pytest.mark.slow

MANIFEST = {"slug": "safe", "websockets": {"realtime": {"path": "/ws"}}}
HOST = "This is not the host name of the console.\n"
ORIGIN = "Only the console's own page may ask.\n"
SECRET = "The secret is missing or wrong: open the address that mdbgen dev has printed.\n"


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    folder = tmp_path_factory.mktemp("safety") / "project"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    with developing(folder) as running:
        yield running


def _get(dev: Dev, query: str, **headers: str) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=TIMEOUT_S) as client:
        return client.get(f"{dev.console}/{query}", headers=headers)


async def _refusal(dev: Dev, query: str, origin: str | None, host: str | None = None) -> str:
    """How the control socket is refused."""
    address = dev.console.partition("//")[2]
    port = int(address.partition(":")[2])
    url = f"ws://{host or address}/control{query}"
    options = {"host": "127.0.0.1", "port": port, "origin": origin, "proxy": None}
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, **options)  # type: ignore[arg-type]
    assert caught.value.response.status_code == 403
    return bytes(caught.value.response.body or b"").decode()


def test_its_own_page_is_served_and_can_do_nothing_else(dev: Dev) -> None:
    answer = _get(dev, f"?secret={dev.secret}")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    port, app_port = dev.console.rpartition(":")[2], dev.app.rpartition(":")[2]
    assert (
        f"connect-src ws://127.0.0.1:{port} http://127.0.0.1:{app_port} ws://127.0.0.1:{app_port};"
        in policy
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert dev.secret not in answer.text


def test_localhost_is_its_name_as_well(dev: Dev) -> None:
    port = dev.console.rpartition(":")[2]
    assert _get(dev, f"?secret={dev.secret}", Host=f"localhost:{port}").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil:80"])
async def test_another_host_name_gets_nothing(dev: Dev, host: str) -> None:
    answer = _get(dev, f"?secret={dev.secret}", Host=host)
    assert (answer.status_code, answer.text) == (403, HOST)
    assert await _refusal(dev, f"?secret={dev.secret}", f"http://{host}", host) == HOST


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
async def test_a_page_of_another_origin_gets_nothing(dev: Dev, origin: str) -> None:
    answer = _get(dev, f"?secret={dev.secret}", Origin=origin)
    assert (answer.status_code, answer.text) == (403, ORIGIN)
    assert await _refusal(dev, f"?secret={dev.secret}", origin) == ORIGIN


async def test_who_says_no_origin_gets_no_control(dev: Dev) -> None:
    assert await _refusal(dev, f"?secret={dev.secret}", None) == ORIGIN


@pytest.mark.parametrize("query", ["", "?secret=", "?secret=wrong", "?secret=%C3%A9"])
async def test_without_the_secret_there_is_nothing(dev: Dev, query: str) -> None:
    answer = _get(dev, query)
    assert (answer.status_code, answer.text) == (403, SECRET)
    assert await _refusal(dev, query, dev.console) == SECRET


async def test_a_binary_frame_is_refused_and_nobody_else_notices(dev: Dev) -> None:
    async with dev.page() as page, dev.page() as other:
        client = await other.join("ada", "realtime")
        await page.socket.send(b"\x00")
        async with asyncio.timeout(TIMEOUT_S):
            await page.socket.wait_closed()
        assert page.socket.close_code == 1003
        assert page.socket.close_reason == (
            "a command is a text frame that holds JSON; this one was binary"
        )
        await other.do("send", client=client, text='{"type": "hello", "id": 1}')
        assert await other.frame(client, reply_to=1)


async def test_a_second_secret_does_not_help(dev: Dev) -> None:
    query = f"?secret=wrong&secret={dev.secret}"
    assert _get(dev, query).status_code == 403
    assert await _refusal(dev, query, dev.console) == SECRET


def test_other_addresses_are_guarded_as_well(dev: Dev) -> None:
    assert _get(dev, "favicon.ico").text == SECRET
    assert _get(dev, f"nothing?secret={dev.secret}").status_code == 404


async def test_it_listens_on_the_loopback_alone(dev: Dev) -> None:
    async with dev.page() as page:
        assert page.state["app"]["url"].startswith("http://127.0.0.1:")
    import socket

    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    for address in addresses - {"127.0.0.1", "127.0.1.1", "::1"}:
        for url in (dev.console, dev.app):
            with pytest.raises(OSError, match=r"."):
                socket.create_connection((str(address), int(url.rpartition(":")[2])), 1)
