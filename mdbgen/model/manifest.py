"""What a manifest means: every default filled in, every decision made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from mdbgen.model.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from mdbgen.model.schema import Message, Schema  # only who declares messages pays for it

Algorithm: TypeAlias = Literal["HS256", "RS256", "ES256"]
Output: TypeAlias = Literal["typescript", "asyncapi"]

Backplane: TypeAlias = Literal["memory", "redis"]

BACKPLANES: tuple[Backplane, ...] = ("memory", "redis")
OUTPUTS: Mapping[Output, str] = {"typescript": "client.ts", "asyncapi": "asyncapi.json"}


class Decision(NamedTuple):
    """A yes or no, and the manifest key that decided it (``default`` where none did)."""

    value: bool
    decided_by: str


class Policy(NamedTuple):
    """The app's policy: both forms made one. An empty tuple restricts nothing."""

    required: Decision | None = None
    allow_anonymous: Decision | None = None
    allowed_roles: tuple[str, ...] = ()
    allowed_users: tuple[str, ...] = ()
    denied_users: tuple[str, ...] = ()
    required_permissions: tuple[str, ...] = ()
    owner: str | None = None  # the developer_id that passes the allowed_* checks
    stated_by: Mapping[str, str] = MappingProxyType({})  # of each list that is not empty

    @property
    def exempts_owner(self) -> bool:
        """Whether being the owner makes a difference."""
        return self.owner is not None and bool(self.allowed_users or self.allowed_roles)


# ``allowed_…``: one entry is enough. ``denied_…``, ``required_…``: each keeps somebody out.
POLICY_LISTS = tuple(key for key, value in Policy._field_defaults.items() if value == ())


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One WebSocket endpoint, its access decided."""

    path: str
    description: str  # as in the manifest: any text, "" where there is none
    ping_interval: int  # seconds, 5 to 300
    ticket_ttl_seconds: int  # 1 to 60
    required: Decision  # a credential is required
    anonymous: Decision  # clients without a credential are let in
    takes_objects: bool = True  # clients may send any JSON object
    receive: tuple[Message, ...] = ()  # what they may send otherwise
    send: tuple[Message, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)  # those that the manifest states
    history: int = 0  # messages kept for clients that come back
    allowed_roles: tuple[str, ...] = ()  # one of them is needed, besides what the policy asks
    required_permissions: tuple[str, ...] = ()  # all of them are needed, besides

    @property
    def all_limits(self) -> Mapping[str, int]:
        """Every limit: as the manifest states it, else its default."""
        return {**DEFAULT_LIMITS, **self.limits}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What mdbgen reads of a manifest, every default filled in."""

    slug: str
    websockets: Mapping[str, Endpoint]  # by wire name, in the manifest's order
    policy: Policy = field(default_factory=Policy)
    require_role: str | None = None
    algorithm: Algorithm = "HS256"
    algorithm_decided_by: str = "default"
    cors_origins: tuple[str, ...] = ()  # () unless cors.enabled
    schemas: Mapping[str, Schema] = field(default_factory=dict)  # by their names
    compat: bool = True  # the names of the reference engine are generated
    outputs: tuple[Output, ...] = ()  # files besides the package, in the order of ``Output``
    backplane: Backplane = "memory"  # what joins the workers

    @property
    def has_tickets(self) -> bool:
        """Whether tokens can be exchanged for tickets: where some endpoint requires one."""
        return any(each.required.value for each in self.websockets.values())

    @property
    def has_gaps(self) -> bool:
        """Whether clients of any endpoint may be told that they have missed something."""
        return self.backplane != "memory"
