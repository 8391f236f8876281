"""``asyncapi.json``: what AsyncAPI's own parser says of it, and whether it tells the truth."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from jsonschema import Draft7Validator

from mdbgen.document.source import parse_source
from mdbgen.manifest.reader import parse_manifest
from mdbgen.targets.asyncapi.document import asyncapi_document
from support import live, nodejs
from support.received import parse

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/manifest.json"))
PARSER = nodejs.FOLDER / "parse_asyncapi.cjs"
SCHEMES = ("bearer", "ticket", "token", "ws_token_cookie", "token_cookie")
Json = dict[str, Any]


def _declaring(
    receive: Json | None = None, send: Json | None = None, schemas: Json | None = None
) -> Json:
    """A manifest with one endpoint that declares messages."""
    stated = {"receive": receive, "send": send}
    endpoint = {key: value for key, value in stated.items() if value is not None}
    declared = {"outputs": ["asyncapi"], "endpoints": {"realtime": endpoint}}
    if schemas:
        declared["schemas"] = schemas
    return {"slug": "app", "websockets": {"realtime": {"path": "/ws"}}, "mdbgen": declared}


def _made(manifest: Json) -> Json:
    read, _ = parse_manifest(parse_source(json.dumps(manifest).encode(), "manifest.json"))
    document: Json = json.loads(asyncapi_document(read))
    return document


ANNOTATIONS = {
    "title": "A title",
    "description": "A description.",
    "examples": [1, "x", None, {"$ref": "#/nowhere"}, {"a": [{"$ref": "nowhere.json"}]}],
    "deprecated": True,
}
EVERY_SCHEMA = {
    "Branch": {
        "type": "object",
        "properties": {
            "children": {"type": "array", "items": {"$ref": "#/mdbgen/schemas/Branch"}},
            "parent": {"anyOf": [{"$ref": "#/mdbgen/schemas/Branch"}, {"type": "null"}]},
        },
    },
    "odd / na~me %": {"type": "object", "properties": {"a": {"type": "string"}}},
    "alias": {"$ref": "#/mdbgen/schemas/Branch", "description": "Another name."},
    "even": {"type": "integer", "multipleOf": 2},
    "circle": {
        "type": "object",
        "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}},
        "required": ["kind", "radius"],
    },
    "square": {
        "type": "object",
        "properties": {"kind": {"const": "square"}, "side": {"type": "number"}},
        "required": ["kind", "side"],
    },
    "shape": {"oneOf": [{"$ref": "#/mdbgen/schemas/circle"}, {"$ref": "#/mdbgen/schemas/square"}]},
    "map": {"type": "object", "additionalProperties": {"type": "number"}},
    "list": {"type": "array", "items": {"type": "array", "items": {"type": "null"}}},
}
EVERY_PROPERTY = {
    "any": {},
    "anything": True,
    "annotated": {"type": "string", **ANNOTATIONS},
    "annotated ref": {"$ref": "#/mdbgen/schemas/Branch", **ANNOTATIONS},
    "odd ref": {"$ref": "#/mdbgen/schemas/odd%20~1%20na~0me%20%25"},
    "alias": {"$ref": "#/mdbgen/schemas/alias"},
    "shape": {"$ref": "#/mdbgen/schemas/shape"},
    "map": {"$ref": "#/mdbgen/schemas/map"},
    "even": {"$ref": "#/mdbgen/schemas/even", "default": 2},
    "kinds": {"type": ["string", "integer", "null"]},
    "constant": {"const": "x"},
    "zero": {"const": 0},
    "nothing": {"const": None},
    "mixed": {"enum": ["a", 1, True, None]},
    "typed": {"type": "string", "enum": ["a", "b"]},
    "text": {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^[a-z]+$"},
    "respelled": {"type": "string", "pattern": r"^\-[\w.\@-]+$"},
    "between": {"type": "number", "minimum": 0, "maximum": 9.5},
    "inside": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "whole": {"type": "integer", "multipleOf": 5, "default": 10},
    "set": {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
    "few": {"type": "array", "maxItems": 3, "default": []},
    "closed": {
        "type": "object",
        "properties": {"a": {"type": "boolean"}},
        "required": ["a"],
        "additionalProperties": False,
    },
    "open": {"type": "object", "properties": {"a": {}}, "additionalProperties": True},
    "empty": {"type": "object", "default": {}},
    **{
        name: {"type": "string", "format": name}
        for name in ("date-time", "date", "time", "uuid", "email", "uri")
    },
}
EVERYTHING = _declaring(
    {"ask": {"properties": EVERY_PROPERTY, "reply": "answer"}, "bare": {}},
    {
        "answer": {"title": "Answer", "properties": EVERY_PROPERTY, "deprecated": True},
        "closed": {"additionalProperties": False, "examples": [{}, 3, {"$ref": "x"}]},
        "bare": {},
    },
    EVERY_SCHEMA,
)
HOSTILE_TEXTS = (
    "</script><script>alert(1)</script>",
    "\"'`\\ */ -->\r\n\t{{ x }} {% y %} ${z} #{w}",
    "a\u2028b\u2029c\u0000d\u0007e\u0085f",
    "\u202eright to left\u202c \u200b\u2066x\u2069 \ufeff",
    "\U0001f642 \U000e0041 \u00e9 \u4e2d &amp; <<: *x !!js/function 'x'",
    "$ref: #/nowhere",
)
HOSTILE_NAMES = (
    "</script>", "\"quoted'", "\\", "<<", "*", "&a", "!!str", "- x", "# u", "{v}", "a/b~c", "%2F",
    "toString", "valueOf", "hasOwnProperty", "x-y", "y", "null", "1e3", "1", "$id", "$schema",
    "définition", "名前", "\U0001f642", "a b", "c.d", "?", "@", "~", "=",
    "$ref", "__proto__", "constructor",
)  # fmt: skip
HOSTILE = {
    **_declaring(
        {
            name: {"properties": {"text": {"type": "string"}}, "description": HOSTILE_TEXTS[0]}
            for name in HOSTILE_NAMES
        },
        {
            "news": {
                "title": HOSTILE_TEXTS[1],
                "description": "\n".join(HOSTILE_TEXTS),
                "properties": {
                    name: {"type": "string", "description": HOSTILE_TEXTS[2], "default": text}
                    for name, text in zip(HOSTILE_NAMES, HOSTILE_TEXTS * 9, strict=False)
                },
                "examples": [dict.fromkeys(HOSTILE_NAMES, HOSTILE_TEXTS[3])],
            },
        },
        {
            f"values{number} {name}": {"enum": list(HOSTILE_TEXTS), "title": name}
            for number, name in enumerate(HOSTILE_NAMES)
        },
    ),
    "websockets": {
        "realtime": {"path": "/ws", "description": "\n".join(HOSTILE_TEXTS)},
        **{name: {"path": f"/{name}"} for name in ("__proto__", "hasOwnProperty", "constructor")},
    },
}
MANY = {
    "slug": "many",
    "websockets": {f"endpoint-{number}": {"path": f"/ws/{number}"} for number in range(100)},
    "mdbgen": {
        "outputs": ["asyncapi"],
        "endpoints": {
            f"endpoint-{number}": {
                "receive": {f"ask_{number}": {"reply": "answer"}, "greet": {}},
                "send": {"answer": {}, f"event_{number}": {}},
                "history": number,
            }
            for number in range(100)
        },
    },
}
MADE = {"everything": EVERYTHING, "hostile": HOSTILE, "many": MANY}


def _text(manifest: Mapping[str, Any]) -> str:
    source = parse_source(json.dumps(manifest).encode(), "manifest.json")
    return asyncapi_document(parse_manifest(source)[0])


@cache
def _manifest(case: str) -> Json:
    if case in MADE:
        return MADE[case]
    manifest: Json = json.loads((GOLDEN / case / "manifest.json").read_text("utf-8-sig"))
    return manifest


@cache
def _document(case: str) -> Json:
    document: Json = json.loads(_text(_manifest(case)))
    return document


class Understood(NamedTuple):
    """What the official parser makes of a document."""

    diagnostics: list[Json]
    operations: dict[str, Json]


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Understood]:
    """All documents, parsed in one go: Node.js takes its time to start."""
    folder = tmp_path_factory.mktemp("documents")
    cases = [*CASES, *MADE]
    for case in cases:
        (folder / f"{case}.json").write_text(_text(_manifest(case)), "utf-8")
    names = [f"{case}.json" for case in cases]
    reports = json.loads(nodejs.run(PARSER, *names, cwd=folder, timeout_s=300))
    return {
        case: Understood(report["diagnostics"], {each["id"]: each for each in report["operations"]})
        for case, report in zip(cases, reports, strict=True)
    }


@pytest.mark.slow
@pytest.mark.parametrize("case", [*CASES, *MADE])
def test_official_parser_finds_nothing(case: str, parsed: dict[str, Understood]) -> None:
    """But that there is a later version of AsyncAPI than the one that is promised."""
    found = [each for each in parsed[case].diagnostics if each["code"] != "asyncapi-latest-version"]
    assert found == []
    assert parsed[case].operations


@pytest.mark.slow
def test_official_parser_understands_who_sends_what(parsed: dict[str, Understood]) -> None:
    understood = {
        name: (each["action"], each["channels"], each["messages"], each["replies"])
        for name, each in parsed["outputs"].operations.items()
    }
    assert understood == {
        "realtime.receive.Subscribe": ("receive", ["/ws"], ["subscribe"], []),
        "realtime.receive.GetOrder": ("receive", ["/ws"], ["get_order"], ["order_state", "error"]),
        "realtime.receive.Note": ("receive", ["/ws"], ["note"], []),
        "realtime.send.OrderState": ("send", ["/ws"], ["order_state"], []),
        "realtime.send.Note": ("send", ["/ws"], ["note"], []),
        "realtime.heartbeat": ("send", ["/ws"], ["ping"], ["pong"]),
        "realtime.protocol": (
            "send", ["/ws"], ["connected", "error", "disconnect", "resync"], [],
        ),
        "board.receive": ("receive", ["/ws/board"], ["any"], []),
        "board.send.OrderCount": ("send", ["/ws/board"], ["order_count"], []),
        "board.heartbeat": ("send", ["/ws/board"], ["ping"], ["pong"]),
        "board.protocol": ("send", ["/ws/board"], ["connected", "error", "disconnect"], []),
        "echo.receive": ("receive", ["/ws/echo"], ["any"], []),
        "echo.send": ("send", ["/ws/echo"], ["any"], []),
        "echo.heartbeat": ("send", ["/ws/echo"], ["ping"], ["pong"]),
        "echo.protocol": ("send", ["/ws/echo"], ["connected", "error", "disconnect"], []),
    }  # fmt: skip


def test_content_of_the_golden_case() -> None:
    document = _document("outputs")
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["title"] == "orders"
    servers = document["servers"].values()
    assert {(each["host"], each["protocol"]) for each in servers} == {
        ("{host}", "ws"),
        ("{host}", "wss"),
    }
    realtime, board = document["channels"]["realtime"], document["channels"]["board"]
    assert (realtime["address"], realtime["description"]) == ("/ws", "Orders, as they change.")
    assert "description" not in board
    assert (realtime["x-history"], board["x-history"]) == (100, 0)
    assert (realtime["x-anonymous"], board["x-anonymous"]) == (False, True)
    assert board["x-ticket"] == {"address": "/ws/board/ticket", "expires-in": 30}
    assert board["x-ping-interval"] == 15
    assert {each["code"] for each in document["x-close-codes"]} >= {1000, 1008, 1013, 4408, 4429}
    bindings = document["components"]["channelBindings"]
    query = {name: set(each["ws"]["query"]["properties"]) for name, each in bindings.items()}
    assert query == {
        "websocket": {"ticket", "token"},
        "websocket-with-history": {"ticket", "token", "since"},
    }
    assert realtime["bindings"] == {"$ref": "#/components/channelBindings/websocket-with-history"}
    assert board["bindings"] == {"$ref": "#/components/channelBindings/websocket"}


def test_other_programs_are_told_how_to_publish() -> None:
    manifest = _declaring(send={"note": {}})
    assert "x-stream" not in _made(manifest)
    manifest["mdbgen"]["backplane"] = "redis"
    document = _made(manifest)
    stream = document["x-stream"]
    assert (stream["command"], stream["key"]) == ("XADD", "{mdbgen:app}:ws")
    assert (stream["version"], [*stream["fields"]]) == (1, ["m", "u", "c", "e"])
    assert "resync" in document["channels"]["realtime"]["messages"]


def test_an_app_without_tickets_speaks_of_none() -> None:
    manifest = {
        "slug": "open",
        "websockets": {"feed": {"path": "/feed", "auth": {"required": False}}},
        "mdbgen": {"outputs": ["asyncapi"]},
    }
    text = _text(manifest)
    assert json.loads(text)["channels"]["feed"]["x-anonymous"] is True
    assert "ticket" not in text


def test_limits_are_those_that_apply(tmp_path: Path) -> None:
    with live.imported(tmp_path, _manifest("outputs")) as ws:
        settings = sys.modules[f"{ws.__name__}.runtime.deployment"]
        defaults = {name: getattr(settings.Limits(), name) for name in settings.Limits.__slots__}
    channels = _document("outputs")["channels"]
    assert channels["board"]["x-limits"] == defaults
    stated = {"max_message_bytes": 4096, "connections_per_user": 3}
    assert channels["realtime"]["x-limits"] == defaults | stated


def test_close_codes_are_those_of_the_page() -> None:
    page = (GOLDEN.parent / "docs" / "protocol.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d{4})(?: `\w+`)? \|.*\| ([a-z ]+) \|$", page, re.MULTILINE)
    told = {(int(code), client) for code, client in rows}
    codes = _document("outputs")["x-close-codes"]
    assert {(each["code"], each["client"]) for each in codes} == told


def test_close_codes_are_those_of_the_package(tmp_path: Path) -> None:
    with live.imported(tmp_path, _manifest("outputs")) as ws:
        closing = sys.modules[f"{ws.__name__}.runtime.closing"]
        for each in _document("outputs")["x-close-codes"]:
            info = closing.CloseInfo(each["code"], each.get("reason", ""))
            frame = json.loads(info.frame.event["text"])
            assert frame["reconnect"] is each["client"].startswith("reconnect"), each


def test_credentials_are_asked_for_where_nobody_gets_in_without() -> None:
    wanted = [{"$ref": f"#/components/securitySchemes/{name}"} for name in SCHEMES]
    mixed = _document("outputs")
    assert all("security" not in each for each in mixed["servers"].values())
    for name, operation in mixed["operations"].items():
        assert operation.get("security") == (None if name.startswith("board.") else wanted)
    closed = _document("quick-start")
    assert all(each["security"] == wanted for each in closed["servers"].values())
    assert all("security" not in each for each in closed["operations"].values())
    everybody = _document("key-es256-anonymous")
    assert all("security" not in each for each in everybody["servers"].values())
    assert all("security" not in each for each in everybody["operations"].values())


def test_answers_refer_to_what_they_answer() -> None:
    messages = _document("outputs")["components"]["messages"]
    refs = {
        name: each["correlationId"]["$ref"].rpartition("/")[2]
        for name, each in messages.items()
        if "correlationId" in each
    }
    assert refs == {
        **dict.fromkeys(("Subscribe", "GetOrder", "Note-received", "any-received"), "id"),
        **dict.fromkeys(("OrderState", "Note-sent", "OrderCount", "any-sent", "error"), "reply_to"),
    }


def _validator(case: str, message: str) -> Draft7Validator:
    """Of the payload of a message, with its references."""
    document = _document(case)
    pointer = f"#/components/messages/{message}/payload"
    schema = {"$ref": pointer, "components": document["components"]}
    Draft7Validator.check_schema(document["components"]["messages"][message]["payload"])
    return Draft7Validator(schema)


def _frame(event: Any) -> Json:
    frame: Json = json.loads(event.event["text"])
    return frame


def test_payloads_are_what_a_package_sends(tmp_path: Path) -> None:
    with live.imported(tmp_path, _manifest("outputs")) as ws:
        wire = sys.modules[f"{ws.__name__}.runtime.wire"]
        m = ws.messages
        item = m.Item(sku="LMP-12", unit_price=9.5, labels={"a": "b"})
        order = m.Order(
            id=UUID("12345678-1234-5678-1234-567812345678"),
            state="open",
            placed_at=datetime.now(UTC),
            items=[item],
        )
        inner = order.model_copy(update={"replaces": order})
        state = m.OrderState(order=inner, by="a@b.c")
        sent = _validator("outputs", "OrderState")
        for frame in (
            wire.encode(state),
            wire.encode(state, reply_to="x"),
            wire.numbered(wire.encode(state, reply_to=3), 4),
            wire.encode(m.OrderState(order=order)),
        ):
            sent.validate(_frame(frame))
        good = _frame(wire.encode(state))
        wrong = (
            {**good, "order": {**good["order"], "items": []}},
            {**good, "order": {**good["order"], "replaces": {}}},
            {**good, "order": {**good["order"], "items": [{"sku": "LMP-12", "unit price": 0}]}},
            {**good, "by": 5},
            {**good, "type": "note"},
            {**good, "more": 1},
            {**good, "app_slug": "another"},
            {key: value for key, value in good.items() if key != "timestamp"},
            {key: value for key, value in good.items() if key != "order"},
        )
        for frame in wrong:
            assert not sent.is_valid(frame), frame
        _validator("outputs", "Note-sent").validate(_frame(wire.encode(m.Note(text=None))))
        count = _frame(wire.encode(m.OrderCount(count=0)))
        _validator("outputs", "OrderCount").validate(count)
        error = wire.error_frame("invalid_message", "no", 3, [{"type": "t", "loc": [0], "msg": ""}])
        _validator("outputs", "error").validate(_frame(error))
        anything = wire.encode_broadcast({"timestamp": 3, "data": None})
        _validator("outputs", "any-sent").validate(_frame(anything))
        assert not _validator("outputs", "any-sent").is_valid({"type": "x"})


def test_payloads_are_what_a_package_takes(tmp_path: Path) -> None:
    good = (
        ("Subscribe", {"type": "subscribe", "channel": "x"}),
        ("Subscribe", {"type": "subscribe", "channel": "x", "id": 7}),
        (
            "GetOrder",
            {"type": "get_order", "id": "a", "order": "1" * 8 + "-1111" * 3 + "-" + "1" * 12},
        ),
        ("Note-received", {"type": "note", "text": None, "more": 1}),
        ("Note-received", {"type": "note"}),
    )
    bad = (
        ("Subscribe", {"type": "subscribe"}),
        ("Subscribe", {"channel": "x"}),
        ("Subscribe", {"type": "subscribe", "channel": "x" * 65}),
        ("Subscribe", {"type": "subscribe", "channel": "x", "id": 1.5}),
        ("Subscribe", {"type": "subscribe", "channel": "x", "more": 1}),
        ("Note-received", {"type": "note", "text": 3}),
    )
    with live.imported(tmp_path, _manifest("outputs")) as ws:
        inbound = sys.modules[f"{ws.__name__}.runtime.inbound"]
        handlers = sys.modules[f"{ws.__name__}.handlers.realtime"].RealtimeHandlers()
        for name, message in good:
            _validator("outputs", name).validate(message)
            assert parse(handlers, json.dumps(message)) is not None
        for name, message in bad:
            assert not _validator("outputs", name).is_valid(message), message
            with pytest.raises(inbound.Unusable):
                parse(handlers, json.dumps(message))
    anything = _validator("outputs", "any-received")
    anything.validate({"id": 3, "x": {}})
    assert not anything.is_valid({"type": "pong"})
    assert not anything.is_valid([])


@pytest.mark.slow
async def test_frames_of_the_protocol_are_what_a_server_sends(tmp_path: Path) -> None:
    manifest = _manifest("outputs")
    with live.serving(tmp_path, "golden", {"app": manifest}) as server:
        async with server.join("/ws/board") as client:
            _validator("outputs", "connected").validate(client.hello)
        async with server.connect("/ws") as stranger:
            closing = await stranger.closing()
        _validator("outputs", "disconnect").validate(closing.farewell)
        user = live.token(roles=["clerk"])
        async with server.join("/ws?since=1", token=user) as client:
            _validator("outputs", "connected").validate(client.hello)
            _validator("outputs", "resync").validate(await client.recv())
            _validator("outputs", "error").validate(await client.ask({"type": "note"}))
            _validator("outputs", "error").validate(await client.ask({"type": "nonsense"}))


AGREED: dict[str, tuple[list[Any], list[Any]]] = {  # what fits a property, what does not
    "any": ([None, 1, {"a": []}], []),
    "annotated": (["x"], [None, 3]),
    "annotated ref": ([{}, {"children": [{"children": []}], "parent": {}}], [{"children": [3]}, 3]),
    "odd ref": ([{"a": "x"}], [{"a": 1}]),
    "alias": ([{"parent": None}], [{"parent": 1}, []]),
    "shape": (
        [{"kind": "circle", "radius": 1.5}, {"kind": "square", "side": 2}],
        [{"kind": "circle", "side": 1}, {"kind": "line"}, {}],
    ),
    "map": ([{}, {"a": 1}], [{"a": "1"}, []]),
    "even": ([2, 4.0], [3, "2", True]),
    "kinds": (["x", 1, None], [1.5, True, []]),
    "constant": (["x"], ["y", None]),
    "zero": ([0], [1, "0", False]),
    "nothing": ([None], [0, ""]),
    "mixed": (["a", 1, True, None], ["b", 0, False]),
    "typed": (["a"], ["c", None]),
    "text": (["abc"], ["", "ABC", "abcdefghij"]),
    "between": ([0, 9.5], [-1, 10, "3"]),
    "inside": ([0.5], [0, 1]),
    "whole": ([5, 10.0], [7, 5.5, "5"]),
    "set": ([["a", "b"]], [[], ["a", "a"], [1]]),
    "few": ([[], [1, None, "x"]], [[1, 2, 3, 4], {}]),
    "closed": ([{"a": True}], [{}, {"a": 1}, {"a": True, "b": 1}]),
    "open": ([{}, {"a": 1, "b": 2}], [[]]),
    "empty": ([{}, {"a": 1}], [[], None]),
}


@pytest.fixture(scope="module")
def handlers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Of a package with all there is."""
    with live.imported(tmp_path_factory.mktemp("everything"), EVERYTHING) as ws:
        yield sys.modules[f"{ws.__name__}.handlers.realtime"].RealtimeHandlers()


@pytest.mark.parametrize("name", AGREED)
def test_document_and_package_agree(name: str, handlers: Any) -> None:
    ask = _validator("everything", "Ask")
    good, bad = AGREED[name]
    for value in good:
        message = {"type": "ask", name: value}
        ask.validate(message)
        assert parse(handlers, json.dumps(message)) is not None
    for value in bad:
        message = {"type": "ask", name: value}
        assert not ask.is_valid(message), value
        with pytest.raises(Exception, match="invalid_message"):
            parse(handlers, json.dumps(message))


def test_everything_is_valid_json_schema() -> None:
    for case in (*MADE, "outputs"):
        for name in _document(case)["components"]["messages"]:
            _validator(case, name)


def test_payloads_have_titles_to_name_types_by() -> None:
    for case in (*MADE, "outputs"):
        messages = _document(case)["components"]["messages"]
        assert [each["payload"]["title"] for each in messages.values()] == list(messages)


def test_references_have_no_siblings() -> None:
    """In Draft 7, what stands beside a ``$ref`` is not read."""

    def check(value: Any) -> None:
        if isinstance(value, dict):
            assert "$ref" not in value or len(value) == 1, value
            for each in value.values():
                check(each)
        elif isinstance(value, list):
            for each in value:
                check(each)

    for case in (*MADE, "outputs"):
        check(_document(case))
    properties = _document("everything")["components"]["messages"]["Answer"]["payload"][
        "properties"
    ]
    annotated = properties["annotated ref"]
    assert annotated["allOf"] == [{"$ref": "#/components/schemas/Branch"}]
    assert annotated["examples"] == [1, "x", None]  # what reads like a reference is left out
    assert properties["odd ref"] == {"$ref": "#/components/schemas/OddNaMe"}


def test_names_that_readers_stumble_over_are_still_checked() -> None:
    event = _validator("hostile", "News")
    good = {"type": "news", "app_slug": "app", "timestamp": "2026-01-02T12:00:00+00:00"}
    for name in HOSTILE_NAMES:
        event.validate({**good, name: "text"})
        assert not event.is_valid({**good, name: 3}), name


def test_text_is_plain_to_see() -> None:
    text = _text(HOSTILE)
    assert text.endswith("}\n")
    assert not [c for c in text if c != "\n" and not c.isprintable()]
    assert "\\u202e" in text
    assert "\\udb40\\udc41" in text
    assert "名前" in text
    title = json.loads(text)["components"]["messages"]["News"]["title"]
    assert title == HOSTILE_TEXTS[1]


def test_examples_are_whole_frames() -> None:
    messages = _document("outputs")["components"]["messages"]
    for name in ("Subscribe", "OrderCount"):
        (example,) = messages[name]["examples"]
        _validator("outputs", name).validate(example["payload"])
    assert messages["Subscribe"]["examples"][0]["payload"] == {
        "type": "subscribe",
        "channel": "news",
    }


@pytest.mark.parametrize(
    ("own", "required", "values"),
    [
        ({"type": "integer"}, True, [1]),
        ({"type": "integer"}, False, [1, None]),
        ({"type": ["integer", "null"]}, True, [1, None]),
        ({"$ref": "#/mdbgen/schemas/maybe"}, True, ["x", None]),
    ],
)
def test_timestamp_of_the_app(own: Json, required: bool, values: list[Any], tmp_path: Path) -> None:
    body = {"properties": {"timestamp": own}, "required": ["timestamp"] if required else []}
    maybe = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    manifest = _declaring(None, {"news": body}, {"maybe": maybe})
    document = json.loads(_text(manifest))
    payload = document["components"]["messages"]["News"]["payload"]
    validator = Draft7Validator({**payload, "components": document["components"]})
    with live.imported(tmp_path, manifest) as ws:
        wire = sys.modules[f"{ws.__name__}.runtime.wire"]
        for value in values:
            validator.validate(_frame(wire.encode(ws.messages.News(timestamp=value))))
    if None not in values:
        assert not validator.is_valid({"type": "news", "app_slug": "app", "timestamp": "x"})


def test_text_is_the_same_every_time(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(EVERYTHING), "utf-8")
    script = (
        "import sys; from mdbgen.generate import generate;"
        "from mdbgen.document.source import parse_source;"
        f"files = generate(parse_source(open({str(path)!r}, 'rb').read(), 'manifest.json')).files;"
        "sys.stdout.buffer.write(next(f.text for f in files if f.path == 'asyncapi.json').encode())"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            cwd=GOLDEN.parent,
        ).stdout.decode()
        for seed in ("1", "2")
    }
    assert texts == {_text(EVERYTHING)}


def test_only_who_asks_for_it_pays_for_it() -> None:
    script = (
        "import sys; from mdbgen.generate import generate;"
        "from mdbgen.document.source import parse_source;"
        "data = open('golden/quick-start/manifest.json', 'rb').read();"
        "files = generate(parse_source(data, 'manifest.json')).files;"
        "assert 'asyncapi.json' not in [f.path for f in files];"
        "assert not [name for name in sys.modules if name.startswith('mdbgen.targets.asyncapi')]"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=GOLDEN.parent)
