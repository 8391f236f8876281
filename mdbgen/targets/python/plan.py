"""Manifest to plan: every string that the templates print, decided and spelled.

Named tuples, here and in other modules that every run imports: a frozen dataclass takes ten times
as long to make, and ``check`` is to answer at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mdbgen.model.limits import LIMITS, Limit
from mdbgen.model.manifest import Decision, Endpoint, Manifest
from mdbgen.naming import class_name, docstring, identifier, literal, ticket_path
from mdbgen.targets.python.auth import AuthPlan, KeyPlan, one_a_line, plan_auth, plan_key
from mdbgen.targets.python.closing import ClosingPlan, plan_closing
from mdbgen.targets.python.messages import MessagesPlan, is_silent, plan_messages, received_name
from mdbgen.targets.python.methods import LINE_LENGTH, MethodPlan, plan_methods


class EndpointPlan(NamedTuple):
    """One of the manifest's ``websockets``."""

    module: str  # "realtime": handlers/realtime.py
    handlers: str  # "RealtimeHandlers"
    contract: str  # "RealtimeContract"
    name_literal: str  # '"realtime"'
    route: str  # '"/ws", cast(Any, ENDPOINTS["realtime"]), name="realtime"'
    admits_anonymous: str  # "True"
    admits_anonymous_because: str  # "websockets.realtime.auth.required is false"
    ping_interval_s: int
    description: str  # docstring text; "" where the manifest says nothing
    ticket_path_literal: str  # '"/ws/ticket"'
    ticket_name_literal: str  # '"realtime:ticket"', which no endpoint is called
    ticket_function: str  # "realtime_ticket"
    ticket_ttl_s: int
    contract_doc: str
    contract_base: str
    handlers_doc: str
    handler_imports: tuple[str, ...]  # "RealtimeContract", "manager", ...
    limits: str  # "max_message_bytes=1024, connections=50"; those that the manifest states
    receives: tuple[MethodPlan, ...]  # the messages that it declares
    takes_objects: bool  # any JSON object
    is_silent: bool  # nothing but pongs
    received: str  # "RealtimeReceived"


class Plan(NamedTuple):
    """All that the templates know."""

    slug: str
    slug_literal: str
    algorithm_literal: str
    endpoint_name_type: str  # 'Literal["realtime", "events"]'
    paths_literal: str  # '("/ws", "/events")'
    endpoints: tuple[EndpointPlan, ...]  # in the manifest's order
    imports: tuple[EndpointPlan, ...]  # the same, in the order of import lines
    key: KeyPlan
    auth: AuthPlan
    closing: ClosingPlan
    limits: tuple[Limit, ...]  # with their defaults
    messages: MessagesPlan
    compat: bool  # the names of the reference engine are wanted
    has_tickets: bool  # some endpoint requires a credential
    has_backplane: bool  # Redis joins the workers
    is_alone: bool  # or nothing does
    start: str  # what the lifespan calls
    publish: str  # what sends a broadcast on its way: "hub.publish"
    deliver: str  # what ends it, where there is no backplane: "clients.push"
    stats: str  # "clients.stats"
    stats_type: str
    published_doc: str  # what ``broadcast`` says of the clients that it counts
    ticket_store: str  # "MemoryTicketStore()"
    handle: str  # the method that has every frame of an endpoint: "dispatch"
    history: bool  # some endpoint keeps one
    history_literal: str  # '{"realtime": 200}'


_START = "clients.serve_here()  # From now on, ``emit`` finds this event loop."
_STORE_SHARED = "RedisTicketStore(MAX_TICKETS_PER_USER)"
_START_SHARED = "await hub.start()"


def make_plan(manifest: Manifest) -> Plan:
    """Decide what the package of a manifest holds."""
    messages = plan_messages(manifest)
    endpoints = tuple(
        _plan_endpoint(name, endpoint, messages) for name, endpoint in manifest.websockets.items()
    )
    has_backplane = manifest.backplane == "redis"
    history = any(each.history for each in manifest.websockets.values())
    return Plan(
        slug=manifest.slug,
        slug_literal=literal(manifest.slug),
        algorithm_literal=literal(manifest.algorithm),
        endpoint_name_type=_literal_type("EndpointName", manifest.websockets),
        paths_literal=_tuple_literal("PATHS", (each.path for each in manifest.websockets.values())),
        endpoints=endpoints,
        imports=tuple(sorted(endpoints, key=lambda each: _import_order(each.module))),
        key=plan_key(manifest),
        auth=plan_auth(manifest),
        closing=plan_closing(),
        limits=tuple(LIMITS.values()),
        messages=messages,
        compat=manifest.compat,
        has_tickets=manifest.has_tickets,
        has_backplane=has_backplane,
        is_alone=not has_backplane,
        start=_START_SHARED if has_backplane else _START,
        publish="hub.publish" if has_backplane else "publish",
        deliver="deliver" if history else "clients.push",
        stats="hub.stats" if has_backplane else "clients.stats",
        stats_type="StatsOfWorker" if has_backplane else "Stats",
        published_doc="match" if has_backplane else "it was queued for",
        ticket_store=_STORE_SHARED if has_backplane else "MemoryTicketStore()",
        handle="handle" if manifest.compat else "dispatch",
        history=has_backplane or history,
        history_literal=_history_literal(manifest),
    )


def _history_literal(manifest: Manifest) -> str:
    kept = {name: each.history for name, each in manifest.websockets.items() if each.history}
    return f"{{{', '.join(f'{literal(name)}: {count}' for name, count in kept.items())}}}"


def _import_order(name: str) -> list[str | int]:
    """As linters sort imports: letters in any case, numbers by value."""
    parts = re.split(r"(\d+)", name.lower())
    return [int(part) if part.isdigit() else part for part in parts]


def _plan_endpoint(name: str, endpoint: Endpoint, messages: MessagesPlan) -> EndpointPlan:
    source = f"Handlers of ``websockets.{name}`` (path ``{endpoint.path}``)."
    classes = ("Connection", "Reject", f"{class_name(name)}Contract")
    return EndpointPlan(
        module=identifier(name),
        handlers=f"{class_name(name)}Handlers",
        contract=f"{class_name(name)}Contract",
        name_literal=literal(name),
        route=_route(name, endpoint.path),
        admits_anonymous=str(endpoint.anonymous.value),
        admits_anonymous_because=_because(endpoint.anonymous),
        ping_interval_s=endpoint.ping_interval,
        description=docstring(endpoint.description),
        ticket_path_literal=literal(ticket_path(endpoint.path)),
        ticket_name_literal=literal(f"{name}:ticket"),
        ticket_function=f"{identifier(name)}_ticket",
        ticket_ttl_s=endpoint.ticket_ttl_seconds,
        contract_doc=docstring(source),
        contract_base=_contract_base(endpoint, messages),
        handlers_doc=docstring(source, indent=0),
        handler_imports=(*sorted(classes, key=_import_order), "manager", "messages"),
        limits=_limits(endpoint),
        receives=plan_methods(endpoint.receive, endpoint.send),
        takes_objects=endpoint.takes_objects,
        is_silent=is_silent(endpoint),
        received=received_name(name),
    )


def _route(name: str, path: str) -> str:
    endpoint = literal(name)
    arguments = [literal(path), f"cast(Any, ENDPOINTS[{endpoint}])", f"name={endpoint}"]
    return _arguments("router.add_websocket_route(", arguments, ")")


def _limits(endpoint: Endpoint) -> str:
    stated = [f"{limit}={value}" for limit, value in endpoint.limits.items()]
    return _arguments("        limits=Limits(", stated, "),")


def _arguments(before: str, arguments: list[str], after: str) -> str:
    """Spell arguments as black does: in the line of the call if they fit."""
    line = ", ".join(arguments)
    if len(f"{before}{line}{after}") <= LINE_LENGTH:
        return line
    indent = len(before) - len(before.lstrip())
    return f"\n{one_a_line(arguments, indent + 4)}{' ' * indent}"


def _contract_base(endpoint: Endpoint, messages: MessagesPlan) -> str:
    is_one_of_several = endpoint.takes_objects and messages.has_declared_endpoint
    return "ObjectHandlers" if is_one_of_several else "EndpointHandlers"


def _because(decision: Decision) -> str:
    return "by default" if decision.decided_by == "default" else decision.decided_by


def _literal_type(name: str, values: Iterable[str]) -> str:
    literals = [literal(value) for value in values]
    value = f"Literal[{', '.join(literals)}]"
    if len(f"{name} = {value}") > LINE_LENGTH:
        value = f"Literal[\n{one_a_line(literals, 4)}]"
    return value


def _tuple_literal(name: str, values: Iterable[str]) -> str:
    literals = [literal(value) for value in values]
    comma = "," if len(literals) == 1 else ""
    value = f"({', '.join(literals)}{comma})"
    return value if len(f"{name} = {value}") <= LINE_LENGTH else f"(\n{one_a_line(literals, 4)})"
