"""Starting: with what the environment sets, in whatever app, on whatever event loop."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jwt
import pytest
from fastapi import FastAPI

from support import live
from support.live import Server, serving, token

pytestmark = pytest.mark.slow

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
        (CLOSED, {"SECRET_KEY": " " * 40}, ["SECRET_KEY is blank"]),
        (CLOSED, {"SECRET_KEY": "x" * 32, "MDB_WS_CONNECTIONS": "7" * 5000}, ["is '7777", "above"]),
        (CLOSED, {"SECRET_KEY": "x" * 32, "MDB_WS_OUTBOX_BYTES": "0"}, ["_BYTES is '0'"]),
        (CLOSED, {"SECRET_KEY": "x" * 32, "MDB_WS_OUTBOX_BYTES": "1e9"}, ["_BYTES is '1e9'"]),
        (OPEN, {"SECRET_KEY": "short"}, ["SECRET_KEY has 5 bytes"]),
        (ASYMMETRIC, {"SECRET_KEY": "x" * 64}, ["MDB_JWT_PUBLIC_KEY is not set"]),
        (ASYMMETRIC, {"MDB_JWT_PUBLIC_KEY": "x" * 64}, ["MDB_JWT_PUBLIC_KEY is not a PEM"]),
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
        assert len(last[0]) < 200
        for part in sentence:
            assert part in last[0]
        assert "x" * 31 not in server.log
        assert "running on http" not in server.log
        assert "Traceback" not in server.log


@pytest.mark.parametrize(
    ("arguments", "env", "is_told"),
    [
        ((), {}, False),
        (("--workers", "1"), {"WEB_CONCURRENCY": "2"}, False),
        (("--workers", "2", "--workers", "1"), {}, False),  # the last one counts
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
        warning = "2 workers are configured: each has its own clients of start_up"
        assert (warning in server.log) is is_told


QUIET = ("--ws-per-message-deflate", "false")
COMPRESSED = "messages are compressed"
UNBOUNDED = "keeps all that a client does not read"


@pytest.mark.parametrize(
    ("arguments", "env", "is_told"),
    [
        ((), {}, True),
        (("--ws-per-message-deflate", "true"), {}, True),
        (("--ws-per-message-deflate=On",), {}, True),
        (QUIET, {}, False),
        (("--ws-per-message-deflate=0",), {}, False),
        (("--ws-per-message-deflate", "1", *QUIET), {}, False),
        ((), {"UVICORN_WS_PER_MESSAGE_DEFLATE": "false"}, False),
        (("--ws-per-message-deflate", "yes"), {"UVICORN_WS_PER_MESSAGE_DEFLATE": "0"}, True),
    ],
)
def test_compression_is_warned_of(
    tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str], is_told: bool
) -> None:
    with serving(tmp_path, "basic", {"app": CLOSED}, env=env, arguments=arguments) as server:
        live.wait_for_log(server, "Application startup complete")
        assert server.log.count(COMPRESSED) == is_told
        assert UNBOUNDED not in server.log


@pytest.mark.parametrize(
    ("command", "is_told"),
    [
        (["/bin/uvicorn", "main:app"], True),
        (["/lib/uvicorn/__main__.py", "main:app"], True),
        (["uvicorn.exe", "main:app"], True),
        (["/bin/fastapi", "run", "main.py"], True),
        (["/lib/fastapi/__main__.py", "dev"], True),
        (["/bin/fastapi", "--version"], False),
        (["/bin/gunicorn", "main:app", "-k", "uvicorn.workers.UvicornWorker"], True),
        (["/bin/gunicorn", "-k=uvicorn_worker.UvicornWorker", "main:app"], True),
        (["/bin/gunicorn", "main:app", "-k", "my.Worker"], False),
        (["/bin/hypercorn", "main:app"], False),
        (["main.py"], False),
        (["/my/uvicorn/main.py"], False),
        ([""], False),
    ],
)
def test_what_a_start_command_says_of_compression(
    ws: ModuleType,
    command: list[str],
    is_told: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(sys, "argv", command)
    ws.runtime.deployment.deployment()
    assert caplog.text.count(COMPRESSED) == is_told
    assert not is_told or "--ws-per-message-deflate false" in caplog.text


@pytest.mark.parametrize(
    ("version", "is_told"),
    [
        ("0.35.0", True),
        ("0.50.0", True),
        ("0.52.0", True),
        ("0.52", True),
        ("0.52.1", False),
        ("0.52.10", False),
        ("0.54.0", False),
        ("1.0.0", False),
        ("0.53.0.dev1", False),
    ],
)
def test_a_uvicorn_without_backpressure_is_warned_of(
    ws: ModuleType,
    version: str,
    is_told: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    module = "uvicorn.protocols.websockets.websockets_sansio_impl"
    monkeypatch.setitem(sys.modules, "uvicorn", ModuleType("uvicorn"))
    monkeypatch.setattr(sys.modules["uvicorn"], "__version__", version, raising=False)
    monkeypatch.setitem(sys.modules, module, ModuleType(module))
    ws.runtime.deployment.deployment()
    assert caplog.text.count(f"uvicorn {version} keeps all") == is_told
    caplog.clear()
    monkeypatch.delitem(sys.modules, module)  # another protocol serves
    ws.runtime.deployment.deployment.cache_clear()
    ws.runtime.deployment.deployment()
    assert UNBOUNDED not in caplog.text


@pytest.mark.parametrize(
    ("version", "starts"),
    [
        ("1.7.1", False),
        ("2.8.0", False),
        ("2.10.1", False),
        ("2.14.0", False),
        ("2.15.0rc1", True),
        ("2.15.0", True),
        ("2.100.0", True),
        ("3.0.0", True),
    ],
)
def test_an_old_pyjwt_stops_the_start_up(
    ws: ModuleType, version: str, starts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwt, "__version__", version)
    app = FastAPI()
    app.include_router(ws.router)
    if starts:
        with TestClient(app):
            return
    with pytest.raises(RuntimeError, match=f"^PyJWT {version} .* 'pyjwt>=2.15'$"), TestClient(app):
        pass


def test_deployment_says_whether_it_can_verify_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SECRET_KEY", "FLASK_SECRET_KEY", "MDB_JWT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    with live.imported(tmp_path / "open", OPEN) as package:
        assert not package.runtime.deployment.deployment().can_verify_tokens
    with live.imported(tmp_path / "es256", {**ASYMMETRIC, **OPEN}) as package:
        assert not package.runtime.deployment.deployment().can_verify_tokens
        monkeypatch.setenv("MDB_JWT_JWKS_URL", "https://id.example/keys")
        package.runtime.deployment.deployment.cache_clear()
        assert package.runtime.deployment.deployment().can_verify_tokens
    monkeypatch.setenv("SECRET_KEY", live.KEY)
    for number, manifest in enumerate((OPEN, CLOSED)):
        with live.imported(tmp_path / str(number), manifest) as package:
            assert package.runtime.deployment.deployment().can_verify_tokens


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
