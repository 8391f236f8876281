"""Which tokens let a client in, and where they may be."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from support.live import KEY, Server, serving, token

pytestmark = pytest.mark.slow

MANIFEST = {
    "slug": "tokens",
    "websockets": {
        "realtime": {"path": "/ws"},
        "open": {"path": "/open", "auth": {"required": False}},
        "maybe": {"path": "/maybe", "auth": {"allow_anonymous": True}},
    },
}
HERE, ISSUER = "https://me.example", "https://id.example"
EXPIRED: dict[str, Any] = {"exp": int(time.time()) - 60}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("tokens"), "basic", {"app": MANIFEST}) as server:
        yield server


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows who it is, and who issues its tokens."""
    env = {"MDB_JWT_AUDIENCE": HERE, "MDB_JWT_ISSUER": ISSUER}
    with serving(tmp_path_factory.mktemp("strict"), "basic", {"app": MANIFEST}, env=env) as server:
        yield server


async def user_of(server: Server, path: str = "/ws", /, **credential: Any) -> str | None:
    """Connect; the user id that the server takes the client for."""
    async with server.join(path, **credential) as client:
        user_id = client.hello["user_id"]
        assert client.hello["authenticated"] is (user_id is not None)
        assert user_id is None or isinstance(user_id, str)
        return user_id


async def is_refused(server: Server, path: str = "/ws", /, **credential: Any) -> bool:
    """Connect; whether the server says ``unauthenticated`` where a browser can read it."""
    async with server.connect(path, **credential) as client:
        closing = await client.closing()
    if [frame["type"] for frame in closing.frames] != ["disconnect"]:
        return False
    assert (closing.code, closing.reason) == (1008, "unauthenticated")
    assert closing.farewell["code"] == 1008
    assert closing.farewell["reason"] == "unauthenticated"
    assert closing.farewell["reconnect"] is True
    return True


def pair(credential: str) -> list[Subprotocol]:
    """How a browser sends a token: ``new WebSocket(url, ["bearer", token])``."""
    return [Subprotocol("bearer"), Subprotocol(credential)]


def _unsigned(**claims: Any) -> str:
    """A token as no library makes it: ``alg`` is none, and so is the signature."""
    parts = ({"alg": "none", "typ": "JWT"}, {"sub": "ada", "exp": 2**32, **claims})
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    return b".".join(part.rstrip(b"=") for part in encoded).decode() + "."


async def test_every_carrier_brings_a_client_in(server: Server) -> None:
    credential: dict[str, Any]
    for credential in (
        {"token": token()},
        {"bearer": token()},
        {"headers": {"Authorization": f"bearer {token()}"}},
        {"subprotocols": pair(token())},
        {"cookies": {"ws_token": token()}},
        {"cookies": {"token": token()}},
    ):
        assert await user_of(server, **credential) == "ada"


async def test_the_first_carrier_decides(server: Server) -> None:
    header, query = token(sub="user-0"), token(sub="user-1")
    cookies = {"token": token(sub="user-2", email="token"), "ws_token": token(sub="user-2")}
    subprotocols = pair(token(sub="user-4"))
    everything = {"token": query, "cookies": cookies, "subprotocols": subprotocols}
    assert await user_of(server, bearer=header, **everything) == "user-0"
    assert await user_of(server, **everything) == "user-4"
    assert await user_of(server, token=query, cookies=cookies) == "user-1"
    async with server.join("/ws", cookies=cookies) as client:
        assert (client.hello["user_id"], client.hello["user_email"]) == ("user-2", None)


@pytest.mark.parametrize(
    "credential",
    [
        {"bearer": "bad", "token": token(), "cookies": {"ws_token": token(), "token": token()}},
        {"subprotocols": pair("bad"), "token": token(), "cookies": {"token": token()}},
        {"token": "bad", "cookies": {"ws_token": token(), "token": token()}},
        {"cookies": {"ws_token": "bad", "token": token()}},
        {"token": token(**EXPIRED), "cookies": {"token": token()}},
    ],
    ids=["header", "subprotocol", "query", "ws_token", "expired"],
)
async def test_a_bad_one_is_never_skipped(server: Server, credential: dict[str, Any]) -> None:
    for path in ("/ws", "/open", "/maybe"):
        assert await is_refused(server, path, **credential)


@pytest.mark.parametrize(
    "credential",
    [
        {"headers": {"Authorization": "Bearer "}, "token": token()},
        {"headers": {"Authorization": "Bearer"}, "token": token()},
        {"headers": {"Authorization": ""}, "token": token()},
        {"headers": {"Authorization": "Basic YWRhOnNlY3JldA=="}, "token": token()},
        {"token": "", "cookies": {"ws_token": token()}},
        {"token": "", "cookies": {"ws_token": "", "token": token()}},
    ],
    ids=["bearer-space", "bearer", "header", "another-scheme", "query", "cookie"],
)
async def test_an_empty_carrier_counts_as_absent(
    server: Server, credential: dict[str, Any]
) -> None:
    assert await user_of(server, **credential) == "ada"


async def test_the_subprotocol_is_echoed_and_the_token_is_not(server: Server) -> None:
    async with server.join("/ws", subprotocols=pair(token())) as client:
        assert client.socket.subprotocol == "bearer"
    async with server.join("/ws", subprotocols=pair(token()), bearer=token()) as client:
        assert client.socket.subprotocol == "bearer"
    async with server.connect("/ws", subprotocols=pair("bad")) as client:
        assert client.socket.subprotocol == "bearer"  # or no browser could read the refusal
        assert (await client.closing()).reason == "unauthenticated"


async def test_other_subprotocols_are_neither_read_nor_chosen(server: Server) -> None:
    for offered in (
        ["bearer"],
        ["token", token()],
        ["Bearer", token()],
        [token(), "bearer"],
        [token()],
        ["bearer", token(), "chat"],
    ):
        protocols = [Subprotocol(each) for each in offered]
        async with server.join("/open", subprotocols=protocols) as client:
            assert client.socket.subprotocol is None
            assert client.hello["user_id"] is None
        assert await is_refused(server, subprotocols=protocols)


async def test_all_carriers_empty_is_no_credential(server: Server) -> None:
    nothing: dict[str, Any] = {"bearer": "", "token": "", "cookies": {"ws_token": "", "token": ""}}
    assert await is_refused(server, **nothing)
    assert await user_of(server, "/open", **nothing) is None
    assert await user_of(server, "/maybe", **nothing) is None


async def test_other_places_are_no_carriers(server: Server) -> None:
    credential: dict[str, Any]
    for credential in (
        {"headers": {"X-Token": token()}},
        {"cookies": {"access_token": token()}},
        {"headers": {"Authorization": token()}},
    ):
        assert await is_refused(server, **credential)


BAD_TOKENS = {
    "garbage": "garbage",
    "three-parts": "a.b.c",
    "spaces": "%20%20",
    "not-ascii": "t%C3%B6ken",
    "zero": "%00",
    "alg-none": _unsigned(),
    "wrong-key": token("another key, also of more than 32 bytes"),
    "HS512": token(KEY, "HS512"),
    "HS384": token(KEY, "HS384"),
    "expired": token(**EXPIRED),
    "expired-just-now": token(exp=int(time.time()) - 1),
    "nbf-in-the-future": token(nbf=int(time.time()) + 3600),
    "no-exp": token(exp=None),
    "exp-is-text": token(exp="soon"),
    "exp-is-a-list": token(exp=[int(time.time()) + 3600]),
    "exp-is-an-object": token(exp={}),
    "exp-is-infinite": token(exp=float("inf")),
    "exp-is-no-number": token(exp=float("nan")),
    "exp-is-too-large": token(exp=10**400),
    "nbf-is-a-list": token(nbf=[]),
    "nbf-is-an-object": token(nbf={}),
    "nbf-is-infinite": token(nbf=float("inf")),
    "iat-is-a-list": token(iat=[]),
    "iat-is-infinite": token(iat=float("inf")),
    "no-user": token(sub=None),
    "empty-sub": token(sub=""),
    "blank-sub": token(sub="  "),
    "empty-both": token(sub="", user_id=""),
    "sub-is-a-list": token(user_id="ada", sub=None, jti="", type="refresh"),
    "user_id-is-a-list": token(sub=None, user_id=["ada"]),
    "user_id-is-true": token(sub=None, user_id=True),
    "user_id-is-a-float": token(sub=None, user_id=1.5),
    "email-only": token(sub=None, email="ada@example.com"),
    "refresh": token(type="refresh"),
    "aud-is-empty": token(aud=""),
    "aud-is-an-empty-list": token(aud=[]),
    "aud-is-zero": token(aud=0),
    "sub-is-half-a-character": token(sub="ada\ud800"),
    "user_id-is-half-a-character": token(sub=None, user_id="\udfff"),
    "email-is-half-a-character": token(email="ada\ud800@example.com"),
    "role-is-half-a-character": token(role="\ud800"),
    "roles-are-half-a-character": token(roles=["admin", "\ud800"]),
    "half-a-character-anywhere": token(profile={"names": ["\ud800"]}),
    "half-a-character-for-a-claim": token(**{"\ud800": 1}),
    "audience": token(aud=HERE),
    "audiences": token(aud=[HERE]),
    "cut-off": token()[:-4],
    "two-tokens": f"{token()},{token()}",
}


@pytest.mark.parametrize("name", BAD_TOKENS)
async def test_a_bad_token_is_refused_also_where_none_is_required(
    server: Server, name: str
) -> None:
    for path in ("/ws", "/open", "/maybe"):
        assert await is_refused(server, path, token=BAD_TOKENS[name])


def with_header(**header: Any) -> str:
    """A good token whose header says more, or something else."""
    claims = {"sub": "ada", "exp": int(time.time()) + 3600}
    return jwt.PyJWS().encode(json.dumps(claims).encode(), KEY, "HS256", header)


TYPE_CLAIMS = ["type", "token_type", "token_use", "typ"]
GOOD_TYPES = ["access", "Bearer", "SESSION", "user", "JWT", "at+jwt", "application/AT+jwt"]
BAD_TYPES: list[Any] = [
    "refresh",
    "Refresh",
    "ID",
    "id_token",
    "reset_password",
    "email_verification",
    "Logout",
    "logout+jwt",
    "refresh+jwt",
    "dpop+jwt",
    "application/application/jwt",
    "access ",
    "",
    "x" * 2000,
    ["access"],
    ["refresh"],
    {"access": True},
    True,
    False,
    0,
    1.5,
]


@pytest.mark.parametrize("claim", TYPE_CLAIMS)
async def test_only_tokens_for_sessions_are_taken(server: Server, claim: str) -> None:
    for kind in GOOD_TYPES:
        assert await user_of(server, token=token(**{claim: kind})) == "ada"
    for kind in BAD_TYPES:
        for path in ("/ws", "/open"):
            assert await is_refused(server, path, token=token(**{claim: kind})), kind
    ticket = {"Authorization": f"Bearer {token(**{claim: 'refresh'})}"}
    assert (await server.request("POST", "/ws/ticket", headers=ticket)).status_code == 401


async def test_one_word_of_another_kind_is_enough(server: Server) -> None:
    for claim in TYPE_CLAIMS:
        kinds: dict[str, Any] = {**dict.fromkeys(TYPE_CLAIMS, "access"), claim: "refresh"}
        assert await is_refused(server, token=token(**kinds))
    assert await user_of(server, token=token(**dict.fromkeys(TYPE_CLAIMS, "access"))) == "ada"


async def test_a_kind_of_null_counts_as_absent(server: Server) -> None:
    nulls: dict[str, Any] = dict.fromkeys(TYPE_CLAIMS)
    claims = {"sub": "ada", "exp": int(time.time()) + 3600, **nulls}
    credential = jwt.PyJWS().encode(json.dumps(claims).encode(), KEY, "HS256", {"typ": None})
    assert await user_of(server, token=credential) == "ada"


async def test_the_header_says_what_kind_of_token_it_is(server: Server) -> None:
    for kind in [*GOOD_TYPES, None]:
        assert await user_of(server, token=with_header(typ=kind)) == "ada"
    for kind in BAD_TYPES:
        if kind:  # PyJWT does not write others
            for path in ("/ws", "/open"):
                assert await is_refused(server, path, token=with_header(typ=kind)), kind


async def test_the_log_says_why_and_never_at_length(server: Server) -> None:
    start = len(server.app_log)
    assert await is_refused(server, token=token(aud="https://secret.example"))
    assert "it has aud, but MDB_JWT_AUDIENCE is not set" in server.app_log[start:]
    for kind in ("reset\n\x1b[2J", "x" * 3000, ["y"] * 500):
        assert await is_refused(server, token=token(token_use=kind))
    assert await is_refused(server, token=with_header(typ="logout+jwt"))
    logged = server.app_log[start:]
    assert r"token_use is 'reset\n\x1b[2J'" in logged
    assert "typ in the header is 'logout+jwt'" in logged
    assert "\x1b" not in logged
    assert "x" * 100 not in logged
    assert logged.count("'y'") < 20


async def test_a_deployment_may_know_more_kinds(tmp_path: Path) -> None:
    env = {"MDB_JWT_TOKEN_TYPES": " Service,application/device+jwt\tkiosk ,, "}
    with serving(tmp_path, "basic", {"app": MANIFEST}, env=env) as server, server.shown():
        for kind in ("service", "SERVICE", "device+jwt", "Application/Device+JWT", "kiosk"):
            assert await user_of(server, token=token(type=kind)) == "ada"
            assert await user_of(server, token=with_header(typ=kind)) == "ada"
        assert await user_of(server, token=token(type="access")) == "ada"
        for kind in ("refresh", "Service,application/device+jwt", ""):
            assert await is_refused(server, token=token(type=kind))


@pytest.mark.parametrize(
    ("claims", "user_id"),
    [
        ({"sub": "ada"}, "ada"),
        ({"sub": "ada", "user_id": "other"}, "ada"),
        ({"sub": None, "user_id": "bob"}, "bob"),
        ({"sub": "", "user_id": "bob"}, "bob"),
        ({"sub": None, "user_id": 5}, "5"),
        ({"sub": None, "user_id": 0}, "0"),
        ({"sub": "☃ 'or 1=1"}, "☃ 'or 1=1"),
        ({"sub": "\U0001f600", "email": "ä@example.com", "name": "\u2028"}, "\U0001f600"),
        ({"type": "access", "jti": "1", "iat": int(time.time()), "version": "1.0"}, "ada"),
        ({"nbf": int(time.time()) - 5}, "ada"),
        ({"iss": "anybody"}, "ada"),
        ({"email": 5, "role": 5, "roles": {"a": 1}, "permissions": None}, "ada"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_a_good_token_says_who_it_is(
    server: Server, claims: dict[str, Any], user_id: str
) -> None:
    for path in ("/ws", "/open", "/maybe"):
        assert await user_of(server, path, token=token(**claims)) == user_id


async def test_an_integer_user_is_found_by_its_text(server: Server) -> None:
    async with server.join("/ws", token=token(sub=None, user_id=77)) as client:
        found = await server.post("/lookup", user_id="77")
        assert found["by_user"] == [client.id]


async def test_a_token_over_8_kib_is_refused(tmp_path: Path) -> None:
    arguments = ("--ws", "wsproto")  # the others do not let so long a line through
    with (
        serving(tmp_path, "basic", {"app": MANIFEST}, arguments=arguments) as server,
        server.shown(),
    ):
        for size, is_too_long in ((8192, False), (8193, True)):
            exact = _token_of(size)
            for path in ("/ws", "/open"):
                for credential in ({"token": exact}, {"bearer": exact}):
                    if is_too_long:
                        assert await is_refused(server, path, **credential)
                    else:
                        assert await user_of(server, path, **credential) == "ada"


def _token_of(size: int) -> str:
    """A good token of so many bytes."""
    sizes = {len(long := token(padding="x" * length)): long for length in range(5900, 6100)}
    return sizes[size]


async def test_the_audience_and_the_issuer_are_checked(strict: Server) -> None:
    with strict.shown():
        right: dict[str, Any] = {"aud": HERE, "iss": ISSUER}
        assert await user_of(strict, token=token(**right)) == "ada"
        assert await user_of(strict, token=token(**{**right, "aud": ["x", HERE]})) == "ada"
        wrong: dict[str, Any]
        for wrong in (
            {"aud": "https://you.example"},
            {"aud": ["https://you.example"]},
            {"aud": HERE.upper()},
            {"aud": []},
            {"aud": ""},
            {"aud": None},
            {"aud": 5},
            {"aud": {"a": HERE}},
            {"iss": "https://evil.example"},
            {"iss": None},
            {"iss": [ISSUER]},
            {"iss": ""},
        ):
            for path in ("/ws", "/open"):
                assert await is_refused(strict, path, token=token(**{**right, **wrong})), wrong


async def test_a_token_that_expires_ends_its_connection(server: Server) -> None:
    expires_at = int(time.time()) + 2
    async with server.join("/ws", token=token(exp=expires_at)) as client:
        assert client.hello["expires_in"] in (0, 1, 2)
        assert (await client.ask({"type": "echo", "data": 1}))["data"] == 1
        closing = await client.closing()
    assert time.time() >= expires_at
    assert (closing.code, closing.reason) == (1008, "token_expired")
    assert closing.farewell["reason"] == "token_expired"
    assert closing.farewell["reconnect"] is True


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_an_asymmetric_algorithm_takes_its_own_tokens_only(
    algorithm: str, tmp_path: Path
) -> None:
    private_key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if algorithm == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    private = private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public = (
        private_key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    manifest = {**MANIFEST, "auth": {"jwt": {"algorithm": algorithm}}}
    env = {"SECRET_KEY": KEY, "MDB_JWT_PUBLIC_KEY": public}
    with serving(tmp_path, "basic", {"app": manifest}, env=env) as server, server.shown():
        assert await user_of(server, token=token(private, algorithm)) == "ada"
        assert await is_refused(server, token=token())
        assert await is_refused(server, token=_unsigned())
        # The oldest trick: the public key, taken for a shared secret.
        signed = token(KEY).rsplit(".", 1)[0].encode()
        forged = base64.urlsafe_b64encode(
            hmac.new(public.encode(), signed, hashlib.sha256).digest()
        )
        assert await is_refused(server, token=f"{signed.decode()}.{forged.decode().rstrip('=')}")


async def test_foreign_pages_are_refused_before_the_handshake(server: Server) -> None:
    own = f"http://127.0.0.1:{server.port}"
    assert await user_of(server, token=token(), origin=own) == "ada"
    assert await user_of(server, cookies={"token": token()}, origin=own) == "ada"
    for origin in (
        "https://evil.example",
        "null",
        "http://127.0.0.1",
        f"http://127.0.0.1:{server.port}.evil.example",
        f"http://127.0.0.1.evil.example:{server.port}",
        f"http://localhost:{server.port}",
        "",
        "http://[",
    ):
        with pytest.raises(InvalidStatus, match="403"):
            await user_of(server, token=token(), headers={"Origin": origin})


async def test_nothing_of_a_token_is_logged(server: Server) -> None:
    good, bad = token(sub="somebody", email="secret@example.com"), token(KEY[::-1])
    refresh = token(type="refresh", sub="somebody")
    start = len(server.app_log)
    await user_of(server, token=good)
    await user_of(server, bearer=good)
    for credential in (bad, refresh, token(aud="secret-audience"), "secret-garbage"):
        assert await is_refused(server, token=credential)
        assert await is_refused(server, cookies={"token": credential})
    logged = server.app_log[start:]
    for each in (good, bad, refresh):
        for part in each.split("."):
            assert part not in logged
    assert "secret" not in logged
    assert "token=" not in logged
    assert KEY not in server.log
    assert "Traceback" not in logged
    assert logged.count("client refused") == 8  # but what happened is
