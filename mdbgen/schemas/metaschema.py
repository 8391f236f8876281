"""The subset of JSON Schema, spelled as JSON Schema: the part that refers to itself."""

from __future__ import annotations

from mdbgen.model.textformats import TEXT_FORMATS
from mdbgen.schemas.keywords import (
    ABOUT,
    ANNOTATIONS,
    BESIDE,
    TEXT_KEYWORDS,
)
from mdbgen.schemas.nodes import Node, notes, text


def subset() -> Node:
    """The subset itself; it refers to itself as its schemas do."""
    return {
        "description": "A schema in mdbgen's subset of JSON Schema 2020-12; true is any value.",
        "type": ["object", "boolean"],
        "not": {"const": False},
        "properties": {
            **notes(),
            "default": {"description": "The value of a property that is left out."},
            "type": {
                "description": "One JSON type, or several.",
                "anyOf": [
                    {"enum": list(ABOUT)},
                    {
                        "type": "array",
                        "items": {"enum": list(ABOUT)},
                        "minItems": 1,
                        "uniqueItems": True,
                    },
                ],
            },
            **{key: node for keywords in ABOUT.values() for key, node in keywords.items()},
            **_choice_keywords(),
        },
        "additionalProperties": False,
        **_combinations(),
    }


def _choice_keywords() -> Node:
    members: Node = {"type": "array", "items": {"$ref": "#/$defs/schema"}, "minItems": 2}
    alternatives = "Schemas that exclude each other by type, by value, or by a const property."
    value: Node = {"$ref": "#/$defs/value"}
    return {
        "enum": {
            "description": "The allowed values.",
            "type": "array",
            "items": value,
            "minItems": 1,
            "uniqueItems": True,
        },
        "const": {"description": "The only allowed value.", **value},
        "anyOf": {"description": alternatives, **members},
        "oneOf": {"description": alternatives, **members},
        "$ref": text("One of mdbgen.schemas.", pattern="^#/mdbgen/schemas/[^/]+$"),
    }


def _combinations() -> Node:
    """Say which keywords may stand side by side."""
    kinds: dict[str, list[str]] = {}
    for kind, keywords in ABOUT.items():
        for keyword in keywords:
            kinds.setdefault(keyword, []).append(kind)
    return {
        "dependentRequired": {keyword: ["type"] for keyword in kinds},
        "dependentSchemas": {
            **{keyword: _with_type(concerned) for keyword, concerned in kinds.items()},
            **{keyword: _beside(keyword, others) for keyword, others in BESIDE.items()},
        },
        "allOf": [
            {
                "if": _where("properties", {"minProperties": 1}),
                "then": {"properties": {"additionalProperties": {"enum": [True, False, {}]}}},
            },
            {
                "if": _where("format", {"enum": _parsed_formats()}),
                "then": {"not": {"anyOf": [_where(each, True) for each in TEXT_KEYWORDS]}},
            },
        ],
    }


def _parsed_formats() -> list[str]:
    return [each.name for each in TEXT_FORMATS.values() if each.is_parsed]


def _where(keyword: str, is_so: Node | bool) -> Node:
    return {"type": "object", "properties": {keyword: is_so}, "required": [keyword]}


def _with_type(kinds: list[str]) -> Node:
    one: Node = {"enum": kinds}
    return {"properties": {"type": {"anyOf": [one, {"type": "array", "contains": one}]}}}


def _beside(keyword: str, others: tuple[str, ...]) -> Node:
    return {"propertyNames": {"enum": [keyword, *others, *ANNOTATIONS]}}
