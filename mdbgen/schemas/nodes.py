"""The pieces that a JSON Schema of manifests is made of."""

from __future__ import annotations

from typing import Any

from mdbgen.document.problems import MAX_NAME_CHARS

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
