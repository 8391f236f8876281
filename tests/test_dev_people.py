"""Everybody whom the console knows, and why each is let in or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.devserver import Dev, Page, developing

pytestmark = pytest.mark.slow

MANIFEST = {
    "slug": "people",
    "auth": {
        "policy": {
            "allowed_roles": ["member"],
            "denied_users": ["mallory@example.com"],
            "required_permissions": ["read"],
        }
    },
    "websockets": {
        "realtime": {"path": "/ws"},
        "public": {"path": "/public", "auth": {"required": False}},
        "staff": {"path": "/staff"},
        "small": {"path": "/small"},
    },
    "mdbgen": {
        "endpoints": {
            "staff": {"allowed_roles": ["admin"]},
            "small": {"limits": {"connections_per_user": 1}},
        }
    },
}
HANDLERS = """
from ..contract import Connection, RealtimeContract, Reject


class RealtimeHandlers(RealtimeContract):
    async def on_connect(self, connection: Connection) -> None:
        match connection.claims.get("do"):
            case "reject":
                raise Reject("not today")
            case "raise":
                raise KeyError("lost")
"""
UNDISTURBED = {"origin": "not_asked", "credential": "passed", "policy": "passed"}


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    folder = tmp_path_factory.mktemp("people") / "project"
    handlers = folder / "ws" / "handlers"
    handlers.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    (handlers / "realtime.py").write_text(HANDLERS)
    with developing(folder, "manifest.json", "-o", "ws") as running:
        yield running


def _outcomes(client: Mapping[str, Any]) -> dict[str, str]:
    return {each["step"]: each["outcome"] for each in client["trail"]}


def _failed(client: Mapping[str, Any]) -> tuple[str, str, str]:
    """The step at which a client was refused, why, and what decided it."""
    failed = [each for each in client["trail"] if each["outcome"] == "failed"]
    assert len(failed) == 1
    place = client["trail"].index(failed[0])
    later = client["trail"][place + 1 :]
    assert all(each["outcome"] == "not_reached" for each in later)
    return failed[0]["step"], failed[0]["why"], failed[0]["decided_by"]


async def _refused(page: Page, person: str, endpoint: str, **facts: Any) -> Mapping[str, Any]:
    client = await page.connect(person, endpoint, **facts)
    return await page.reaches(client, "refused")


async def test_who_is_there_follows_from_the_policy(dev: Dev) -> None:
    async with dev.page() as page:
        people = {each["name"]: each for each in page.state["people"]}
    assert list(people) == [
        "ada", "grace", "anonymous", "expired", "wrong key", "refresh token", "other audience",
        "denied",
    ]  # fmt: skip
    assert people["ada"]["roles"] == ["member", "admin"]
    assert people["ada"]["permissions"] == ["read"]
    assert people["grace"]["roles"] == []
    assert people["denied"]["email"] == "mallory@example.com"
    assert len({each["colour"] for each in people.values()}) == 8


@pytest.mark.parametrize("carrier", ["authorization", "subprotocol", "ticket", "query", "cookie"])
async def test_ada_is_let_in_with_every_carrier(dev: Dev, carrier: str) -> None:
    async with dev.page() as page:
        client = await page.join("ada", "realtime", carrier=carrier)
        hello = await page.frame(client, type="connected")
        shown = page.clients[client]
        await page.do("close", client=client)
    assert hello["user_id"] == "ada"
    assert shown["connection_id"] == hello["connection_id"]
    assert _outcomes(shown) == {**UNDISTURBED, "limits": "passed", "on_connect": "passed"}
    assert shown["handshake"]["status"] == 101


REFUSALS = {
    "grace": ("policy", "has none of allowed_roles", "auth.policy.allowed_roles"),
    "denied": ("policy", "is in denied_users", "auth.policy.denied_users"),
    "expired": ("credential", "the token has expired (ExpiredSignatureError)", "always"),
    "wrong key": (
        "credential",
        "the signature was not made with the app's key (InvalidSignatureError)",
        "always",
    ),
    "refresh token": ("credential", "wrong kind: type is 'refresh'", "always"),
    "other audience": ("credential", "it has aud, but MDB_JWT_AUDIENCE is not set", "always"),
    "anonymous": ("credential", "no credential was shown, and one is required", "default"),
}


@pytest.mark.parametrize("person", REFUSALS)
async def test_others_are_refused_and_told_why(dev: Dev, person: str) -> None:
    async with dev.page() as page:
        client = await _refused(page, person, "realtime")
    assert _failed(client) == REFUSALS[person]
    is_forbidden = REFUSALS[person][0] == "policy"
    assert client["close"] == {
        "code": 1008,
        "reason": "forbidden" if is_forbidden else "unauthenticated",
        "by": "server",
        "meaning": "not let in" if is_forbidden else "no credential, or a bad one",
        "client": (
            "stops and does not come back"
            if is_forbidden
            else "asks for a new token and tries once more; refused again, it stops"
        ),
        "again_in_s": None,
    }


async def test_where_nobody_needs_a_token_bad_ones_are_refused_all_the_same(dev: Dev) -> None:
    async with dev.page() as page:
        client = await page.join("anonymous", "public")
        expired = await _refused(page, "expired", "public")
        await page.do("close", client=client)
    trail = {each["step"]: each for each in page.clients[client]["trail"]}
    assert trail["credential"]["outcome"] == "not_asked"
    assert trail["credential"]["decided_by"] == "websockets.public.auth.required"
    assert trail["policy"]["outcome"] == "not_asked"
    assert _failed(expired)[0] == "credential"


async def test_an_endpoints_own_roles_are_named(dev: Dev) -> None:
    async with dev.page() as page:
        facts = {"roles": ["member"], "permissions": ["read"], "user_id": "bob"}
        answer = await page.do("person", name="bob", **facts)
        await page.until(lambda: any(each["name"] == "bob" for each in page.state["people"]))
        assert answer["person"]["kind"] == "user"
        client = await _refused(page, "bob", "staff")
    what = ("policy", "has none of the endpoint's roles", "mdbgen.endpoints.staff.allowed_roles")
    assert _failed(client) == what


async def test_a_foreign_origin_is_refused_before_the_handshake(dev: Dev) -> None:
    async with dev.page() as page:
        client = await _refused(page, "ada", "realtime", origin="https://evil.example")
        own = await page.join("ada", "realtime", origin=dev.app)
        await page.do("close", client=own)
    why = "the page is neither the app's own nor listed"
    assert _failed(client) == ("origin", why, "default")
    assert (client["handshake"]["status"], client["close"]) == (403, None)
    assert _outcomes(page.clients[own])["origin"] == "passed"


@pytest.mark.parametrize(
    ("what", "why", "code"),
    [
        ("reject", "it raised Reject('not today')", 1008),
        ("raise", "it raised an exception: the log has its traceback", 1011),
    ],
)
async def test_the_handlers_own_no_is_the_last_step(
    dev: Dev, what: str, why: str, code: int
) -> None:
    async with dev.page() as page:
        facts = {**page.person("ada"), "name": what, "claims": {"do": what}}
        wanted = ("name", "user_id", "roles", "permissions", "claims")
        await page.do("person", **{key: facts[key] for key in wanted})
        await page.until(lambda: any(each["name"] == what for each in page.state["people"]))
        client = await _refused(page, what, "realtime")
        if what == "raise":
            record = await page.record(client["id"], "on_connect failed")
            assert "KeyError: 'lost'" in record["traceback"]
    assert _failed(client) == ("on_connect", why, "on_connect of realtime's handlers")
    assert client["close"]["code"] == code


async def test_who_has_too_many_connections_is_told_the_limit(dev: Dev) -> None:
    async with dev.page() as page:
        first = await page.join("ada", "small")
        client = await _refused(page, "ada", "small")
        await page.do("close", client=first)
    key = "mdbgen.endpoints.small.limits.connections_per_user"
    assert _failed(client) == ("limits", "too many connections", key)
    assert client["close"]["code"] == 4429


async def test_attempts_at_once_are_not_confused(dev: Dev) -> None:
    people = [*REFUSALS] * 3
    async with dev.page() as page:
        ids = [await page.connect(person, "realtime") for person in people]
        clients = [await page.reaches(each, "refused") for each in ids]
    assert [_failed(each) for each in clients] == [REFUSALS[person] for person in people]


async def test_any_header_cookie_and_parameter_can_be_sent(dev: Dev) -> None:
    async with dev.page() as page:
        token = (await page.do("token", person=page.person("ada")["id"]))["token"]
        nobody = {"person": "anonymous", "endpoint": "realtime", "carrier": "none"}
        clients = [
            await page.join(**nobody, headers=[["Authorization", f"Bearer {token}"]]),
            await page.join(**nobody, headers=[["Sec-WebSocket-Protocol", f"bearer, {token}"]]),
            await page.join(**nobody, headers=[["Cookie", f"ws_token={token}"]]),
            await page.join(**nobody, query=[["token", token]]),
        ]
        for each in clients:
            assert (await page.frame(each, type="connected"))["user_id"] == "ada"
            await page.do("close", client=each)
        broken = await _refused(page, **nobody, headers=[["Authorization", "Bearer a b"]])
        refused = await _refused(
            page, **nobody, headers=[["Host", "evil.example"], ["Origin", dev.app]]
        )
    assert _failed(broken) == ("credential", "malformed Authorization", "always")
    assert _failed(refused)[0] == "origin"


async def test_no_ticket_is_a_refusal_with_its_answer(dev: Dev) -> None:
    async with dev.page() as page:
        client = await _refused(page, "grace", "realtime", carrier="ticket")
    assert client["handshake"]["status"] == 403
    assert client["handshake"]["body"] == '{"detail":"forbidden"}'
    assert _failed(client)[:2] == ("policy", "has none of allowed_roles")


async def test_a_page_of_the_console_may_connect_by_itself(dev: Dev) -> None:
    """As this browser: with the console's own origin, which is foreign to the app."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidStatus

    async with dev.page() as page:
        token = (await page.do("token", person=page.person("ada")["id"]))["token"]
    url = f"{dev.app.replace('http', 'ws')}/ws"
    options: dict[str, Any] = {"proxy": None, "subprotocols": ["bearer", token]}
    async with connect(url, origin=dev.console, **options) as socket:  # type: ignore[arg-type]
        assert json.loads(await socket.recv())["type"] == "connected"
    with pytest.raises(InvalidStatus, match="403"):
        await connect(url, origin="http://127.0.0.1:1", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_a_key_pair_is_made_for_the_run(tmp_path: Path, algorithm: str) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    manifest = {
        "slug": "keys",
        "auth": {"jwt": {"algorithm": algorithm}},
        "websockets": {"realtime": {"path": "/ws"}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with developing(folder) as dev:
        async with dev.page() as page:
            await page.join("ada", "realtime")
            for person in ("wrong key", "expired"):
                assert _failed(await _refused(page, person, "realtime"))[0] == "credential"


async def test_tokens_are_as_the_app_wants_them(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    manifest = {"slug": "keys", "websockets": {"realtime": {"path": "/ws"}}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    env = {
        "FLASK_SECRET_KEY": "a key of the user's own, of more than 32 bytes",
        "MDB_JWT_AUDIENCE": "me",
        "MDB_JWT_ISSUER": "us",
    }
    with developing(folder, env=env) as dev:
        async with dev.page() as page:
            await page.join("ada", "realtime")
            other = await _refused(page, "other audience", "realtime")
    why = "the token is for an audience other than MDB_JWT_AUDIENCE (InvalidAudienceError)"
    assert _failed(other) == ("credential", why, "always")
