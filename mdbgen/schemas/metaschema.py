"""The subset of JSON Schema, spelled as JSON Schema: the part that refers to itself."""

from __future__ import annotations

from typing import Any

from mdbgen.document.problems import MAX_NAME_CHARS, MAX_NUMBER
from mdbgen.model.textformats import TEXT_FORMATS
from mdbgen.schemas.keywords import (
    ABOUT,
    ANNOTATIONS,
    BESIDE,
    TEXT_KEYWORDS,
)

Node = dict[str, Any]


def text(description: str, **more: Any) -> Node:
    """Describe a string."""
    return {"description": description, "type": "string", **more}


def flag(description: str, **more: Any) -> Node:
    """Describe a boolean."""
    return {"description": description, "type": "boolean", **more}


def whole_number(description: str, least: int, most: int, **more: Any) -> Node:
    """Describe a whole number of a range."""
    return {
        "description": description,
        "type": "integer",
        "minimum": least,
        "maximum": most,
        **more,
    }


def texts(description: str) -> Node:
    """Describe a list of strings."""
    return {"description": description, "type": "array", "items": {"type": "string"}}


def named(definition: str, description: str, reserved: tuple[str, ...] = ()) -> Node:
    """Describe an object whose keys are names on the wire."""
    names: Node = {"pattern": r"\S", "maxLength": MAX_NAME_CHARS}
    if reserved:
        names["not"] = {"enum": list(reserved)}
    return {
        "description": description,
        "type": "object",
        "propertyNames": names,
        "additionalProperties": {"$ref": f"#/$defs/{definition}"},
    }


def notes() -> Node:
    """Describe what people are told."""
    return {
        "title": text("A short name, for people."),
        "description": text("What it means; becomes documentation."),
        "deprecated": flag("Whether it should no longer be used."),
        "examples": {"description": "Values, for people.", "type": "array"},
    }


def required() -> Node:
    """Describe the list of what is always there."""
    return {**texts("The properties that are always there."), "uniqueItems": True}


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
            **_string_keywords(),
            **_number_keywords(),
            **_container_keywords(),
            **_choice_keywords(),
        },
        "additionalProperties": False,
        **_combinations(),
    }


def _string_keywords() -> Node:
    return {
        "minLength": whole_number("Least number of characters.", 0, MAX_NUMBER),
        "maxLength": whole_number("Largest number of characters.", 0, MAX_NUMBER),
        "pattern": text("A regular expression without look-around or back-references."),
        "format": {"description": "What the text spells.", "enum": list(TEXT_FORMATS)},
    }


def _number_keywords() -> Node:
    bounds = {
        "minimum": "Least number.",
        "maximum": "Largest number.",
        "exclusiveMinimum": "What the number is above.",
        "exclusiveMaximum": "What the number is below.",
    }
    return {
        **{key: {"description": text, "type": "number"} for key, text in bounds.items()},
        "multipleOf": {
            "description": "What the number is a multiple of.",
            "type": "number",
            "exclusiveMinimum": 0,
        },
    }


def _container_keywords() -> Node:
    others = "false: no other properties; a schema, without properties: a map."
    return {
        "properties": named("schema", "The properties of the object."),
        "required": required(),
        "additionalProperties": {
            "description": others,
            "anyOf": [{"const": False}, {"$ref": "#/$defs/schema"}],
        },
        "items": {"description": "What every item is.", "$ref": "#/$defs/schema"},
        "minItems": whole_number("Least number of items.", 0, MAX_NUMBER),
        "maxItems": whole_number("Largest number of items.", 0, MAX_NUMBER),
        "uniqueItems": flag("Whether no two items are the same.", default=False),
    }


def _choice_keywords() -> Node:
    members: Node = {"type": "array", "items": {"$ref": "#/$defs/schema"}, "minItems": 2}
    alternatives = "Schemas that exclude each other by type, by value, or by a const property."
    value: Node = {"$ref": "#/$defs/value"}
    return {
        "enum": {
            "description": "The values that there are.",
            "type": "array",
            "items": value,
            "minItems": 1,
            "uniqueItems": True,
        },
        "const": {"description": "The only value.", **value},
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
