"""The methods that handle what clients send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from mdbgen.naming import docstring, literal

if TYPE_CHECKING:
    from mdbgen.model.schema import Message

LINE_LENGTH = 88  # of the generated code
METHOD_INDENT = 4
CASE_INDENT = 16


class MethodPlan(NamedTuple):
    """What handles one of the messages that clients send."""

    handler: str  # "on_get_status"
    signature: str  # "async def on_get_status(...) -> messages.StatusUpdate:", maybe wrapped
    call: str  # of it, and the sending of its answer
    return_keyword: str  # "return " or ""
    type_literal: str  # '"get_status"'
    doc: str


def plan_methods(received: Iterable[Message], sent: Iterable[Message]) -> tuple[MethodPlan, ...]:
    """Decide what handles each of the messages that an endpoint receives."""
    answers = {message.name: f"messages.{message.body.name}" for message in sent}
    return tuple(
        MethodPlan(
            handler=message.handler,
            signature=_signature(message, answers[message.reply] if message.reply else "None"),
            call=_call(message, answers),
            return_keyword="return " if message.reply else "",
            type_literal=literal(message.name),
            doc=docstring(message.body.description, indent=8)
            or docstring(f"A client sent ``{message.name}``.", indent=8),
        )
        for message in received
    )


def _signature(message: Message, answer: str) -> str:
    """Spell the head of a method as black does: in one line if it fits."""
    start = f"async def {message.handler}("
    arguments = f"self, connection: Connection, message: messages.{message.body.name}"
    line = f"{start}{arguments}) -> {answer}:"
    if METHOD_INDENT + len(line) <= LINE_LENGTH:
        return line
    return f"{start}\n        {arguments}\n    ) -> {answer}:"


def _call(message: Message, answers: Mapping[str, str]) -> str:
    """Spell what ``dispatch`` does with a message, as black does: in as few lines as fit."""
    call = f"await self.{message.handler}(connection, message)"
    if message.reply is None:
        return call
    indent = f"\n{' ' * CASE_INDENT}"
    reply = f"reply = {call}"
    encode = f"return encode_reply(reply, {answers[message.reply]}, message.id)"
    return f"{reply}{indent}{encode}"
