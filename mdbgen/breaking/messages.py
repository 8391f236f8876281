"""The messages of an endpoint: what is gone, what is new, what has another reply."""

from __future__ import annotations

from collections.abc import Sequence, Set

from mdbgen.breaking.change import Changes, Path, Side
from mdbgen.breaking.level import Direction, Level
from mdbgen.breaking.payloads import TypeComparison, note_changes
from mdbgen.errors import shown
from mdbgen.model.manifest import Endpoint
from mdbgen.model.schema import Message

_CONSEQUENCE = {
    Direction.RECEIVE: "clients that send it get unknown_type",
    Direction.SEND: "clients that wait for it wait in vain",
}


def compare_messages(name: str, old: Endpoint, new: Endpoint, types: TypeComparison) -> None:
    """Compare what clients send to an endpoint, and what they get there."""
    path: Path = ("mdbgen", "endpoints", name)
    if old.takes_objects and not new.takes_objects:
        message = "clients could send any JSON object, and may now send only what is declared"
        types.changes.add("receive-declared-first-time", (*path, "receive"), message)
    elif new.takes_objects and not old.takes_objects:
        message = "clients may now send any JSON object"
        where = (*path, "receive")
        types.changes.add("receive-undeclared", where, message, side=Side.OLD)
    else:
        _compare(old.receive, new.receive, (*path, "receive"), types, Direction.RECEIVE)
    replies = {each.reply for each in old.receive if each.reply}
    _compare(old.send, new.send, (*path, "send"), types, Direction.SEND, replies)


def _compare(
    old: Sequence[Message],
    new: Sequence[Message],
    path: Path,
    types: TypeComparison,
    way: Direction,
    replies: Set[str] = frozenset(),
) -> None:
    before, after = ({each.name: each for each in messages} for messages in (old, new))
    for name, each in before.items():
        if name in after:
            _compare_pair(each, after[name], (*path, name), types, way)
        else:
            level = _level_of_removal(each, way, name in replies)
            message = f"{shown(name)} is gone: {_CONSEQUENCE[way]}"
            types.changes.add("message-removed", (*path, name), message, level=level, side=Side.OLD)
    for name in after:
        if name not in before:
            message = f"{shown(name)} is new"
            types.changes.add("message-added", (*path, name), message, direction=way)


def _compare_pair(
    old: Message, new: Message, path: Path, types: TypeComparison, way: Direction
) -> None:
    _compare_replies(old.reply, new.reply, path, types.changes)
    note_changes(types.changes, old, new, path, way)
    types.compare_bodies(old.body, path, new.body, path, way)


def _compare_replies(old: str | None, new: str | None, path: Path, changes: Changes) -> None:
    if old is None and new is not None:
        changes.add("reply-added", (*path, "reply"), f"is now answered with {shown(new)}")
    elif old is not None and new is None:
        message = f"was answered with {shown(old)}"
        changes.add("reply-removed", (*path, "reply"), message, side=Side.OLD)
    elif old != new:
        changes.add("reply-changed", (*path, "reply"), f"{shown(old)} → {shown(new)}")


def _level_of_removal(old: Message, way: Direction, is_reply: bool) -> Level:
    if way is Direction.RECEIVE:
        return Level.WARNING if old.deprecated else Level.ERROR
    return Level.ERROR if is_reply else Level.WARNING
