"""How much a change hurts, and what is said of each kind of change."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Level(Enum):
    """What a change does to clients that keep to the old manifest."""

    ERROR = "error"  # they stop working
    WARNING = "warning"  # they may stop working
    INFO = "info"  # worth telling


class Direction(Enum):
    """Who writes a message."""

    RECEIVE = "receive"  # clients write it, the server reads it
    SEND = "send"  # the server writes it, clients read it


class Area(Enum):
    """What a rule is about."""

    APP = "the app"
    ACCESS = "who may connect"
    LIMITS = "limits and history"
    MESSAGES = "messages"
    PROPERTIES = "properties"
    TYPES = "types"
    CODE = "generated code"
    NOTES = "notes for people"


class ChangeRule(NamedTuple):
    """A kind of change. Its level is what it usually does; some changes are milder or worse."""

    id: str
    area: Area
    receive: Level  # of what clients write, and of all that has no direction
    send: Level  # of what clients read
    sentence: str
    instead: str = ""  # what breaks nobody
    mirror: str = ""  # the rule of the opposite change
    alone: str = ""  # why there is none

    def level(self, direction: Direction) -> Level:
        """Return the usual level of a change."""
        return self.receive if direction is Direction.RECEIVE else self.send
