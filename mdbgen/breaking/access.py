"""Who may connect, from where, and how much they may use."""

from __future__ import annotations

from collections.abc import Iterable

from mdbgen.breaking.change import Changes, Path, Side
from mdbgen.breaking.level import Level
from mdbgen.errors import shown
from mdbgen.model.manifest import POLICY_LISTS, Endpoint, Manifest
from mdbgen.model.origins import ANY

# What a client notices of a limit that is lower.
_LIMIT_LEVELS = {
    "max_message_bytes": Level.ERROR,  # it is closed with 1009, however slowly it goes
    "connections": Level.INFO,
    "outbox_bytes": Level.INFO,
}


def compare_policies(old: Manifest, new: Manifest, changes: Changes) -> None:
    """Compare what the app asks of everybody who connects."""
    for key in POLICY_LISTS:
        compare = _compare_allowed if key.startswith("allowed_") else _compare_demanded
        path: Path = ("auth", "policy", key)
        compare(getattr(old.policy, key), getattr(new.policy, key), path, changes)
    required = [[each.require_role] if each.require_role else [] for each in (old, new)]
    _compare_demanded(required[0], required[1], ("auth", "require_role"), changes)
    _compare_owners(old, new, changes)
    if old.algorithm != new.algorithm:
        message = f"{old.algorithm} → {new.algorithm}: tokens of the old kind are refused"
        changes.add("auth-tightened", ("auth", "jwt", "algorithm"), message)


def compare_origins(old: Manifest, new: Manifest, changes: Changes) -> None:
    """Compare the pages that may connect; ``*`` lets all of them in."""
    path: Path = ("cors", "allow_origins")
    for origin in old.cors_origins:
        if origin not in new.cors_origins and ANY not in new.cors_origins:
            message = f"{shown(origin)} is gone"
            changes.add("origin-removed", path, message, side=Side.OLD)
    for origin in new.cors_origins:
        if origin not in old.cors_origins:
            changes.add("origin-added", path, f"{shown(origin)} is new")


def compare_tickets(old: Manifest, new: Manifest, changes: Changes) -> None:
    """Compare whether clients can exchange a token for a ticket."""
    if old.has_tickets and not new.has_tickets:
        message = "no endpoint requires a credential any longer"
        changes.add("tickets-removed", ("websockets",), message)
    elif new.has_tickets and not old.has_tickets:
        changes.add("tickets-added", ("websockets",), "an endpoint now requires a credential")


def compare_access(name: str, old: Endpoint, new: Endpoint, changes: Changes) -> None:
    """Compare who may connect to an endpoint, and what its tickets are good for."""
    path: Path = ("websockets", name)
    if old.anonymous.value and not new.anonymous.value:
        message = f"clients without a credential are refused ({new.anonymous.decided_by})"
        changes.add("auth-tightened", path, message)
    elif new.anonymous.value and not old.anonymous.value:
        message = f"clients without a credential are let in ({new.anonymous.decided_by})"
        changes.add("auth-loosened", path, message)
    where: Path = ("mdbgen", "endpoints", name)
    roles = old.allowed_roles, new.allowed_roles
    _compare_allowed(*roles, (*where, "allowed_roles"), changes)
    permissions = old.required_permissions, new.required_permissions
    _compare_demanded(*permissions, (*where, "required_permissions"), changes)
    if old.ticket_ttl_seconds != new.ticket_ttl_seconds:
        is_shorter = new.ticket_ttl_seconds < old.ticket_ttl_seconds
        rule = "ticket-ttl-shortened" if is_shorter else "ticket-ttl-lengthened"
        message = f"{old.ticket_ttl_seconds} s → {new.ticket_ttl_seconds} s"
        changes.add(rule, (*path, "ticket_ttl_seconds"), message)


def compare_limits(name: str, old: Endpoint, new: Endpoint, changes: Changes) -> None:
    """Compare how much the clients of an endpoint may use, and what is kept for them."""
    path: Path = ("mdbgen", "endpoints", name)
    for key, before in old.all_limits.items():
        after = new.all_limits[key]
        if after != before:
            rule = "limit-lowered" if after < before else "limit-raised"
            level = _LIMIT_LEVELS.get(key) if after < before else None
            where = (*path, "limits", key)
            changes.add(rule, where, f"{before} → {after}", level=level)
    if old.history != new.history:
        rule = "history-lowered" if new.history < old.history else "history-raised"
        if not new.history:
            rule = "history-removed"
        elif not old.history:
            rule = "history-added"
        changes.add(rule, (*path, "history"), f"{old.history} → {new.history}")


def _compare_allowed(old: Iterable[str], new: Iterable[str], path: Path, changes: Changes) -> None:
    """Compare lists of which one entry is enough; an empty one lets everybody in."""
    before, after = list(old), list(new)
    if not before and after:
        changes.add("auth-narrowed", path, f"now only {_listed(after)} (any before)")
    elif before and not after:
        changes.add(
            "auth-loosened", path, f"now any (only {_listed(before)} before)", side=Side.OLD
        )
    else:
        _compare_lists(before, after, path, changes, ("auth-narrowed", "auth-loosened"))


def _compare_demanded(old: Iterable[str], new: Iterable[str], path: Path, changes: Changes) -> None:
    """Compare lists of which each entry keeps somebody out."""
    _compare_lists(list(old), list(new), path, changes, ("auth-loosened", "auth-narrowed"))


def _compare_lists(
    old: list[str], new: list[str], path: Path, changes: Changes, rules: tuple[str, str]
) -> None:
    gone = [each for each in old if each not in new]
    fresh = [each for each in new if each not in old]
    if gone:
        message = f"{_listed(gone)} {_are(gone)} gone"
        changes.add(rules[0], path, message, side=Side.NEW if new else Side.OLD)
    if fresh:
        changes.add(rules[1], path, f"{_listed(fresh)} {_are(fresh)} new")


def _compare_owners(old: Manifest, new: Manifest, changes: Changes) -> None:
    before, after = _passing_owner(old), _passing_owner(new)
    if before == after:
        return
    if before:
        message = f"the owner {shown(before)} no longer passes the allowed lists"
        changes.add("auth-narrowed", ("developer_id",), message)
    if after:
        message = f"the owner {shown(after)} passes the allowed lists"
        changes.add("auth-loosened", ("developer_id",), message)


def _passing_owner(manifest: Manifest) -> str:
    policy = manifest.policy
    return policy.owner or "" if policy.allowed_users or policy.allowed_roles else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(shown, names))


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
