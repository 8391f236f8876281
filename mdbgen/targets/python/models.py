"""The tree of types spelled as pydantic models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mdbgen.model.codetext import Code
from mdbgen.model.schema import (
    AnyType,
    Default,
    EnumType,
    Message,
    NullType,
    NumberType,
    ObjectType,
    Property,
    RefType,
    Schema,
    SchemaType,
    UnionType,
    children,
)
from mdbgen.naming import code, docstring, joined, literal
from mdbgen.targets.python.annotations import possible_types, spell, union_members

_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')


class FieldPlan(NamedTuple):
    """A property of a model."""

    name: Code  # in Python
    annotation: Code
    default: Code  # " = None"; "" where there is none
    doc: Code


class ModelPlan(NamedTuple):
    """A class."""

    name: Code
    bases: Code  # "Model", "Renamed, Sparse"
    doc: Code
    type_literal: Code  # '"status_update"'; "" for what is no message
    is_received: bool
    is_closed: bool
    fields: tuple[FieldPlan, ...]


class AliasPlan(NamedTuple):
    """A schema that is no object with properties."""

    name: Code
    annotation: Code
    doc: Code


class Definition(NamedTuple):
    """One of the two."""

    model: ModelPlan | None = None
    alias: AliasPlan | None = None


class ModelsPlan(NamedTuple):
    """What ``messages.py`` holds besides the unions of its messages."""

    definitions: tuple[Definition, ...]  # what is named stands above what names it, if it can
    rebuilt: tuple[Code, ...]  # models for which it cannot
    words: frozenset[str]  # all names in all annotations and bases


class _Item(NamedTuple):
    """A class or alias to be; ``message`` is set for what is a message."""

    type: SchemaType
    doc: str
    names: frozenset[Code]  # of classes and aliases in its annotations
    message: Message | None = None


def plan_models(
    schemas: Mapping[str, Schema], received: Iterable[Message], sent: Iterable[Message]
) -> ModelsPlan:
    """Spell schemas and messages, each once, in an order that Python can follow."""
    clients = {message.name: message for message in received}
    items = dict(_items(schemas, {**{each.name: each for each in sent}, **clients}))
    order = _order(items)
    definitions = tuple(_define(name, items[name], schemas, clients) for name in order)
    return ModelsPlan(
        definitions=definitions,
        rebuilt=tuple(_rebuilt(order, items)),
        words=frozenset(_words(definitions)),
    )


def _items(
    schemas: Mapping[str, Schema], messages: Mapping[str, Message]
) -> Iterator[tuple[Code, _Item]]:
    for schema in schemas.values():
        doc = _doc(_noted(schema), f"``mdbgen.schemas.{schema.name}``")
        yield from _nested(schema.type, schema.alias, schemas)
        names = frozenset(_names(schema.type, schemas))
        yield schema.alias, _Item(schema.type, doc, names)
    for message in messages.values():
        body = message.body
        yield from _nested(body, body.name, schemas)
        doc = _doc(_noted(message), f"The message ``{message.name}``.")
        yield body.name, _Item(body, doc, frozenset(_names(body, schemas)), message)


def _noted(declared: Schema | Message | Property) -> str:
    text = declared.description
    return f"{text}\n\nDeprecated." if declared.deprecated else text


def _doc(description: str, otherwise: str) -> str:
    return description if docstring(description) else otherwise


def _nested(
    kind: SchemaType, parent: Code, schemas: Mapping[str, Schema]
) -> Iterator[tuple[Code, _Item]]:
    """Yield the classes inside of a type, without the type itself."""
    for child in children(kind):
        name = child.name if isinstance(child, ObjectType) else parent
        yield from _nested(child, name, schemas)
        if isinstance(child, ObjectType):
            doc = _doc(child.description, f"Part of ``{parent}``.")
            yield child.name, _Item(child, doc, frozenset(_names(child, schemas)))


def _names(kind: SchemaType, schemas: Mapping[str, Schema]) -> Iterator[Code]:
    """Yield the classes and aliases that the annotations of a type name."""
    parts = union_members(kind, schemas) if isinstance(kind, UnionType) else children(kind)
    for child in parts:
        if isinstance(child, ObjectType):
            yield child.name
        elif isinstance(child, RefType):
            yield schemas[child.name].alias
        else:
            yield from _names(child, schemas)
    if isinstance(kind, RefType):
        yield schemas[kind.name].alias


def _order(items: Mapping[Code, _Item]) -> list[Code]:
    """What is named before what names it; an alias in a circle of classes comes last.

    A class may name what is defined later, an alias may not.
    """
    early: dict[Code, None] = {}
    late: list[Code] = []
    for name in _sorted(list(items), items):
        if isinstance(items[name].type, ObjectType) or items[name].names <= early.keys():
            early[name] = None
        else:
            late.append(name)
    return [*early, *_sorted(late, items)]  # without classes there are no circles


def _sorted(names: Sequence[Code], items: Mapping[Code, _Item]) -> list[Code]:
    """Sort names so that each comes after those that it needs, unless they go in circles."""
    places = {name: place for place, name in enumerate(names)}
    order: list[Code] = []
    seen: set[Code] = set()

    def visit(name: Code) -> None:
        if name in seen:
            return
        seen.add(name)
        for other in sorted(items[name].names & places.keys(), key=places.__getitem__):
            visit(other)
        order.append(name)

    for name in names:
        visit(name)
    return order


def _rebuilt(order: Sequence[Code], items: Mapping[Code, _Item]) -> Iterator[Code]:
    """Yield the classes that pydantic cannot complete where they stand."""
    complete: set[Code] = set()
    for name in order:
        if items[name].names - {name} <= complete:  # a class may name itself
            complete.add(name)
        elif isinstance(items[name].type, ObjectType):
            yield name


def _define(
    name: Code, item: _Item, schemas: Mapping[str, Schema], received: Mapping[str, Message]
) -> Definition:
    kind, message = item.type, item.message
    if not isinstance(kind, ObjectType):
        return Definition(alias=AliasPlan(name, spell(kind, schemas), docstring(item.doc, 0)))
    is_sparse = any(not each.required and _is_none(each.default) for each in kind.properties)
    is_renamed = any(each.field != each.name for each in kind.properties)
    traits = [code("Renamed")] if is_renamed else []
    traits += [code("Sparse")] if is_sparse else []
    model = ModelPlan(
        name=name,
        bases=joined(", ", traits or [code("Model")]),
        doc=docstring(item.doc),
        type_literal=literal(message.name) if message else code(""),
        is_received=message is not None and message.name in received,
        is_closed=kind.is_closed,
        fields=tuple(_define_field(each, schemas) for each in kind.properties),
    )
    return Definition(model=model)


def _is_none(default: Default | None) -> bool:
    return default is None or default.value is None


def _is_omittable(member: Property, schemas: Mapping[str, Schema]) -> bool:
    """Whether ``None`` can stand for the absence of a property: it is not null itself."""
    may_lack = not member.required and member.default is None
    return may_lack and not _takes_null(member.type, schemas)


def _takes_null(kind: SchemaType, schemas: Mapping[str, Schema]) -> bool:
    return any(
        isinstance(leaf, AnyType | NullType) or (isinstance(leaf, EnumType) and None in leaf.values)
        for leaf in possible_types(kind, schemas)
    )


def _define_field(member: Property, schemas: Mapping[str, Schema]) -> FieldPlan:
    annotation = spell(member.type, schemas)
    if _is_omittable(member, schemas):
        annotation = code("Omittable[%s]", annotation)
    doc = docstring(_noted(member))
    return FieldPlan(member.field, annotation, _spell_default(member, schemas), doc)


def _spell_default(member: Property, schemas: Mapping[str, Schema]) -> Code:
    value, factory = _default(member, schemas), _factory(member)
    arguments = [code("default=%s", value)] if value else []
    arguments += [code("default_factory=%s", factory)] if factory else []
    if member.field != member.name:
        name = literal(member.name)
        arguments += [code("validation_alias=%s", name), code("serialization_alias=%s", name)]
    elif value:
        return code(" = %s", value)
    return code(" = Field(%s)", joined(", ", arguments)) if arguments else code("")


def _factory(member: Property) -> Code:
    """Return what makes the value of a property that is left out, "" where it needs nothing."""
    value = member.default.value if member.default and not member.required else None
    if isinstance(value, tuple):
        return code("list")
    return code("dict") if isinstance(value, dict) else code("")


def _default(member: Property, schemas: Mapping[str, Schema]) -> Code:
    """Return the value of a property that is left out, "" where it has none, or a factory."""
    if member.required:
        return code("")
    value = member.default.value if member.default else None
    match value:
        case bool():
            return literal(value)
        case int() | float() if _takes_fractions(member.type, schemas):
            return literal(float(value))
        case float() if value.is_integer():
            return literal(int(value))
        case tuple() | dict():
            return code("")  # a factory makes it
    return literal(value)


def _takes_fractions(kind: SchemaType, schemas: Mapping[str, Schema]) -> bool:
    return any(
        isinstance(leaf, NumberType) and not leaf.is_integer
        for leaf in possible_types(kind, schemas)
    )


def _words(definitions: Iterable[Definition]) -> Iterator[str]:
    for model, alias in definitions:
        fields = model.fields if model else ()
        texts = [f"{each.annotation}{each.default}" for each in fields]
        texts += [model.bases] if model else []
        for text in [*texts, alias.annotation if alias else ""]:
            yield from re.findall(r"\w+", _STRING.sub("", text))
