"""The keywords of a schema: which there are, what they concern, what to write for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mdbgen.document.problems import MAX_NUMBER, Problems
from mdbgen.document.source import Path, Place
from mdbgen.errors import shown
from mdbgen.model.textformats import TEXT_FORMATS
from mdbgen.schemas.nodes import Node, flag, named, required, text, whole_number

ANNOTATIONS = ("title", "description", "examples", "deprecated", "default")
TEXT_KEYWORDS = ("minLength", "maxLength", "pattern")
_NUMBER: Mapping[str, Node] = {
    "minimum": {"description": "The smallest number allowed.", "type": "number"},
    "maximum": {"description": "The largest number allowed.", "type": "number"},
    "exclusiveMinimum": {"description": "What the number must be above.", "type": "number"},
    "exclusiveMaximum": {"description": "What the number must be below.", "type": "number"},
    "multipleOf": {
        "description": "What the number must be a multiple of.",
        "type": "number",
        "exclusiveMinimum": 0,
    },
}
# The keywords of each type, and what an editor is told of them.
ABOUT: Mapping[str, Mapping[str, Node]] = {
    "string": {
        "minLength": whole_number("Minimum number of characters.", 0, MAX_NUMBER),
        "maxLength": whole_number("Maximum number of characters.", 0, MAX_NUMBER),
        "pattern": text("A regular expression without look-around or back-references."),
        "format": {"description": "What the string contains.", "enum": list(TEXT_FORMATS)},
    },
    "integer": _NUMBER,
    "number": _NUMBER,
    "boolean": {},
    "object": {
        "properties": named("schema", "The properties of the object."),
        "required": required(),
        "additionalProperties": {
            "description": "false: no other properties; a schema, without properties: a map.",
            "anyOf": [{"const": False}, {"$ref": "#/$defs/schema"}],
        },
    },
    "array": {
        "items": {"description": "The schema of every item.", "$ref": "#/$defs/schema"},
        "minItems": whole_number("Minimum number of items.", 0, MAX_NUMBER),
        "maxItems": whole_number("Maximum number of items.", 0, MAX_NUMBER),
        "uniqueItems": flag("Whether all items must differ.", default=False),
    },
    "null": {},
}
KEYWORDS = (
    "type",
    *dict.fromkeys(keyword for about in ABOUT.values() for keyword in about),
    *("enum", "const", "anyOf", "oneOf", "$ref"),
    *ANNOTATIONS,
)
MESSAGE_KEYWORDS = (
    *("description", "title", "type", "properties", "required", "additionalProperties"),
    *("deprecated", "examples", "reply"),
)
# What may stand beside a keyword that says all, besides annotations.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "$ref": (),
    "anyOf": (),
    "oneOf": (),
    "const": ("type",),
    "enum": ("type",),
}
_BESIDE_HINTS = {
    "$ref": "move it into the schema that $ref names, or remove it",
    "anyOf": "move it into the members",
    "oneOf": "move it into the members",
    "const": "remove it; the value says everything",
    "enum": "remove it; the values say everything",
}
_MESSAGE_HINTS = {
    "$ref": "write it in a property of the message",
    "anyOf": "declare one message for each alternative",
    "oneOf": "declare one message for each alternative",
    "default": "properties have defaults",
}
_TYPE_HINTS = {
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "str": "string",
    "text": "string",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "map": "object",
    "none": "null",
}
WITH_ARTICLE = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}

_TO_SCHEMAS = 'put it into mdbgen.schemas and write {"$ref": "#/mdbgen/schemas/<name>"}'
_NO_CONDITIONS = "list the alternatives in anyOf, each with a property whose const tells it apart"
_LISTS = 'all items have one schema: "items": {…}; items of several types: "items": {"anyOf": […]}'
_MAP = 'an object whose keys are data is {"type": "object", "additionalProperties": {…}}'
_REMOVE = "remove it; the description can say it"
_INSTEAD = {
    "$defs": _TO_SCHEMAS,
    "definitions": _TO_SCHEMAS,
    "components": _TO_SCHEMAS,
    "patternProperties": _MAP,
    "propertyNames": _MAP,
    "minProperties": _MAP,
    "maxProperties": _MAP,
    "unevaluatedProperties": 'write "additionalProperties": false',
    "prefixItems": _LISTS,
    "additionalItems": _LISTS,
    "unevaluatedItems": _LISTS,
    "contains": _LISTS,
    "minContains": _LISTS,
    "maxContains": _LISTS,
    "not": "say what is allowed instead",
    "if": _NO_CONDITIONS,
    "then": _NO_CONDITIONS,
    "else": _NO_CONDITIONS,
    "dependentRequired": _NO_CONDITIONS,
    "dependentSchemas": _NO_CONDITIONS,
    "dependencies": _NO_CONDITIONS,
    "discriminator": "remove it; mdbgen finds the property whose const tells the objects apart",
    "optional": "remove it; what the object's required does not list is optional",
    "example": 'write "examples": […]',
    "values": 'write "enum": […]',
    "$dynamicRef": 'write "$ref"; it may refer to a schema that contains it',
    "$recursiveRef": 'write "$ref"; it may refer to a schema that contains it',
    "minLen": 'write "minLength"',
    "maxLen": 'write "maxLength"',
    "min": 'write "minimum" (a number), "minLength" (a string) or "minItems" (a list)',
    "max": 'write "maximum" (a number), "maxLength" (a string) or "maxItems" (a list)',
    "divisibleBy": 'write "multipleOf"',
    "regex": 'write "pattern"',
    "readOnly": "remove it; what clients may not send does not belong in receive",
    "writeOnly": "remove it; what clients may not see does not belong in send",
    "strict": 'write "additionalProperties": false',
    "reply": "only a message has a reply",
    **dict.fromkeys(("$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "id"), "remove it"),
    **dict.fromkeys(("$schema", "$vocabulary", "xml", "externalDocs"), "remove it"),
    **dict.fromkeys(("$comment", "contentEncoding", "contentMediaType", "contentSchema"), _REMOVE),
}


def refuse_foreign(schema: Mapping[str, Any], path: Path, problems: Problems) -> None:
    """Keep a problem for each keyword outside of the subset, with what to write in its place."""
    for keyword in schema:
        if keyword not in KEYWORDS:
            hint = _nearest_spelling(keyword, schema, problems)
            message = f"{shown(keyword)} is not a keyword of mdbgen's subset of JSON Schema"
            problems.add((*path, keyword), "MDB203", message, hint, Place.KEY)


def refuse_foreign_to_message(message: Mapping[str, Any], path: Path, problems: Problems) -> None:
    """Keep a problem for each key that a message cannot have."""
    for keyword in message:
        if keyword in MESSAGE_KEYWORDS:
            continue
        if keyword in KEYWORDS:
            hint = _MESSAGE_HINTS.get(
                keyword, "a message is an object; this keyword belongs in a property"
            )
        elif keyword in _INSTEAD or keyword in ("allOf", "nullable"):
            hint = _nearest_spelling(keyword, message, problems)
        else:
            near = problems.nearest(keyword, MESSAGE_KEYWORDS)
            hint = f"did you mean '{near}'?" if near else "move it into 'properties'"
        problems.add(
            (*path, keyword),
            "MDB203",
            f"{shown(keyword)} is not a keyword of messages",
            hint,
            Place.KEY,
        )


def _nearest_spelling(keyword: str, schema: Mapping[str, Any], problems: Problems) -> str:
    if keyword == "nullable":
        return _nullable_spelling(schema)
    if keyword == "allOf":
        return _all_of_spelling(schema["allOf"])
    if keyword in _INSTEAD:
        return _INSTEAD[keyword]
    near = problems.nearest(keyword, KEYWORDS)
    return f"did you mean '{near}'?" if near else "docs/messages.md lists the keywords"


def _nullable_spelling(schema: Mapping[str, Any]) -> str:
    if schema["nullable"] is False:
        return "remove it; a value may be null only where its schema says so"
    kind = schema.get("type")
    if isinstance(kind, list):
        return "remove it" if "null" in kind else 'add "null" to the list of types'
    if "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
        return 'write "anyOf": [{…}, {"type": "null"}]'
    if "enum" in schema:
        return "add null to the values of enum"
    known = kind if isinstance(kind, str) and kind in ABOUT else "string"
    return f'write "type": ["{known}", "null"]'


def _all_of_spelling(members: object) -> str:
    match members:
        case [{"$ref": str(target)}]:
            return f'write "$ref": "{target}"' if len(target) <= 80 else 'write "$ref"'
        case [_]:
            return "write its only member in its place"
        case _:
            return "merge its members into one object"


def check_annotations(schema: Mapping[str, Any], path: Path, problems: Problems) -> None:
    """Keep a problem for each annotation of the wrong type."""
    kinds = {"title": str, "description": str, "examples": list, "deprecated": bool}
    for keyword, kind in kinds.items():
        if keyword in schema:
            problems.expect(schema[keyword], kind, (*path, keyword))


def refuse_beside(schema: Mapping[str, Any], keyword: str, path: Path, problems: Problems) -> None:
    """Keep a problem for each keyword that changes nothing beside one that says all."""
    hint = _BESIDE_HINTS[keyword]
    for other in schema:
        if other in KEYWORDS and other not in (keyword, *BESIDE[keyword], *ANNOTATIONS):
            message = f"'{other}' cannot be combined with '{keyword}'"
            problems.add((*path, other), "MDB212", message, hint, Place.KEY)


def refuse_untyped(schema: Mapping[str, Any], path: Path, problems: Problems) -> None:
    """Keep a problem for each keyword that would concern some of the values of any type."""
    for keyword in schema:
        kinds = [kind for kind, about in ABOUT.items() if keyword in about]
        if kinds:
            message = f"'{keyword}' without a type would allow every other type as well"
            hint = f'add "type": "{kinds[-1]}"'
            problems.add((*path, keyword), "MDB210", message, hint, Place.KEY)


def refuse_pointless(
    schema: Mapping[str, Any], kinds: Sequence[str], path: Path, problems: Problems
) -> None:
    """Keep a problem for each keyword that concerns none of the types."""
    concerned = {"type", *ANNOTATIONS, *(each for kind in kinds for each in ABOUT[kind])}
    what = " or ".join(WITH_ARTICLE[kind] for kind in kinds)
    for keyword in schema:
        if keyword in KEYWORDS and keyword not in concerned:
            message = f"'{keyword}' does not apply to {what}"
            hint = _pointless_hint(keyword, schema[keyword])
            problems.add((*path, keyword), "MDB211", message, hint, Place.KEY)


def _pointless_hint(keyword: str, value: object) -> str:
    if keyword == "required" and isinstance(value, bool):
        return 'list the property in the object that has it: "required": ["…"]'
    about = [WITH_ARTICLE[kind] for kind, keywords in ABOUT.items() if keyword in keywords]
    kinds = dict.fromkeys(kind.replace("whole ", "") for kind in about)
    return f"remove it; it applies only to {' or '.join(kinds)}" if kinds else ""


def read_kinds(schema: Mapping[str, Any], path: Path, problems: Problems) -> list[str]:
    """Return the types that a schema states, [] if there is a problem with one of them."""
    stated, path = schema["type"], (*path, "type")
    if not isinstance(stated, list):
        return [stated] if _is_kind(stated, path, problems) else []
    if not stated:
        problems.add(path, "MDB108", "needs at least one type")
    problems.refuse_doubles(stated, path)
    good = [_is_kind(kind, (*path, index), problems) for index, kind in enumerate(stated)]
    if not all(good):
        return []
    kinds = list(dict.fromkeys(stated))
    if "integer" in kinds and "number" in kinds:
        problems.add(path, "MDB215", "'number' covers 'integer'", "remove one of the two")
        kinds.remove("integer")
    return kinds


def _is_kind(kind: object, path: Path, problems: Problems) -> bool:
    if isinstance(kind, str) and kind in ABOUT:
        return True
    word = kind.lower() if isinstance(kind, str) else ""
    near = _TYPE_HINTS.get(word) or problems.nearest(word, ABOUT)
    hint = f"did you mean '{near}'?" if near else ""
    if word == "any":
        hint = "write {}, with no type, for any value"
    problems.add(path, "MDB107", f"{shown(kind)} is not one of {', '.join(ABOUT)}", hint)
    return False
