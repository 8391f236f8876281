"""The key that verifies tokens: from the environment as PEM, or from a JWKS address."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI

from support import live
from support.live import KEY, Server, serving, token

pytestmark = pytest.mark.slow

ENDPOINTS = {
    "realtime": {"path": "/ws"},
    "open": {"path": "/open", "auth": {"required": False}},
}


def manifest(algorithm: str) -> dict[str, Any]:
    return {
        "slug": "keys",
        "websockets": ENDPOINTS,
        "auth": {"jwt": {"algorithm": algorithm}},
    }


@cache
def private_key(name: str) -> Any:
    """The same key for the same name: ``RS256``, ``ES256``, ``RS256-new``."""
    if name.startswith("RS"):
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP384R1() if "384" in name else ec.SECP256R1())


def public_pem(name: str) -> str:
    pem = (
        private_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return str(pem.decode())


def private_pem(name: str) -> str:
    pem = private_key(name).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return str(pem.decode())


def public_jwk(name: str, **members: Any) -> dict[str, Any]:
    algorithm = jwt.get_algorithm_by_name(name.split("-")[0])
    key = json.loads(algorithm.to_jwk(private_key(name).public_key()))
    return {**key, "kid": name, "use": "sig", **members}


def signed(name: str, kid: str | None = None, **claims: Any) -> str:
    """A token by the key of this name, with the header ``kid``."""
    payload = {"sub": "ada", "exp": int(time.time()) + 3600, **claims}
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(payload, private_key(name), name.split("-")[0], headers)


def forged(header: dict[str, Any], secret: str) -> str:
    """A token with any header at all, signed by HMAC."""
    payload = {"sub": "eve", "exp": int(time.time()) + 3600}
    parts = (json.dumps(part).encode() for part in ({"typ": "JWT", **header}, payload))
    body = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return b".".join((body, base64.urlsafe_b64encode(mac).rstrip(b"="))).decode()


async def user_of(server: Server, credential: str, path: str = "/ws") -> str:
    async with server.join(path, token=credential) as client:
        return str(client.hello["user_id"])


async def end_of(server: Server, credential: str, path: str = "/ws") -> tuple[int, str]:
    """How a refused client's connection ends."""
    async with server.connect(path, token=credential) as client:
        closing = await client.closing()
    assert [frame["type"] for frame in closing.frames] == ["disconnect"]
    assert closing.farewell["code"] == closing.code
    assert closing.farewell["reconnect"] is True
    return closing.code, closing.reason


REFUSED = (1008, "unauthenticated")
NO_KEYS = (1011, "server misconfigured")


@pytest.mark.parametrize("name", ["RS256", "ES256"])
async def test_a_public_key_may_be_written_on_one_line(name: str, tmp_path: Path) -> None:
    env = {"SECRET_KEY": KEY, "MDB_JWT_PUBLIC_KEY": public_pem(name).replace("\n", "\\n")}
    with serving(tmp_path, "doors", {"app": manifest(name)}, env=env) as server, server.shown():
        assert await user_of(server, signed(name)) == "ada"
        for path in ("/ws", "/open"):
            for pem in (public_pem(name), public_pem(name).strip(), KEY):
                assert await end_of(server, forged({"alg": "HS256"}, pem), path) == REFUSED
                assert await end_of(server, forged({"alg": name}, pem), path) == REFUSED
                assert await end_of(server, forged({"alg": "none"}, pem), path) == REFUSED
            assert await end_of(server, signed(f"{name}-another"), path) == REFUSED
            other = "ES256" if name == "RS256" else "RS256"
            assert await end_of(server, signed(other), path) == REFUSED


async def test_a_token_cannot_bring_its_own_key(tmp_path: Path) -> None:
    env = {"SECRET_KEY": None, "MDB_JWT_PUBLIC_KEY": public_pem("RS256")}
    own = public_jwk("RS256-eve")
    claims = {"sub": "eve", "exp": int(time.time()) + 3600}
    with serving(tmp_path, "doors", {"app": manifest("RS256")}, env=env) as server, server.shown():
        for header in (
            {"jwk": own},
            {"jku": "https://evil.example/jwks"},
            {"x5u": "https://evil.example/cert"},
            {"kid": "../../../../dev/null"},
        ):
            credential = jwt.encode(claims, private_key("RS256-eve"), "RS256", header)
            assert await end_of(server, credential) == REFUSED


PEM, JWKS = "MDB_JWT_PUBLIC_KEY", "MDB_JWT_JWKS_URL"


def _certificate_like() -> str:
    return public_pem("RS256").replace("PUBLIC KEY", "CERTIFICATE")


def _weak_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


BAD_KEYS: dict[str, tuple[str, str, Callable[[], str], str]] = {
    "no-secret": ("HS256", "SECRET_KEY", lambda: "", "SECRET_KEY is not set"),
    "short-secret": ("HS256", "SECRET_KEY", lambda: "x" * 31, "SECRET_KEY has 31 bytes"),
    "blanks": ("HS256", "SECRET_KEY", lambda: " " * 32, "SECRET_KEY is blank"),
    "other-blanks": ("HS256", "MDB_JWT_SECRET", lambda: "\t\n\u3000" * 20, "_SECRET is blank"),
    "weak-RSA": ("RS256", PEM, _weak_pem, "has 1024 bits: RS256 needs a key of at least 2048"),
    "none": ("RS256", PEM, lambda: "", "MDB_JWT_PUBLIC_KEY is not set"),
    "garbage": ("RS256", PEM, lambda: "garbage", "MDB_JWT_PUBLIC_KEY is not a PEM public key"),
    "certificate": ("RS256", PEM, _certificate_like, "is not a PEM public key"),
    "cut-off": ("RS256", PEM, lambda: public_pem("RS256")[:200], "is not a PEM public key"),
    "EC-for-RS256": ("RS256", PEM, lambda: public_pem("ES256"), "that RS256 can use"),
    "RSA-for-ES256": ("ES256", PEM, lambda: public_pem("RS256"), "that ES256 can use"),
    "another-curve": ("ES256", PEM, lambda: public_pem("ES384"), "that ES256 can use"),
    "private-RSA": ("RS256", PEM, lambda: private_pem("RS256"), "holds a private key"),
    "private-EC": ("ES256", PEM, lambda: private_pem("ES256"), "holds a private key"),
    "private-on-one-line": (
        "ES256",
        PEM,
        lambda: private_pem("ES256").replace("\n", "\\n"),
        "holds a private key",
    ),
    "no-tls": ("RS256", JWKS, lambda: "http://id.example/keys", "is not an https:// address"),
    "almost-local": ("RS256", JWKS, lambda: "http://localhost.evil.example/", "is not an https://"),
    "file": ("RS256", JWKS, lambda: "file:///etc/keys", "is not an https:// address"),
    "no-scheme": ("RS256", JWKS, lambda: "id.example/keys", "is not an https:// address"),
    "hidden": ("RS256", JWKS, lambda: " https://id.example/keys", "is not an https:// address"),
    **{
        f"address-{number}": ("ES256", JWKS, lambda url=url: url, "is not an https:// address")  # type: ignore[misc]
        for number, url in enumerate(
            (
                "http://localhost:80@evil.example/keys",
                "http://127.0.0.1:80@evil.example/keys",
                "http://localhost:80\\@evil.example/keys",
                "http://127.0.0.1.evil.example/keys",
                "https://#",
                "https:///keys",
                "https:keys",
                "https://:443/keys",
                "https://user:password@id.example/keys",
                "https://id.example\r\nHost: evil.example/keys",
                "https://id.exam\tple/keys",
                "https://id.example/k\x7fys",
                "https://id.example/kéys",
                "https://id.example:99999/keys",
                "https://id.example:port/keys",
                "https://[::1/keys",
                "javascript://localhost/keys",
            )
        )
    },
}


@pytest.mark.parametrize("name", BAD_KEYS)
async def test_a_key_that_cannot_verify_stops_the_start_up(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    algorithm, variable, value_of, sentence = BAD_KEYS[name]
    for each in ("SECRET_KEY", "FLASK_SECRET_KEY", "MDB_JWT_SECRET", PEM, JWKS):
        monkeypatch.delenv(each, raising=False)
    value = value_of()
    monkeypatch.setenv(variable, value)
    only_closed = {**manifest(algorithm), "websockets": {"realtime": {"path": "/ws"}}}
    with live.imported(tmp_path, only_closed) as package:
        app = FastAPI()
        app.include_router(package.router)
        with pytest.raises(RuntimeError, match=sentence) as caught:
            async with app.router.lifespan_context(app):
                pytest.fail("it starts")
    assert not value or value not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://id.example/keys",
        "HTTPS://ID.example:8443/a/b?c=d",
        "https://[2001:db8::1]/keys",
        "http://localhost:8080/keys",
        "http://127.0.0.1/keys",
        "http://[::1]:8080/keys",
    ],
)
async def test_the_address_of_the_keys(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PEM, raising=False)
    monkeypatch.setenv(JWKS, url)
    with live.imported(tmp_path, manifest("RS256")) as package:
        assert package.runtime.deployment.deployment().can_verify_tokens


# --- JWKS


class KeyServer:
    """Serves what a test says at the moment, and counts how often it is asked."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.body: bytes | None = None  # instead of the keys
        self.status = 200
        self.headers: dict[str, str] = {}
        self.drips = False  # one byte after the other, without an end
        self.asked = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked += 1
                assert server.may_answer.wait(60)
                body = server.body or json.dumps({"keys": server.keys}).encode()
                self.send_response(server.status)
                size = len(body) + 100 * (server.status == 206) + 10**6 * server.drips
                for name, value in {"Content-Length": str(size), **server.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(ConnectionError):  # a client need not read all of it
                    self.wfile.write(body)
                    while server.drips and not server.is_over.wait(0.02):
                        self.wfile.write(b" ")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.is_over = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/keys"


@contextmanager
def key_server() -> Iterator[KeyServer]:
    keys = KeyServer()
    thread = threading.Thread(target=keys.http.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield keys
    finally:
        keys.is_over.set()
        keys.may_answer.set()
        keys.http.shutdown()
        keys.http.server_close()
        thread.join()


@contextmanager
def serving_with(root: Path, keys: KeyServer) -> Iterator[Server]:
    env = {"SECRET_KEY": KEY, "MDB_JWT_JWKS_URL": keys.url}
    with serving(root, "doors", {"app": manifest("RS256")}, env=env) as server, server.shown():
        yield server


async def test_a_token_names_its_key_and_keys_come_and_go(tmp_path: Path) -> None:
    with key_server() as keys, serving_with(tmp_path, keys) as server:
        keys.keys = [public_jwk("RS256"), public_jwk("ES256"), public_jwk("RS256-next")]
        assert keys.asked == 0
        for _ in range(5):
            assert await user_of(server, signed("RS256", "RS256")) == "ada"
        assert await user_of(server, signed("RS256-next", "RS256-next")) == "ada"
        assert keys.asked == 1  # then they are remembered
        for credential in (
            signed("RS256"),
            signed("RS256", "unknown"),
            signed("RS256", "RS256-next"),
            signed("ES256", "ES256"),  # a key of the issuer's, but not the app's algorithm
            forged({"alg": "RS256", "kid": "ES256"}, "secret"),
            forged({"alg": "HS256", "kid": "RS256"}, public_pem("RS256")),
            forged({"alg": "HS256", "kid": "RS256"}, KEY),
            forged({"alg": "none", "kid": "RS256"}, ""),
            forged({"alg": "RS256", "kid": 5}, ""),
            forged({"alg": "RS256", "kid": None}, ""),
            "garbage",
            "a.b.c",
        ):
            for path in ("/ws", "/open"):
                assert await end_of(server, credential, path) == REFUSED
        assert keys.asked <= 2  # unknown names make nobody ask each time


async def test_a_new_key_is_found_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process: an unknown key is asked for every 30 seconds at most."""
    with key_server() as keys, live.imported(tmp_path, manifest("RS256")) as package:
        monkeypatch.delenv(PEM, raising=False)
        monkeypatch.setenv(JWKS, keys.url)
        keys.keys = [public_jwk("RS256")]
        monkeypatch.setattr(package.runtime.jwks, "COOLDOWN_S", 0)
        identity = await package.runtime.tokens.verify(signed("RS256", "RS256"))
        assert identity.user_id == "ada"
        keys.keys = [public_jwk("RS256-next")]
        identity = await package.runtime.tokens.verify(
            signed("RS256-next", "RS256-next", sub="bob")
        )
        assert identity.user_id == "bob"
        assert keys.asked == 2
        monkeypatch.setattr(package.runtime.jwks, "COOLDOWN_S", 30)
        with pytest.raises(package.runtime.tokens.Refused):  # the old one is no longer the issuer's
            await package.runtime.tokens.verify(signed("RS256", "RS256"))


async def test_an_outage_ends_by_itself(tmp_path: Path) -> None:
    with key_server() as keys, serving_with(tmp_path, keys) as server:
        keys.keys, keys.status = [public_jwk("RS256")], 503
        assert await end_of(server, signed("RS256", "RS256")) == NO_KEYS
        keys.status = 200
        await _until_let_in(server, signed("RS256", "RS256"))
        keys.status = 503
        assert await user_of(server, signed("RS256", "RS256")) == "ada"  # known for a while


async def _until_let_in(server: Server, credential: str) -> None:
    """A failure is remembered for some seconds."""
    deadline = time.monotonic() + live.TIMEOUT_S
    while await _first_frame(server, credential) != "connected":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


async def _first_frame(server: Server, credential: str) -> str:
    async with server.connect("/ws", token=credential) as client:
        return str((await client.recv())["type"])


@pytest.mark.parametrize(
    ("status", "body"),
    [(503, b"{}"), (404, b""), (200, b"<html>"), (200, b'{"keys": []}'), (206, b'{"keys": [')],
    ids=["503", "404", "no-json", "no-keys", "broken-off"],
)
async def test_an_outage_is_the_servers_trouble_not_the_clients(
    tmp_path: Path, status: int, body: bytes
) -> None:
    with key_server() as keys, serving_with(tmp_path, keys) as server:
        keys.status, keys.body = status, body
        for path in ("/ws", "/open"):
            assert await end_of(server, signed("RS256", "RS256"), path) == NO_KEYS
        headers = {"Authorization": f"Bearer {signed('RS256', 'RS256')}"}
        response = await server.request("POST", "/ws/ticket", headers=headers)
        assert (response.status_code, response.json()) == (503, {"detail": "server misconfigured"})
        assert await end_of(server, "garbage") == REFUSED  # that needs no key to be seen
        async with server.join("/open") as client:  # nor does a client without a token
            assert client.hello["user_id"] is None
        assert "MDB_JWT_JWKS_URL does not answer with keys" in server.log
        assert "Traceback" not in server.log
        assert keys.url not in server.log


async def test_a_key_server_that_is_gone_is_an_outage_too(tmp_path: Path) -> None:
    with key_server() as keys:
        pass
    with serving_with(tmp_path, keys) as server:
        assert await end_of(server, signed("RS256", "RS256")) == NO_KEYS


async def test_a_token_of_hmac_is_none_of_an_app_with_a_public_key(tmp_path: Path) -> None:
    env = {"SECRET_KEY": KEY, "MDB_JWT_PUBLIC_KEY": public_pem("ES256")}
    with serving(tmp_path, "doors", {"app": manifest("ES256")}, env=env) as server, server.shown():
        assert await end_of(server, token()) == REFUSED
        assert await user_of(server, signed("ES256")) == "ada"
