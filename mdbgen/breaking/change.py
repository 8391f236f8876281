"""One change of a manifest, and how changes are collected."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from mdbgen.breaking.level import Direction, Level
from mdbgen.breaking.rules import CHANGE_RULES

Path: TypeAlias = tuple[str | int, ...]


_CLIENTS = {Direction.RECEIVE: "send", Direction.SEND: "read"}


class Side(Enum):
    """The manifest in which a change has its place."""

    OLD = "old"  # of what is gone
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Change:
    """One change."""

    level: Level
    rule: str  # the id of a `ChangeRule`
    path: Path  # in the manifest of its side
    message: str
    side: Side = Side.NEW


@dataclass(slots=True)
class Changes:
    """The changes of one comparison, in the order in which they were found, each once."""

    found: dict[Change, None] = field(default_factory=dict)

    def add(
        self,
        rule: str,
        path: Path,
        message: str,
        *,
        direction: Direction = Direction.RECEIVE,
        level: Level | None = None,
        side: Side = Side.NEW,
    ) -> None:
        """Keep a change; ``level`` says where it is not the usual one of its rule."""
        level = level or CHANGE_RULES[rule].level(direction)
        if path[:2] == ("mdbgen", "schemas"):  # which may be used in both directions
            message = f"{message}, in what clients {_CLIENTS[direction]}"
        self.found[Change(level, rule, path, message, side)] = None
