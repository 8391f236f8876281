"""Which pages may connect: the header ``Origin``, with each kind of credential."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from support.live import Server, serving, token, write_project
from support.live import running as running_project

pytestmark = pytest.mark.slow

LISTED = "https://app.example"
FOREIGN = "https://evil.example"

MANIFEST = {
    "slug": "origins",
    "websockets": {
        "realtime": {"path": "/ws"},
        "open": {"path": "/open", "auth": {"required": False}},
    },
    "cors": {
        "enabled": True,
        "allow_origins": [
            "https://App.Example:443/",
            "http://localhost:5173",
            "null",
            "https://*.wild.example",
            "https://path.example/chat",
            "bare.example",
        ],
    },
}
ANY_PAGE = {
    **MANIFEST,
    "slug": "any_page",
    "cors": {"enabled": True, "allow_origins": ["*", LISTED]},
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    packages = {"app": MANIFEST, "other": ANY_PAGE}
    with serving(tmp_path_factory.mktemp("origins"), "doors", packages) as server:
        yield server


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server behind a proxy that ends TLS, keeps ``Host``, and cuts ``/api`` off."""
    root, packages = tmp_path_factory.mktemp("proxied"), {"app": MANIFEST, "other": ANY_PAGE}
    arguments = ("--proxy-headers", "--root-path", "/api")
    with serving(root, "doors", packages, arguments=arguments) as server:
        yield server


def _explicit() -> list[dict[str, Any]]:
    """The credentials that no browser attaches by itself."""
    pair = [Subprotocol("bearer"), Subprotocol(token())]
    return [{"token": token()}, {"bearer": token()}, {"subprotocols": pair}]


def _cookie(name: str = "token") -> dict[str, Any]:
    return {"cookies": {name: token()}}


async def enters(server: Server, path: str, origin: str, **credential: Any) -> bool:
    """Whether the handshake succeeds; if not, with status 403 and nothing else."""
    try:
        async with server.connect(path, headers={"Origin": origin}, **credential):
            return True
    except InvalidStatus as refusal:
        response = refusal.response
    assert response.status_code == 403
    assert "sec-websocket-accept" not in response.headers
    return False


async def status_of(server: Server, path: str, **headers: str) -> int:
    """The answer to a browser, which sends a cookie whatever the page is."""
    return await server.handshake(path, Cookie=f"token={token()}", **headers)


@pytest.mark.parametrize("path", ["/ws", "/open", "/v1/ws", "/sub/ws"])
async def test_a_foreign_page_is_refused_before_the_handshake(server: Server, path: str) -> None:
    for origin in (FOREIGN, "null", "", "file://", "https://", "http://[", "a b"):
        for credential in ({}, _cookie(), _cookie("ws_token"), *_explicit()):
            assert not await enters(server, path, origin, **credential), origin


async def test_a_ticket_does_not_open_the_door_to_a_foreign_page(server: Server) -> None:
    ticket = await server.ticket("/ws", Authorization=f"Bearer {token()}")
    assert not await enters(server, f"/ws?ticket={ticket}", FOREIGN)
    async with server.join(f"/ws?ticket={ticket}") as client:  # nor is it used up
        assert client.hello["user_id"] == "ada"


async def test_a_client_without_an_origin_is_no_browser(server: Server) -> None:
    for credential in (_cookie(), _cookie("ws_token"), *_explicit()):
        async with server.join("/ws", **credential) as client:
            assert client.hello["user_id"] == "ada"


@pytest.mark.parametrize("path", ["/ws", "/v1/ws", "/sub/ws"])
async def test_the_apps_own_pages_and_listed_ones_come_in(server: Server, path: str) -> None:
    own = f"http://127.0.0.1:{server.port}"
    for origin in (own, own.upper(), LISTED, LISTED.upper(), "http://localhost:5173"):
        for credential in (_cookie(), *_explicit()):
            async with server.join(path, headers={"Origin": origin}, **credential) as client:
                assert client.hello["user_id"] == "ada"


@pytest.mark.parametrize(
    ("host", "origin", "is_own"),
    [
        ("me.example", "http://me.example", True),
        ("me.example:80", "http://me.example", True),
        ("me.example", "http://me.example:80", True),
        ("me.example", "https://me.example", True),  # the proxy ends TLS, and does not say so
        ("me.example:443", "https://me.example", True),
        ("ME.example", "http://me.EXAMPLE", True),
        ("[::1]:8000", "http://[::1]:8000", True),
        ("me.example:8000", "http://me.example", False),
        ("me.example", "http://me.example:8000", False),
        ("me.example:80", "https://me.example", False),
        ("me.example", "ftp://me.example", False),
        ("me.example", "http://me.example.evil.example", False),
        ("me.example", "http://evil-me.example", False),
        ("me.example", "http://sub.me.example", False),
        ("me.example", "me.example", False),
        ("me.example:x", "http://me.example:x", False),
        ("me.example:99999", "http://me.example:99999", False),
    ],
)
async def test_own_means_the_same_host_and_port(
    server: Server, host: str, origin: str, is_own: bool
) -> None:
    for path in ("/ws", "/sub/ws"):
        status = await status_of(server, path, Host=host, Origin=origin)
        assert status == (101 if is_own else 403)


@pytest.mark.parametrize(
    "origin",
    [
        "http://app.example",
        "https://app.example:444",
        "https://app.example.evil.example",
        "https://sub.app.example",
        "https://app.example.",
        "http://localhost",
        "http://localhost:5174",
        "https://localhost:5173",
        "https://a.wild.example",
        "https://*.wild.example",
        "https://path.example",
        "https://path.example/chat",
        "https://bare.example",
        "bare.example",
        "null",
    ],
)
async def test_a_listed_origin_is_matched_exactly(server: Server, origin: str) -> None:
    assert not await enters(server, "/ws", origin, token=token())


async def test_any_page_may_bring_a_credential_of_its_own(server: Server) -> None:
    for origin in (FOREIGN, "null", "file://"):
        for credential in _explicit():
            path = "/other/ws"
            async with server.join(path, headers={"Origin": origin}, **credential) as client:
                assert client.hello["user_id"] == "ada"


async def test_any_page_may_not_use_its_visitors_cookie(server: Server) -> None:
    for origin in (FOREIGN, "null", ""):
        for name in ("token", "ws_token"):
            sent = {"headers": {"Origin": origin}, **_cookie(name)}
            async with server.connect("/other/ws", **sent) as client:
                closing = await client.closing()
            assert (closing.code, closing.reason) == (1008, "unauthenticated")
            async with server.join("/other/open", **sent) as client:
                assert client.hello["user_id"] is None
    own = f"http://127.0.0.1:{server.port}"
    for origin in (own, LISTED):
        sent = {"headers": {"Origin": origin}, **_cookie()}
        async with server.join("/other/ws", **sent) as client:
            assert client.hello["user_id"] == "ada"


async def test_behind_a_proxy_own_means_the_host_that_the_browser_sees(
    behind_proxy: Server,
) -> None:
    proxied = {"Host": "me.example", "X_Forwarded_Proto": "https", "X_Forwarded_For": "9.9.9.9"}
    with behind_proxy.shown():
        for path in ("/ws", "/v1/ws", "/sub/ws"):
            for origin in ("https://me.example", "https://me.example:443", LISTED):
                assert await status_of(behind_proxy, path, Origin=origin, **proxied) == 101
            for origin in (FOREIGN, "https://me.example:8443", "null"):
                assert await status_of(behind_proxy, path, Origin=origin, **proxied) == 403


async def test_a_page_without_tls_is_foreign_to_a_socket_with_it(behind_proxy: Server) -> None:
    page = {"Host": "me.example", "Origin": "http://me.example"}
    with behind_proxy.shown():
        assert await status_of(behind_proxy, "/ws", X_Forwarded_Proto="https", **page) == 403
        assert await status_of(behind_proxy, "/ws", X_Forwarded_Proto="http", **page) == 101


async def test_what_a_client_claims_to_be_forwarded_changes_no_host(server: Server) -> None:
    claims = {"X_Forwarded_Host": "evil.example", "Forwarded": "host=evil.example;proto=https"}
    assert await status_of(server, "/ws", Origin=FOREIGN, **claims) == 403


async def test_a_rebound_name_gets_nothing_where_hosts_are_listed(tmp_path: Path) -> None:
    """A page of evil.example, which is the server's own address to the browser."""
    write_project(tmp_path, "doors", {"app": MANIFEST})
    main = tmp_path / "main.py"
    main.write_text(
        f"{main.read_text('utf-8')}\n\n"
        "from fastapi.middleware.trustedhost import TrustedHostMiddleware\n"
        'app.add_middleware(TrustedHostMiddleware, allowed_hosts=["app.example", "127.0.0.1"])\n',
        "utf-8",
    )
    with running_project(tmp_path) as server, server.shown():
        port, headers = server.port, {"Authorization": f"Bearer {token()}"}
        for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:127.0.0.1", "[::1]"):
            page = {"Host": f"{host}:{port}", "Origin": f"http://{host}:{port}"}
            for path in ("/ws", "/open", "/v1/ws", "/sub/ws"):
                assert await server.handshake(path, **page) == 400
                assert await server.handshake(f"{path}?token={token()}", **page) == 400
                sent = {**headers, **page}
                response = await server.request("POST", f"{path}/ticket", headers=sent)
                assert response.status_code == 400
        for host in ("app.example", f"127.0.0.1:{port}"):
            page = {"Host": host, "Origin": f"http://{host}"}
            assert await server.handshake("/open", **page) == 101
