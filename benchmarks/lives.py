"""A million frames and ten thousand lives of connections, at random; what do they leave behind?

    python benchmarks/lives.py [--frames 1000000] [--lives 10000] [--seed 1] [--ws wsproto]

Frames go to an endpoint that declares every feature of schemas, and to one that takes any object:
text that is no JSON, JSON that is almost a message, values beyond all bounds. Lives are connections
that come in every way, with good and bad credentials, talk, and go: with a close, without a word,
in the middle of a frame, or only when they are thrown out. The handlers do at random whatever
handlers may do. In the end nothing may be left, no task, descriptor, connection or session;
``on_disconnect`` must have come exactly once for each ``on_connect`` that returned; and nothing
in the log may say that something went wrong in the package itself.

Each of uvicorn's three implementations has its turn, unless ``--ws`` names one. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "fanout"))
sys.path.insert(0, str(Path(__file__).parent / "hostile"))

from arena import Arena, Census, serving
from contenders import SECRET_KEY, token
from crowd import BINARY, CLOSE, PING, frame
from wire import Wire

GOLDEN = Path(__file__).parent.parent / "golden" / "messages-schema-features" / "manifest.json"
HANDLERS = Path(__file__).parent / "hostile" / "lives_handlers.py"
IMPLEMENTATIONS = ("websockets-sansio", "wsproto", "websockets")
FRAMES_PER_CONNECTION = 2_000
WINDOW = 50  # frames, between one question that must be answered and the next
ANSWER_TIMEOUT_S = 30.0
ENVIRONMENT = {
    "SECRET_KEY": SECRET_KEY,
    "MDB_WS_MESSAGES_PER_SECOND": "100000",  # the rate is not what is looked at
    "MDB_WS_CONNECTIONS_PER_USER": "100000",
}
LIVES_AT_ONCE = 60


def manifest() -> dict[str, Any]:
    """The golden case with all features of schemas, and an endpoint for any object."""
    value: dict[str, Any] = json.loads(GOLDEN.read_text("utf-8"))
    value["mdbgen"].pop("outputs")
    value["websockets"] = {
        name: {"path": f"/{name}", "auth": {"required": False}, "ping_interval": 5}
        for name in ("realtime", "anything")
    }
    tick = {"properties": {"text": {"type": "string"}}, "required": ["text"]}
    value["mdbgen"]["endpoints"]["anything"] = {
        "send": {"tick": tick},
        "history": 50,
        "limits": {"connections": 500, "outbox_bytes": 300_000},
    }
    return value


def envelope_is_right(message: dict[str, Any]) -> bool:
    """Whether a frame has what every frame of the server has."""
    return {"type", "app_slug", "timestamp"} <= message.keys() and message["app_slug"] == "features"


class Frames:
    """Frames that are anything but good."""

    def __init__(self, random: Random) -> None:
        self._random = random
        receive = manifest()["mdbgen"]["endpoints"]["realtime"]["receive"]
        self._names = list(receive)
        self._properties = {
            name: list(each.get("properties", {})) for name, each in receive.items()
        }

    def next(self) -> bytes:
        """A text frame's content, valid UTF-8 and less than 64 KiB."""
        choose = self._random.random()
        if choose < 0.15:
            text = self._random.randbytes(self._random.randrange(200)).decode(errors="replace")
        elif choose < 0.25:
            text = self._random.choice(_ODD)
        else:
            text = json.dumps(self._message(), ensure_ascii=self._random.random() < 0.5)
            if choose < 0.6:
                text = self._mutated(text)
        return text.encode(errors="surrogatepass").decode(errors="replace").encode()[:65_000]

    def _message(self) -> dict[str, Any]:
        name = self._random.choice(self._names)
        properties = self._properties[name]
        chosen = [each for each in properties if self._random.random() < 0.7]
        message = {"type": name, **{each: self._value(4) for each in chosen}}
        if self._random.random() < 0.2:
            message["id"] = self._value(1)
        if self._random.random() < 0.1:
            message[self._random.choice(_KEYS)] = self._value(2)
        return message

    def _value(self, depth: int) -> Any:
        choose = self._random.randrange(14 if depth else 10)
        match choose:
            case 0 | 1:
                return self._random.choice(_SCALARS)
            case 2:
                return self._random.randrange(-(10 ** self._random.randrange(1, 40)), 10**20)
            case 3:
                return self._random.uniform(-1e3, 1e3)
            case 4 | 5 | 6:
                return self._random.choice(_TEXTS)
            case 7:
                return (2**61 - 1) * self._random.randrange(1000)
            case 8:
                return self._random.choice(_TEXTS) * self._random.randrange(30)
            case 9:
                return self._random.random() < 0.5
            case 10 | 11:
                return [self._value(depth - 1) for _ in range(self._random.randrange(6))]
            case _:
                keys = self._random.sample(_KEYS, self._random.randrange(5))
                return {key: self._value(depth - 1) for key in keys}

    def _mutated(self, text: str) -> str:
        for _ in range(self._random.randrange(1, 4)):
            at = self._random.randrange(len(text) + 1)
            match self._random.randrange(4):
                case 0:
                    text = text[:at] + text[at + self._random.randrange(1, 9) :]
                case 1:
                    text = text[:at] + self._random.choice(_SNIPPETS) + text[at:]
                case 2:
                    text = text[:at] + text[: self._random.randrange(20)] + text[at:]
                case _:
                    text = text[:at] + chr(self._random.randrange(0x250)) + text[at + 1 :]
        return text


_ODD = [
    *(
        "",
        "null",
        "[]",
        "{}",
        '"pong"',
        "0",
        "true",
        "NaN",
        "1e999",
        "\0",
        "\ufeff{}",
        "9" * 60_000,
    ),
    *("[" * 60_000, '{"a":' * 10_000, "{" + " " * 60_000 + "}", '{"type":null}', '{"type":{}}'),
    *('{"type":"pong"}', '{"type":"p\\u006fng"}', '{"type":"pong","id":1}', '{"type":[]}'),
    *('{"type":"scalars"}', '{"type":"\\ud800"}', '{"\\ud800":1}', '{"type":"x","type":"pong"}'),
    *('{"type":"connected"}', '{"type":"disconnect"}', '{"type":"resync"}', '{"type":"error"}'),
    '{"type":"scalars","any":' + "[" * 20_000 + "]" * 20_000 + "}",
]
_SCALARS = [None, True, False, 0, 1, -1, 2, 0.1, -0.0, 1e308, 1e-308, 2**53, 2**63, 2**64, 10**300]
_TEXTS = [
    *("", "a", "x" * 21, "ä", "😀", "\u2028", "\ud800", "red", "circle", "group", "word 1", "1"),
    *("2026-01-02T12:00:00Z", "2026-13-45", "12:00:00+00:00", "a@b", "https://x", "https:", "\0"),
    *("00000000-0000-0000-0000-000000000000", "__proto__", "$ref", "null"),
]
_KEYS = [
    *("value", "children", "parent", "shape", "kind", "radius", "shapes", "tree", "type", "seq"),
    *("reply_to", "app_slug", "timestamp", "__class__", "model_config", "", "\ud800", "a b"),
]
_SNIPPETS = [*'"\\{}[],:\0é', "\\u", "\\ud83d", "NaN", "Infinity", "1e9"]


async def throw_frames(arena: Arena, random: Random, count: int, tally: Counter[str]) -> None:
    """Throw frames at both endpoints; each connection must go on answering."""
    frames = Frames(random)
    thrown = 0
    while thrown < count:
        path = random.choice(["/realtime", "/realtime", "/anything"])
        wire = await Wire.open(arena.port, path)
        assert await wire.accepted()
        alive = await wire.read_until(lambda message: message["type"] == "connected")
        for number in range(0, FRAMES_PER_CONNECTION, WINDOW):
            if not alive or thrown >= count:
                break
            burst = [frame(frames.next()) for _ in range(WINDOW)]
            mark = f"q{number}"
            question = json.dumps({"type": "question", "id": mark}).encode()
            wire.writer.write(b"".join([*burst, frame(question)]))
            thrown += WINDOW
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                alive = await wire.read_until(partial(_is_answer, mark, tally))
        tally["ended by the server" if not alive else "went on to the end"] += 1
        wire.abort()
    tally["frames"] += thrown


def _is_answer(mark: str, tally: Counter[str], message: dict[str, Any]) -> bool:
    if not envelope_is_right(message):
        tally["frames without the envelope"] += 1
    if message["type"] == "error":
        tally[f"error {message['code']}"] += 1
    return mark in (message.get("reply_to"), message.get("text"))


async def live_lives(arena: Arena, random: Random, count: int, tally: Counter[str]) -> None:
    """Let connections come and go, many at a time."""
    frames = Frames(random)
    gate = asyncio.Semaphore(LIVES_AT_ONCE)

    async def one() -> None:
        async with gate:
            with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
                await live(arena.port, random, frames, tally)

    await asyncio.gather(*(one() for _ in range(count)))
    tally["lives"] += count


async def live(port: int, random: Random, frames: Frames, tally: Counter[str]) -> None:
    """One connection, from the handshake to whatever end."""
    path = random.choice(["/realtime", "/anything", "/anything", "/anything"])
    query, headers = _credentials(random)
    if random.random() < 0.3:
        query += f"&since={random.choice(['', '0', 'x', str(time.time_ns() // 1000)])}"
    wire = await Wire.open(port, f"{path}?{query}", *headers)
    try:
        if random.random() < 0.05:
            return  # gone before the handshake is done
        if not await wire.accepted():
            tally["refused with a status"] += 1
            return
        reads = random.random() < 0.9
        reading = asyncio.create_task(_read_all(wire)) if reads else None
        try:
            await _talk(wire, random, frames)
            await asyncio.sleep(random.random() * 0.3)
            await _leave(wire, random)
        finally:
            if reading is not None:
                reading.cancel()
                await asyncio.wait({reading})
    finally:
        wire.abort()


async def _read_all(wire: Wire) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            opcode, payload = await wire.read()
            if opcode == PING:
                wire.writer.write(frame(payload, 10))


def _credentials(random: Random) -> tuple[str, list[str]]:
    good = token(f"user{random.randrange(100)}")
    match random.randrange(8):
        case 0:
            return f"token={good}", []
        case 1:
            return "", [f"Authorization: Bearer {good}"]
        case 2:
            return "", [f"Sec-WebSocket-Protocol: bearer, {good}"]
        case 3:
            return "", [f"Cookie: ws_token={good}; token={good}"]
        case 4:
            return f"token={good[:-2]}xx", []
        case 5:
            return f"ticket={random.randbytes(20).hex()}", []
        case 6:
            return "", [f"Origin: http://evil{random.randrange(9)}.example"]
        case _:
            return "", []


async def _talk(wire: Wire, random: Random, frames: Frames) -> None:
    for _ in range(random.randrange(12)):
        match random.randrange(12):
            case 0:
                wire.writer.write(frame(random.randbytes(20), PING))
            case 1:
                wire.writer.write(frame(b'{"type":"pong"}'))
            case 2:
                wire.writer.write(frame(b"binary", BINARY) if random.random() < 0.2 else b"")
            case 3:
                payload = b'{"type":"x","data":"' + b"x" * random.randrange(65_000) + b'"}'
                wire.writer.write(frame(payload))
            case _:
                wire.writer.write(frame(frames.next()))
        if random.random() < 0.5:
            await asyncio.sleep(random.random() * 0.05)


async def _leave(wire: Wire, random: Random) -> None:
    match random.randrange(7):
        case 0 | 1:
            wire.writer.write(frame((1000 + random.randrange(4)).to_bytes(2), CLOSE))
            await asyncio.sleep(random.random() * 0.1)
        case 2:
            wire.writer.write(frame(b"half of a frame")[:9])
        case 3:
            wire.writer.write(b"\xff\xff\xff")  # no frame at all
        case 4:
            wire.writer.write_eof()
            await asyncio.sleep(random.random() * 0.1)
        case 5:
            await asyncio.sleep(random.random())


async def measure(arena: Arena, options: argparse.Namespace, tally: Counter[str]) -> list[str]:
    """Throw and live; returns what is wrong."""
    random = Random(options.seed)
    await throw_frames(arena, random, 2_000, Counter())  # a warm-up: caches fill, threads start
    await live_lives(arena, random, 100, Counter())
    quiet = Census(4, 0, 0, 0, 0, 0, 0)  # tasks of a server that serves nobody but this request
    before = await arena.settled(Census(**{**vars_of(quiet), "descriptors": 10**6}))
    await throw_frames(arena, random, options.frames, tally)
    await live_lives(arena, random, options.lives, tally)
    after = await arena.settled(before)
    problems = [f"left behind: {after.leftovers(before)}"] if after.leftovers(before) else []
    balance = await asyncio.to_thread(arena.get, "/balance")
    problems += [f"unbalanced: {balance}"] if balance else []
    problems += [f"in the log: {line[:200]}" for line in arena.mishaps()[:5]]
    if tally["frames without the envelope"]:
        problems.append("frames without the envelope")
    mib = 1024 * 1024
    print(f"  memory {before.rss / mib:.1f} MiB before, {after.rss / mib:.1f} MiB after")
    return problems


def vars_of(census: Census) -> dict[str, int]:
    """The fields of a census."""
    return {name: getattr(census, name) for name in census.__slots__}


def main() -> None:
    """Exit code 1 if anything is left, or wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--lives", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ws", choices=IMPLEMENTATIONS, action="append")
    parser.add_argument("--mdbgen", default=str(Path(sys.executable).with_name("mdbgen")))
    options = parser.parse_args()
    failed = False
    for implementation in options.ws or IMPLEMENTATIONS:
        tally: Counter[str] = Counter()
        print(f"{implementation}, seed {options.seed}")
        with serving(
            "lives_app.py",
            manifest(),
            {"anything": HANDLERS.read_text("utf-8")},
            mdbgen=options.mdbgen,
            environment={**ENVIRONMENT, "SEED": str(options.seed)},
            implementation=implementation,
        ) as arena:
            problems = asyncio.run(measure(arena, options, tally))
        for name, number in sorted(tally.items()):
            print(f"  {number:>9,} {name}")
        for problem in problems:
            print(f"  FAULT: {problem}")
        failed = failed or bool(problems)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
