"""What a page of the console may ask for."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from mdbgen.dev.faults import Fault
from mdbgen.dev.handshake import Carrier
from mdbgen.dev.people import Kind

MAX_REPLAYED = 10_000
Pair: TypeAlias = tuple[str, str]


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int | str | None = None


class Connect(_Command):
    """One more client."""

    do: Literal["connect"]
    person: str
    endpoint: str
    carrier: Carrier = Carrier.AUTHORIZATION
    origin: str | None = None
    headers: list[Pair] = []
    query: list[Pair] = []


class OfClient(_Command):
    """What needs nothing but a client."""

    do: Literal["reconnect", "forget"]
    client: str


class Close(_Command):
    """Close a client's connection, from its side."""

    do: Literal["close"]
    client: str
    code: int = 1000
    reason: str = ""


class Send(_Command):
    """Send a text, whatever it is."""

    do: Literal["send"]
    client: str
    text: str


class Commit(_Command):
    """Do something wrong."""

    do: Literal["fault"]
    client: str
    fault: Fault


class AddPerson(_Command):
    """Somebody new."""

    do: Literal["person"]
    name: str = Field(min_length=1, max_length=100)
    kind: Kind = Kind.USER
    user_id: str | None = None
    email: str | None = None
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    claims: dict[str, Any] = {}
    expires_in: int | None = Field(default=None, ge=1, le=10 * 365 * 24 * 3600)


class OfPerson(_Command):
    """What needs nothing but a person."""

    do: Literal["forget_person", "token"]
    person: str


class Plain(_Command):
    """What needs nothing at all."""

    do: Literal["restart", "clear"]


class Drop(_Command):
    """End a connection, from the server's side."""

    do: Literal["drop"]
    connection: str
    code: int = 1000
    reason: str = ""


class Membership(_Command):
    """Let a connection join or leave a channel."""

    do: Literal["join", "leave"]
    connection: str
    channel: str


class Broadcast(_Command):
    """Send a message to many."""

    do: Literal["broadcast"]
    message: dict[str, Any]
    user_id: str | None = None
    channel: str | None = None
    endpoint: str | None = None


class Line(BaseModel):
    """One text of a replay."""

    after_ms: float = Field(ge=0, le=24 * 3600 * 1000)
    text: str


class Replay(_Command):
    """Send several texts, each some time after the one before."""

    do: Literal["replay"]
    client: str
    lines: list[Line] = Field(max_length=MAX_REPLAYED)


Command: TypeAlias = Annotated[
    Connect | OfClient | Close | Send | Commit | AddPerson | OfPerson | Plain | Drop | Membership
    | Broadcast | Replay,
    Field(discriminator="do"),
]  # fmt: skip

_ADAPTER: TypeAdapter[Any] = TypeAdapter(Command)


class BadCommand(Exception):
    """A page asked for something that there is not; says what is wrong."""


def parse_command(text: str) -> Any:
    """Read a command.

    Raises:
        BadCommand: It is none.
    """
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadCommand(f"{place}: {first['msg']}" if place else first["msg"]) from None
