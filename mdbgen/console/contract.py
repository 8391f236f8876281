"""The contract of an app as JSON, for the page: what the other commands print of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mdbgen.errors import Diagnostic
from mdbgen.model.manifest import Manifest
from mdbgen.naming import class_name
from mdbgen.report.access import access_document
from mdbgen.targets.asyncapi.document import asyncapi_document


def contract_of(manifest: Manifest, warnings: Sequence[Diagnostic]) -> dict[str, Any]:
    """Return all that the page knows of an app.

    Returns:
        ``slug``; ``asyncapi``, the document; ``inspect``, what that command prints; and
        ``typescript``, by endpoint the names in ``client.ts``, empty where there is none.
    """
    return {
        "slug": manifest.slug,
        "asyncapi": json.loads(asyncapi_document(manifest)),
        "inspect": access_document(manifest, warnings),
        "typescript": _typescript(manifest),
    }


def _typescript(manifest: Manifest) -> dict[str, Any]:
    if "typescript" not in manifest.outputs:
        return {}
    return {
        name: {
            "client": f"{class_name(name)}Client",
            "methods": {message.name: message.method for message in endpoint.receive},
        }
        for name, endpoint in manifest.websockets.items()
    }
