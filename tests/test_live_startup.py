"""Starting: with what the environment sets, in whatever app, on whatever event loop."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import live
import pytest
from fastapi import FastAPI
from live import Server, serving, token

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # newer versions want another HTTP client below it
    from fastapi.testclient import TestClient

CLOSED = {"slug": "start_up", "websockets": {"realtime": {"path": "/ws"}}}
OPEN = {
    "slug": "start_up",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "maybe": {"path": "/maybe", "auth": {"allow_anonymous": True}},
    },
}
ASYMMETRIC = {**CLOSED, "auth": {"jwt": {"algorithm": "ES256"}}}
NO_KEY: dict[str, str | None] = {"SECRET_KEY": None}


@contextlib.contextmanager
def not_starting(
    root: Path, manifest: dict[str, Any], env: dict[str, str | None]
) -> Iterator[Server]:
    """Start a server that must not come up."""
    live.write_project(root, "basic", {"app": manifest})
    server = live.start(root, env=env)
    try:
        server.process.wait(30)
        yield server
    finally:
        server.process.kill()
        server.process.wait()


@pytest.mark.parametrize(
    ("manifest", "env", "sentence"),
    [
        (CLOSED, {}, ["SECRET_KEY is not set", "at least 32 bytes"]),
        (CLOSED, {"SECRET_KEY": ""}, ["SECRET_KEY is not set"]),
        (CLOSED, {"SECRET_KEY": "x" * 31}, ["SECRET_KEY has 31 bytes", "at least 32"]),
        (CLOSED, {"FLASK_SECRET_KEY": "x" * 31}, ["FLASK_SECRET_KEY has 31 bytes"]),
        (CLOSED, {"MDB_JWT_SECRET": "x" * 31}, ["MDB_JWT_SECRET has 31 bytes"]),
        # The first that is set decides, also when it is a bad one.
        (CLOSED, {"SECRET_KEY": "short", "MDB_JWT_SECRET": "x" * 32}, ["SECRET_KEY has 5 bytes"]),
        (OPEN, {"SECRET_KEY": "short"}, ["SECRET_KEY has 5 bytes"]),
        (ASYMMETRIC, {"SECRET_KEY": "x" * 64}, ["MDB_JWT_PUBLIC_KEY is not set"]),
        (ASYMMETRIC, {"MDB_JWT_PUBLIC_KEY": "x" * 64}, ["MDB_JWT_PUBLIC_KEY is no PEM"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_bad_key_stops_the_start_up_with_one_sentence(
    tmp_path: Path, manifest: dict[str, Any], env: dict[str, str | None], sentence: list[str]
) -> None:
    with not_starting(tmp_path, manifest, NO_KEY | env) as server:
        assert server.process.returncode not in (0, None)
        last = [line for line in server.log.splitlines() if "SettingsError: " in line]
        assert len(last) == 1, server.log
        for part in sentence:
            assert part in last[0]
        assert "x" * 31 not in server.log
        assert "running on http" not in server.log


@pytest.mark.parametrize(
    ("arguments", "env", "is_told"),
    [
        ((), {}, False),
        (("--workers", "1"), {"WEB_CONCURRENCY": "2"}, False),
        (("--workers", "2"), {}, True),
        (("--workers=2",), {}, True),
        ((), {"WEB_CONCURRENCY": "2"}, True),
    ],
)
def test_several_workers_are_warned_of(
    tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str], is_told: bool
) -> None:
    with serving(tmp_path, "basic", {"app": CLOSED}, env=env, arguments=arguments) as server:
        live.wait_for_log(server, "Application startup complete")
        warning = "2 workers are configured: each of them has its own clients of start_up"
        assert (warning in server.log) is is_told


@pytest.mark.parametrize("name", ["SECRET_KEY", "FLASK_SECRET_KEY", "MDB_JWT_SECRET"])
async def test_the_key_may_have_three_names(tmp_path: Path, name: str) -> None:
    key = "k" * 32
    env = NO_KEY | {name: key}
    if name == "SECRET_KEY":
        env |= {"FLASK_SECRET_KEY": "f" * 32, "MDB_JWT_SECRET": "m" * 32}
    with serving(tmp_path, "basic", {"app": CLOSED}, env=env) as server, server.shown():
        async with server.join("/ws", token=token(key)) as client:
            assert client.hello["user_id"] == "ada"
        async with server.connect("/ws", token=token("m" * 32)) as client:
            assert (await client.closing()).code == 1008


async def test_an_app_for_anybody_starts_without_a_key(tmp_path: Path) -> None:
    with serving(tmp_path, "basic", {"app": OPEN}, env=NO_KEY) as server, server.shown():
        for path in ("/ws", "/maybe"):
            async with server.join(path) as client:
                assert client.hello["authenticated"] is False
            credentials: list[dict[str, Any]] = [
                {"token": token()},
                {"bearer": token()},
                {"token": "bad"},
            ]
            for credential in credentials:
                async with server.connect(path, **credential) as client:
                    closing = await client.closing()
                assert (closing.code, closing.reason) == (1008, "unauthenticated")
        assert server.log.count("SECRET_KEY is not set") == 1


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("mounted")
    with serving(root, "mounted", {"app": CLOSED}) as server:
        yield server


async def test_the_router_works_where_no_lifespan_runs_and_in_two_apps(mounted: Server) -> None:
    with mounted.shown():
        async with (
            mounted.join("/one/ws", token=token()) as one,
            mounted.join("/two/deeper/ws", token=token(sub="bob")) as two,
        ):
            assert (one.hello["user_id"], two.hello["user_id"]) == ("ada", "bob")
            assert await mounted.get("/broadcast") == 2
            for client in (one, two):
                assert (await client.recv())["type"] == "it"
                assert (await client.ask({"type": "x"}))["code"] == "not_implemented"


async def test_where_no_lifespan_runs_a_missing_key_lets_nobody_in(tmp_path: Path) -> None:
    with serving(tmp_path, "mounted", {"app": CLOSED}, env=NO_KEY) as server, server.shown():
        for _ in range(2):
            async with server.connect("/one/ws", token=token()) as client:
                closing = await client.closing()
            assert (closing.code, closing.farewell["code"]) == (1011, 1011)
            assert closing.farewell["reconnect"] is True
            assert "SECRET" not in str(closing)
        assert "SECRET_KEY is not set" in server.log


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """In this very process."""
    monkeypatch.setenv("SECRET_KEY", live.KEY)
    with live.imported(tmp_path, CLOSED) as package:
        yield package


def test_starlettes_test_client_works_for_the_apps_own_tests(ws: ModuleType) -> None:
    app = FastAPI()
    app.include_router(ws.router)
    for _ in range(2):
        with (
            TestClient(app) as client,
            client.websocket_connect(f"/ws?token={token()}") as socket,
        ):
            assert socket.receive_json()["type"] == "connected"
            socket.send_json({"type": "x", "id": 1})
            assert socket.receive_json()["reply_to"] == 1


def test_nothing_is_read_from_the_environment_at_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with live.imported(tmp_path, CLOSED) as package:
        app = FastAPI()
        app.include_router(package.router)
        with pytest.raises(RuntimeError, match="SECRET_KEY is not set"), TestClient(app):
            pass
        monkeypatch.setenv("SECRET_KEY", live.KEY)
        with TestClient(app) as client, client.websocket_connect(f"/ws?token={token()}") as socket:
            assert socket.receive_json()["user_id"] == "ada"
