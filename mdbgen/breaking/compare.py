"""Two manifests, and what has changed between them for clients."""

from __future__ import annotations

from collections.abc import Sequence

from mdbgen.breaking.access import (
    compare_access,
    compare_limits,
    compare_origins,
    compare_policies,
    compare_tickets,
)
from mdbgen.breaking.change import Change, Changes, Path, Side
from mdbgen.breaking.messages import compare_messages
from mdbgen.breaking.payloads import TypeComparison
from mdbgen.errors import shown
from mdbgen.model.manifest import Manifest


def compare_manifests(old: Manifest, new: Manifest) -> Sequence[Change]:
    """Return what clients that keep to the old manifest may notice of the new one."""
    changes = Changes()
    if old.slug != new.slug:
        changes.add("slug-changed", ("slug",), f"{shown(old.slug)} → {shown(new.slug)}")
    compare_policies(old, new, changes)
    compare_origins(old, new, changes)
    compare_tickets(old, new, changes)
    types = TypeComparison(
        {name: each.type for name, each in old.schemas.items()},
        {name: each.type for name, each in new.schemas.items()},
        changes,
    )
    for name, before in old.websockets.items():
        path: Path = ("websockets", name)
        after = new.websockets.get(name)
        if after is None:
            message = f"{shown(name)} is gone"
            changes.add("endpoint-removed", path, message, side=Side.OLD)
            continue
        if before.path != after.path:
            message = f"{shown(before.path)} → {shown(after.path)}"
            changes.add("endpoint-path-changed", (*path, "path"), message)
        compare_access(name, before, after, changes)
        compare_limits(name, before, after, changes)
        compare_messages(name, before, after, types)
    for name in new.websockets:
        if name not in old.websockets:
            changes.add("endpoint-added", ("websockets", name), f"{shown(name)} is new")
    return list(changes.found)
