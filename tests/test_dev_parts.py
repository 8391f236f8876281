"""The parts of ``mdbgen dev`` that need no server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mdbgen.dev import board as boards
from mdbgen.dev.board import Board, Frames
from mdbgen.dev.closes import explain, logged_close, reaction_to
from mdbgen.dev.comeback import Comeback
from mdbgen.dev.commands import BadCommand, parse_command
from mdbgen.dev.discover import Target, find_app, find_package, package_target, resolve
from mdbgen.dev.handshake import Carrier, Wanted, make_request
from mdbgen.dev.people import Kind, first_people
from mdbgen.dev.plan import Plan, parse_plan
from mdbgen.dev.ports import listen_near, listen_on
from mdbgen.dev.signer import CannotSign, Signer, key_variables, make_key_pair
from mdbgen.document.source import parse_source
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.manifest import Manifest
from mdbgen.model.wire import CLOSES, Reaction

MARK = ("x-mdbgen-dev", "secret c1")


def _manifest(**keys: Any) -> Manifest:
    whole = {"slug": "parts", "websockets": {"realtime": {"path": "/ws"}}, **keys}
    return parse_manifest(parse_source(json.dumps(whole).encode(), "manifest.json"))[0]


def test_frames_are_bounded_in_number_and_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MAX_FRAMES", 3)
    monkeypatch.setattr(boards, "MAX_FRAME_BYTES", 10)
    frames = Frames()
    for text in ("a", "b", "c", "d"):
        frames.add("c1", "in", text)
    assert ([each["text"] for each in frames.last()], frames.dropped) == (["b", "c", "d"], 1)
    frames.add("c1", "in", "x" * 9)
    assert ([each["bytes"] for each in frames.last()], frames.dropped) == ([1, 9], 3)
    frames.add("c1", "out", b"\x00" * 11)
    assert (frames.last(), frames.dropped) == ([], 6)
    assert frames.add("c1", "in", "\ud800é")["bytes"] == 3


def test_a_page_that_lags_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MAX_EVENTS", 2)
    board = Board("1")
    with board.page() as slow:
        board.tell({"is": "cleared"})
        assert not slow.lags.is_set()
        board.tell({"is": "cleared"})
        assert slow.lags.is_set()


def test_a_page_is_told_things_in_the_order_they_happened() -> None:
    board = Board("1")
    with board.page() as page:
        board.log_frame("c1", "in", "before")
        board.show("client", {"id": "c1"})
        board.log_frame("c1", "in", "after")
        board.flush()
        told = [page.events.get_nowait() for _ in range(page.events.qsize())]
    assert [each["is"] for each in told] == ["hello", "frames", "client", "frames"]
    assert board.hello()["clients"] == [{"id": "c1"}]
    assert [each["text"] for each in board.hello()["frames"]] == ["before", "after"]
    board.clear()
    assert board.hello()["frames"] == []


@pytest.mark.parametrize("close", CLOSES, ids=lambda each: f"{each.code} {each.reason}")
def test_every_close_of_the_table_is_explained(close: Any) -> None:
    explained = explain(close.code, close.reason, "server")
    assert explained.meaning == close.meaning
    assert reaction_to(close.code, close.reason) is close.reaction
    delay = Comeback().delay_s(close.code, close.reason, 0)
    assert (delay is None) == (close.reaction is Reaction.STOP)
    assert explained.client


def test_other_closes_are_explained_as_well() -> None:
    assert explain(1006, "", "network").meaning == "the connection broke without a close"
    assert explain(4000, "moved", "server").meaning == "a code of the app's own"
    assert reaction_to(1008, "banned") is Reaction.STOP
    text = "client left endpoint=realtime connection=1 close=1013 'too slow'"
    assert logged_close(["client connected", text]) == (1013, "too slow")
    assert logged_close([text.replace("1013 'too slow'", "None")]) is None


def test_a_refused_token_is_renewed_once() -> None:
    comeback = Comeback()
    assert comeback.delay_s(1008, "token_expired", 100) is not None
    assert comeback.delay_s(1008, "unauthenticated", 0) is None
    comeback.connected()
    assert comeback.delay_s(1008, "token_expired", 100) is not None


def test_who_fails_again_waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    comeback = Comeback()
    delays = [comeback.delay_s(1011, "", 0) for _ in range(8)]
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert comeback.delay_s(1011, "", 6) == 0.5
    assert Comeback().delay_s(1012, "", 0) == 5


def test_the_app_is_found_in_fastapis_order(tmp_path: Path) -> None:
    assert find_app(tmp_path) is None
    (tmp_path / "app").mkdir()
    for name in ("app/api.py", "app/main.py", "api.py", "app.py", "main.py"):
        (tmp_path / name).touch()
        assert find_app(tmp_path) == name


def test_the_nearest_free_port_is_listened_on() -> None:
    with listen_near(65_535) as first:
        near = first.getsockname()[1]
        with listen_near(near) as second:
            assert second.getsockname()[1] != near
        with pytest.raises(OSError, match="in use"):
            listen_on(near)


def test_what_is_named_is_resolved(tmp_path: Path) -> None:
    here = str(tmp_path)
    assert resolve("main:app", tmp_path) == Target(here, "main", "app")
    assert resolve("a.b:make.app", tmp_path) == Target(here, "a.b", "make.app")
    assert resolve("main", tmp_path) == Target(here, "main", "")
    assert resolve("src/main.py", tmp_path) == Target(str(tmp_path / "src"), "main", "")
    (tmp_path / "pkg" / "in").mkdir(parents=True)
    for folder in ("pkg", "pkg/in"):
        (tmp_path / folder / "__init__.py").touch()
    assert resolve("pkg/in/main.py", tmp_path) == Target(here, "pkg.in.main", "")
    assert package_target(tmp_path / "pkg" / "ws", tmp_path) == Target(here, "pkg.ws", "")
    odd = tmp_path / "my-app" / "ws"
    assert package_target(odd, tmp_path) == Target(str(odd.parent), "ws", "")


def test_a_package_is_found_by_its_lock_and_slug(tmp_path: Path) -> None:
    for name, slug in (("one/ws", "parts"), ("two/ws", "other")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "mdbgen.lock").touch()
        (tmp_path / name / "settings.py").write_text(f'APP_SLUG = "{slug}"\n')
    assert find_package(tmp_path, "parts") == "one/ws"
    assert find_package(tmp_path, "nobody") is None
    (tmp_path / "two" / "ws" / "settings.py").write_text('APP_SLUG = "parts"\n')
    assert find_package(tmp_path, "parts") is None, "which of the two?"


async def test_a_handshake_has_everything_in_its_place() -> None:
    headers = [("X-A", "1"), ("cookie", "a=b"), ("Host", "h"), ("sec-websocket-protocol", "p, q")]
    wanted = Wanted("p1", "realtime", Carrier.COOKIE, None, headers, [("x", "&")])
    request = await make_request(wanted, "http://127.0.0.1:1/a b", "token", MARK)
    assert request.target == "/a%20b?x=%26"
    assert request.headers == [("X-A", "1"), ("Cookie", "a=b; token=token")]
    assert (request.host, request.subprotocols) == ("h", ["p", "q"])


def test_the_first_people_follow_from_the_manifest() -> None:
    policy = {"allowed_users": ["boss@example.com", "x"], "denied_users": ["eve"]}
    people = list(first_people(_manifest(auth={"policy": policy})))
    by_name = {each.name: each for each in people}
    assert by_name["ada"].email == "boss@example.com"
    assert by_name["denied"].user_id == "eve"
    assert by_name["denied"].kind is Kind.DENIED
    assert "grace" in by_name
    assert "grace" not in {each.name for each in first_people(_manifest())}


def test_people_are_brought_up_to_date_and_keep_their_ids() -> None:
    people = first_people(_manifest())
    ada = next(iter(people))
    mine = people.add("mine", Kind.USER)
    people.update(first_people(_manifest(auth={"policy": {"allowed_roles": ["m"]}})))
    now = {each.name: each for each in people}
    assert (now["ada"].id, now["ada"].roles) == (ada.id, ("m",))
    assert now["mine"] == mine
    assert now["grace"].id not in {ada.id, mine.id}


@pytest.mark.parametrize(
    ("environment", "dotenv", "is_made"),
    [
        ({}, "", True),
        ({"SECRET_KEY": ""}, "OTHER=1", True),
        ({"MDB_JWT_SECRET": "x"}, "", False),
        ({}, "export SECRET_KEY = 'x'", False),
        ({}, "# SECRET_KEY=x", True),
    ],
)
def test_a_key_is_made_where_there_is_none(
    environment: dict[str, str], dotenv: str, is_made: bool
) -> None:
    pair = make_key_pair("HS256")
    made = key_variables("HS256", pair, environment, dotenv)
    assert made == ({"SECRET_KEY": pair.public} if is_made else {})


def test_without_the_private_half_there_is_no_token() -> None:
    signer = Signer("ES256", make_key_pair("ES256"))
    ada = next(iter(first_people(_manifest())))
    assert signer.token(ada)
    signer.deployment = {"key": make_key_pair("ES256").public}
    with pytest.raises(CannotSign, match="unset MDB_JWT_PUBLIC_KEY and MDB_JWT_JWKS_URL"):
        signer.token(ada)


def test_a_plan_survives_the_environment() -> None:
    plan = Plan(1, "s", 2, "slug", None, "ws", "key", ("http://127.0.0.1:1",))
    assert parse_plan(plan.as_text()) == plan


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"do": 1}', "{", '{"do":"clear","more":1}'])
def test_what_is_no_command_is_refused(text: str) -> None:
    with pytest.raises(BadCommand):
        parse_command(text)
