"""What a message may hold, and how it looks on the wire; in this very process."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, TypeAdapter

from support import live

pytestmark = pytest.mark.slow

MANIFEST = {"slug": "messages", "websockets": {"realtime": {"path": "/ws"}}}
PROPERTIES = {
    "data": {},
    "other": {},
    "text": {"type": "string"},
    "unit price": {"type": "array", "items": {}},
    "item": {
        "type": "object",
        "properties": {"more": {"type": "object", "additionalProperties": True}},
    },
}
DECLARED = {
    **MANIFEST,
    "mdbgen": {"endpoints": {"realtime": {"send": {"it": {"properties": PROPERTIES}}}}},
}


class Color(Enum):
    RED = "red"


class Size(StrEnum):
    BIG = "big"


class Level(IntEnum):
    HIGH = 3


class Item(BaseModel):
    id: UUID
    price: Decimal
    added: datetime


@dataclass
class Order:
    id: int
    when: date
    color: Color


@dataclass
class Node:
    children: list[Any] = field(default_factory=list)


Point = namedtuple("Point", "x y")


class ObjectId:
    """What ``bson.objectid.ObjectId`` looks like from outside."""

    __module__ = "bson.objectid"

    def __str__(self) -> str:
        return "507f1f77bcf86cd799439011"


class Text(str):
    """A string of a kind."""


UUID_TEXT = "12345678-1234-5678-1234-567812345678"
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
NAN, INF = float("nan"), float("inf")


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with live.imported(tmp_path_factory.mktemp("messages"), MANIFEST) as package:
        yield package


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with live.imported(tmp_path_factory.mktemp("declared"), DECLARED) as package:
        yield package


def wire(ws: ModuleType, message: Mapping[str, Any] | BaseModel) -> dict[str, Any]:
    """The frame of a message, read as strictly as browsers read it."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    is_mapping = isinstance(message, Mapping)
    frame = (
        ws.runtime.wire.encode_mapping(message) if is_mapping else ws.runtime.wire.encode(message)
    )
    text = frame.event["text"]
    assert frame.event == {"type": "websocket.send", "text": text}
    assert frame.size == len(text.encode())
    decoded = json.loads(text, parse_constant=refuse)
    assert isinstance(decoded, dict)
    return decoded


held = pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (2**70, 2**70),
        (0.1, 0.1),
        ("ä\u2028😀\x00", "ä\u2028😀\x00"),
        ([1, [2]], [1, [2]]),
        ((1, 2), [1, 2]),
        (Point(1, 2), [1, 2]),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (defaultdict(list, a=[1]), {"a": [1]}),
        ({1: "one"}, {"1": "one"}),
        (NOON, "2026-01-02T12:00:00Z"),
        (datetime(2026, 1, 2, 12, 0), "2026-01-02T12:00:00"),
        (NOON.astimezone(timezone(timedelta(hours=2))), "2026-01-02T14:00:00+02:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (UUID(UUID_TEXT), UUID_TEXT),
        (Decimal("1.10"), "1.10"),
        (Decimal("NaN"), "NaN"),  # as pydantic writes it
        (Color.RED, "red"),
        (Size.BIG, "big"),
        (Level.HIGH, 3),
        ({1}, [1]),
        (frozenset({"a"}), ["a"]),
        ({NOON}, ["2026-01-02T12:00:00Z"]),
        (Order(1, date(2026, 1, 2), Color.RED), {"id": 1, "when": "2026-01-02", "color": "red"}),
        (
            Item(id=UUID(UUID_TEXT), price=Decimal("1.10"), added=NOON),
            {"id": UUID_TEXT, "price": "1.10", "added": "2026-01-02T12:00:00Z"},
        ),
        (Node([Node([ObjectId()])]), {"children": [{"children": [str(ObjectId())]}]}),
        (ObjectId(), "507f1f77bcf86cd799439011"),
        ({ObjectId()}, ["507f1f77bcf86cd799439011"]),
        (NAN, None),
        (INF, None),
        (-INF, None),
        ([1.0, NAN, {"a": INF}], [1.0, None, {"a": None}]),
        ({NAN}, [None]),
        (Node([NAN, NOON]), {"children": [None, "2026-01-02T12:00:00Z"]}),
        # Not from a database, but pydantic writes it.
        (b"bytes", "bytes"),
        (bytearray(b"bytes"), "bytes"),
        (deque([1]), [1]),
        (Path("/tmp"), "/tmp"),
        (time(12), "12:00:00"),
        (timedelta(1), "P1D"),
        ({(1, 2): 3}, {"1,2": 3}),
        ({NOON: 1}, {"2026-01-02T12:00:00Z": 1}),
        ({b"a": 1}, {"a": 1}),
    ],
    ids=lambda value: type(value).__name__,
)


@held
def test_values_that_documents_hold(ws: ModuleType, value: Any, expected: Any) -> None:
    for wrap in WRAPPERS:
        assert wire(ws, {"type": "it", **wrap(value)})["data"] == wrap(expected)["data"]
    # A value that has to be mended beside it changes nothing.
    both = wire(ws, {"type": "it", "data": value, "other": NAN})
    assert (both["data"], both["other"]) == (expected, None)


@held
def test_declared_messages_hold_them_as_well(
    declared: ModuleType, value: Any, expected: Any
) -> None:
    it, item = declared.messages.It, declared.messages.ItItem
    for wrap in WRAPPERS:
        assert wire(declared, it(**wrap(value), other=NAN))["data"] == wrap(expected)["data"]
    assert wire(declared, it(unit_price=[value]))["unit price"] == [expected]
    assert wire(declared, it(item=item(more={"a": value})))["item"] == {"more": {"a": expected}}


WRAPPERS: list[Callable[[Any], dict[str, Any]]] = [
    lambda value: {"data": value},
    lambda value: {"data": {"deep": [{"er": value}]}},
]


def test_pydantic_types_are_written_as_pydantic_writes_them(ws: ModuleType) -> None:
    values = [NOON, date(1, 1, 1), UUID(int=7), Decimal("1E+3"), Color.RED, Level.HIGH]
    expected = [TypeAdapter(type(value)).dump_python(value, mode="json") for value in values]
    assert wire(ws, {"type": "it", "data": values})["data"] == expected


refused = pytest.mark.parametrize(
    "value",
    [
        b"\xff",
        bytearray(b"\xff"),
        memoryview(b"bytes"),
        object(),
        object,
        lambda: None,
        print,
        range(3),
        {}.keys(),
        ValueError("x"),
        NotImplemented,
        ...,
        Order,
        Color,
        "\ud800",
        Text("\udfff"),
        {"\ud800": 1},
        {object(): 1},
        {b"\xff": 1},
    ],
    ids=lambda value: type(value).__name__,
)


@refused
def test_anything_else_is_a_type_error_that_names_the_key(ws: ModuleType, value: Any) -> None:
    for message in (
        {"type": "it", "payload": value},
        {"type": "it", "payload": {"deep": [1, value]}},
        {"type": "it", "first": NAN, "payload": [NOON, value]},
    ):
        with pytest.raises(TypeError, match="payload"):
            ws.runtime.wire.encode_mapping(message)


@refused
def test_in_declared_messages_too(declared: ModuleType, value: Any) -> None:
    it, item = declared.messages.It, declared.messages.ItItem
    for message, place in (
        (it(data=value), "data"),
        (it(other=NOON, data={"deep": [1, value]}), "data"),
        (it(data=1, unit_price=[NAN, value]), "unit price"),
        (it(data=1, item=item(more={"a": value})), "item"),
    ):
        with pytest.raises(TypeError, match=f"^{place}: "):
            declared.runtime.wire.encode(message)


def test_a_declared_string_that_is_no_text_is_one(declared: ModuleType) -> None:
    with pytest.raises(TypeError, match=r"^text: 'utf-8' codec can't encode"):
        declared.runtime.wire.encode(declared.messages.It(text="\ud800"))


@pytest.mark.parametrize(
    "value", [object(), print, b"\xff", "\ud800"], ids=lambda value: type(value).__name__
)
def test_what_pydantic_cannot_write_is_one_too(ws: ModuleType, value: Any) -> None:
    """Inside a dataclass, model or set, where pydantic decides what can be written."""
    for holder in (Node([value]), {"deep": [Node([value])]}, {value}):
        with pytest.raises(TypeError, match="payload"):
            ws.runtime.wire.encode_mapping({"type": "it", "payload": holder})


def test_the_error_says_where_and_what(ws: ModuleType) -> None:
    with pytest.raises(TypeError, match=r"^data\.items\[1\]: range has no JSON form$"):
        ws.runtime.wire.encode_mapping({"type": "it", "data": {"items": [1, range(3)]}})
    with pytest.raises(TypeError, match=r"^data\.items\[1\]: invalid utf-8"):
        ws.runtime.wire.encode_mapping({"type": "it", "data": {"items": [1, b"\xff"]}})


def _circles() -> Iterator[Any]:
    array: list[Any] = []
    array.append(array)
    yield array
    mapping: dict[str, Any] = {}
    mapping["self"] = mapping
    yield mapping
    node = Node()
    node.children.append(node)
    yield node
    node = Node()
    node.children.append([node])
    yield [node]
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    yield deep


@pytest.mark.parametrize("number", range(5))
def test_what_contains_itself_is_a_type_error_that_names_the_key(
    ws: ModuleType, declared: ModuleType, number: int
) -> None:
    circle = list(_circles())[number]
    with pytest.raises(TypeError, match="payload"):
        ws.runtime.wire.encode_mapping({"type": "it", "payload": circle})
    with pytest.raises(TypeError, match=r"^data: "):
        declared.runtime.wire.encode(declared.messages.It(data=circle))


def test_an_integer_that_python_does_not_print_is_written(ws: ModuleType) -> None:
    text = ws.runtime.wire.encode_mapping({"type": "it", "payload": 10**5000}).event["text"]
    assert f'"payload":1{"0" * 5000},' in text


@pytest.mark.parametrize("key", [1, None, 1.5, b"a", (1,), NOON])
def test_the_keys_of_a_message_are_strings(ws: ModuleType, key: Any) -> None:
    with pytest.raises(TypeError, match="keys"):
        ws.runtime.wire.encode_mapping({"type": "it", key: 1})


def test_a_key_that_is_no_text_is_a_type_error(ws: ModuleType) -> None:
    with pytest.raises(TypeError):
        ws.runtime.wire.encode_mapping({"type": "it", "\ud800": 1})


@pytest.mark.parametrize("key", [1, True, None, 1.5])
def test_keys_further_down_are_written_the_same_whatever_is_beside_them(
    ws: ModuleType, key: Any
) -> None:
    def written(beside: float) -> Any:
        try:
            return wire(ws, {"type": "it", "data": {key: 1}, "beside": beside})["data"]
        except TypeError:
            return TypeError

    assert written(1.0) == written(NAN)


@pytest.mark.parametrize("message", [None, "text", 5, [1], {1}, b"{}", [("type", "it")]])
def test_a_message_is_a_mapping(ws: ModuleType, message: Any) -> None:
    with pytest.raises(TypeError, match="mapping"):
        ws.runtime.wire.encode_mapping(message)


def test_any_mapping_will_do(ws: ModuleType) -> None:
    messages: list[Any] = [
        MappingProxyType({"type": "it"}),
        OrderedDict(type="it"),
        {Text("type"): "it"},
    ]
    for message in messages:
        assert wire(ws, message)["type"] == "it"


class Word(Enum):
    PING = "ping"


class Wish(str, Enum):  # noqa: UP042 - as many apps have it
    RESYNC = "resync"


class Outer(Enum):
    PING = Word.PING


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (Word.PING, "ping"),
        (Wish.RESYNC, "resync"),
        (Outer.PING, "ping"),
        (b"connected", "connected"),
        (Text("disconnect"), "disconnect"),
    ],
)
def test_no_other_spelling_makes_it_the_servers_own(ws: ModuleType, kind: Any, word: str) -> None:
    for encode in (ws.runtime.wire.encode_mapping, ws.runtime.wire.encode_broadcast):
        with pytest.raises(TypeError, match=f"^type: only the server sends '{word}'$"):
            encode({"type": kind})


def test_a_type_is_written_as_any_other_value(ws: ModuleType) -> None:
    for kind, word in ((Color.RED, "red"), (Size.BIG, "big"), (b"it", "it"), (Level.HIGH, 3)):
        assert wire(ws, {"type": kind})["type"] == word


def test_a_message_is_left_as_it_was(ws: ModuleType) -> None:
    message = {"type": "it", "data": {"when": NOON, "what": [NAN]}}
    wire(ws, message)
    assert message == {"type": "it", "data": {"when": NOON, "what": [NAN]}}


def test_the_envelope(ws: ModuleType) -> None:
    frame = wire(ws, {"type": "it", "data": 1})
    assert list(frame) == ["type", "data", "app_slug", "timestamp"]
    assert frame["app_slug"] == "messages"
    sent_at = datetime.fromisoformat(frame["timestamp"])
    assert sent_at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - sent_at) < timedelta(minutes=1)
    own = wire(ws, {"type": "it", "timestamp": NOON, "app_slug": "forged"})
    assert own == {"type": "it", "timestamp": "2026-01-02T12:00:00Z", "app_slug": "messages"}


def test_a_bad_message_is_an_error_also_when_nobody_is_there(
    ws: ModuleType, declared: ModuleType
) -> None:
    it = declared.messages.It(data=object())

    async def check() -> None:
        for selection in ({}, {"user_id": "nobody"}, {"channel": "empty"}):
            with pytest.raises(TypeError, match="data"):
                await ws.manager.broadcast({"type": "it", "data": object()}, **selection)
            with pytest.raises(TypeError, match="data"):
                await declared.manager.broadcast(it, **selection)
        with pytest.raises(TypeError, match="data"):
            await ws.manager.send_to_connection(object(), {"type": "it", "data": object()})
        assert await ws.manager.broadcast({"type": "it", "data": NOON}) == 0

    asyncio.run(check())
