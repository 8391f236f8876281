"""What clients do wrong, on purpose."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from enum import StrEnum

from websockets.exceptions import ConnectionClosed

from mdbgen.dev.clients import Client
from mdbgen.dev.world import World

FLOOD_FACTOR = 4  # times the messages of a second; a burst is twice as many


class Fault(StrEnum):
    """A way to misbehave."""

    VANISH = "vanish"
    STOP_READING = "stop_reading"
    READ_AGAIN = "read_again"
    NO_PONG = "no_pong"
    PONG_AGAIN = "pong_again"
    FLOOD = "flood"
    BINARY = "binary"
    HALF_FRAME = "half_frame"
    TOO_BIG = "too_big"
    BAD_JSON = "bad_json"
    EXPIRE = "expire"


async def commit(fault: Fault, client: Client, world: World) -> None:
    """Let a client misbehave.

    Raises:
        RuntimeError: It is not connected.
    """
    connection = client.open_connection
    limits = world.limits_of(client.wanted.endpoint)
    match fault:
        case Fault.VANISH:
            client.leave()
            client.note("vanishes: the connection is cut, without a close frame")
            connection.transport.abort()
        case Fault.STOP_READING:
            _stop_reading(client)
        case Fault.READ_AGAIN:
            client.end("not_reading")
            client.note("reads again")
            connection.transport.resume_reading()
        case Fault.NO_PONG:
            client.begin("no_pong")
            client.note("answers no ping from now on; who has answered one is expected to go on")
        case Fault.PONG_AGAIN:
            client.end("no_pong")
            client.note("answers pings again")
        case Fault.FLOOD:
            await _flood(client, FLOOD_FACTOR * limits["messages_per_second"])
        case Fault.BINARY:
            content = secrets.token_bytes(16)
            await connection.send(content)
            world.board.log_frame(client.id, "out", content)
        case Fault.HALF_FRAME:
            _send_half(client)
        case Fault.TOO_BIG:
            filling = "x" * (limits["max_message_bytes"] + 1)
            await client.send(f'{{"type":"{filling}"}}')
        case Fault.BAD_JSON:
            await client.send('{"type": ')
        case Fault.EXPIRE:
            client.note("its token expires now")
            await world.supervisor.ask("expire", connection=client.connection_id)
    client.show()


def _stop_reading(client: Client) -> None:
    transport = client.open_connection.transport
    client.begin("not_reading")
    client.note("stops reading: what is sent to it piles up")
    transport.pause_reading()


async def _flood(client: Client, count: int) -> None:
    """Send as fast as it goes; the server may end that halfway."""
    client.note(f"floods: {count} messages at once")
    with suppress(ConnectionClosed, RuntimeError):
        for number in range(count):
            await client.send(f'{{"type":"flood","number":{number}}}')
            if number % 10 == 0:
                await asyncio.sleep(0)


def _send_half(client: Client) -> None:
    """Announce a frame of 100 bytes, and send ten of them."""
    mask = secrets.token_bytes(4)
    body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(b'{"type":"h'))
    client.begin("half_frame")
    client.note("sends half a frame; whatever it sends now is taken for the other half")
    client.open_connection.transport.write(bytes([0x81, 0x80 | 100]) + mask + body)
