"""The manifest as JSON Schema: what an editor completes, explains and underlines.

It says what a schema can say. That names do not meet, that ``$ref`` leads somewhere and that the
members of a union exclude each other is beyond it; ``mdbgen check`` says that.
"""

from __future__ import annotations

import json
from typing import Any

from mdbgen.document.problems import MAX_NUMBER
from mdbgen.manifest.findings import ENDPOINT_NAME_PATTERN, PATH_PATTERN, SLUG_PATTERN
from mdbgen.manifest.messages import RESERVED_MESSAGES, RESERVED_PROPERTIES
from mdbgen.manifest.misspelt import spellings
from mdbgen.model.limits import LIMITS, MAX_HISTORY
from mdbgen.model.manifest import OUTPUTS
from mdbgen.schemas.metaschema import (
    flag,
    named,
    notes,
    required,
    subset,
    text,
    texts,
    whole_number,
)

Node = dict[str, Any]


def schema_text() -> str:
    """Return the JSON Schema of the part of a manifest that mdbgen reads."""
    return json.dumps(_root(), indent=2, ensure_ascii=False) + "\n"


def _root() -> Node:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "MDB_ENGINE manifest, as mdbgen reads it",
        "description": "Other root keys belong to others and are ignored.",
        "type": "object",
        "properties": {
            "$schema": text("Where this schema lies, for editors."),
            "slug": text("The name of the app: a-z, 0-9, _ and -.", pattern=SLUG_PATTERN),
            "websockets": _map_of(
                "endpoint", "The endpoints by name.", ENDPOINT_NAME_PATTERN, minProperties=1
            ),
            "developer_id": text("The owner: a user id or an e-mail address.", minLength=1),
            "auth": _auth(),
            "auth_policy": _policy(
                "The older form of auth.policy. Where both are there, the stricter wins."
            ),
            "auth_required": flag("Whether a credential is required, where no policy says so."),
            "cors": _cors(),
            "mdbgen": _mdbgen(),
        },
        "required": ["slug", "websockets"],
        "$defs": {
            "endpoint": _endpoint(),
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


def _object(description: str, properties: Node, **more: Any) -> Node:
    return {"description": description, "type": "object", "properties": properties, **more}


def _shared(description: str, properties: Node, **elsewhere: str) -> Node:
    """Describe an object whose other keys belong to others, unless they are nearly its own.

    Args:
        elsewhere: keys that belong into another object, and the path of each there.
    """
    wrong = {spellings(key): key for key in properties}
    wrong |= {f"^{key}$": path for key, path in elsewhere.items()}
    return _object(description, properties, patternProperties=_refused(wrong))


def _refused(meant: dict[str, str]) -> Node:
    hints = {pattern: f"Did you mean {key!r}?" for pattern, key in meant.items()}
    # Editors show the message; a schema has no other word for it.
    return {
        pattern: {"description": hint, "not": {}, "errorMessage": hint}
        for pattern, hint in hints.items()
    }


def _closed(description: str, properties: Node, **more: Any) -> Node:
    return _object(description, properties, **more, additionalProperties=False)


def _map_of(definition: str, description: str, pattern: str, **more: Any) -> Node:
    return {
        "description": description,
        "type": "object",
        **more,
        "propertyNames": {"pattern": pattern},
        "additionalProperties": {"$ref": f"#/$defs/{definition}"},
    }


def _one_of(description: str, values: tuple[str, ...], default: str) -> Node:
    return {"description": description, "enum": list(values), "default": default}


def _endpoint() -> Node:
    auth = {
        "required": flag("Whether a credential is required; else the policy decides."),
        "allow_anonymous": flag("Whether clients without a credential are let in all the same."),
        "csrf_required": flag("Changes nothing: the origin is always checked."),
    }
    return _closed(
        "A WebSocket endpoint.",
        {
            "path": text("The path of its URL.", pattern=PATH_PATTERN),
            "description": text("What it is for; becomes documentation."),
            "auth": _closed("Who may connect to this endpoint.", auth),
            "ping_interval": whole_number("Seconds between pings.", 5, 300, default=30),
            "ticket_ttl_seconds": whole_number("Seconds that a ticket lives.", 1, 60, default=10),
        },
        required=["path"],
    )


def _policy_keys() -> Node:
    return {
        "required": flag("Whether a credential is required.", default=True),
        "allow_anonymous": flag(
            "Whether clients without one are let in all the same.", default=False
        ),
        "allowed_roles": texts("One of these roles is needed."),
        "allowed_users": texts("Only these user ids or e-mail addresses."),
        "denied_users": texts("Never these user ids or e-mail addresses."),
        "required_permissions": texts("All of these permissions are needed."),
        "owner_can_access": flag("Whether developer_id passes the allowed lists.", default=True),
    }


def _policy(description: str) -> Node:
    return _shared(description, _policy_keys(), require_role="auth.require_role")


def _auth() -> Node:
    role = "In shared mode: the role that every client needs."
    jwt = {
        "algorithm": _one_of("How tokens are signed.", ("HS256", "RS256", "ES256"), "HS256"),
    }
    return _shared(
        "Who may connect.",
        {
            "policy": _policy("Rules for every endpoint."),
            "mode": _one_of("Whose users they are.", ("app", "shared"), "app"),
            "roles": texts("The roles that there are."),
            "require_role": text(role, minLength=1),
            "jwt": _shared("The tokens.", jwt),
        },
        **{key: f"auth.policy.{key}" for key in _policy_keys()},
        algorithm="auth.jwt.algorithm",
    )


def _cors() -> Node:
    return _shared(
        "Pages of other origins.",
        {
            "enabled": flag("Whether allow_origins counts.", default=False),
            "allow_origins": texts("Origins such as https://app.example.com, or *."),
        },
    )


def _mdbgen() -> Node:
    outputs: Node = {
        "description": "Files besides the package: client.ts, asyncapi.json.",
        "type": "array",
        "items": {"enum": list(OUTPUTS)},
        "uniqueItems": True,
    }
    return _closed(
        "Declared messages and what is generated of them.",
        {
            "backplane": {
                "description": "How the workers of an app reach each other's clients.",
                "enum": ["memory"],
                "default": "memory",
            },
            "outputs": outputs,
            "schemas": named("schema", "Schemas that messages share, by name."),
            "endpoints": _map_of(
                "declaration",
                "What clients of an endpoint send and receive.",
                ENDPOINT_NAME_PATTERN,
            ),
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
            "send": named("sentMessage", "The messages that clients get.", RESERVED_MESSAGES),
            "limits": _closed("What one client, or all of them, may use.", limits),
            "history": whole_number(history, 0, MAX_HISTORY, default=0),
        },
    )


def _message(more: Node) -> Node:
    properties = named("schema", "What it carries, besides its type.", RESERVED_PROPERTIES)
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
