"""The manifest: what is read, what decides, what is refused, and never a traceback."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdbgen.document.source import parse_source
from mdbgen.errors import Diagnostic, ManifestError, Severity, format_text
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.manifest import Decision, Manifest
from mdbgen.naming import class_name, identifier

Keys = dict[str, Any]


def parse(keys: Keys) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    return parse_manifest(parse_source(json.dumps(keys, indent=1).encode(), "manifest.json"))


def manifest(endpoint: Keys | None = None, **root: Any) -> Keys:
    realtime = {"path": "/ws", **(endpoint or {})}
    return {"slug": "my_app", "websockets": {"realtime": realtime}, **root}


def problems(keys: Keys) -> list[tuple[str, str]]:
    with pytest.raises(ManifestError) as caught:
        parse(keys)
    return [(one.code, one.path) for one in caught.value.diagnostics]


def messages(keys: Keys) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        parse(keys)
    return [one.message for one in caught.value.diagnostics]


def warnings(keys: Keys) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in parse(keys)[1]]


def test_the_smallest_manifest_has_every_default() -> None:
    parsed, found = parse(manifest())
    assert found == ()
    assert parsed.slug == "my_app"
    assert list(parsed.websockets) == ["realtime"]
    realtime = parsed.websockets["realtime"]
    assert (realtime.path, realtime.description) == ("/ws", "")
    assert (realtime.ping_interval, realtime.ticket_ttl_seconds) == (30, 10)
    assert realtime.required == Decision(True, "default")
    assert realtime.anonymous == Decision(False, "default")
    assert (parsed.algorithm, parsed.require_role, parsed.cors_origins) == ("HS256", None, ())
    assert parsed.policy.owner is None


def test_everything_is_read() -> None:
    keys = manifest(
        {"description": 'Live\n"""', "ping_interval": 5, "ticket_ttl_seconds": 60},
        developer_id="dev",
        auth={
            "mode": "shared",
            "require_role": "member",
            "roles": ["member"],
            "jwt": {"algorithm": "ES256", "token_expiry_hours": 24},
            "policy": {
                "allowed_roles": ["a", "b", "a"],
                "allowed_users": ["c"],
                "denied_users": ["d"],
                "required_permissions": ["x:read"],
                "provider": "casbin",
            },
            "users": {"enabled": True},
        },
        cors={"enabled": True, "allow_origins": ["https://a.example"], "max_age": 5},
        name="Mine",
        status="active",
    )
    parsed, found = parse(keys)
    assert found == ()
    assert parsed.websockets["realtime"].description == 'Live\n"""'
    assert parsed.websockets["realtime"].ping_interval == 5
    assert parsed.websockets["realtime"].ticket_ttl_seconds == 60
    assert (parsed.require_role, parsed.algorithm) == ("member", "ES256")
    assert parsed.cors_origins == ("https://a.example",)
    policy = parsed.policy
    assert (policy.allowed_roles, policy.allowed_users) == (("a", "b"), ("c",))
    assert (policy.denied_users, policy.required_permissions) == (("d",), ("x:read",))
    assert policy.owner == "dev"


def test_the_manifest_is_frozen_and_ordered() -> None:
    endpoints = {name: {"path": f"/{name}"} for name in ("b", "a", "c")}
    parsed, _ = parse({"slug": "s", "websockets": endpoints})
    assert list(parsed.websockets) == ["b", "a", "c"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        parsed.slug = "other"  # type: ignore[misc]


def test_origins_count_only_where_cors_is_enabled() -> None:
    assert parse(manifest(cors={"allow_origins": ["https://a.example"]}))[0].cors_origins == ()
    assert parse(manifest(cors={"enabled": True}))[0].cors_origins == ()


@pytest.mark.parametrize(
    ("endpoint", "root", "required", "anonymous"),
    [
        ({}, {}, (True, "default"), (False, "default")),
        ({}, {"auth_required": False}, (False, "auth_required"), (True, "auth_required")),
        ({}, {"auth_required": True}, (True, "auth_required"), (False, "auth_required")),
        (
            {},
            {"auth": {"policy": {"required": False}}, "auth_required": True},
            (False, "auth.policy.required"),
            (True, "auth.policy.required"),
        ),
        (
            {},
            {"auth_policy": {"required": False}},
            (False, "auth_policy.required"),
            (True, "auth_policy.required"),
        ),
        ({}, {"auth_policy": {}, "auth_required": False}, (False, "auth_required"), None),
        (
            {},
            {"auth": {"policy": {"required": False}}, "auth_policy": {"required": True}},
            (True, "auth_policy.required"),
            (False, "auth_policy.required"),
        ),
        (
            {},
            {"auth": {"policy": {"required": True}}, "auth_policy": {"required": True}},
            (True, "auth.policy.required"),
            None,
        ),
        (
            {"auth": {"required": True}},
            {"auth_policy": {"required": False}},
            (True, "websockets.realtime.auth.required"),
            (False, "websockets.realtime.auth.required"),
        ),
        (
            {"auth": {"required": False}},
            {"auth_policy": {"required": True}},
            (False, "websockets.realtime.auth.required"),
            (True, "websockets.realtime.auth.required"),
        ),
        (
            {"auth": {"allow_anonymous": True}},
            {"auth_required": True},
            (True, "auth_required"),
            (True, "websockets.realtime.auth.allow_anonymous"),
        ),
        (
            {},
            {"auth": {"policy": {"allow_anonymous": True}}},
            (True, "default"),
            (True, "auth.policy.allow_anonymous"),
        ),
        (
            {"auth": {"allow_anonymous": False}},
            {"auth": {"policy": {"allow_anonymous": True}}},
            (True, "default"),
            (False, "websockets.realtime.auth.allow_anonymous"),
        ),
        (
            {},
            {
                "auth": {"policy": {"allow_anonymous": True}},
                "auth_policy": {"allow_anonymous": False},
            },
            (True, "default"),
            (False, "auth_policy.allow_anonymous"),
        ),
        (
            {"auth": {"required": False, "allow_anonymous": False}},
            {},
            (False, "websockets.realtime.auth.required"),
            (True, "websockets.realtime.auth.required"),
        ),
    ],
)
def test_who_may_connect_and_which_key_decided(
    endpoint: Keys, root: Keys, required: tuple[bool, str], anonymous: tuple[bool, str] | None
) -> None:
    realtime = parse(manifest(endpoint, **root))[0].websockets["realtime"]
    assert realtime.required == Decision(*required)
    if anonymous:
        assert realtime.anonymous == Decision(*anonymous)


@given(st.fixed_dictionaries({}, optional={
    "own": st.booleans(), "today": st.booleans(), "legacy": st.booleans(), "app": st.booleans(),
    "own_anonymous": st.booleans(), "today_anonymous": st.booleans(),
    "legacy_anonymous": st.booleans(),
}))  # fmt: skip
def test_precedence_agrees_with_the_contract(said: dict[str, bool]) -> None:
    def form(prefix: str) -> Keys:
        keys = {"required": prefix, "allow_anonymous": f"{prefix}_anonymous"}
        return {key: said[name] for key, name in keys.items() if name in said}

    keys = manifest({"auth": form("own")}, auth={"policy": form("today")})
    keys |= {"auth_policy": form("legacy")}
    if "app" in said:
        keys["auth_required"] = said["app"]
    parsed, found = parse(keys)

    policy = [said[form] for form in ("today", "legacy") if form in said]
    required = said.get("own", any(policy) if policy else said.get("app", True))
    policy = [said[f] for f in ("today_anonymous", "legacy_anonymous") if f in said]
    allowed = said.get("own_anonymous", all(policy) if policy else False)
    realtime = parsed.websockets["realtime"]
    assert realtime.required.value is required
    assert realtime.anonymous.value is (not required or allowed)
    disagree = sum(
        said.get(f"today{what}", said.get(f"legacy{what}"))
        != said.get(f"legacy{what}", said.get(f"today{what}"))
        for what in ("", "_anonymous")
    )
    assert [one.code for one in found] == ["MDB150"] * disagree


def test_other_keys_of_two_forms() -> None:
    today = {"allowed_roles": ["a"], "allowed_users": [], "denied_users": ["x"]}
    legacy = {
        "allowed_roles": ["b"],
        "allowed_users": ["u"],
        "denied_users": ["y", "x"],
        "required_permissions": ["p"],
        "owner_can_access": False,
    }
    keys = manifest(auth={"policy": today}, auth_policy=legacy, developer_id="dev")
    policy = parse(keys)[0].policy
    assert policy.allowed_roles == ("a",)
    assert policy.allowed_users == ("u",)  # an empty list does not open what the other form closes
    assert policy.denied_users == ("x", "y")
    assert policy.required_permissions == ("p",)
    assert policy.owner is None
    assert warnings(keys) == [
        ("MDB151", "auth_policy.allowed_roles"),
        ("MDB151", "auth_policy.denied_users"),
    ]


def test_forms_that_agree_are_no_warning() -> None:
    form = {"required": True, "denied_users": ["a", "b"], "owner_can_access": True}
    other = {**form, "denied_users": ["b", "a"]}
    assert warnings(manifest(auth={"policy": form}, auth_policy=other)) == []


def test_warnings_about_origins() -> None:
    listed = ["https://a.example", "http://localhost:3000/", "*", "https://*.a.example", "null"]
    cors = {"enabled": True, "allow_origins": listed}
    assert warnings(manifest(cors=cors)) == [
        ("MDB154", "cors.allow_origins.2"),
        ("MDB155", "cors.allow_origins.3"),
        ("MDB155", "cors.allow_origins.4"),
    ]
    assert warnings(manifest(cors={**cors, "enabled": False})) == []


def test_who_stated_what_is_remembered() -> None:
    today = {"denied_users": ["a"], "allowed_roles": ["r"], "allowed_users": []}
    legacy = {"denied_users": ["b"], "allowed_roles": ["r"], "allowed_users": ["u"]}
    parsed = parse(manifest(auth={"policy": today}, auth_policy=legacy))[0]
    assert parsed.policy.stated_by == {
        "denied_users": "auth.policy.denied_users, auth_policy.denied_users",
        "allowed_roles": "auth.policy.allowed_roles",
        "allowed_users": "auth_policy.allowed_users",
    }
    assert parsed.algorithm_decided_by == "default"
    es256 = parse(manifest(auth={"jwt": {"algorithm": "ES256"}}))[0]
    assert es256.algorithm_decided_by == "auth.jwt.algorithm"


def test_warnings_about_the_required_role() -> None:
    role = {"require_role": "admin"}
    assert warnings(manifest(auth=role)) == [("MDB152", "auth.require_role")]
    assert warnings(manifest(auth={**role, "mode": "shared"})) == []
    shared = {**role, "mode": "shared", "roles": ["user"]}
    assert warnings(manifest(auth=shared)) == [("MDB153", "auth.require_role")]
    parsed, found = parse(manifest(auth=role))
    assert parsed.require_role == "admin"
    assert all(one.severity is Severity.WARNING for one in found)


@pytest.mark.parametrize("slug", ["my-app", "1app", "-", "__", "class", "x" * 300])
def test_slugs(slug: str) -> None:
    assert parse(manifest(slug=slug))[0].slug == slug


@pytest.mark.parametrize("slug", ["app\n", "My_App", "", "my.app", "my app", "äpp", "٣", "../x"])
def test_bad_slugs(slug: str) -> None:
    assert problems(manifest(slug=slug)) == [("MDB105", "slug")]


@pytest.mark.parametrize("path", ["/ws/", "//", "/a//b", "/-", "/" + "w" * 8000])
def test_paths(path: str) -> None:
    assert parse(manifest({"path": path}))[0].websockets["realtime"].path == path


@pytest.mark.parametrize(
    "path", ["/ws\n", "\n/ws", "/", "", "ws", "/ws/{id}", "/ws.x", "/ws?x", "/ws~", "/a b", "/ä"]
)
def test_bad_paths(path: str) -> None:
    assert problems(manifest({"path": path})) == [("MDB105", "websockets.realtime.path")]


@pytest.mark.parametrize("name", ["real-time", "1st", "class", "-", "__init__", "A"])
def test_endpoint_names(name: str) -> None:
    assert list(parse({"slug": "s", "websockets": {name: {"path": "/a"}}})[0].websockets) == [name]


@pytest.mark.parametrize("name", ["", "a b", "a\n", "ä", "a.b", "[key]", "٣"])
def test_bad_endpoint_names(name: str) -> None:
    keys = {"slug": "s", "websockets": {name: {"path": "/a"}}}
    assert problems(keys) == [("MDB106", f"websockets.{name}")]


@pytest.mark.parametrize("value", [5, 300, 30.0])
def test_ping_intervals(value: float) -> None:
    found = parse(manifest({"ping_interval": value}))[0].websockets["realtime"].ping_interval
    assert found == value
    assert type(found) is int


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        (2, "MDB104", "2 is below the minimum of 5"),
        (4.0, "MDB104", "4.0 is below the minimum of 5"),
        (-(10**30), "MDB104", "-1000000000000000000000000000000 is below the minimum of 5"),
        (301, "MDB104", "301 is above the maximum of 300"),
        (1e300, "MDB104", "1e+300 is above the maximum of 300"),
        (30.5, "MDB103", "30.5 is not a whole number"),
        (True, "MDB103", "true is not a whole number"),
        ("30", "MDB103", "'30' is not a whole number"),
        (None, "MDB103", "null is not a whole number"),
        ([30], "MDB103", "a list is not a whole number"),
    ],
)
def test_bad_ping_intervals(value: Any, code: str, message: str) -> None:
    keys = manifest({"ping_interval": value})
    assert problems(keys) == [(code, "websockets.realtime.ping_interval")]
    assert messages(keys) == [message]


@pytest.mark.parametrize(("value", "ok"), [(1, True), (60, True), (0, False), (61, False)])
def test_ticket_life(value: int, ok: bool) -> None:
    keys = manifest({"ticket_ttl_seconds": value})
    if ok:
        assert parse(keys)[0].websockets["realtime"].ticket_ttl_seconds == value
    else:
        assert problems(keys) == [("MDB104", "websockets.realtime.ticket_ttl_seconds")]


def _of_one(**keys: Any) -> Keys:
    return manifest({"auth": {"required": False}}, mdbgen={"endpoints": {"realtime": keys}})


def test_what_one_endpoint_asks_for_is_asked_of_everybody() -> None:
    parsed, found = parse(_of_one(allowed_roles=["staff"], required_permissions=["read"]))
    assert found == ()
    realtime = parsed.websockets["realtime"]
    assert (realtime.allowed_roles, realtime.required_permissions) == (("staff",), ("read",))
    by = "mdbgen.endpoints.realtime.allowed_roles"
    assert (realtime.required, realtime.anonymous) == (Decision(True, by), Decision(False, by))
    parsed, _ = parse(_of_one(required_permissions=["read"]))
    by = "mdbgen.endpoints.realtime.required_permissions"
    assert parsed.websockets["realtime"].anonymous == Decision(False, by)
    parsed, _ = parse(_of_one(allowed_roles=[], required_permissions=[]))
    by = "websockets.realtime.auth.required"
    assert parsed.websockets["realtime"].anonymous == Decision(True, by)


@pytest.mark.parametrize(
    ("keys", "code", "path"),
    [
        ({"allowed_roles": "staff"}, "MDB103", "allowed_roles"),
        ({"allowed_roles": None}, "MDB103", "allowed_roles"),
        ({"required_permissions": ["a", 1]}, "MDB103", "required_permissions.1"),
        ({"allowed_roles": ["a", "b", "a"]}, "MDB209", "allowed_roles.2"),
        ({"allowed_role": ["a"]}, "MDB102", "allowed_role"),
    ],
)
def test_wrong_roles_of_one_endpoint(keys: Keys, code: str, path: str) -> None:
    assert problems(_of_one(**keys)) == [(code, f"mdbgen.endpoints.realtime.{path}")]


@pytest.mark.parametrize("endpoint", [{"roles": ["a"]}, {"auth": {"allowed_roles": ["a"]}}])
def test_roles_of_one_endpoint_in_another_place(endpoint: Keys) -> None:
    with pytest.raises(ManifestError) as caught:
        parse(manifest(endpoint))
    [problem] = caught.value.diagnostics
    assert problem.code == "MDB102"
    hint = "for a single endpoint, write mdbgen.endpoints.realtime.allowed_roles"
    assert problem.suggestion == hint


@pytest.mark.parametrize(
    ("endpoint", "right"),
    [
        ({"csrf_required": True}, "auth.csrf_required"),
        ({"required": False}, "auth.required"),
        ({"allow_anonymous": True}, "auth.allow_anonymous"),
        ({"auth": {"ticket_ttl_seconds": 5}}, "ticket_ttl_seconds"),
        ({"auth": {"ping_interval": 5}}, "ping_interval"),
    ],
)
def test_a_key_one_level_off_is_told_its_place(endpoint: Keys, right: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse(manifest(endpoint))
    [problem] = caught.value.diagnostics
    assert problem.code == "MDB102"
    assert problem.suggestion == f"write it as websockets.realtime.{right}"


@pytest.mark.parametrize(("slug", "hint"), [("é", ""), ("Zoé", "did you mean 'zo-'?")])
def test_a_suggested_slug_has_something_to_read(slug: str, hint: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse(manifest(slug=slug))
    assert [each.suggestion for each in caught.value.diagnostics] == [hint]


def test_the_old_spelling_names_the_new_one() -> None:
    with pytest.raises(ManifestError) as caught:
        parse(manifest({"require_auth": True}))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.path) == ("MDB109", "websockets.realtime.require_auth")
    assert "auth.required" in diagnostic.suggestion


def test_the_mdbgen_key_may_be_empty() -> None:
    empty: list[Keys] = [{}, {"endpoints": {}}, {"endpoints": {"realtime": {}}, "schemas": {}}]
    for value in empty:
        parsed, found = parse(manifest(mdbgen=value))
        assert (parsed, found) == parse(manifest())


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("a-b", "a_b"), "Python name"),
        (("class", "class_"), "Python name"),
        (("live-feed", "liveFeed"), "class name"),
        (("aB", "ab"), "file name"),
        (("con", "CON_"), "file name"),
    ],
)
def test_names_that_meet(names: tuple[str, str], kind: str) -> None:
    endpoints = {name: {"path": f"/p{n}"} for n, name in enumerate(names)}
    keys = {"slug": "s", "websockets": endpoints}
    assert problems(keys) == [("MDB110", f"websockets.{names[1]}")]
    assert messages(keys)[0].startswith(
        f"'{names[1]}' and '{names[0]}' (4:3) map to the same {kind}: "
    )


@given(st.lists(st.text("aAbB1-_", min_size=1, max_size=4), unique=True, min_size=1, max_size=6))
def test_accepted_names_never_meet(names: list[str]) -> None:
    endpoints = {name: {"path": f"/p{n}"} for n, name in enumerate(names)}
    spelled: list[set[str]] = [
        {identifier(n) for n in names},
        {identifier(n).lower() for n in names},
        {class_name(n) for n in names},
    ]
    distinct = all(len(each) == len(names) for each in spelled)
    keys = {"slug": "s", "websockets": endpoints}
    if distinct:
        assert list(parse(keys)[0].websockets) == names
    else:
        assert {code for code, _ in problems(keys)} == {"MDB110"}


def test_one_path_twice_names_both_places() -> None:
    keys = {"slug": "s", "websockets": {"a": {"path": "/ws"}, "b": {"path": "/ws"}}}
    assert problems(keys) == [("MDB111", "websockets.b.path")]
    assert messages(keys) == ["'/ws' is also the path of 'a' (5:12)"]


def test_paths_that_differ_by_a_slash_at_the_end_are_one() -> None:
    """Both would issue their tickets at ``/ws/ticket``."""
    paths = {"a": "/ws", "b": "/ws/", "c": "/ws//", "d": "/ws/ticket"}
    keys = {"slug": "s", "websockets": {name: {"path": path} for name, path in paths.items()}}
    assert problems(keys) == [("MDB111", "websockets.b.path"), ("MDB111", "websockets.c.path")]
    assert messages(keys)[0] == "'/ws/' is also the path of 'a' (5:12), apart from the trailing '/'"


def test_a_near_miss_at_the_root_is_named() -> None:
    with pytest.raises(ManifestError) as caught:
        parse({"slug": "s", "websocket": {}})
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.path) == ("MDB101", "websockets")
    assert diagnostic.suggestion == "did you mean 'websockets' where 3:2 says 'websocket'?"


def test_all_problems_at_once_sorted_by_position() -> None:
    keys = {
        "cors": {"enabled": None},
        "websockets": {"b": {"pathh": "/x", "auth": None}, "a b": 5},
        "mdbgen": {"backplane": "reddis"},
    }
    with pytest.raises(ManifestError) as caught:
        parse(keys)
    found = caught.value.diagnostics
    assert sorted((one.line, one.column) for one in found) == [
        (one.line, one.column) for one in found
    ]
    assert {(one.code, one.path) for one in found} == {
        ("MDB101", "slug"),
        ("MDB103", "cors.enabled"),
        ("MDB101", "websockets.b.path"),
        ("MDB102", "websockets.b.pathh"),
        ("MDB103", "websockets.b.auth"),
        ("MDB106", "websockets.a b"),
        ("MDB103", "websockets.a b"),
        ("MDB107", "mdbgen.backplane"),
    }


JUNK_KEYS = ["path", "auth", "required", "policy", "require_auth", "[key]", "x y", "0"]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(JUNK_KEYS), inner, max_size=3),
    max_leaves=6,
)
PATHS = [
    (), ("slug",), ("websockets",), ("websockets", "realtime"), ("websockets", "[key]"),
    ("websockets", "realtime", "path"), ("websockets", "realtime", "auth"),
    ("websockets", "realtime", "auth", "required"), ("websockets", "realtime", "ping_interval"),
    ("websockets", "realtime", "description"), ("auth",), ("auth", "policy"),
    ("auth", "policy", "allowed_roles"), ("auth", "jwt"), ("auth", "jwt", "algorithm"),
    ("auth", "mode"), ("auth", "require_role"), ("auth_policy",), ("cors",),
    ("cors", "allow_origins"), ("developer_id",), ("auth_required",),
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(PATHS[1:]), JUNK), max_size=4))
def test_any_json_gives_a_manifest_or_diagnostics(
    changes: list[tuple[tuple[str, ...], Any]],
) -> None:
    keys: Any = manifest(auth={"policy": {}, "jwt": {}}, cors={})
    for path, value in changes:
        holder = keys
        for step in path[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder[path[-1]] = value
    try:
        _, found = parse(keys)
    except ManifestError as error:
        found = error.diagnostics
        assert found
    for one in found:
        assert one.line >= 1
        text = format_text(one)
        assert "pydantic" not in text
        assert "what belongs here" not in text
        assert "Input should" not in text
