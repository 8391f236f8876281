"""Whether a value that the manifest states is one of a type."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mdbgen.document.jsontext import whole
from mdbgen.errors import shown
from mdbgen.model.schema import (
    AnyType,
    ArrayType,
    BooleanType,
    Default,
    EnumType,
    MapType,
    NullType,
    NumberType,
    ObjectType,
    Schemas,
    SchemaType,
    StringType,
    json_type,
    leaves,
)
from mdbgen.patterns import compile_pattern
from mdbgen.schemas.keywords import WITH_ARTICLE

_MAX_FLOAT = 10**308


def is_number(value: object) -> bool:
    """Whether a value is a number that a double can hold; true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -_MAX_FLOAT <= value <= _MAX_FLOAT


def read_default(value: Any, kind: SchemaType, schemas: Schemas) -> Default | str:
    """Return the default of a property, or what is wrong with it."""
    possible = list(leaves(kind, schemas))
    if isinstance(value, dict | list):
        return _empty_default(value, possible)
    reasons = [_reason(value, leaf) for leaf in possible]
    if reasons and all(reasons):
        return (
            reasons[0] if len(reasons) == 1 else f"{shown(value)} does not match any of the types"
        )
    is_whole = any(
        isinstance(leaf, EnumType) or (isinstance(leaf, NumberType) and leaf.is_integer)
        for leaf, reason in zip(possible, reasons, strict=True)
        if not reason
    )
    return Default(whole(value) if is_whole else value)


def _empty_default(value: Any, possible: list[Any]) -> Default | str:
    if value:
        return "a default is null, true, false, a number, a string, [] or {}"
    if isinstance(value, dict):
        if any(isinstance(leaf, MapType | AnyType) for leaf in possible) or not possible:
            return Default({})
        if any(isinstance(leaf, ObjectType) for leaf in possible):
            return "an object with properties cannot have a default, but its properties can"
        return "{} is not of this type"
    lists = [leaf for leaf in possible if isinstance(leaf, ArrayType)]
    if any(isinstance(leaf, AnyType) for leaf in possible) or not possible:
        return Default(())
    if any(not leaf.min_items for leaf in lists):
        return Default(())
    return f"[] has fewer than {lists[0].min_items} items" if lists else "[] is not of this type"


def _reason(value: Any, leaf: SchemaType) -> str:
    """Say why a scalar is not of a type, "" if it is."""
    kind = json_type(value)
    if kind == "number" and not is_number(value):
        return "the number is out of range"
    match leaf:
        case AnyType():
            return ""
        case EnumType():
            is_one = any(each == value and json_type(each) == kind for each in leaf.values)
            return "" if is_one else f"{shown(value)} is not one of the values"
        case StringType() if kind == "string":
            return _text_reason(value, leaf)
        case NumberType() if kind == "number":
            return _number_reason(value, leaf)
        case NullType() if kind == "null":
            return ""
        case BooleanType() if kind == "boolean":
            return ""
        case _:
            return f"{shown(value)} is not {_named(leaf)}"


def _named(leaf: SchemaType) -> str:
    match leaf:
        case StringType():
            return WITH_ARTICLE["string"]
        case NumberType():
            return WITH_ARTICLE["integer" if leaf.is_integer else "number"]
        case BooleanType():
            return WITH_ARTICLE["boolean"]
        case NullType():
            return WITH_ARTICLE["null"]
        case ArrayType():
            return WITH_ARTICLE["array"]
        case _:
            return WITH_ARTICLE["object"]


def _text_reason(value: str, leaf: StringType) -> str:
    if leaf.format and leaf.format.pattern is None:
        return f"a property of format {leaf.format.name} cannot have a default"
    if leaf.format and leaf.format.pattern and not re.fullmatch(leaf.format.pattern, value):
        return f"{shown(value)} is not of format {leaf.format.name}"
    if leaf.min_length is not None and len(value) < leaf.min_length:
        return f"{shown(value)} is shorter than {leaf.min_length}"
    if leaf.max_length is not None and len(value) > leaf.max_length:
        return f"{shown(value)} is longer than {leaf.max_length}"
    if leaf.pattern is not None and not compile_pattern(leaf.pattern)(value):
        return f"{shown(value)} does not match the pattern {shown(leaf.pattern)}"
    return ""


_BOUNDS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("minimum", lambda value, bound: value >= bound, "below the minimum of"),
    ("maximum", lambda value, bound: value <= bound, "above the maximum of"),
    ("exclusive_minimum", lambda value, bound: value > bound, "not above"),
    ("exclusive_maximum", lambda value, bound: value < bound, "not below"),
)


def _number_reason(value: int | float, leaf: NumberType) -> str:
    if leaf.is_integer and whole(value) != int(value):
        return f"{shown(value)} is not a whole number"
    for name, holds, text in _BOUNDS:
        bound = getattr(leaf, name)
        if bound is not None and not holds(value, bound):
            return f"{shown(value)} is {text} {shown(bound)}"
    step = leaf.multiple_of
    if step is not None and Fraction(repr(value)) % Fraction(repr(step)):
        return f"{shown(value)} is not a multiple of {shown(step)}"
    return ""
