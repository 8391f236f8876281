"""``receive`` and ``send``: the messages of endpoints, read into `Message`."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from mdbgen.document.problems import TakenNames, check_name
from mdbgen.document.source import Path, Place
from mdbgen.errors import shown
from mdbgen.model.schema import Message, ObjectType
from mdbgen.model.wire import CLIENT_FRAMES, SERVER_FRAMES
from mdbgen.naming import handler_name, method_name, wire_class
from mdbgen.schemas.keywords import check_annotations, refuse_foreign_to_message
from mdbgen.schemas.reader import Keys, Reader

RESERVED_MESSAGES = (*SERVER_FRAMES, *CLIENT_FRAMES)
RESERVED_PROPERTIES = ("type", "id", "reply_to", "seq", "app_slug")


class _Declaration(NamedTuple):
    """The first place that declares a message."""

    message: Message
    fingerprint: str  # the same for schemas that say the same
    path: Path


@dataclass(slots=True)
class MessageReader:
    """Reads the messages of one manifest; those that several places declare are shared."""

    reader: Reader
    declared: dict[str, _Declaration] = field(default_factory=dict)

    def read_endpoint(
        self, keys: Keys, path: Path
    ) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
        """Return what clients of an endpoint send, and what they receive."""
        receive, send = self._object(keys, "receive", path), self._object(keys, "send", path)
        sent = self._messages(send, (*path, "send"))
        for name, keys_of_message in send.items():
            if isinstance(keys_of_message, dict) and "reply" in keys_of_message:
                message = "only messages that clients send have a reply"
                hint = "move it to the message under receive"
                self.reader.problems.add(
                    (*path, "send", name, "reply"), "MDB207", message, hint, Place.KEY
                )
        received = self._messages(receive, (*path, "receive"))
        self._check_methods(received, (*path, "receive"))
        replies = {
            name: self._reply(each, send, (*path, "receive", name))
            for name, each in receive.items()
        }
        return tuple(replace(each, reply=replies[each.name]) for each in received), sent

    def _object(self, keys: Keys, key: str, path: Path) -> Keys:
        value = keys.get(key, {})
        self.reader.problems.expect(value, dict, (*path, key))
        return value if isinstance(value, dict) else {}

    def _messages(self, stated: Keys, path: Path) -> tuple[Message, ...]:
        found = (self._message(name, each, (*path, name)) for name, each in stated.items())
        return tuple(each for each in found if each)

    def _message(self, name: str, stated: Any, path: Path) -> Message | None:
        if name in RESERVED_MESSAGES:
            message = f"{shown(name)} is reserved: it is one of the package's own messages"
            self.reader.problems.add(path, "MDB204", message, "choose another name", Place.KEY)
            return None
        problems = self.reader.problems
        if not check_name(name, path, problems) or not problems.expect(stated, dict, path):
            return None
        document = {key: value for key, value in stated.items() if key != "reply"}
        fingerprint = json.dumps(document, sort_keys=True)
        first = self.declared.get(name)
        if first is None:
            first = _Declaration(self._read(name, document, path), fingerprint, path)
            self.declared[name] = first
        if first.fingerprint != fingerprint:
            where = problems.source.where(first.path, Place.KEY)
            message = f"{shown(name)} is declared differently at {where}"
            hint = "give both the same schema, or rename one of the two"
            self.reader.problems.add(path, "MDB206", message, hint, Place.KEY)
        return first.message

    def _read(self, name: str, document: dict[str, Any], path: Path) -> Message:
        problems = self.reader.problems
        refuse_foreign_to_message(document, path, problems)
        check_annotations(document, path, problems)
        if document.get("type", "object") != "object":
            what = f"{shown(document['type'])} is not 'object'; every message is an object"
            self.reader.problems.add((*path, "type"), "MDB107", what, "remove it")
        others = document.get("additionalProperties", False)
        if not isinstance(others, bool):
            what = f"{shown(others)} is not true or false"
            hint = "a map belongs in a property of the message"
            self.reader.problems.add((*path, "additionalProperties"), "MDB103", what, hint)
        return Message(
            name=name,
            handler=handler_name(name),
            method=method_name(name),
            body=self._body(name, document, path),
            reply=None,
        )

    def _body(self, name: str, document: Keys, path: Path) -> ObjectType:
        class_name, owner = wire_class(name, "Message"), f"the message {shown(name)}"
        return self.reader.read_object(document, path, class_name, owner, RESERVED_PROPERTIES)

    def _check_methods(self, messages: Collection[Message], path: Path) -> None:
        """Refuse names that meet in one method, where the class names do not meet."""
        problems = self.reader.problems
        handlers = TakenNames("handler", problems)
        methods = TakenNames("TypeScript method", problems)
        classes = set()
        for each in messages:
            at, owner = (*path, each.name), f"the message {shown(each.name)}"
            if each.body.name not in classes:
                classes.add(each.body.name)
                if handlers.take(each.handler, owner, at):
                    methods.take(each.method, owner, at)

    def _reply(self, stated: Any, send: Keys, path: Path) -> str | None:
        reply = stated.get("reply") if isinstance(stated, dict) else None
        path = (*path, "reply")
        if not isinstance(stated, dict) or "reply" not in stated:
            return None
        if not self.reader.problems.expect(reply, str, path):
            return None
        if reply in send:
            return str(reply)
        hint = self.reader.problems.did_you_mean(reply, send)
        if not hint and reply in self.declared:
            hint = "declare it under send of this endpoint as well"
        self.reader.problems.add(
            path, "MDB207", f"{shown(reply)} is not a message that this endpoint sends", hint
        )
        return None
