"""The key server, slow, away or odd: who is let in meanwhile, and whose fault it is."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from test_live_keys import (
    JWKS,
    NO_KEYS,
    PEM,
    REFUSED,
    KeyServer,
    end_of,
    key_server,
    manifest,
    private_key,
    public_jwk,
    serving_with,
    signed,
    user_of,
)

from support import live

pytestmark = pytest.mark.slow

ADA = signed("RS256", "RS256")
UNKNOWN = [signed("RS256", f"unknown-{number}") for number in range(12)]
CLOSED = {**manifest("RS256"), "websockets": {"realtime": {"path": "/ws"}}}


@contextmanager
def verifying(
    root: Path, keys: KeyServer, monkeypatch: pytest.MonkeyPatch, **constants: float
) -> Iterator[ModuleType]:
    """A package in this process; the constants are those of its module ``jwks``."""
    monkeypatch.delenv(PEM, raising=False)
    monkeypatch.setenv(JWKS, keys.url)
    with live.imported(root, CLOSED) as package:
        for name, value in constants.items():
            monkeypatch.setattr(package.runtime.jwks, name, value)
        yield package


async def outcome_of(ws: ModuleType, credential: str) -> str:
    """The user that a token proves, or the error."""
    try:
        async with asyncio.timeout(live.TIMEOUT_S):
            return str((await ws.runtime.tokens.verify(credential)).user_id)
    except (ws.runtime.tokens.Refused, ws.runtime.deployment.SettingsError) as problem:
        return type(problem).__name__


async def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + live.TIMEOUT_S
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


# --- Slow


async def test_whose_key_is_known_never_waits_for_the_key_server(tmp_path: Path) -> None:
    with key_server() as keys, serving_with(tmp_path, keys) as server:
        await server.post("/constants", jwks={"COOLDOWN_S": 0})
        keys.keys = [public_jwk("RS256")]
        assert await user_of(server, ADA) == "ada"
        keys.may_answer.clear()
        async with AsyncExitStack() as stack:
            waiting = [
                await stack.enter_async_context(server.connect("/ws", token=each))
                for each in UNKNOWN
            ]
            await until(lambda: keys.asked == 2)
            for _ in range(5):
                assert await user_of(server, ADA) == "ada"
            keys.may_answer.set()
            for client in waiting:
                closing = await client.closing()
                assert (closing.code, closing.reason) in (REFUSED, NO_KEYS)


async def test_one_request_serves_all_who_wait_and_no_thread_of_the_apps_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with key_server() as keys, verifying(tmp_path, keys, monkeypatch) as ws:
        keys.keys = [public_jwk("RS256")]
        keys.may_answer.clear()
        waiting = [asyncio.create_task(outcome_of(ws, each)) for each in [ADA, *UNKNOWN] * 20]
        await until(lambda: keys.asked == 1)
        async with asyncio.timeout(live.TIMEOUT_S):  # The default executor has some threads.
            await asyncio.gather(*(asyncio.to_thread(time.sleep, 0) for _ in range(100)))
        for task in waiting[::2]:
            task.cancel()  # Who leaves takes nobody's answer along.
        keys.may_answer.set()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        expected = [*(["ada"] + ["Refused"] * 12) * 20]
        assert outcomes[1::2] == expected[1::2]
        assert keys.asked == 1


async def test_an_answer_that_never_ends_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants = {"TIMEOUT_S": 0.5, "RETRY_S": 0.0}
    with key_server() as keys, verifying(tmp_path, keys, monkeypatch, **constants) as ws:
        keys.drips, keys.keys = True, [public_jwk("RS256")]
        assert await outcome_of(ws, ADA) == "SettingsError"
        assert await outcome_of(ws, UNKNOWN[0]) == "SettingsError"
        keys.drips = False
        while await outcome_of(ws, ADA) != "ada":  # The request that drips ends as well.
            assert keys.asked < 100
            await asyncio.sleep(0.05)


async def test_who_comes_when_it_has_taken_too_long_does_not_wait_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with key_server() as keys, verifying(tmp_path, keys, monkeypatch, TIMEOUT_S=0.3) as ws:
        keys.may_answer.clear()
        assert await outcome_of(ws, ADA) == "SettingsError"
        monkeypatch.setattr(ws.runtime.jwks, "TIMEOUT_S", 3600)  # what a new wait would take
        for each in UNKNOWN:
            assert await outcome_of(ws, each) == "SettingsError"
        assert keys.asked == 1


async def test_old_keys_are_asked_for_again_while_they_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants = {"REFRESH_S": 0.0, "COOLDOWN_S": 0.0, "RETRY_S": 0.0}
    with key_server() as keys, verifying(tmp_path, keys, monkeypatch, **constants) as ws:
        keys.keys = [public_jwk("RS256")]
        assert await outcome_of(ws, ADA) == "ada"
        keys.may_answer.clear()
        for _ in range(5):
            assert await outcome_of(ws, ADA) == "ada"
        keys.status = 503
        keys.may_answer.set()
        await until(lambda: keys.asked >= 2)
        for _ in range(20):  # An outage takes away nobody's key,
            assert await outcome_of(ws, ADA) == "ada"
        keys.status, keys.keys = 200, [public_jwk("RS256-next")]
        while await outcome_of(ws, ADA) == "ada":  # but the issuer does.
            assert keys.asked < 1000
            await asyncio.sleep(0.01)
        assert await outcome_of(ws, ADA) == "Refused"
        assert await outcome_of(ws, signed("RS256-next", "RS256-next")) == "ada"


# --- Away


async def test_a_failure_is_remembered_and_tells_nobody_to_get_a_new_token(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        key_server() as keys,
        verifying(tmp_path, keys, monkeypatch, RETRY_S=3600) as ws,
        caplog.at_level(logging.INFO),
    ):
        keys.status = 503
        for each in [ADA, *UNKNOWN]:
            assert await outcome_of(ws, each) == "SettingsError"
        assert keys.asked == 1
        assert "MDB_JWT_JWKS_URL does not answer with keys: ValueError: 'HTTP" in caplog.text
        assert keys.url not in caplog.text


async def test_a_cookie_that_nobody_can_verify_keeps_out_nobody_else(tmp_path: Path) -> None:
    with key_server() as keys, serving_with(tmp_path, keys) as server:
        await server.post("/constants", jwks={"COOLDOWN_S": 0, "RETRY_S": 3600})
        keys.keys = [public_jwk("RS256")]
        assert await user_of(server, ADA) == "ada"
        keys.status = 503
        for cookies in (
            f"ws_token={ADA}; token={UNKNOWN[0]}",
            f"token={UNKNOWN[0]}; token={ADA}",
        ):
            async with server.join("/ws", headers={"Cookie": cookies}) as client:
                assert client.hello["user_id"] == "ada"
        for cookies in (f"ws_token={UNKNOWN[0]}; token={ADA}", f"token={UNKNOWN[0]}"):
            async with server.connect("/ws", headers={"Cookie": cookies}) as client:
                closing = await client.closing()
            assert (closing.code, closing.reason) == NO_KEYS


def test_event_loops_may_come_and_go_in_the_middle_of_a_request(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave_early(ws: ModuleType) -> None:
        for each in UNKNOWN:
            asyncio.get_running_loop().create_task(outcome_of(ws, each))
        await until(lambda: keys.asked == 1)

    with key_server() as keys, verifying(tmp_path, keys, monkeypatch) as ws:
        keys.keys = [public_jwk("RS256")]
        keys.may_answer.clear()
        for _ in range(2):
            asyncio.run(leave_early(ws))
        keys.may_answer.set()
        for _ in range(2):
            assert asyncio.run(outcome_of(ws, ADA)) == "ada"
        assert keys.asked == 1
    assert not caplog.records


def test_nothing_is_made_before_a_token_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with key_server() as keys, verifying(tmp_path, keys, monkeypatch) as ws:
        assert ws.runtime.deployment.deployment().can_verify_tokens
        for credential in ("garbage", signed("RS256"), signed("ES256", "x"), live.token()):
            assert asyncio.run(outcome_of(ws, credential)) == "Refused"
        assert keys.asked == 0


# --- Odd


def _weak_key() -> dict[str, Any]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    return {**json.loads(jwt.get_algorithm_by_name("RS256").to_jwk(key)), "kid": "RS256"}


def _private_jwk() -> dict[str, Any]:
    algorithm = jwt.get_algorithm_by_name("RS256")
    return {**json.loads(algorithm.to_jwk(private_key("RS256"))), "kid": "RS256"}


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in public_jwk("RS256").items() if key != name}


SYMMETRIC = {"kty": "oct", "kid": "RS256", "k": "c2VjcmV0", "alg": "HS256"}
ODD_ANSWERS: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b" ",
    "null": lambda: b"null",
    "number": lambda: b"5",
    "list": lambda: b"[]",
    "object": lambda: b"{}",
    "html": lambda: b"<html>",
    "not-utf8": lambda: b"\xff\xfe{",
    "keys-are-null": lambda: b'{"keys": null}',
    "keys-are-an-object": lambda: b'{"keys": {"RS256": {}}}',
    "keys-are-no-objects": lambda: b'{"keys": [null, 5, "x", [], {}]}',
    "no-kid": lambda: json.dumps({"keys": [_without("kid")]}).encode(),
    "kid-is-a-number": lambda: json.dumps({"keys": [public_jwk("RS256", kid=5)]}).encode(),
    "kid-is-empty": lambda: json.dumps({"keys": [public_jwk("RS256", kid="")]}).encode(),
    "to-encrypt": lambda: json.dumps({"keys": [public_jwk("RS256", use="enc")]}).encode(),
    "other-algorithm": lambda: json.dumps({"keys": [public_jwk("RS256", alg="RS512")]}).encode(),
    "other-kind": lambda: json.dumps({"keys": [public_jwk("ES256", kid="RS256")]}).encode(),
    "no-modulus": lambda: json.dumps({"keys": [_without("n")]}).encode(),
    "modulus-is-a-number": lambda: json.dumps({"keys": [public_jwk("RS256", n=5)]}).encode(),
    "symmetric": lambda: json.dumps({"keys": [SYMMETRIC]}).encode(),
    "private": lambda: json.dumps({"keys": [_private_jwk()]}).encode(),
    "weak": lambda: json.dumps({"keys": [_weak_key()]}).encode(),
    "deep": lambda: b"[" * 100_000,
    "large": lambda: json.dumps({"keys": [public_jwk("RS256")], "x": "x" * 10**7}).encode(),
}


@pytest.mark.parametrize("name", ODD_ANSWERS)
async def test_an_odd_answer_is_the_servers_fault(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants = {"RETRY_S": 0.0, "COOLDOWN_S": 0.0}
    with key_server() as keys, verifying(tmp_path, keys, monkeypatch, **constants) as ws:
        keys.body = ODD_ANSWERS[name]()
        for credential in (ADA, *UNKNOWN[:2]):
            assert await outcome_of(ws, credential) == "SettingsError"
        keys.body, keys.keys = None, [public_jwk("RS256")]
        assert await outcome_of(ws, ADA) == "ada"
        keys.body = ODD_ANSWERS[name]()
        assert await outcome_of(ws, UNKNOWN[0]) == "SettingsError"
        assert await outcome_of(ws, ADA) == "ada"


@pytest.mark.parametrize("name", ["list", "no-kid", "to-encrypt", "symmetric", "deep"])
async def test_clients_are_told_so(name: str, tmp_path: Path) -> None:
    with key_server() as keys, serving_with(tmp_path, keys) as server:
        keys.body = ODD_ANSWERS[name]()
        for path in ("/ws", "/open"):
            assert await end_of(server, ADA, path) == NO_KEYS
        assert "Traceback" not in server.log


async def test_a_key_server_that_sends_elsewhere_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        key_server() as elsewhere,
        key_server() as keys,
        verifying(tmp_path, keys, monkeypatch) as ws,
    ):
        elsewhere.keys = [public_jwk("RS256")]
        keys.status, keys.headers = 302, {"Location": elsewhere.url}
        assert await outcome_of(ws, ADA) == "SettingsError"
        assert elsewhere.asked == 0


async def test_usable_keys_are_found_among_odd_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with key_server() as keys, verifying(tmp_path, keys, monkeypatch) as ws:
        other = public_jwk("RS256-other", kid="RS256")
        odd: list[Any] = [None, SYMMETRIC, _weak_key(), _without("kid"), _private_jwk(), {"n": 1}]
        odd.append(public_jwk("RS256", use="enc"))
        keys.keys = [*odd, public_jwk("RS256", use=None, alg=None), other]
        assert await outcome_of(ws, ADA) == "ada"
        # Of two keys with one name the first is taken.
        assert await outcome_of(ws, signed("RS256-other", "RS256")) == "Refused"
