"""Manifest to plan: every string that the templates print, decided and spelled.

Named tuples, here and in other modules that every run imports: a frozen dataclass takes ten times
as long to make, and ``check`` is to answer at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from mdbgen.manifest import Endpoint, Manifest
from mdbgen.message_plan import MessagesPlan, is_silent, plan_messages, received_name
from mdbgen.method_plan import LINE_LENGTH, MethodPlan, plan_methods
from mdbgen.naming import class_name, docstring, identifier, literal, ticket_path
from mdbgen.origins import ANY, normalize_origin
from mdbgen.policy import Decision

if TYPE_CHECKING:
    from mdbgen.typescript import ClientPlan


class EndpointPlan(NamedTuple):
    """One of the manifest's ``websockets``."""

    module: str  # "realtime": handlers/realtime.py
    handlers: str  # "RealtimeHandlers"
    contract: str  # "RealtimeContract"
    name_literal: str  # '"realtime"'
    path_literal: str  # '"/ws"'
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
    is_answering: bool  # some of them have a reply
    takes_objects: bool  # any JSON object
    is_silent: bool  # nothing but pongs
    received: str  # "RealtimeReceived"
    adapter: str  # "_REALTIME_RECEIVED"


class KeyPlan(NamedTuple):
    """The key that verifies tokens."""

    is_secret: bool  # HMAC
    is_public: bool  # RSA, EC
    is_required: bool  # some endpoint lets nobody in without a token
    is_optional: bool  # none does
    may_lack: bool  # the code must expect that there is no key
    annotation: str  # "str", "str | None"
    none_doc: str
    name_literal: str
    missing_text: str  # literal, first half of a sentence
    needed_text: str  # literal, second half


class Constant(NamedTuple):
    """A module-level name of the generated code."""

    name: str
    value: str  # literal


class Check(NamedTuple):
    """One line of the policy."""

    condition: str  # under which a client is refused
    detail: str  # literal; for the log


class AuthPlan(NamedTuple):
    """Who may connect."""

    constants: tuple[Constant, ...]
    checks: tuple[Check, ...]
    lists_users: bool
    lists_origins: bool
    reads_permissions: bool
    checks_origin: bool
    opens_to_all_origins: bool  # the opposite: only cookies depend on the origin
    or_listed_doc: str


class Document(NamedTuple):
    """A file that is no code."""

    path: str
    text: str


class Plan(NamedTuple):
    """All that the templates know."""

    slug: str
    slug_literal: str
    algorithm_literal: str
    endpoint_name_type: str  # 'Literal["realtime", "events"]'
    endpoints: tuple[EndpointPlan, ...]  # in the manifest's order
    imports: tuple[EndpointPlan, ...]  # the same, in the order of import lines
    key: KeyPlan
    auth: AuthPlan
    messages: MessagesPlan
    reply_type: str  # "Frame | None" where messages have replies
    client: ClientPlan | None  # of the browser, where it is asked for
    history: bool  # some endpoint keeps one
    history_literal: str  # '{"realtime": 200}'
    documents: tuple[Document, ...]  # beside the modules


def make_plan(manifest: Manifest) -> Plan:
    """Decide what the package of a manifest holds."""
    messages = plan_messages(manifest)
    endpoints = tuple(
        _plan_endpoint(name, endpoint, messages) for name, endpoint in manifest.websockets.items()
    )
    return Plan(
        slug=manifest.slug,
        slug_literal=literal(manifest.slug),
        algorithm_literal=literal(manifest.algorithm),
        endpoint_name_type=_literal_type("EndpointName", manifest.websockets),
        endpoints=endpoints,
        imports=tuple(sorted(endpoints, key=lambda each: _import_order(each.module))),
        key=_plan_key(manifest),
        auth=_plan_auth(manifest),
        messages=messages,
        reply_type="Frame | None" if messages.replies else "None",
        client=_plan_client(manifest),
        history=any(each.history for each in manifest.websockets.values()),
        history_literal=_history_literal(manifest),
        documents=tuple(_documents(manifest)),
    )


def _plan_client(manifest: Manifest) -> ClientPlan | None:
    if "typescript" not in manifest.outputs:
        return None
    from mdbgen.typescript import plan_client  # only who wants it pays for it

    return plan_client(manifest)


def _documents(manifest: Manifest) -> Iterator[Document]:
    if "asyncapi" in manifest.outputs:
        from mdbgen import asyncapi  # only who asks for it pays for it

        yield Document(asyncapi.PATH, asyncapi.asyncapi_document(manifest))


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
        path_literal=literal(endpoint.path),
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
        is_answering=any(message.reply for message in endpoint.receive),
        takes_objects=endpoint.takes_objects,
        is_silent=is_silent(endpoint),
        received=received_name(name),
        # Two underscores at the start would make it another name inside of the class.
        adapter=f"_{identifier(name).lstrip('_').upper()}_RECEIVED",
    )


def _limits(endpoint: Endpoint) -> str:
    """Spell the arguments of ``Limits`` as black does: in one line if they fit."""
    stated = [f"{limit}={value}" for limit, value in endpoint.limits.items()]
    line = f"        limits=Limits({', '.join(stated)}),"
    return ", ".join(stated) if len(line) <= LINE_LENGTH else f"\n{_lines(stated, 12)}        "


def _contract_base(endpoint: Endpoint, messages: MessagesPlan) -> str:
    is_one_of_several = endpoint.takes_objects and messages.has_declared_endpoint
    return "ObjectHandlers" if is_one_of_several else "EndpointHandlers"


def _because(decision: Decision) -> str:
    return "by default" if decision.decided_by == "default" else decision.decided_by


def _plan_key(manifest: Manifest) -> KeyPlan:
    is_required = not all(each.anonymous.value for each in manifest.websockets.values())
    is_secret = manifest.algorithm == "HS256"
    name = "SECRET_KEY" if is_secret else "MDB_JWT_PUBLIC_KEY"
    needed = f" the PEM public key that verifies {manifest.algorithm} tokens"
    if is_secret:
        needed = " a key of at least 32 bytes to verify tokens with"
    return KeyPlan(
        is_secret=is_secret,
        is_public=not is_secret,
        is_required=is_required,
        is_optional=not is_required,
        may_lack=is_secret and not is_required,
        annotation="str" if is_required and is_secret else "str | None",
        none_doc="" if is_required else " Without one, every token is refused.",
        name_literal=literal(name),
        missing_text=literal(f"{name} is not set: {manifest.slug} needs"),
        needed_text=literal(needed),
    )


def _plan_auth(manifest: Manifest) -> AuthPlan:
    policy = manifest.policy
    listed = tuple(sorted(set(filter(None, map(normalize_origin, manifest.cors_origins)))))
    return AuthPlan(
        constants=tuple(_constants(manifest, listed)),
        checks=tuple(_checks(manifest)),
        lists_users=bool(policy.denied_users or policy.allowed_users or _has_owner(manifest)),
        lists_origins=bool(listed),
        reads_permissions=bool(policy.required_permissions),
        checks_origin=ANY not in manifest.cors_origins,
        opens_to_all_origins=ANY in manifest.cors_origins,
        or_listed_doc=", or listed" if listed else "",
    )


def _has_owner(manifest: Manifest) -> bool:
    """Whether being the owner makes a difference."""
    policy = manifest.policy
    return policy.owner is not None and bool(policy.allowed_users or policy.allowed_roles)


def _constants(manifest: Manifest, origins: tuple[str, ...]) -> Iterator[Constant]:
    policy = manifest.policy
    owner = (policy.owner,) if policy.owner is not None and _has_owner(manifest) else ()
    yield from _names("ALLOWED_ORIGINS", origins)
    yield from _names("DENIED_USERS", policy.denied_users)
    yield from _names("OWNER", owner)
    yield from _names("ALLOWED_USERS", policy.allowed_users)
    if not policy.allowed_users:
        yield from _names("ALLOWED_ROLES", policy.allowed_roles)
    if manifest.require_role is not None:
        yield Constant("REQUIRED_ROLE", literal(manifest.require_role))
    yield from _names("REQUIRED_PERMISSIONS", policy.required_permissions)


def _names(name: str, values: tuple[str, ...]) -> Iterator[Constant]:
    literals = [literal(value) for value in dict.fromkeys(values)]
    if not literals:
        return
    value = f"frozenset({{{', '.join(literals)}}})"
    if len(f"{name} = {value}") > LINE_LENGTH:
        value = f"frozenset(\n    {{\n{_lines(literals, 8)}    }}\n)"
    yield Constant(name, value)


def _literal_type(name: str, values: Iterable[str]) -> str:
    literals = [literal(value) for value in values]
    value = f"Literal[{', '.join(literals)}]"
    if len(f"{name} = {value}") > LINE_LENGTH:
        value = f"Literal[\n{_lines(literals, 4)}]"
    return value


def _lines(items: Iterable[str], indent: int) -> str:
    """One item a line, as black leaves a list that is too long for one."""
    return "".join(f"{' ' * indent}{item},\n" for item in items)


def _checks(manifest: Manifest) -> Iterator[Check]:
    """The policy in the contract's order; what the manifest does not ask for is not checked."""
    policy = manifest.policy
    if policy.denied_users:
        yield Check("_is_listed(identity, DENIED_USERS)", literal("is in denied_users"))
    allowed, detail = "", ""
    if policy.allowed_users:
        allowed, detail = "_is_listed(identity, ALLOWED_USERS)", "is not in allowed_users"
    elif policy.allowed_roles:
        allowed, detail = "identity.roles & ALLOWED_ROLES", "has none of allowed_roles"
    if allowed and _has_owner(manifest):
        yield Check(f"not (_is_listed(identity, OWNER) or {allowed})", literal(detail))
    elif allowed:
        yield Check(f"not {allowed}", literal(detail))
    if manifest.require_role is not None:
        yield Check("REQUIRED_ROLE not in identity.roles", literal("lacks the required role"))
    if policy.required_permissions:
        yield Check(
            'REQUIRED_PERMISSIONS - names_in(identity.claims, "permissions")',
            literal("lacks one of required_permissions"),
        )
