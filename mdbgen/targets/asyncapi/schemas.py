"""The tree of types spelled as JSON Schema, for readers that know Draft 7 at most.

Keywords have one order, whatever the order in the manifest: what a value is, what it is by
default, what people are told. Unions are ``anyOf``, or a list of plain types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from mdbgen.model.schema import (
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    MapType,
    Notes,
    NullType,
    NumberType,
    ObjectType,
    Property,
    RefType,
    Schema,
    SchemaType,
    StringType,
    UnionType,
    bounds_of,
)
from mdbgen.patterns import as_ecma

Json = dict[str, Any]

# As keys these mean something else to YAML, to JavaScript or to whoever resolves references:
# the official parser stumbles over each of them.
MISREAD_KEYS = frozenset(["$ref", "<<", "__proto__", "hasOwnProperty"])


def spell(kind: SchemaType, schemas: Mapping[str, Schema]) -> Json:
    """Return the schema of a type.

    Args:
        schemas: by their names in the manifest.
    """
    return _beside(_spell(kind, schemas), _spell_notes(kind.notes))


def spell_property(stated: Property, schemas: Mapping[str, Schema]) -> Json:
    """Return the schema of a property."""
    default = {} if stated.default is None else {"default": _as_json(stated.default.value)}
    notes = _spell_notes(stated.type.notes)
    return _beside(_spell(stated.type, schemas), {**default, **notes})


def spell_properties(kind: ObjectType, schemas: Mapping[str, Schema]) -> Json:
    """Return ``properties``, and ``patternProperties`` for names that would be misread."""
    spelled = {each.name: spell_property(each, schemas) for each in kind.properties}
    misread = [name for name in spelled if name in MISREAD_KEYS]
    patterns = {f"^{re.escape(name)}$": spelled.pop(name) for name in misread}
    return {"properties": spelled, **({"patternProperties": patterns} if patterns else {})}


def plain_examples(notes: Notes) -> list[Any]:
    """Return the examples that can stand in a document: JSON, and no key that would be misread."""
    return [each for each in notes.examples if _is_plain(each)]


def _spell(kind: SchemaType, schemas: Mapping[str, Schema]) -> Json:
    match kind:
        case AnyType():
            return {}
        case NullType():
            return {"type": "null"}
        case BooleanType():
            return {"type": "boolean"}
        case NumberType():
            return {"type": "integer" if kind.is_integer else "number", **_stated(bounds_of(kind))}
        case StringType():
            return _spell_string(kind)
        case EnumType():
            values = kind.values
            return {"enum": list(values)} if values[1:] else {"const": values[0]}
        case ArrayType():
            return _spell_array(kind, schemas)
        case MapType():
            others = spell(kind.values, schemas) or None
            return {
                "type": "object",
                **_stated({"additionalProperties": others, **bounds_of(kind)}),
            }
        case ObjectType():
            return _spell_object(kind, schemas)
        case RefType():
            return {"$ref": f"#/components/schemas/{schemas[kind.name].alias}"}
        case UnionType():
            return _spell_union([spell(each, schemas) for each in kind.members])


def _spell_string(kind: StringType) -> Json:
    keywords = {
        "format": kind.format.name if kind.format else None,
        "pattern": None if kind.pattern is None else as_ecma(kind.pattern),
        **bounds_of(kind),
    }
    return {"type": "string", **_stated(keywords)}


def _spell_array(kind: ArrayType, schemas: Mapping[str, Schema]) -> Json:
    keywords = {
        "items": spell(kind.items, schemas) or None,
        **bounds_of(kind),
        "uniqueItems": kind.unique or None,
    }
    return {"type": "array", **_stated(keywords)}


def _spell_object(kind: ObjectType, schemas: Mapping[str, Schema]) -> Json:
    keywords = {
        "required": [each.name for each in kind.properties if each.required] or None,
        "additionalProperties": False if kind.is_closed else None,
    }
    return {"type": "object", **spell_properties(kind, schemas), **_stated(keywords)}


def _spell_union(members: list[Json]) -> Json:
    if not all(map(_is_scalar, members)):
        return {"anyOf": members}
    merged: Json = {"type": [each["type"] for each in members]}
    for each in members:  # the keywords of one type say nothing about another
        merged |= {keyword: value for keyword, value in each.items() if keyword != "type"}
    return merged


def _is_scalar(schema: Json) -> bool:
    """Whether a schema says nothing but what a text, number, boolean or null has to be."""
    if schema.get("type") not in ("string", "integer", "number", "boolean", "null"):
        return False
    return not schema.keys() & {"description", "deprecated", "title", "examples"}


def _spell_notes(notes: Notes) -> Json:
    keywords = {
        "description": notes.description or None,
        "deprecated": notes.deprecated or None,
        "title": notes.title or None,
        "examples": plain_examples(notes) or None,
    }
    return _stated(keywords)


def _stated(keywords: Json) -> Json:
    return {keyword: value for keyword, value in keywords.items() if value is not None}


def _beside(schema: Json, more: Json) -> Json:
    """Join two parts of a schema; in Draft 7, what stands beside a ``$ref`` is not read."""
    return {"allOf": [schema], **more} if more and "$ref" in schema else {**schema, **more}


def _as_json(value: object) -> object:
    return [] if value == () else value


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return not MISREAD_KEYS & value.keys() and all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not isinstance(value, float) or isfinite(value)
