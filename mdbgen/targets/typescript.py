"""The tree of types spelled as TypeScript, and the clients of the endpoints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from mdbgen.errors import visible
from mdbgen.model.files import Owner, RenderedFile
from mdbgen.model.manifest import Endpoint, Manifest
from mdbgen.model.schema import (
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    MapType,
    Message,
    NullType,
    NumberType,
    ObjectType,
    Property,
    RefType,
    Schema,
    SchemaType,
    StringType,
    UnionType,
)
from mdbgen.model.wire import ERROR_CODES, Reaction, codes_with, reasons_with
from mdbgen.naming import class_name
from mdbgen.targets.templates import fill

LINE_LENGTH = 100
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


class MethodPlan(NamedTuple):
    """What sends one of the messages that an endpoint receives."""

    signature: str  # "getStatus(): Promise<Incoming<StatusUpdate>>"
    statement: str  # "return this.request<StatusUpdate>({ type: \"get_status\" });"
    doc: str


class EndpointClient(NamedTuple):
    """The client of one endpoint."""

    endpoint: str  # its name, as text in a comment
    name: str  # "RealtimeClient"
    messages_name: str  # "RealtimeMessages"
    path: str  # literal
    doc: str
    messages: tuple[str, ...]  # members of the interface, "status_update: StatusUpdate"
    methods: tuple[MethodPlan, ...]
    takes_objects: bool
    max_queued: int  # messages


class ClosesPlan(NamedTuple):
    """After which closes the client does what, as members of a list."""

    stopping: str  # "1000, 1003"; unless the reason is among the renewable
    restarting: str
    renewable: str  # reasons: '"unauthenticated", "token_expired"'


class ClientPlan(NamedTuple):
    """What ``client.ts`` holds."""

    slug: str
    example: str  # the name of a client
    status_event: str  # unlike the name of any message
    may_lack_timestamp: bool  # a message that has one of its own, but not always
    history: bool  # some endpoint keeps one, or all are told of gaps as if they did
    error_codes: str  # '"invalid_json" | "invalid_message"'
    closes: ClosesPlan
    definitions: tuple[str, ...]  # interfaces and types, with their comments
    endpoints: tuple[EndpointClient, ...]


def render(manifest: Manifest) -> Iterator[RenderedFile]:
    """Render ``client.ts``."""
    text = fill("client.ts.jinja", client=plan_client(manifest))
    yield RenderedFile("client.ts", Owner.GENERATOR, text)


def plan_client(manifest: Manifest) -> ClientPlan:
    """Decide what the browser's side of a manifest looks like."""
    endpoints = manifest.websockets
    sent = {message.name for each in endpoints.values() for message in each.send}
    clients = tuple(_plan_endpoint(name, each) for name, each in endpoints.items())
    return ClientPlan(
        slug=manifest.slug,
        example=clients[0].name,
        status_event=_free("status", sent),
        may_lack_timestamp=any(
            each.name == "timestamp" and not each.required
            for endpoint in endpoints.values()
            for message in endpoint.send
            for each in message.body.properties
        ),
        history=manifest.has_gaps or any(each.history for each in endpoints.values()),
        error_codes=" | ".join(map(literal, ERROR_CODES)),
        closes=_plan_closes(),
        definitions=tuple(_definitions(manifest)),
        endpoints=clients,
    )


def _plan_closes() -> ClosesPlan:
    return ClosesPlan(
        stopping=", ".join(map(literal, codes_with(Reaction.STOP))),
        restarting=", ".join(map(literal, codes_with(Reaction.RESTART))),
        renewable=", ".join(map(literal, reasons_with(Reaction.RENEW))),
    )


def _free(event: str, taken: Set[str]) -> str:
    """Return a name for one of the client's own events that no message has."""
    while event in taken:
        event = f"client_{event}"
    return event


def spell(kind: SchemaType, schemas: Mapping[str, Schema]) -> str:
    """Return the TypeScript type of a type."""
    match kind:
        case AnyType():
            return "unknown"
        case NullType():
            return "null"
        case BooleanType():
            return "boolean"
        case NumberType():
            return "number"
        case StringType():
            return "string"
        case EnumType():
            return " | ".join(literal(value) for value in kind.values)
        case ArrayType():
            item = spell(kind.items, schemas)
            return f"({item})[]" if " | " in item else f"{item}[]"
        case MapType():
            return f"{{ [key: string]: {spell(kind.values, schemas)} }}"
        case ObjectType():
            return kind.name
        case RefType():
            return schemas[kind.name].alias
        case UnionType():
            return " | ".join(spell(member, schemas) for member in kind.members)


def literal(value: str | int | float | bool | None) -> str:
    """Return a JSON value as TypeScript; what cannot be seen is escaped."""
    return re.sub(r"[\u007f-\uffff]", _escaped, json.dumps(value, ensure_ascii=False))


def comment(text: str) -> str:
    """Return text for the inside of a block comment: one line that cannot end it."""
    return visible(" ".join(text.split())).replace("*/", "*\\/")


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return character if visible(character) == character else f"\\u{ord(character):04x}"


def _definitions(manifest: Manifest) -> Iterator[str]:
    schemas = manifest.schemas
    for schema in schemas.values():
        yield from _nested(schema.type, schemas)
        if isinstance(schema.type, ObjectType):
            yield _interface(schema.type, _doc(_noted(schema)), schemas)
        else:
            doc = _doc(_noted(schema))
            yield f"{doc}export type {schema.alias} = {spell(schema.type, schemas)};"
    messages: dict[str, Message] = {}
    for endpoint in manifest.websockets.values():
        messages |= {message.name: message for message in (*endpoint.receive, *endpoint.send)}
    for message in messages.values():
        yield from _nested(message.body, schemas)
        yield _interface(message.body, _doc(_noted(message)), schemas, message.name)


def _noted(declared: Schema | Message | Property) -> str:
    """Return what a description says, as editors understand it."""
    text = declared.description
    return f"{text} @deprecated" if declared.deprecated else text


def _nested(kind: SchemaType, schemas: Mapping[str, Schema]) -> Iterator[str]:
    """Yield the interfaces of the objects inside of a type."""
    for child in _children(kind):
        yield from _nested(child, schemas)
        if isinstance(child, ObjectType):
            yield _interface(child, _doc(child.description), schemas)


def _children(kind: SchemaType) -> Iterator[SchemaType]:
    match kind:
        case ArrayType():
            yield kind.items
        case MapType():
            yield kind.values
        case UnionType():
            yield from kind.members
        case ObjectType():
            yield from (each.type for each in kind.properties)


def _interface(kind: ObjectType, doc: str, schemas: Mapping[str, Schema], message: str = "") -> str:
    lines = [f"{doc}export interface {kind.name} {{"]
    lines += [f"  type: {literal(message)};"] if message else []
    lines += [_member(each, schemas) for each in kind.properties]
    return "\n".join([*lines, "}"])


def _member(member: Property, schemas: Mapping[str, Schema]) -> str:
    mark = "" if member.required else "?"
    doc = _doc(_noted(member), "  ")
    return f"{doc}  {_key(member.name)}{mark}: {spell(member.type, schemas)};"


def _doc(text: str, indent: str = "") -> str:
    """Return a comment of as many lines as the text needs, with its line break; or ""."""
    words = comment(text)
    if not words:
        return ""
    line = f"{indent}/** {words} */"
    if len(line) <= LINE_LENGTH:
        return f"{line}\n"
    from textwrap import wrap

    lines = wrap(words, LINE_LENGTH - len(indent) - 3, break_on_hyphens=False)
    body = "".join(f"{indent} * {line}\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else literal(name)


def _plan_endpoint(name: str, endpoint: Endpoint) -> EndpointClient:
    replies = {message.name: message.body.name for message in endpoint.send}
    return EndpointClient(
        endpoint=name,
        name=f"{class_name(name)}Client",
        messages_name=f"{class_name(name)}Messages",
        path=literal(endpoint.path),
        doc=comment(endpoint.description) or f"A client of `{name}`, at `{endpoint.path}`.",
        messages=tuple(f"{_key(each.name)}: {each.body.name}" for each in endpoint.send),
        methods=tuple(_plan_method(each, replies) for each in endpoint.receive),
        takes_objects=endpoint.takes_objects,
        # Half of what the server takes at once: who comes back is not put out for flooding.
        max_queued=endpoint.all_limits["messages_per_second"],
    )


def _plan_method(message: Message, replies: Mapping[str, str]) -> MethodPlan:
    properties = message.body.properties
    mark = "" if any(each.required for each in properties) else "?"
    parameter = f'message{mark}: Omit<{message.body.name}, "type">' if properties else ""
    spread = "...message, " if properties else ""
    value = f"{{ {spread}type: {literal(message.name)} }}"
    doc = comment(_noted(message)) or f"Send `{comment(message.name)}`."
    if message.reply is None:
        signature = f"{message.method}({parameter}): void"
        return MethodPlan(signature, f"this.send({value});", doc)
    reply = replies[message.reply]
    signature = f"{message.method}({parameter}): Promise<Incoming<{reply}>>"
    return MethodPlan(signature, f"return this.request<{reply}>({value});", doc)
