"""The first manifest of an app: what ``mdbgen init`` writes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from mdbgen.disk.atomic import Batch, Write, find_obstacle, publish, refuse
from mdbgen.errors import ConfigError, Diagnostic
from mdbgen.manifest.metaschema import schema_text

MANIFEST_NAME, SCHEMA_NAME = "manifest.json", "manifest.schema.json"
_DEFAULT_SLUG = "my_app"


def write_starter(folder: Path) -> tuple[Path, Path]:
    """Write the smallest useful manifest, and beside it the schema that editors use.

    Raises:
        ConfigError: one of the two is there already; nothing is written.
        OutputError: they cannot be written.
    """
    texts = {
        folder / MANIFEST_NAME: _manifest_text(_slug(folder.resolve().name)),
        folder / SCHEMA_NAME: schema_text(),
    }
    taken = [file for file in texts if os.path.lexists(file)]
    if taken:
        message = "already exists, and init never overwrites a file; name another folder"
        raise ConfigError(
            *(Diagnostic(file.as_posix(), 0, 0, "MDB411", "", message) for file in taken)
        )
    refuse([find_obstacle(folder, MANIFEST_NAME)])
    publish(Batch(folder, [Write(file, text) for file, text in texts.items()]))
    return folder / MANIFEST_NAME, folder / SCHEMA_NAME


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or _DEFAULT_SLUG


def _manifest_text(slug: str) -> str:
    item = {"properties": {"name": {"type": "string"}}, "required": ["name"]}
    manifest = {
        "slug": slug,
        "websockets": {"realtime": {"path": "/ws"}},
        "mdbgen": {"endpoints": {"realtime": {"send": {"item_created": item}}}},
    }
    return json.dumps(manifest, indent=2) + "\n"
