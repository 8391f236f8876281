"""The tree of types spelled as TypeScript, and the clients of the endpoints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from textwrap import wrap
from typing import LiteralString, NamedTuple

from mdbgen.errors import visible
from mdbgen.model.codetext import Code
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
    children,
)
from mdbgen.model.wire import ERROR_CODES, Reaction, codes_with, reasons_with
from mdbgen.naming import class_name, code, joined
from mdbgen.targets.templates import fill

LINE_LENGTH = 100
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


class SenderPlan(NamedTuple):
    """The method that sends one of the messages that an endpoint receives."""

    signature: Code  # "getStatus(): Promise<Incoming<StatusUpdate>>"
    statement: Code  # "return this.request<StatusUpdate>({ type: \"get_status\" });"
    doc: Code


class EndpointClient(NamedTuple):
    """The client of one endpoint."""

    endpoint: Code  # its name, as text in a comment
    name: Code  # "RealtimeClient"
    messages_name: Code  # "RealtimeMessages"
    path: Code  # literal
    doc: Code
    messages: tuple[Code, ...]  # members of the interface, "status_update: StatusUpdate"
    methods: tuple[SenderPlan, ...]
    takes_objects: bool
    max_queued: int  # messages


class ClosesPlan(NamedTuple):
    """After which closes the client does what, as members of a list."""

    stopping: Code  # "1000, 1003"; unless the reason is among the renewable
    restarting: Code
    renewable: Code  # reasons: '"unauthenticated", "token_expired"'


class ClientPlan(NamedTuple):
    """What ``client.ts`` holds."""

    slug: Code  # as text in a comment
    example: Code  # the name of a client
    status_event: Code  # unlike the name of any message
    may_lack_timestamp: bool  # a message that has one of its own, but not always
    history: bool  # some endpoint keeps one, or all are told of gaps as if they did
    has_tickets: bool
    error_codes: Code  # '"invalid_json" | "invalid_message"'
    closes: ClosesPlan
    definitions: tuple[Code, ...]  # interfaces and types, with their comments
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
        slug=comment(manifest.slug),
        example=clients[0].name,
        status_event=_free(code("status"), sent),
        may_lack_timestamp=any(
            each.name == "timestamp" and not each.required
            for endpoint in endpoints.values()
            for message in endpoint.send
            for each in message.body.properties
        ),
        history=manifest.has_gaps or any(each.history for each in endpoints.values()),
        has_tickets=manifest.has_tickets,
        error_codes=joined(" | ", map(literal, ERROR_CODES)),
        closes=_plan_closes(),
        definitions=tuple(_definitions(manifest)),
        endpoints=clients,
    )


def _plan_closes() -> ClosesPlan:
    return ClosesPlan(
        stopping=joined(", ", map(literal, codes_with(Reaction.STOP))),
        restarting=joined(", ", map(literal, codes_with(Reaction.RESTART))),
        renewable=joined(", ", map(literal, reasons_with(Reaction.RENEW))),
    )


def _free(event: Code, taken: Set[str]) -> Code:
    """Return a name for one of the client's own events that no message has."""
    while event in taken:
        event = code("client_%s", event)
    return event


def spell(kind: SchemaType, schemas: Mapping[str, Schema]) -> Code:
    """Return the TypeScript type of a type."""
    match kind:
        case AnyType():
            return code("unknown")
        case NullType():
            return code("null")
        case BooleanType():
            return code("boolean")
        case NumberType():
            return code("number")
        case StringType():
            return code("string")
        case EnumType():
            return joined(" | ", map(literal, kind.values))
        case ArrayType():
            item = spell(kind.items, schemas)
            return code("(%s)[]" if " | " in item else "%s[]", item)
        case MapType():
            return code("{ [key: string]: %s }", spell(kind.values, schemas))
        case ObjectType():
            return kind.name
        case RefType():
            return schemas[kind.name].alias
        case UnionType():
            return joined(" | ", (spell(member, schemas) for member in kind.members))


def literal(value: str | int | float | bool | None) -> Code:
    """Return a JSON value as TypeScript; what cannot be seen is escaped."""
    return Code(re.sub(r"[\u007f-\uffff]", _escaped, json.dumps(value, ensure_ascii=False)))


def comment(text: str) -> Code:
    """Return text for the inside of a block comment: one line that cannot end it."""
    return Code(visible(" ".join(text.split())).replace("*/", "*\\/"))


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return character if visible(character) == character else f"\\u{ord(character):04x}"


def _definitions(manifest: Manifest) -> Iterator[Code]:
    schemas = manifest.schemas
    for schema in schemas.values():
        yield from _nested(schema.type, schemas)
        if isinstance(schema.type, ObjectType):
            yield _interface(schema.type, _doc(_noted(schema)), schemas)
        else:
            doc, kind = _doc(_noted(schema)), spell(schema.type, schemas)
            yield code("%sexport type %s = %s;", doc, schema.alias, kind)
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


def _nested(kind: SchemaType, schemas: Mapping[str, Schema]) -> Iterator[Code]:
    """Yield the interfaces of the objects inside of a type."""
    for child in children(kind):
        yield from _nested(child, schemas)
        if isinstance(child, ObjectType):
            yield _interface(child, _doc(child.description), schemas)


def _interface(
    kind: ObjectType, doc: Code, schemas: Mapping[str, Schema], message: str = ""
) -> Code:
    lines = [code("%sexport interface %s {", doc, kind.name)]
    lines += [code("  type: %s;", literal(message))] if message else []
    lines += [_member(each, schemas) for each in kind.properties]
    return joined("\n", [*lines, code("}")])


def _member(member: Property, schemas: Mapping[str, Schema]) -> Code:
    doc, key = _doc(_noted(member), "  "), _key(member.name)
    form: LiteralString = "%s  %s: %s;" if member.required else "%s  %s?: %s;"
    return code(form, doc, key, spell(member.type, schemas))


def _doc(text: str, indent: LiteralString = "") -> Code:
    """Return a comment of as many lines as the text needs, with its line break; or ""."""
    words = comment(text)
    if not words:
        return words
    line = code(indent + "/** %s */", words)
    if len(line) <= LINE_LENGTH:
        return code("%s\n", line)
    lines = wrap(words, LINE_LENGTH - len(indent) - 3, break_on_hyphens=False)
    body = joined("", (code(indent + " * %s\n", Code(line)) for line in lines))
    return code(indent + "/**\n%s" + indent + " */\n", body)


def _key(name: str) -> Code:
    return Code(name) if _IDENTIFIER.fullmatch(name) else literal(name)


def _plan_endpoint(name: str, endpoint: Endpoint) -> EndpointClient:
    replies = {message.name: message.body.name for message in endpoint.send}
    return EndpointClient(
        endpoint=comment(name),
        name=code("%sClient", class_name(name)),
        messages_name=code("%sMessages", class_name(name)),
        path=literal(endpoint.path),
        doc=comment(endpoint.description)
        or code("A client of `%s`, at `%s`.", comment(name), comment(endpoint.path)),
        messages=tuple(code("%s: %s", _key(each.name), each.body.name) for each in endpoint.send),
        methods=tuple(_plan_sender(each, replies) for each in endpoint.receive),
        takes_objects=endpoint.takes_objects,
        # Half of what the server takes at once: who comes back is not put out for flooding.
        max_queued=endpoint.all_limits["messages_per_second"],
    )


def _plan_sender(message: Message, replies: Mapping[str, Code]) -> SenderPlan:
    form: LiteralString = "{ ...message, type: %s }" if message.body.properties else "{ type: %s }"
    value = code(form, literal(message.name))
    head = code("%s(%s)", message.method, _parameter(message.body))
    doc = comment(_noted(message)) or code("Send `%s`.", comment(message.name))
    if message.reply is None:
        return SenderPlan(code("%s: void", head), code("this.send(%s);", value), doc)
    reply = replies[message.reply]
    signature = code("%s: Promise<Incoming<%s>>", head, reply)
    return SenderPlan(signature, code("return this.request<%s>(%s);", reply, value), doc)


def _parameter(body: ObjectType) -> Code:
    if not body.properties:
        return code("")
    is_required = any(each.required for each in body.properties)
    return code('message%s: Omit<%s, "type">', code("") if is_required else code("?"), body.name)
