"""The key ``mdbgen``: declared messages, limits, history, outputs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from mdbgen.document.problems import MAX_NUMBER, Problems, TakenNames, check_name
from mdbgen.document.source import Path, Place, Source
from mdbgen.errors import Diagnostic, shown
from mdbgen.manifest.findings import ENDPOINT_NAME_PATTERN
from mdbgen.manifest.messages import MessageReader
from mdbgen.model.limits import LIMITS, MAX_HISTORY
from mdbgen.model.manifest import BACKPLANES, OUTPUTS, Backplane, Output
from mdbgen.model.schema import UNKNOWN, Message, Schema, Schemas
from mdbgen.naming import class_name, code, nested_class, wire_class
from mdbgen.schemas.enums import member_names
from mdbgen.schemas.nesting import MAX_TYPES, Nesting, TooDeep, TooMany
from mdbgen.schemas.reader import Keys, Reader, Surroundings
from mdbgen.schemas.unions import MAX_REFS, find_cycles

MAX_MESSAGES = 1_000  # declared by all endpoints together; formatting many takes long
_ENDPOINT_KEYS = (
    *("receive", "send", "limits", "history"),
    *("allowed_roles", "required_permissions"),
)
# What the package defines for an endpoint, beside its messages.
_SUFFIXES = ("Received", "Sent", "Client", "Contract", "Handlers")


class DeclaredEndpoint(NamedTuple):
    """``mdbgen.endpoints.<name>``"""

    takes_objects: bool = True  # ``receive`` is not stated
    receive: tuple[Message, ...] = ()
    send: tuple[Message, ...] = ()
    limits: Mapping[str, int] = {}  # those that are stated
    history: int = 0
    allowed_roles: tuple[str, ...] = ()
    required_permissions: tuple[str, ...] = ()


class Declared(NamedTuple):
    """``mdbgen``: a field for each of its keys."""

    backplane: Backplane
    compat: bool
    outputs: tuple[Output, ...]  # in the order of `OUTPUTS`
    schemas: Mapping[str, Schema]
    endpoints: Mapping[str, DeclaredEndpoint]

    @property
    def of_the_app(self) -> dict[str, Any]:
        """The keys that `Manifest` has under the same names."""
        return {key: value for key, value in self._asdict().items() if key != "endpoints"}


def read_declared(source: Source) -> tuple[Declared, list[Diagnostic]]:
    """Return what the key declares, and every problem with it."""
    first = _Reading(Problems(source, comparisons_left=0))
    schemas = {name: each.type for name, each in first.read().schemas.items()}
    problems = Problems(source)
    _refuse_cycles(schemas, problems)
    known = {} if problems.found else schemas
    declared = _Reading(problems, known, frozenset(first.classes.owners)).read()
    _refuse_crowd(declared, problems)
    if not problems.found:
        _refuse_excess(declared, problems)
    return declared, problems.found


def _refuse_cycles(schemas: Schemas, problems: Problems) -> None:
    for trail in find_cycles(schemas):
        path: Path = ("mdbgen", "schemas", trail[0])
        if trail[0] != trail[-1]:
            message = f"follows more than {MAX_REFS} $ref in a row"
            problems.add(path, "MDB214", message, at=Place.KEY)
            continue
        message = f"is infinitely recursive: {_shown_trail(trail)}"
        hint = "a schema may refer to itself only through an object with properties"
        problems.add(path, "MDB214", message, hint, Place.KEY)


def _refuse_crowd(declared: Declared, problems: Problems) -> None:
    """Keep a problem of the first message that is one too many."""
    places = (
        ("mdbgen", "endpoints", name, direction, message.name)
        for name, endpoint in declared.endpoints.items()
        for direction, messages in (("receive", endpoint.receive), ("send", endpoint.send))
        for message in messages
    )
    for path in islice(places, MAX_MESSAGES, MAX_MESSAGES + 1):
        what = f"is one message too many: all endpoints together may declare {MAX_MESSAGES}"
        hint = "merge several messages into one, with a property that tells them apart"
        problems.add(path, "MDB225", what, hint, Place.KEY)


def _refuse_excess(declared: Declared, problems: Problems) -> None:
    """Keep a problem of the first types that pydantic could not build."""
    nesting = Nesting({name: each.type for name, each in declared.schemas.items()})
    path: Path = ("mdbgen", "schemas")
    try:
        nesting.measure_schemas()
        for place, message in _messages(declared):
            path = place
            nesting.measure(message.body)
    except TooDeep as excess:
        if len(path) == 2:
            path = (*path, excess.trail[0])
        what = f"is nested too deeply for pydantic: {_shown_trail((*excess.trail, '…'))}"
        hint = "merge some of the schemas, or write {} for any value"
        problems.add(path, "MDB221", what, hint, Place.KEY)
    except TooMany:
        what = f"make over {MAX_TYPES} types for pydantic, which counts each wherever it is used"
        hint = "use large schemas in fewer places, or write {} for any value"
        problems.add(("mdbgen", "schemas"), "MDB222", what, hint, Place.KEY)


def _messages(declared: Declared) -> Iterator[tuple[Path, Message]]:
    """Yield every message with the first place that declares it."""
    seen: set[str] = set()
    for name, endpoint in declared.endpoints.items():
        for direction, messages in (("receive", endpoint.receive), ("send", endpoint.send)):
            for message in messages:
                if message.name not in seen:
                    seen.add(message.name)
                    yield ("mdbgen", "endpoints", name, direction, message.name), message


def _shown_trail(trail: Sequence[str]) -> str:
    if len(trail) > 6:
        trail = (*trail[:5], "…", trail[-1])
    return " → ".join(name if name == "…" else shown(name) for name in trail)


class _Reading:
    """One reading of the key."""

    def __init__(
        self,
        problems: Problems,
        schemas: Schemas | None = None,
        all_classes: Collection[str] = (),
    ) -> None:
        self.problems = problems
        root = problems.source.value["mdbgen"]
        self.root: Keys = root if problems.expect(root, dict, ("mdbgen",)) else {}  # type: ignore[assignment]
        self.endpoint_names = _endpoint_names(problems.source)
        self.classes = TakenNames("class name", problems)
        self.reader = Reader(
            Surroundings(
                problems,
                self.classes,
                all_classes,
                schemas or {},
                self._object("schemas"),
            )
        )
        self.messages = MessageReader(self.reader)

    def read(self) -> Declared:
        """Return what the key declares, as far as it could be understood."""
        self.problems.refuse_unknown(self.root, Declared._fields, ("mdbgen",))
        self._take_endpoint_classes()
        self.problems.expect(self.root.get("endpoints", {}), dict, ("mdbgen", "endpoints"))
        return Declared(
            backplane=self._backplane(),
            compat=self._compat(),
            outputs=self._outputs(),
            schemas=self._schemas(),
            endpoints={
                name: self._endpoint(name, keys) for name, keys in self._object("endpoints").items()
            },
        )

    def _object(self, key: str) -> Keys:
        """Return an object of the key; problems with it are kept by whoever reads it."""
        value = self.root.get(key)
        return value if isinstance(value, dict) else {}

    def _take_endpoint_classes(self) -> None:
        for name in self.endpoint_names:
            for suffix in _SUFFIXES:
                # Endpoints that meet in a name are told so elsewhere.
                owner = f"a class of the endpoint {shown(name)}"
                place = (owner, ("websockets", name), Place.KEY)
                self.classes.owners.setdefault(class_name(name) + suffix, place)

    def _backplane(self) -> Backplane:
        value = self.root.get("backplane", BACKPLANES[0])
        for known in BACKPLANES:
            if value == known:
                return known
        hint = self.problems.did_you_mean(value, BACKPLANES)
        message = f"{shown(value)} is not 'memory' or 'redis'"
        self.problems.add(("mdbgen", "backplane"), "MDB107", message, hint)
        return BACKPLANES[0]

    def _compat(self) -> bool:
        value = self.root.get("compat", True)
        return self.problems.expect(value, bool, ("mdbgen", "compat")) and bool(value)

    def _outputs(self) -> tuple[Output, ...]:
        stated, path = self.root.get("outputs", []), ("mdbgen", "outputs")
        if not self.problems.expect(stated, list, path):
            return ()
        self.problems.refuse_doubles(stated, path)
        for index, value in enumerate(stated):
            if value not in tuple(OUTPUTS):  # it may be a list, which no dictionary takes
                message = f"{shown(value)} is not {' or '.join(map(shown, OUTPUTS))}"
                hint = self.problems.did_you_mean(value, OUTPUTS)
                self.problems.add((*path, index), "MDB107", message, hint)
        return tuple(output for output in OUTPUTS if output in stated)

    def _schemas(self) -> dict[str, Schema]:
        stated, path = self.root.get("schemas", {}), ("mdbgen", "schemas")
        self.problems.expect(stated, dict, path)
        return {
            name: self._schema(name, document, (*path, name))
            for name, document in self._object("schemas").items()
            if check_name(name, (*path, name), self.problems)
        }

    def _schema(self, name: str, document: Any, path: Path) -> Schema:
        alias = wire_class(name, "Schema")
        self.classes.take(alias, f"the schema {shown(name)}", path)
        if not self.problems.expect(document, dict, path):
            return Schema(name, alias, UNKNOWN)
        inner = alias
        if not (document.get("type") in ("object", "array") or _has_options(document)):
            inner = nested_class(alias, "Object")  # the alias is another name
        kind = self.reader.read(document, path, inner)
        return Schema(name, alias, kind)

    def _endpoint(self, name: str, keys: Any) -> DeclaredEndpoint:
        path = ("mdbgen", "endpoints", name)
        if name not in self.endpoint_names:
            message = f"{shown(name)} is not an endpoint in websockets"
            hint = self.problems.did_you_mean(name, self.endpoint_names)
            self.problems.add(path, "MDB202", message, hint, Place.KEY)
        if not self.problems.expect(keys, dict, path):
            return DeclaredEndpoint()
        self.problems.refuse_unknown(keys, _ENDPOINT_KEYS, path)
        history = self.problems.expect_whole(
            keys.get("history", 0), (*path, "history"), 0, MAX_HISTORY
        )
        receive, send = self.messages.read_endpoint(keys, path)
        return DeclaredEndpoint(
            takes_objects="receive" not in keys,
            receive=receive,
            send=send,
            limits=self._limits(keys, path),
            history=history or 0,
            allowed_roles=self._names(keys, "allowed_roles", path),
            required_permissions=self._names(keys, "required_permissions", path),
        )

    def _names(self, keys: Keys, key: str, path: Path) -> tuple[str, ...]:
        stated, path = keys.get(key, []), (*path, key)
        if not self.problems.expect(stated, list, path):
            return ()
        self.problems.refuse_doubles(stated, path)
        names: list[str] = []
        for index, name in enumerate(stated):
            if self.problems.expect(name, str, (*path, index)):
                names.append(name)
        return tuple(names)

    def _limits(self, keys: Keys, path: Path) -> dict[str, int]:
        stated, path = keys.get("limits", {}), (*path, "limits")
        if not self.problems.expect(stated, dict, path):
            return {}
        self.problems.refuse_unknown(stated, tuple(LIMITS), path)
        limits = {
            key: self.problems.expect_whole(stated[key], (*path, key), 1, MAX_NUMBER)
            for key in LIMITS
            if key in stated
        }
        return {key: value for key, value in limits.items() if value is not None}


def _has_options(document: Keys) -> bool:
    """Whether a schema is a union whose members get names of their own."""
    members = document.get("anyOf", document.get("oneOf"))
    return isinstance(members, list) and len(set(member_names(members, code("")))) > 1


def _endpoint_names(source: Source) -> dict[str, None]:
    endpoints = source.value.get("websockets")
    return {
        name: None
        for name in (endpoints if isinstance(endpoints, dict) else ())
        if re.fullmatch(ENDPOINT_NAME_PATTERN, name) and not name.endswith("\n")
    }
