"""``mdbgen inspect``: who may connect, and which key of the manifest decided it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_live_policy import ANONYMOUS, CASES, CLIENTS

from mdbgen.document.source import parse_source
from mdbgen.generate import generate
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.limits import DEFAULT_LIMITS
from mdbgen.model.manifest import Manifest
from mdbgen.report.access import (
    NAME_WIDTH,
    describe_clients,
    describe_endpoints,
    describe_rules,
    report_inspect,
)
from mdbgen.report.formats import Format

GOLDEN = Path(__file__).parent.parent / "golden"
EVERYTHING = GOLDEN / "policy-everything" / "manifest.json"
WARNED = GOLDEN / "cors-any-origin" / "manifest.json"


def parsed(endpoint: dict[str, Any] | None = None, **root: Any) -> Manifest:
    realtime = {"path": "/ws", **(endpoint or {})}
    document = {"slug": "my_app", "websockets": {"realtime": realtime}, **root}
    return parse_manifest(parse_source(json.dumps(document).encode(), "manifest.json"))[0]


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mdbgen", "inspect", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8", timeout=60)


@pytest.mark.parametrize(
    ("endpoint", "root", "who", "decided_by"),
    [
        ({}, {}, "required", "default"),
        ({}, {"auth_required": True}, "required", "auth_required"),
        ({}, {"auth_required": False}, "anyone", "auth_required"),
        ({}, {"auth": {"policy": {"required": True}}}, "required", "auth.policy.required"),
        ({}, {"auth_policy": {"required": False}}, "anyone", "auth_policy.required"),
        (
            {"auth": {"required": False}},
            {"auth": {"policy": {"required": True}}},
            "anyone",
            "websockets.realtime.auth.required",
        ),
        (
            {"auth": {"allow_anonymous": True}},
            {"auth_required": True},
            "anyone",
            "websockets.realtime.auth.allow_anonymous",
        ),
        (
            {},
            {"auth": {"policy": {"required": False}}, "auth_policy": {"required": True}},
            "required",
            "auth_policy.required",
        ),
    ],
)
def test_an_endpoint_names_the_key_that_decided(
    endpoint: dict[str, Any], root: dict[str, Any], who: str, decided_by: str
) -> None:
    [described] = describe_endpoints(parsed(endpoint, **root))
    sentence = {
        "required": "a token is required",
        "anyone": "anyone; a token is checked if sent",
    }[who]
    assert (described.who, described.decided_by) == (sentence, decided_by)


def test_an_open_door_does_not_let_in_every_user() -> None:
    """The visitor gets in, the customer who has logged in does not."""
    manifest = parsed({"auth": {"required": False}}, auth={"policy": {"allowed_roles": ["staff"]}})
    [described] = describe_endpoints(manifest)
    assert described.who == "anyone without a token; with one, see below"
    told = report_inspect(manifest, (), Format.TEXT).stdout
    table = told.split("client: the first match decides")[1].split("\n\n")[0].splitlines()[1:]
    assert [re.split("  +", line) for line in table] == [
        ["without a token", "let in", "websockets.realtime.auth.required"],
        ["with a bad token", "refused: unauthenticated", "always"],
        ["with one of allowed_roles", "let in", "auth.policy.allowed_roles"],
        ["anybody else with a token", "refused: forbidden", "auth.policy.allowed_roles"],
    ]


def test_endpoints_that_differ_are_named() -> None:
    document = {
        "slug": "s",
        "websockets": {
            "a": {"path": "/a"},
            "b": {"path": "/b", "auth": {"required": False}},
            "c": {"path": "/c"},
        },
    }
    manifest, _ = parse_manifest(parse_source(json.dumps(document).encode(), "manifest.json"))
    told = json.loads(report_inspect(manifest, (), Format.JSON).stdout)["clients"]
    assert told[:3] == [
        {
            "client": "without a token",
            "outcome": "unauthenticated",
            "decided_by": "default",
            "endpoints": ["a", "c"],
        },
        {
            "client": "without a token",
            "outcome": "let in",
            "decided_by": "websockets.b.auth.required",
            "endpoints": ["b"],
        },
        {
            "client": "with a bad token",
            "outcome": "unauthenticated",
            "decided_by": "always",
            "endpoints": ["a", "b", "c"],
        },
    ]
    text = report_inspect(manifest, (), Format.TEXT).stdout
    assert "\nwithout a token, at a, c  " in text
    assert "\nwithout a token, at b  " in text


def _fits(kind: str, claims: dict[str, Any], manifest: Manifest) -> bool:
    """Whether a line of the table is about a client with these claims."""
    policy, email = manifest.policy, claims.get("email", "")
    is_verified = claims.get("email_verified", True) is True

    def names(claim: str) -> set[str]:
        value = claims.get(claim)
        listed = value if isinstance(value, list) else [value]
        return {name for name in listed if isinstance(name, str)}

    def is_among(users: tuple[str, ...], by_email: bool) -> bool:
        folded = {name.encode().lower() for name in users}
        is_listed = by_email and email and email.encode().lower() in folded
        return claims["sub"] in users or bool(is_listed)

    roles = names("role") | names("roles")
    endpoint = manifest.websockets["realtime"]
    fits: dict[str, Callable[[], bool]] = {
        "in denied_users": lambda: is_among(policy.denied_users, True),
        f"without the role {manifest.require_role}": lambda: manifest.require_role not in roles,
        "without all the permissions": lambda: (
            not names("permissions") >= set(policy.required_permissions)
        ),
        f"without a role of {', '.join(endpoint.allowed_roles)}": lambda: (
            not roles & set(endpoint.allowed_roles)
        ),
        f"without all of {', '.join(endpoint.required_permissions)}": lambda: (
            not names("permissions") >= set(endpoint.required_permissions)
        ),
        "the owner": lambda: is_among((policy.owner or "",), is_verified),
        "in allowed_users": lambda: is_among(policy.allowed_users, is_verified),
        "with one of allowed_roles": lambda: bool(roles & set(policy.allowed_roles)),
        "anybody else with a token": lambda: True,
    }
    return fits[kind]()


@pytest.mark.parametrize(("name", "claims", "outcome"), CLIENTS, ids=str)
def test_the_table_says_what_happens(name: str, claims: dict[str, Any], outcome: str) -> None:
    """To the very clients that ``test_live_policy`` connects to a server."""
    data = json.dumps(CASES[name].whole_manifest).encode()
    manifest, _ = parse_manifest(parse_source(data, "manifest.json"))
    anonymous, _, *identified = describe_clients(manifest)
    told = anonymous
    if claims is not ANONYMOUS:
        told = next(each for each in identified if _fits(each.client, claims, manifest))
    assert told.outcome == {"connected": "let in"}.get(outcome, outcome)


def test_every_rule_names_its_key() -> None:
    manifest, _ = parse_manifest(parse_source(EVERYTHING.read_bytes(), "manifest.json"))
    assert {each.subject: each.decided_by for each in describe_rules(manifest)} == {
        "pages": "cors.allow_origins",
        "tokens": "auth.jwt.algorithm",
        "denied users": "auth.policy.denied_users",
        "allowed users": "auth.policy.allowed_users",
        "allowed roles": "auth.policy.allowed_roles",
        "owner": "developer_id",
        "required role": "auth.require_role",
        "permissions": "auth.policy.required_permissions",
    }


def test_an_app_without_a_policy_has_two_rules() -> None:
    assert [(each.subject, each.decided_by) for each in describe_rules(parsed())] == [
        ("pages", "default"),
        ("tokens", "default"),
    ]


def test_an_owner_who_may_not_pass_is_no_rule() -> None:
    policy = {"allowed_roles": ["a"], "owner_can_access": False}
    closed = parsed(developer_id="dev", auth={"policy": policy})
    assert "owner" not in {each.subject for each in describe_rules(closed)}
    useless = parsed(developer_id="dev")
    assert "owner" not in {each.subject for each in describe_rules(useless)}


def test_pages_are_those_that_count() -> None:
    listed = ["https://A.example:443", "https://*.a.example", "https://a.example/"]
    rule = describe_rules(parsed(cors={"enabled": True, "allow_origins": listed}))[0]
    assert rule.text == "the app's own, https://a.example"
    rule = describe_rules(parsed(cors={"enabled": True, "allow_origins": ["*"]}))[0]
    assert rule.text == "any; with a cookie only: the app's own"


def test_the_table() -> None:
    ran = run(str(EVERYTHING))
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert re.fullmatch(
        r"orders +/ws/orders +a token is required +any JSON object +15 s +10 s", lines[1]
    )
    assert lines[2].strip() == "(auth.policy.required)"
    assert lines[4].strip() == "(websockets.stock-levels.auth.allow_anonymous)"
    assert re.search(r"^required role +viewer +auth\.require_role$", ran.stdout, re.MULTILINE)
    assert all(line == line.rstrip() for line in lines)
    assert max(map(len, lines)) <= 104  # the longest key is 46 characters


@pytest.mark.parametrize(
    "path", sorted(GOLDEN.glob("*/manifest.json")), ids=lambda p: p.parent.name
)
def test_every_golden_manifest_can_be_shown(path: Path) -> None:
    manifest, warnings = parse_manifest(parse_source(path.read_bytes(), "manifest.json"))
    report = report_inspect(manifest, warnings, Format.TEXT)
    assert report.code == 0
    for name, endpoint in manifest.websockets.items():
        assert f"{name[:NAME_WIDTH]} " in report.stdout
        assert f" {endpoint.path[:NAME_WIDTH]} " in report.stdout
    unseen = {character for character in report.stdout if not character.isprintable()}
    assert unseen == {"\n"}


def test_what_joins_the_workers() -> None:
    assert "workers" not in report_inspect(parsed(), (), Format.TEXT).stdout
    manifest = parsed(mdbgen={"backplane": "redis"})
    text = report_inspect(manifest, (), Format.TEXT).stdout
    assert re.search(r"^workers +joined by Redis at REDIS_URL +mdbgen\.backplane$", text, re.M)


def test_declared_messages_and_limits() -> None:
    send: dict[str, Any] = {"status": {}, "created": {}}
    receive = {"subscribe": {}, "get_status": {"reply": "status"}}
    limits = {"connections": 5, "max_message_bytes": 100}
    declared = {"receive": receive, "send": send, "limits": limits, "history": 20}
    manifest = parsed(mdbgen={"endpoints": {"realtime": declared}})
    text = report_inspect(manifest, (), Format.TEXT).stdout
    assert re.search(r"  from clients: subscribe, get_status → status +30 s", text)
    assert re.search(r"  to clients: status, created$", text, re.MULTILINE)
    assert re.findall(r"^realtime +(\w+) +(\d+)$", text, re.MULTILINE) == [
        ("max_message_bytes", "100"),
        ("connections", "5"),
        ("history", "20"),
    ]
    [told] = json.loads(report_inspect(manifest, (), Format.JSON).stdout)["endpoints"]
    assert (told["limits"], told["history"]) == (limits, 20)
    [described] = describe_endpoints(parsed(mdbgen={"endpoints": {"realtime": {"send": send}}}))
    assert described.messages == "from clients: any JSON object\nto clients: status, created"


def test_the_limits_are_those_of_the_package() -> None:
    files = generate(parse_source(EVERYTHING.read_bytes(), "manifest.json")).files
    settings = next(each.text for each in files if each.path == "runtime/deployment.py")
    found = re.findall(r"^    (\w+): int = ([\d_]+)$", settings, re.MULTILINE)
    assert {name: int(value) for name, value in found} == DEFAULT_LIMITS


def test_json_says_the_same() -> None:
    ran = run(str(WARNED), "--format", "json")
    assert (ran.returncode, ran.stderr) == (0, "")
    told = json.loads(ran.stdout)
    assert told["slug"] == "widgets"
    assert told["endpoints"] == [
        {
            "endpoint": "widget",
            "path": "/widget",
            "who": "a token is required",
            "decided_by": "default",
            "messages": "any JSON object",
            "limits": {},
            "history": 0,
            "ping_interval": 30,
            "ticket_ttl_seconds": 10,
        }
    ]
    assert [each["subject"] for each in told["rules"]] == ["pages", "tokens"]
    assert told["limits"] == DEFAULT_LIMITS
    assert [each["code"] for each in told["warnings"]] == ["MDB154"]


def test_warnings_go_where_they_always_go() -> None:
    text = run(str(WARNED))
    assert text.returncode == 0
    assert "warning: MDB154 cors.allow_origins.0" in text.stderr
    assert "MDB154" not in text.stdout
    github = run(str(WARNED), "--format", "github")
    assert (github.returncode, github.stderr) == (0, "")
    assert github.stdout.startswith("::warning file=")
    assert github.stdout.endswith(text.stdout)


def test_an_error_is_told_as_everywhere() -> None:
    wrong = '{"slug": "my_app", "websockets": {"realtime": {"path": "ws"}}}'
    text = run("-", stdin=wrong)
    assert (text.returncode, text.stdout) == (2, "")
    assert text.stderr.startswith("<stdin>:1:")
    told = run("-", "--format", "json", stdin=wrong)
    assert (told.returncode, told.stderr) == (2, "")
    assert [each["code"] for each in json.loads(told.stdout)["errors"]] == ["MDB105"]
    assert run().returncode == 2
    assert run("missing.json").returncode == 2
