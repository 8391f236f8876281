"""Who may connect, for every key of the policy and in its order; all in one server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from support.live import Server, serving, token

pytestmark = pytest.mark.slow

ANONYMOUS: dict[str, Any] = {}  # instead of claims
ADA = {"sub": "ada", "email": "Ada@Example.com"}
BOB = {"sub": "bob"}


@dataclass(frozen=True)
class Case:
    """The policy of an app, and who gets in.

    Attributes:
        manifest: what is not about ``websockets``.
        auth: of the one endpoint.
        lets_in, forbids, tells_to_log_in: claims of clients.
    """

    manifest: dict[str, Any] = field(default_factory=dict)
    auth: dict[str, Any] | None = None
    lets_in: list[dict[str, Any]] = field(default_factory=list)
    forbids: list[dict[str, Any]] = field(default_factory=list)
    tells_to_log_in: list[dict[str, Any]] = field(default_factory=list)

    @property
    def whole_manifest(self) -> dict[str, Any]:
        endpoint = {"path": "/ws"} if self.auth is None else {"path": "/ws", "auth": self.auth}
        return {"slug": "policy", **self.manifest, "websockets": {"realtime": endpoint}}


def _policy(**keys: Any) -> dict[str, Any]:
    return {"auth": {"policy": keys}}


def _legacy(**keys: Any) -> dict[str, Any]:
    return {"auth_policy": keys}


def _endpoint(**keys: Any) -> dict[str, Any]:
    return {"mdbgen": {"endpoints": {"realtime": keys}}}


def _ada(**claims: Any) -> dict[str, Any]:
    return {**ADA, **claims}


def _bob(**claims: Any) -> dict[str, Any]:
    return {**BOB, **claims}


_NOBODY_UNKNOWN: dict[str, Any] = {"lets_in": [ADA], "tells_to_log_in": [ANONYMOUS]}
_ANYBODY: dict[str, Any] = {"lets_in": [ADA, ANONYMOUS]}

CASES = {
    # --- required: the endpoint's own, else the policy's, else auth_required, else true
    "default": Case(**_NOBODY_UNKNOWN),
    "auth_required": Case({"auth_required": True}, **_NOBODY_UNKNOWN),
    "auth_not_required": Case({"auth_required": False}, **_ANYBODY),
    "policy_required": Case({**_policy(required=True), "auth_required": False}, **_NOBODY_UNKNOWN),
    "policy_not_required": Case({**_policy(required=False), "auth_required": True}, **_ANYBODY),
    "legacy_required": Case({**_legacy(required=True), "auth_required": False}, **_NOBODY_UNKNOWN),
    "legacy_not_required": Case({**_legacy(required=False), "auth_required": True}, **_ANYBODY),
    "endpoint_required": Case(_policy(required=False), {"required": True}, **_NOBODY_UNKNOWN),
    "endpoint_not_required": Case(_policy(required=True), {"required": False}, **_ANYBODY),
    "endpoint_says_nothing": Case(_policy(required=False), {}, **_ANYBODY),
    # --- allow_anonymous: the endpoint's own, else the policy's
    "endpoint_anonymous": Case({}, {"allow_anonymous": True}, **_ANYBODY),
    "endpoint_anonymous_though_required": Case(
        {}, {"required": True, "allow_anonymous": True}, **_ANYBODY
    ),
    "policy_anonymous": Case(_policy(allow_anonymous=True), **_ANYBODY),
    "legacy_anonymous": Case(_legacy(allow_anonymous=True), **_ANYBODY),
    "endpoint_not_anonymous": Case(
        _policy(allow_anonymous=True), {"allow_anonymous": False}, **_NOBODY_UNKNOWN
    ),
    "not_required_beats_not_anonymous": Case(
        {}, {"required": False, "allow_anonymous": False}, **_ANYBODY
    ),
    # --- two forms: the stricter wins
    "forms_disagree_on_required": Case(
        {**_policy(required=False), **_legacy(required=True)}, **_NOBODY_UNKNOWN
    ),
    "forms_disagree_on_anonymous": Case(
        {**_policy(allow_anonymous=True), **_legacy(allow_anonymous=False)}, **_NOBODY_UNKNOWN
    ),
    # --- denied_users
    "denied_by_id": Case(
        _policy(denied_users=["ada"]), lets_in=[BOB, {"sub": "Ada"}], forbids=[ADA]
    ),
    "denied_by_email": Case(
        _policy(denied_users=["ada@example.com"]), lets_in=[BOB, {"sub": "ada"}], forbids=[ADA]
    ),
    "denied_though_allowed": Case(
        _policy(denied_users=["ada"], allowed_users=["ada", "bob"], allowed_roles=["admin"]),
        lets_in=[BOB],
        forbids=[_ada(role="admin"), {"sub": "carol", "role": "admin"}],
    ),
    "denied_owner": Case(
        {"developer_id": "ada", **_policy(denied_users=["ada"], allowed_users=["bob"])},
        lets_in=[BOB],
        forbids=[ADA],
    ),
    "denied_where_anonymous_may": Case(
        _policy(required=False, denied_users=["ada"]), lets_in=[BOB, ANONYMOUS], forbids=[ADA]
    ),
    "denied_by_both_forms": Case(
        {**_policy(denied_users=["ada"]), **_legacy(denied_users=["bob"])},
        lets_in=[{"sub": "carol"}],
        forbids=[ADA, BOB],
    ),
    # --- allowed_users: only those, whatever their role
    "allowed_users": Case(
        _policy(allowed_users=["ada"]),
        lets_in=[ADA, {"sub": "ada"}],
        forbids=[BOB, {"sub": "ADA"}, _bob(email="x@y.z")],
        tells_to_log_in=[ANONYMOUS],
    ),
    "allowed_by_email": Case(
        _legacy(allowed_users=["ADA@example.com"]),
        lets_in=[ADA, _bob(email="ada@EXAMPLE.com")],
        forbids=[BOB, _bob(email="ada@example.com.evil")],
    ),
    "allowed_by_the_very_address": Case(
        _policy(allowed_users=["boss@strasse.de", "kate@fine.example", "ß@ß.example"]),
        lets_in=[
            _bob(email="BOSS@Strasse.DE"),
            _bob(email="Kate@Fine.example"),
            _bob(email="ß@ß.EXAMPLE"),
        ],
        forbids=[
            _bob(email="boss@straße.de"),
            _bob(email="\u212aate@fine.example"),  # KELVIN SIGN, whose small letter is k
            _bob(email="bo\u017fs@strasse.de"),  # LONG S
            _bob(email="kate@\ufb01ne.example"),  # the ligature fi
            _bob(email="ss@ss.example"),
            _bob(email="ẞ@ẞ.example"),
            _bob(email=" boss@strasse.de"),
            {"sub": "BOSS@strasse.de"},
        ],
    ),
    "allowed_if_the_email_is_verified": Case(
        _policy(allowed_users=["ada@example.com", "carol"]),
        lets_in=[ADA, _ada(email_verified=True), {"sub": "carol", "email_verified": False}],
        forbids=[
            _ada(email_verified=False),
            _ada(email_verified="true"),
            _ada(email_verified=1),
            _ada(email_verified=[True]),
        ],
    ),
    "denied_though_the_email_is_not_verified": Case(
        _policy(denied_users=["ada@example.com", "boss@strasse.de"]),
        lets_in=[_bob(email="boss@straße.de"), _bob(email="eve@example.com")],
        forbids=[ADA, _ada(email_verified=False), _bob(email="ADA@example.com")],
    ),
    "allowed_users_before_roles": Case(
        _policy(allowed_users=["ada"], allowed_roles=["admin"]),
        lets_in=[ADA],
        forbids=[_bob(role="admin")],
    ),
    "allowed_users_where_anonymous_may": Case(
        _policy(allowed_users=["ada"]),
        {"allow_anonymous": True},
        lets_in=[ADA, ANONYMOUS],
        forbids=[BOB],
    ),
    "empty_lists_restrict_nothing": Case(
        _policy(allowed_users=[], allowed_roles=[], denied_users=[], required_permissions=[]),
        **_NOBODY_UNKNOWN,
    ),
    "an_empty_name_allows_nobody": Case(
        _policy(allowed_users=["", "ada"]), lets_in=[ADA], forbids=[BOB, _bob(email="")]
    ),
    "an_empty_name_denies_nobody": Case(
        _policy(denied_users=[""]), lets_in=[ADA, BOB, _bob(email="")]
    ),
    # --- allowed_roles: at least one of them
    "allowed_roles": Case(
        _policy(allowed_roles=["editor", "admin"]),
        lets_in=[
            _ada(role="admin"),
            _ada(roles=["viewer", "editor"]),
            _ada(roles="editor"),
            _ada(role=["admin"]),
        ],
        forbids=[
            ADA,
            _ada(role="viewer"),
            _ada(role="Admin"),
            _ada(role="adminadmin"),
            _ada(role=None, roles=[]),
            _ada(roles={"admin": True}),
            _ada(roles=[["admin"]]),
            _ada(permissions=["admin"]),
        ],
        tells_to_log_in=[ANONYMOUS],
    ),
    # --- of one endpoint: on top of the policy, and of everybody
    "roles_of_the_endpoint": Case(
        _endpoint(allowed_roles=["staff", "admin"]),
        lets_in=[_ada(role="admin"), _ada(roles=["viewer", "staff"])],
        forbids=[ADA, _ada(role="viewer"), _ada(permissions=["staff"])],
        tells_to_log_in=[ANONYMOUS],
    ),
    "roles_of_the_endpoint_where_anonymous_may": Case(
        _endpoint(allowed_roles=["staff"]),
        {"required": False, "allow_anonymous": True},
        lets_in=[_ada(role="staff")],
        forbids=[ADA],
        tells_to_log_in=[ANONYMOUS],
    ),
    "roles_of_the_endpoint_and_of_the_policy": Case(
        {**_policy(allowed_roles=["editor"]), **_endpoint(allowed_roles=["staff"])},
        lets_in=[_ada(roles=["editor", "staff"])],
        forbids=[_ada(role="editor"), _ada(role="staff")],
    ),
    "roles_of_the_endpoint_hold_for_the_owner": Case(
        {
            "developer_id": "ada",
            **_policy(allowed_users=["bob"]),
            **_endpoint(allowed_roles=["staff"]),
        },
        lets_in=[_ada(role="staff"), _bob(role="staff")],
        forbids=[ADA, BOB, {"sub": "carol", "role": "staff"}],
    ),
    "permissions_of_the_endpoint": Case(
        _endpoint(required_permissions=["read", "write"]),
        {"allow_anonymous": True},
        lets_in=[_ada(permissions=["write", "read", "more"])],
        forbids=[ADA, _ada(permissions="read"), _ada(roles=["read", "write"])],
        tells_to_log_in=[ANONYMOUS],
    ),
    "permissions_and_roles_of_the_endpoint": Case(
        {
            **_policy(required_permissions=["use"]),
            **_endpoint(allowed_roles=["staff"], required_permissions=["read"]),
        },
        lets_in=[_ada(role="staff", permissions=["use", "read"])],
        forbids=[
            _ada(role="staff", permissions=["use"]),
            _ada(role="staff", permissions=["read"]),
            _ada(permissions=["use", "read"]),
        ],
    ),
    "empty_lists_of_the_endpoint": Case(
        _endpoint(allowed_roles=[], required_permissions=[]),
        {"required": False},
        lets_in=[ADA, ANONYMOUS],
    ),
    "allowed_roles_where_anonymous_may": Case(
        _policy(allow_anonymous=True, allowed_roles=["admin"]),
        lets_in=[ANONYMOUS, _ada(role="admin")],
        forbids=[ADA],
    ),
    "legacy_allowed_roles": Case(
        _legacy(allowed_roles=["admin"]), lets_in=[_ada(role="admin")], forbids=[ADA]
    ),
    # --- the owner passes the allowed_* checks, and only those
    "owner_by_id": Case(
        {"developer_id": "ada", **_policy(allowed_roles=["admin"])}, lets_in=[ADA], forbids=[BOB]
    ),
    "owner_by_email": Case(
        {"developer_id": "ada@example.com", **_policy(allowed_users=["bob"])},
        lets_in=[ADA, BOB],
        forbids=[{"sub": "carol"}],
    ),
    "owner_by_verified_email": Case(
        {"developer_id": "Boss@strasse.de", **_policy(allowed_roles=["admin"])},
        lets_in=[_bob(email="boss@STRASSE.de"), _bob(email="boss@strasse.de", email_verified=True)],
        forbids=[
            _bob(email="boss@straße.de"),
            _bob(email="boss@strasse.de", email_verified=False),
            {"sub": "boss@strasse.de"},
        ],
    ),
    "owner_may_not": Case(
        {
            "developer_id": "ada",
            **_policy(allowed_users=["bob"], owner_can_access=False),
        },
        lets_in=[BOB],
        forbids=[ADA],
    ),
    "owner_lacks_permission": Case(
        {
            "developer_id": "ada",
            **_policy(allowed_users=["bob"], required_permissions=["read"]),
        },
        lets_in=[_ada(permissions=["read"]), _bob(permissions="read")],
        forbids=[ADA, BOB, {"sub": "carol", "permissions": ["read"]}],
    ),
    "owner_lacks_role": Case(
        {
            "developer_id": "ada",
            "auth": {
                "mode": "shared",
                "roles": ["viewer"],
                "require_role": "viewer",
                "policy": {"allowed_users": ["bob"]},
            },
        },
        lets_in=[_ada(role="viewer"), _bob(roles=["viewer"])],
        forbids=[ADA, BOB],
    ),
    # --- required_permissions: all of them, always
    "required_permissions": Case(
        _policy(required_permissions=["read", "write"]),
        lets_in=[_ada(permissions=["write", "read", "more"])],
        forbids=[
            ADA,
            _ada(permissions=["read"]),
            _ada(permissions="read write"),
            _ada(roles=["read", "write"]),
            _ada(permissions={"read": 1, "write": 1}),
        ],
    ),
    "permissions_of_an_allowed_user": Case(
        _policy(allowed_users=["ada"], required_permissions=["read"]),
        lets_in=[_ada(permissions=["read"])],
        forbids=[ADA, _bob(permissions=["read"])],
    ),
    # --- require_role
    "require_role": Case(
        {"auth": {"mode": "shared", "roles": ["viewer", "admin"], "require_role": "viewer"}},
        lets_in=[_ada(role="viewer"), _ada(roles=["viewer"])],
        forbids=[ADA, _ada(role="admin")],
        tells_to_log_in=[ANONYMOUS],
    ),
    "require_role_and_allowed_roles": Case(
        {
            "auth": {
                "mode": "shared",
                "roles": ["viewer", "admin"],
                "require_role": "viewer",
                "policy": {"allowed_roles": ["admin"]},
            }
        },
        lets_in=[_ada(role="viewer", roles=["admin"])],
        forbids=[_ada(role="viewer"), _ada(role="admin")],
    ),
    "hostile_names": Case(
        _policy(denied_users=['"] or True #', "{{ ada }}", "bob\n"]),
        lets_in=[ADA, BOB],
        forbids=[{"sub": '"] or True #'}, {"sub": "{{ ada }}"}, {"sub": "bob\n"}],
    ),
}

CLIENTS = [
    (name, claims, outcome)
    for name, case in CASES.items()
    for outcome, clients in (
        ("connected", case.lets_in),
        ("forbidden", case.forbids),
        ("unauthenticated", case.tells_to_log_in),
    )
    for claims in clients
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    packages = {f"case_{name}": case.whole_manifest for name, case in CASES.items()}
    with serving(tmp_path_factory.mktemp("policy"), "many", packages) as server:
        yield server


@pytest.mark.parametrize(("name", "claims", "outcome"), CLIENTS, ids=str)
async def test_the_policy_decides(
    running: Server, name: str, claims: dict[str, Any], outcome: str
) -> None:
    credential: dict[str, Any] = {} if claims is ANONYMOUS else {"token": token(**claims)}
    with running.shown():
        async with running.connect(f"/case_{name}/ws", **credential) as client:
            if outcome == "connected":
                hello = await client.recv()
                assert hello["type"] == "connected"
                assert hello["user_id"] == claims.get("sub")
                return
            closing = await client.closing()
        assert (closing.code, closing.reason) == (1008, outcome)
        assert [frame["type"] for frame in closing.frames] == ["disconnect"]
        assert closing.farewell["reason"] == outcome
        assert closing.farewell["reconnect"] is (outcome == "unauthenticated")


@pytest.mark.parametrize("name", CASES)
async def test_a_bad_credential_is_refused_whatever_the_policy(running: Server, name: str) -> None:
    with running.shown():
        async with running.connect(f"/case_{name}/ws", token="bad") as client:
            closing = await client.closing()
        assert (closing.code, closing.reason) == (1008, "unauthenticated")
