"""How a client opens its socket, as AsyncAPI says it: credentials, query, headers."""

from __future__ import annotations

from mdbgen.model.manifest import Endpoint, Manifest
from mdbgen.targets.asyncapi.schemas import Json

_CREDENTIALS = (
    "The first one present counts: `Authorization: Bearer`, the subprotocols"
    ' `["bearer", "<token>"]`, {}`?token=`, the cookies `ws_token` and `token`.'
)
_SCHEMES: dict[str, Json] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Also as the subprotocols bearer and the token itself, for browsers.",
    },
    "ticket": {
        "type": "httpApiKey",
        "in": "query",
        "name": "ticket",
        "description": "From a POST to the channel's x-ticket address; good for one connection.",
    },
    "token": {
        "type": "httpApiKey",
        "in": "query",
        "name": "token",
        "description": "The JWT itself. It may end up in logs.",
    },
    "ws_token_cookie": {
        "type": "httpApiKey",
        "in": "cookie",
        "name": "ws_token",
        "description": "The JWT; from pages of the app's own, or of an origin that it lists.",
    },
    "token_cookie": {
        "type": "httpApiKey",
        "in": "cookie",
        "name": "token",
        "description": "Read where there is no cookie ws_token.",
    },
}


def security_schemes(manifest: Manifest) -> dict[str, Json]:
    """Return the ways to show a credential, by their names; tickets where there are some."""
    return {
        name: scheme
        for name, scheme in _SCHEMES.items()
        if name != "ticket" or manifest.has_tickets
    }


def credentials(manifest: Manifest) -> list[Json]:
    """Return references to the ways to show a credential, of which one is enough."""
    names = security_schemes(manifest)
    return [{"$ref": f"#/components/securitySchemes/{name}"} for name in names]


def binding_key(endpoint: Endpoint) -> str:
    """Return the name of the binding of an endpoint; most have the same."""
    return "websocket-with-history" if endpoint.history else "websocket"


def binding(endpoint: Endpoint, manifest: Manifest) -> Json:
    """Return what a client says when it opens the socket."""
    query: Json = {
        scheme["name"]: {"type": "string", "description": scheme["description"]}
        for scheme in security_schemes(manifest).values()
        if scheme.get("in") == "query"
    }
    if endpoint.history:
        query["since"] = {
            "type": "integer",
            "description": "The last seq that the client saw: it is sent what it missed, or a"
            " resync.",
        }
    headers: Json = {
        "Authorization": {"type": "string", "description": "Bearer, a space, the JWT."},
        "Origin": {
            "type": "string",
            "description": "Set by browsers: the app's own, or one that it lists; else HTTP 403.",
        },
        "Sec-WebSocket-Protocol": {
            "type": "string",
            "description": "bearer, the JWT: for browsers. The answer is bearer.",
        },
    }
    return {
        "method": "GET",
        "query": {
            "type": "object",
            "description": _CREDENTIALS.format("`?ticket=`, " if manifest.has_tickets else ""),
            "properties": query,
        },
        "headers": {"type": "object", "properties": headers},
        "bindingVersion": "0.1.0",
    }
