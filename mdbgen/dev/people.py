"""The console's people: who they are, and what is wrong with the tokens of some of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from mdbgen.model.manifest import Manifest

COLOURS = 8


class Kind(StrEnum):
    """What somebody shows."""

    USER = "user"
    ANONYMOUS = "anonymous"
    EXPIRED = "expired"
    WRONG_KEY = "wrong_key"
    REFRESH_TOKEN = "refresh_token"
    OTHER_AUDIENCE = "other_audience"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who connects."""

    id: str
    name: str
    kind: Kind
    colour: int = 0  # an index, below COLOURS
    user_id: str | None = None
    email: str | None = None
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    expires_in: int | None = None  # seconds; None is an hour
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """What the page is told."""
        return asdict(self)


_FIXED = ("id", "name", "kind", "colour")


class People:
    """Everybody there is, by id."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._count = 0

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people.values())

    def add(self, name: str, kind: Kind, **facts: Any) -> Person:
        """Let somebody in."""
        self._count += 1
        colour = (self._count - 1) % COLOURS
        person = Person(id=f"p{self._count}", name=name, kind=kind, colour=colour, **facts)
        self._people[person.id] = person
        return person

    def update(self, others: Iterable[Person]) -> None:
        """Bring those of a name and kind that are there already up to date, and add the others."""
        for other in others:
            known = [each for each in self if (each.name, each.kind) == (other.name, other.kind)]
            facts = {name: value for name, value in asdict(other).items() if name not in _FIXED}
            if known:
                self._people[known[0].id] = replace(known[0], **facts)
            else:
                self.add(other.name, other.kind, **facts)

    def get(self, person_id: str) -> Person:
        """Return somebody.

        Raises:
            LookupError: There is nobody of that id.
        """
        if person_id not in self._people:
            raise LookupError(f"there is no person {person_id}")
        return self._people[person_id]

    def forget(self, person_id: str) -> None:
        """Let somebody go."""
        self.get(person_id)
        del self._people[person_id]


def first_people(manifest: Manifest) -> People:
    """Return those who are there at the start: who is let in, and who is not, and why."""
    people = People()
    wanted = _wanted(manifest)
    people.add("ada", Kind.USER, note=_note_of_ada(wanted), **wanted)
    if wanted["roles"] or wanted["permissions"] or manifest.policy.allowed_users:
        people.add("grace", Kind.USER, user_id="grace", note="has none of what the policy asks for")
    people.add("anonymous", Kind.ANONYMOUS, note="shows no credential")
    people.add("expired", Kind.EXPIRED, note="the token expired a minute ago", **wanted)
    people.add("wrong key", Kind.WRONG_KEY, note="the token is signed with another key", **wanted)
    people.add(
        "refresh token", Kind.REFRESH_TOKEN, note="the token is one to get others by", **wanted
    )
    people.add("other audience", Kind.OTHER_AUDIENCE, note="the token is for another app", **wanted)
    if denied := manifest.policy.denied_users:
        note = "the token is good, and its user stands in denied_users"
        people.add("denied", Kind.DENIED, note=note, **{**wanted, **_named(denied[0])})
    return people


def _wanted(manifest: Manifest) -> dict[str, Any]:
    """The least that lets somebody in everywhere."""
    policy, endpoints = manifest.policy, manifest.websockets.values()
    users = [each for each in policy.allowed_users if each not in policy.denied_users]
    roles = [
        *policy.allowed_roles[:1],
        *([manifest.require_role] if manifest.require_role is not None else []),
        *(each.allowed_roles[0] for each in endpoints if each.allowed_roles),
    ]
    permissions = [
        *policy.required_permissions,
        *(name for each in endpoints for name in each.required_permissions),
    ]
    return {
        "user_id": "ada",
        "email": "ada@example.com",
        "roles": tuple(dict.fromkeys(roles)),
        "permissions": tuple(dict.fromkeys(permissions)),
        **(_named(users[0]) if users else {}),
    }


def _named(entry: str) -> dict[str, Any]:
    """An entry of a list of users is an e-mail or an id."""
    return {"email": entry} if "@" in entry else {"user_id": entry}


def _note_of_ada(wanted: Mapping[str, Any]) -> str:
    has = [
        f"the {what} {', '.join(wanted[what])}" for what in ("roles", "permissions") if wanted[what]
    ]
    return f"has {' and '.join(has)}" if has else "a user with a good token"
