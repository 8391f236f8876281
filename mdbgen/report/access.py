"""Who may connect, and which key of the manifest decided it: what ``inspect`` tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from mdbgen.errors import Diagnostic, as_json, format_github, format_text, visible
from mdbgen.model.limits import DEFAULT_LIMITS
from mdbgen.model.manifest import Endpoint, Manifest
from mdbgen.model.origins import ANY, normalize_origin
from mdbgen.report.formats import OK, Format, Report, document, lines_of

DEFAULT = "default"
LET_IN, LOG_IN, FORBIDDEN = "let in", "unauthenticated", "forbidden"
TEXT_WIDTH = 48
NAME_WIDTH = 28  # of names and paths, which may be long and have no spaces to break at
GAP = "  "


@dataclass(frozen=True, slots=True)
class EndpointAccess:
    """What one endpoint asks of its clients."""

    endpoint: str
    path: str
    who: str
    decided_by: str  # a key of the manifest, or "default"
    messages: str
    limits: dict[str, int]  # those that the manifest states
    history: int  # messages kept for clients that come back
    ping_interval: int  # seconds
    ticket_ttl_seconds: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds at every endpoint of the app."""

    subject: str
    text: str
    decided_by: str  # a key of the manifest, several, or "default"


@dataclass(frozen=True, slots=True)
class Client:
    """What becomes of one kind of client."""

    client: str
    outcome: str  # LET_IN, or the reason that it is told: LOG_IN, FORBIDDEN
    decided_by: str  # a key of the manifest, several, "default" or "always"
    endpoints: tuple[str, ...]  # where that is so


def describe_endpoints(manifest: Manifest) -> tuple[EndpointAccess, ...]:
    """Say of each endpoint who may connect, in the manifest's order."""
    return tuple(_endpoint(name, each, manifest) for name, each in manifest.websockets.items())


def describe_rules(manifest: Manifest) -> tuple[Rule, ...]:
    """Say what is asked of every token, and of every page, in the order of the checks."""
    rules = (_origin_rule(manifest), _key_rule(manifest), *_policy_rules(manifest))
    if manifest.backplane == "memory":
        return rules
    return (*rules, Rule("workers", "joined by Redis at REDIS_URL", "mdbgen.backplane"))


def describe_clients(manifest: Manifest) -> tuple[Client, ...]:
    """Say what becomes of each kind of client: of those that fit one, the first counts."""
    everywhere = tuple(manifest.websockets)
    refused = [("with a bad token", LOG_IN, "always"), *_refused(manifest)]
    return (
        *_anonymous(manifest),
        *(Client(*kind, everywhere) for kind in refused),
        *_refused_at_one(manifest),
        *(Client(*kind, everywhere) for kind in _judged_by_lists(manifest)),
    )


def report_inspect(manifest: Manifest, warnings: Sequence[Diagnostic], form: Format) -> Report:
    """Report what a manifest means; nothing is compared with any folder."""
    if form is Format.JSON:
        return Report(document(access_document(manifest, warnings)), "", OK)
    text = _as_text(manifest)
    if form is Format.GITHUB:
        return Report(lines_of(format_github(each) for each in warnings) + text, "", OK)
    return Report(text, lines_of(format_text(each) for each in warnings), OK)


def access_document(manifest: Manifest, warnings: Sequence[Diagnostic]) -> dict[str, Any]:
    """Return what a manifest means as JSON."""
    return {
        "slug": manifest.slug,
        "endpoints": [asdict(each) for each in describe_endpoints(manifest)],
        "clients": [asdict(each) for each in describe_clients(manifest)],
        "rules": [asdict(each) for each in describe_rules(manifest)],
        "limits": dict(DEFAULT_LIMITS),
        "warnings": [as_json(each) for each in warnings],
    }


def _endpoint(name: str, endpoint: Endpoint, manifest: Manifest) -> EndpointAccess:
    return EndpointAccess(
        endpoint=name,
        path=endpoint.path,
        who=_who(endpoint, manifest),
        decided_by=(
            endpoint.anonymous.decided_by
            if endpoint.anonymous.value
            else endpoint.required.decided_by
        ),
        messages=_messages(endpoint),
        limits=dict(endpoint.limits),
        history=endpoint.history,
        ping_interval=endpoint.ping_interval,
        ticket_ttl_seconds=endpoint.ticket_ttl_seconds,
    )


def _who(endpoint: Endpoint, manifest: Manifest) -> str:
    asked = list(_asked(endpoint))
    if asked:
        return f"a token with {' and '.join(asked)} is required"
    if not endpoint.anonymous.value:
        return "a token is required"
    kinds = (*_refused(manifest), *_judged_by_lists(manifest))
    if any(outcome == FORBIDDEN for _, outcome, _ in kinds):
        return "anyone without a token; with one, see below"
    return "anyone; a token is checked if sent"


def _asked(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.allowed_roles:
        roles = ", ".join(endpoint.allowed_roles)
        yield (
            f"one of the roles {roles}" if len(endpoint.allowed_roles) > 1 else f"the role {roles}"
        )
    if endpoint.required_permissions:
        yield f"the permissions {', '.join(endpoint.required_permissions)}"


def _anonymous(manifest: Manifest) -> Iterator[Client]:
    """Clients without a token: one line for all endpoints that agree, and say why."""
    names: dict[tuple[str, str], list[str]] = {}
    for name, each in manifest.websockets.items():
        decision = each.anonymous if each.anonymous.value else each.required
        outcome = LET_IN if each.anonymous.value else LOG_IN
        names.setdefault((outcome, decision.decided_by), []).append(name)
    for (outcome, decided_by), where in names.items():
        yield Client("without a token", outcome, decided_by, tuple(where))


def _refused(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Clients with a good token that no list lets in."""
    policy, by = manifest.policy, manifest.policy.stated_by
    if policy.denied_users:
        yield "in denied_users", FORBIDDEN, by["denied_users"]
    if manifest.require_role is not None:
        yield f"without the role {manifest.require_role}", FORBIDDEN, "auth.require_role"
    if policy.required_permissions:
        yield "without all the permissions", FORBIDDEN, by["required_permissions"]


def _refused_at_one(manifest: Manifest) -> Iterator[Client]:
    """Clients with a good token that one endpoint does not let in."""
    for name, each in manifest.websockets.items():
        key = f"mdbgen.endpoints.{name}"
        if each.allowed_roles:
            kind = f"without a role of {', '.join(each.allowed_roles)}"
            yield Client(kind, FORBIDDEN, f"{key}.allowed_roles", (name,))
        if each.required_permissions:
            kind = f"without all of {', '.join(each.required_permissions)}"
            yield Client(kind, FORBIDDEN, f"{key}.required_permissions", (name,))


def _judged_by_lists(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """All other clients, in the order in which the lists of the policy look at them."""
    policy, by = manifest.policy, manifest.policy.stated_by
    listed = next((key for key in ("allowed_users", "allowed_roles") if key in by), "")
    if not listed:
        yield "anybody else with a token", LET_IN, DEFAULT
        return
    if policy.exempts_owner:
        yield "the owner", LET_IN, "developer_id"
    kind = "in allowed_users" if listed == "allowed_users" else "with one of allowed_roles"
    yield kind, LET_IN, by[listed]
    yield "anybody else with a token", FORBIDDEN, by[listed]


def _messages(endpoint: Endpoint) -> str:
    """Say what clients send, with what answers it, and what they get."""
    received = ", ".join(
        f"{each.name} → {each.reply}" if each.reply else each.name for each in endpoint.receive
    )
    sent = ", ".join(each.name for each in endpoint.send)
    if endpoint.takes_objects and not sent:
        return "any JSON object"
    lines = [
        f"from clients: {'any JSON object' if endpoint.takes_objects else received or 'nothing'}",
        f"to clients: {sent or 'none declared'}",
    ]
    return "\n".join(lines)


def _declared_limits(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    for name, endpoint in manifest.websockets.items():
        stated = {**endpoint.limits, **({"history": endpoint.history} if endpoint.history else {})}
        for key, value in stated.items():
            yield name, key, str(value)


def _origin_rule(manifest: Manifest) -> Rule:
    listed = [normalize_origin(each) for each in manifest.cors_origins]
    own = ", ".join(["the app's own", *dict.fromkeys(filter(None, listed))])
    if ANY in manifest.cors_origins:
        return Rule("pages", f"any; with a cookie only: {own}", "cors.allow_origins")
    return Rule("pages", own, "cors.allow_origins" if manifest.cors_origins else DEFAULT)


def _key_rule(manifest: Manifest) -> Rule:
    key = "SECRET_KEY"
    if manifest.algorithm != "HS256":
        key = "MDB_JWT_PUBLIC_KEY or MDB_JWT_JWKS_URL"
    return Rule("tokens", f"{manifest.algorithm}, key from {key}", manifest.algorithm_decided_by)


def _policy_rules(manifest: Manifest) -> Iterator[Rule]:
    policy = manifest.policy
    yield from _list_rule(manifest, "denied users", "denied_users", "refused: ")
    yield from _list_rule(manifest, "allowed users", "allowed_users", "only: ")
    overruled = " (overruled by allowed_users)" if policy.allowed_users else ""
    yield from _list_rule(manifest, "allowed roles", "allowed_roles", "one of: ", overruled)
    if policy.exempts_owner:
        text = f"{policy.owner}: whatever allowed_users and allowed_roles say"
        yield Rule("owner", text, "developer_id")
    if manifest.require_role is not None:
        yield Rule("required role", manifest.require_role, "auth.require_role")
    yield from _list_rule(manifest, "permissions", "required_permissions", "all of: ")


def _list_rule(
    manifest: Manifest, subject: str, key: str, before: str, after: str = ""
) -> Iterator[Rule]:
    names: tuple[str, ...] = getattr(manifest.policy, key)
    if names:
        text = before + ", ".join(names) + after
        yield Rule(subject, text, manifest.policy.stated_by[key])


def _as_text(manifest: Manifest) -> str:
    endpoints = [("endpoint", "path", "who may connect", "messages", "ping", "ticket")]
    for each in describe_endpoints(manifest):
        ticket = f"{each.ticket_ttl_seconds} s" if manifest.has_tickets else "none"
        timing = f"{each.ping_interval} s", ticket
        who = f"{each.who}\n({each.decided_by})"
        endpoints.append((each.endpoint, each.path, who, each.messages, *timing))
    rules = [("at every endpoint", "", "decided by")]
    rules += [(each.subject, each.text, each.decided_by) for each in describe_rules(manifest)]
    widths = (NAME_WIDTH, NAME_WIDTH, *[TEXT_WIDTH] * 4)
    tables = [
        _table(endpoints, widths),
        _table(_client_rows(manifest), [TEXT_WIDTH] * 3),
        _table(rules, [TEXT_WIDTH] * 3),
        _limits(),
    ]
    limits = list(_declared_limits(manifest))
    if limits:
        tables.append(_table([("at one endpoint", "limit", "value"), *limits], [TEXT_WIDTH] * 3))
    return "\n".join(tables)


def _client_rows(manifest: Manifest) -> list[tuple[str, str, str]]:
    rows = [("client: the first match decides", "is", "decided by")]
    for each in describe_clients(manifest):
        where = ""
        if len(each.endpoints) < len(manifest.websockets):
            where = f", at {', '.join(each.endpoints)}"
        outcome = each.outcome if each.outcome == LET_IN else f"refused: {each.outcome}"
        rows.append((each.client + where, outcome, each.decided_by))
    return rows


def _limits() -> str:
    """The limits of every package; the environment of a deployment may set others."""
    rate = DEFAULT_LIMITS["messages_per_second"]
    return lines_of(
        (
            "limits, unless the environment sets MDB_WS_…",
            f"one client: messages of {DEFAULT_LIMITS['max_message_bytes']} bytes, {rate} a second,"
            f" {2 * rate} at once; {DEFAULT_LIMITS['outbox_bytes']} bytes unread",
            f"one endpoint in one process: {DEFAULT_LIMITS['connections']} connections,"
            f" {DEFAULT_LIMITS['connections_per_user']} of one user",
        )
    )


def _table(rows: Sequence[tuple[str, ...]], limits: Sequence[int]) -> str:
    """Align columns; a cell takes as many lines as it needs."""
    cells = [[_cell(text, limit) for text, limit in zip(row, limits, strict=True)] for row in rows]
    columns = zip(*cells, strict=True)
    widths = [max(len(line) for cell in column for line in cell) for column in columns]
    return lines_of(line for row in cells for line in _row_lines(row, widths))


def _cell(text: str, limit: int) -> list[str]:
    lines = [wrap(visible(line), limit, break_on_hyphens=False) for line in text.split("\n")]
    return [part for line in lines for part in line] or [""]


def _row_lines(row: Sequence[list[str]], widths: Sequence[int]) -> Iterator[str]:
    for parts in zip_longest(*row, fillvalue=""):
        padded = (f"{part:{width}}" for part, width in zip(parts, widths, strict=True))
        yield GAP.join(padded).rstrip()
