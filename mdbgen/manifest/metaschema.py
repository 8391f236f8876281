"""The manifest as JSON Schema: what an editor completes, explains and underlines.

It says what a schema can say. That names do not meet, that ``$ref`` leads somewhere and that the
members of a union exclude each other is beyond it; ``mdbgen check`` says that.
"""

from __future__ import annotations

import json
from typing import Any

from mdbgen.document.problems import MAX_NUMBER
from mdbgen.document.source import Path
from mdbgen.errors import Severity
from mdbgen.manifest.findings import ENDPOINT_NAME_PATTERN
from mdbgen.manifest.messages import RESERVED_MESSAGES, RESERVED_PROPERTIES
from mdbgen.manifest.misspelt import Table, spellings
from mdbgen.manifest.reader import TABLES, ManifestKeys
from mdbgen.model.limits import LIMITS, MAX_HISTORY
from mdbgen.model.manifest import BACKPLANES, OUTPUTS
from mdbgen.schemas.metaschema import subset
from mdbgen.schemas.nodes import Node, flag, named, notes, required, text, texts, whole_number


def schema_text() -> str:
    """Return the JSON Schema of the part of a manifest that mdbgen reads."""
    return json.dumps(_root(), indent=2, ensure_ascii=False) + "\n"


def _root() -> Node:
    keys = _told(ManifestKeys.model_json_schema())
    for table in TABLES:
        if table.severity is Severity.ERROR:
            _object_at(table.path, keys)["patternProperties"] = _refused(table)
    definitions, properties = keys.pop("$defs"), keys.pop("properties")
    del properties["websockets"]["patternProperties"]  # which let other names pass
    properties["websockets"] |= _names("EndpointKeys", ENDPOINT_NAME_PATTERN)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "MDB_ENGINE manifest, as mdbgen reads it",
        **keys,
        "description": "Other root keys are not mdbgen's and are ignored.",
        "properties": {
            "$schema": text("Where this schema is, for editors."),
            **properties,
            "mdbgen": _mdbgen(),
        },
        "$defs": {
            **definitions,
            "declaration": _declaration(),
            "receivedMessage": _message(
                {"reply": text("The message of this endpoint's send that answers this one.")}
            ),
            "sentMessage": _message({}),
            "schema": subset(),
            "value": {
                "description": "A string, a whole number, true, false or null.",
                "type": ["string", "integer", "boolean", "null"],
                "minimum": -MAX_NUMBER,
                "maximum": MAX_NUMBER,
            },
        },
    }


def _told(schema: Any) -> Any:
    """Return what pydantic says of the keys, without names in ``title`` and empty defaults."""
    if not isinstance(schema, dict):
        return schema
    return {key: _told(value) for key, value in schema.items() if not _is_empty(key, value)}


def _is_empty(keyword: str, value: object) -> bool:
    return (keyword == "title" and isinstance(value, str)) or (
        keyword == "default" and value in ("", [])
    )


def _object_at(path: Path, root: Node) -> Node:
    """Return the schema of an object, which pydantic may have put among the definitions."""
    schema = root
    for step in path:
        schema = schema["properties"][step]
        [*_, name] = str(schema.get("$ref") or schema["allOf"][0]["$ref"]).split("/")
        schema = root["$defs"][name]
    return schema


def _refused(table: Table) -> Node:
    """Refuse keys that are nearly those of an object whose other keys belong to others."""
    meant = {spellings(key): key for key in table.keys}
    meant |= {f"^{key}$": path for key, path in table.elsewhere.items()}
    hints = {pattern: f"Did you mean {key!r}?" for pattern, key in meant.items()}
    # Editors show the message; a schema has no other word for it.
    return {
        pattern: {"description": hint, "not": {}, "errorMessage": hint}
        for pattern, hint in hints.items()
    }


def _closed(description: str, properties: Node, **more: Any) -> Node:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        **more,
        "additionalProperties": False,
    }


def _names(definition: str, pattern: str) -> Node:
    return {
        "propertyNames": {"pattern": pattern},
        "additionalProperties": {"$ref": f"#/$defs/{definition}"},
    }


def _mdbgen() -> Node:
    outputs: Node = {
        "description": f"Files besides the package: {', '.join(OUTPUTS.values())}.",
        "type": "array",
        "items": {"enum": list(OUTPUTS)},
        "uniqueItems": True,
    }
    return _closed(
        "Declared messages, and what is generated from them.",
        {
            "backplane": {
                "description": "How the workers of an app reach each other's clients.",
                "enum": list(BACKPLANES),
                "default": BACKPLANES[0],
            },
            "compat": flag("Whether ws.compat is generated: the reference engine's names."),
            "outputs": outputs,
            "schemas": named("schema", "Schemas that messages share, by name."),
            "endpoints": {
                "description": "What clients of an endpoint send and receive.",
                "type": "object",
                **_names("declaration", ENDPOINT_NAME_PATTERN),
            },
        },
    )


def _declaration() -> Node:
    receive = named("receivedMessage", "The messages that clients send.", RESERVED_MESSAGES)
    limits = {
        each.name: whole_number(each.meaning, 1, MAX_NUMBER, default=each.default)
        for each in LIMITS.values()
    }
    history = "How many messages are kept for clients that come back; 0 is none."
    return _closed(
        "The messages of an endpoint, as the server sees them.",
        {
            "receive": {**receive, "minProperties": 1},
            "send": named("sentMessage", "The messages that clients receive.", RESERVED_MESSAGES),
            "limits": _closed("What one client, or all of them, may use.", limits),
            "history": whole_number(history, 0, MAX_HISTORY, default=0),
            "allowed_roles": texts(
                "Clients of this endpoint need one of these roles, on top of the policy."
            ),
            "required_permissions": texts(
                "Clients of this endpoint need all of these permissions, on top of the policy."
            ),
        },
    )


def _message(more: Node) -> Node:
    properties = named("schema", "What it carries besides its type.", RESERVED_PROPERTIES)
    return _closed(
        "A message: an object.",
        {
            **notes(),
            "type": {"description": "Every message is an object.", "const": "object"},
            "properties": properties,
            "required": required(),
            "additionalProperties": flag("false refuses what is not declared.", default=True),
            **more,
        },
    )
