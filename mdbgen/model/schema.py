"""The tree of types behind declared messages: a subset of JSON Schema 2020-12, understood.

Named tuples, since every run that reads a manifest imports this module; see ``plan``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from mdbgen.model.textformats import TextFormat

Scalar: TypeAlias = str | int | float | bool | None


class AnyType(NamedTuple):
    """``{}``: any JSON value."""


class NullType(NamedTuple):
    """``null`` alone."""


class BooleanType(NamedTuple):
    """``true`` or ``false``."""


class NumberType(NamedTuple):
    """A number; a whole one where ``is_integer`` (``1.0`` is one, as JSON Schema has it)."""

    is_integer: bool
    minimum: int | float | None = None
    maximum: int | float | None = None
    exclusive_minimum: int | float | None = None
    exclusive_maximum: int | float | None = None
    multiple_of: int | float | None = None


class StringType(NamedTuple):
    """Text. Lengths count code points; a pattern may match anywhere in it."""

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None  # one that Rust's linear-time ``regex`` understands
    format: TextFormat | None = None


class EnumType(NamedTuple):
    """One of some values; ``const`` is an enum of one."""

    values: tuple[str | int | bool | None, ...]  # not empty, no two the same


class ArrayType(NamedTuple):
    """A list."""

    items: SchemaType
    min_items: int | None = None
    max_items: int | None = None
    unique: bool = False


class MapType(NamedTuple):
    """An object whose keys are data."""

    values: SchemaType


class Default(NamedTuple):
    """The value of a property that is left out: a scalar, ``()`` for ``[]``, ``{}`` for a map."""

    value: Scalar | tuple[()] | dict[str, object]


class Property(NamedTuple):
    """A property of an object."""

    name: str  # on the wire
    field: str  # in Python: the same where Python allows it, else close to it
    type: SchemaType
    required: bool
    default: Default | None = None
    description: str = ""
    deprecated: bool = False


class ObjectType(NamedTuple):
    """An object with known properties: a class."""

    name: str  # of the class in Python and TypeScript, one per package: "DocumentCreated"
    properties: tuple[Property, ...]
    is_closed: bool = False  # ``additionalProperties: false``; else others are ignored
    description: str = ""


class RefType(NamedTuple):
    """``$ref`` to one of ``mdbgen.schemas``, which may lead back to here."""

    name: str  # as in the manifest


class UnionType(NamedTuple):
    """Types of which no value can have two: by JSON type, by value, or by a property."""

    members: tuple[SchemaType, ...]
    discriminator: str | None = None  # the required property whose ``const`` tells objects apart


SchemaType: TypeAlias = (
    AnyType
    | NullType
    | BooleanType
    | NumberType
    | StringType
    | EnumType
    | ArrayType
    | MapType
    | ObjectType
    | RefType
    | UnionType
)


class Schema(NamedTuple):
    """One of ``mdbgen.schemas``."""

    name: str  # as in the manifest
    alias: str  # of the class or type alias in Python and TypeScript
    type: SchemaType
    description: str
    document: dict[str, object]  # as in the manifest

    @property
    def deprecated(self) -> bool:
        """Whether it should no longer be used."""
        return self.document.get("deprecated") is True


class Message(NamedTuple):
    """A message that clients send or receive. Two endpoints that declare it share it."""

    name: str  # on the wire, in ``type``
    handler: str  # "on_get_status"
    method: str  # of the TypeScript client: "getStatus"
    body: ObjectType  # ``type``, ``id`` and the envelope are not among its properties
    reply: str | None  # name of the message that answers it
    document: dict[str, object]  # as in the manifest, without ``reply``

    @property
    def description(self) -> str:
        """What it means."""
        return self.body.description

    @property
    def deprecated(self) -> bool:
        """Whether it should no longer be used."""
        return self.document.get("deprecated") is True


# What stands where a schema has a problem of its own: it agrees with everything.
UNKNOWN = RefType("")
Schemas = Mapping[str, SchemaType]
Leaf = AnyType | NullType | BooleanType | NumberType | StringType | EnumType | ArrayType | MapType

POINTER = "#/mdbgen/schemas/"


def resolve(kind: SchemaType, schemas: Schemas) -> SchemaType:
    """Follow ``$ref`` to what is none; `UNKNOWN` where it leads nowhere."""
    seen: set[str] = set()
    while isinstance(kind, RefType):
        if kind.name in seen or kind.name not in schemas:
            return UNKNOWN
        seen.add(kind.name)
        kind = schemas[kind.name]
    return kind


def leaves(kind: SchemaType, schemas: Schemas) -> Iterator[Leaf | ObjectType]:
    """Yield the types that a value may have, through every ``$ref`` and nested union, once."""
    seen: set[str] = set()
    waiting = [kind]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, UnionType):
            waiting += reversed(kind.members)
        elif isinstance(kind, RefType):
            if kind.name in schemas and kind.name not in seen:
                seen.add(kind.name)
                waiting.append(schemas[kind.name])
        else:
            yield kind


def json_type(value: object) -> str:
    """Name the JSON type of a scalar; whole numbers are numbers."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case _:
            return "number"


def pointer_to(name: str) -> str:
    """Spell the pointer to one of ``mdbgen.schemas``."""
    return POINTER + name.replace("%", "%25").replace("~", "~0").replace("/", "~1")


def name_in(pointer: str) -> str:
    """Return the name that a pointer spells, "" if it leads elsewhere."""
    if not pointer.startswith(POINTER):
        return ""
    return _unescaped(pointer.removeprefix(POINTER))


def _unescaped(pointer: str) -> str:
    """Undo the escapes of a URI, then those of a JSON pointer, of which ``/`` is the end."""
    if "/" in pointer:
        return ""
    return unquoted(pointer).replace("~1", "/").replace("~0", "~")


def unquoted(pointer: str) -> str:
    if "%" not in pointer:
        return pointer
    from urllib.parse import unquote  # rarely needed, and slow to import

    return unquote(pointer)
