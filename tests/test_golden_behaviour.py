"""Every expected package under a real server: who gets in, who does not, and what arrives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mdbgen.document.source import parse_source
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.manifest import Manifest
from support import live
from support.live import Server
from support.valkey import valkey

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/manifest.json"))


@dataclass(frozen=True)
class Case:
    """A package that runs, and its manifest."""

    server: Server
    manifest: Manifest
    private_key: Any


@cache
def _private_key(algorithm: str) -> Any:
    match algorithm:
        case "RS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
    return live.KEY


def _environment(algorithm: str, key: Any) -> dict[str, str | None]:
    if algorithm == "HS256":
        return {}
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {"SECRET_KEY": None, "MDB_JWT_PUBLIC_KEY": pem.decode()}


@pytest.fixture(scope="module", params=CASES)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Case]:
    data = (GOLDEN / request.param / "manifest.json").read_bytes()
    manifest = parse_manifest(parse_source(data, "manifest.json"))[0]
    key = _private_key(manifest.algorithm)
    env = _environment(manifest.algorithm, key)
    root = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        if manifest.backplane == "redis":
            env = {**env, "REDIS_URL": stack.enter_context(valkey(root / "redis")).url}
        server = stack.enter_context(live.serving(root, "golden", {"app": data}, env=env))
        yield Case(server, manifest, key)


def _token(case: Case, **claims: Any) -> str:
    """A token that fulfils the whole policy of the case."""
    policy = case.manifest.policy
    endpoints = case.manifest.websockets.values()
    roles = [*policy.allowed_roles, *filter(None, [case.manifest.require_role])]
    roles += [role for each in endpoints for role in each.allowed_roles]
    permissions = [*policy.required_permissions]
    permissions += [name for each in endpoints for name in each.required_permissions]
    return live.token(
        case.private_key,
        case.manifest.algorithm,
        sub=(*policy.allowed_users, "u-99")[0],
        roles=roles,
        permissions=permissions,
        **claims,
    )


async def test_every_endpoint_serves_whom_the_policy_lets_in(case: Case) -> None:
    for name, endpoint in case.manifest.websockets.items():
        async with case.server.join(endpoint.path, token=_token(case)) as client:
            assert client.hello["endpoint"] == name
            assert client.hello["app_slug"] == case.manifest.slug
            assert client.hello["authenticated"] is True
            assert client.hello["ping_interval"] == endpoint.ping_interval
            answer = await client.ask({"type": "not declared", "id": 1})
            code = "unknown_type" if endpoint.receive else "not_implemented"
            assert (answer["code"], answer["reply_to"]) == (code, 1)
            assert await case.server.post("/broadcast", type="news", text="for you") == 1
            assert (await client.recv())["text"] == "for you"


async def test_every_endpoint_treats_anonymous_clients_as_the_manifest_says(case: Case) -> None:
    for endpoint in case.manifest.websockets.values():
        async with case.server.connect(endpoint.path) as client:
            if endpoint.anonymous.value:
                first = await client.recv()
                assert (first["type"], first["authenticated"]) == ("connected", False)
            else:
                closing = await client.closing()
                assert (closing.code, closing.farewell["reason"]) == (1008, "unauthenticated")


async def test_no_endpoint_accepts_a_bad_token(case: Case) -> None:
    forged = live.token("another key, which is long enough for HMAC too")
    for endpoint in case.manifest.websockets.values():
        for bad in (forged, _token(case, exp=1), "garbage"):
            async with case.server.connect(endpoint.path, token=bad) as client:
                closing = await client.closing()
            assert [frame["type"] for frame in closing.frames] == ["disconnect"]
            assert (closing.code, closing.reason) == (1008, "unauthenticated")


async def test_policy_applies_to_whoever_identifies_himself(case: Case) -> None:
    policy = case.manifest.policy
    restricted = policy.allowed_roles or policy.allowed_users or policy.required_permissions
    key, algorithm = case.private_key, case.manifest.algorithm
    strangers = [live.token(key, algorithm, sub=user) for user in policy.denied_users]
    if restricted or case.manifest.require_role:
        strangers.append(live.token(key, algorithm, sub="a stranger"))
    for endpoint in case.manifest.websockets.values():
        for stranger in strangers:
            async with case.server.connect(endpoint.path, token=stranger) as client:
                closing = await client.closing()
            assert (closing.code, closing.reason) == (1008, "forbidden")
            assert closing.farewell["reconnect"] is False


def test_there_is_a_case_for_every_kind_of_policy() -> None:
    """The tests above are silent about what no case has."""
    texts = [json.loads((GOLDEN / case / "manifest.json").read_text("utf-8")) for case in CASES]
    everything = json.dumps(texts)
    for key in ("denied_users", "allowed_users", "allowed_roles", "required_permissions",
                "require_role", "owner_can_access", "auth_policy", "auth_required",
                "allow_anonymous", "allow_origins", "RS256", "ES256"):  # fmt: skip
        assert f'"{key}"' in everything
