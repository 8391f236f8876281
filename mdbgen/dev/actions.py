"""What the console can do: each command of a page, and what comes of it."""

from __future__ import annotations

import asyncio
from typing import Any

from mdbgen.dev import commands as c
from mdbgen.dev.board import Board, Event
from mdbgen.dev.clients import Client
from mdbgen.dev.faults import commit
from mdbgen.dev.handshake import Wanted
from mdbgen.dev.signer import lifetime_s
from mdbgen.dev.world import World

MAX_CLIENTS = 500


class Actions:
    """Carries out commands.

    Attributes:
        clients: all that the console drives, by id.
    """

    def __init__(self, world: World) -> None:
        self.clients: dict[str, Client] = {}
        self._world = world
        self._board: Board = world.board
        self._count = 0
        self._replays: set[asyncio.Task[None]] = set()

    async def do(self, command: Any) -> Event:
        """Do what a page asks for; return what it is told besides.

        Raises:
            LookupError: It names something that there is not.
            RuntimeError: It cannot be done; says why.
            ValueError: A value is out of the question; says which.
        """
        match command:
            case c.Connect():
                return self._connect(command)
            case c.OfClient(do="reconnect"):
                await self._client(command.client).reconnect()
            case c.OfClient():
                await self._forget(command.client)
            case c.Close():
                await self._client(command.client).close(command.code, command.reason)
            case c.Send():
                await self._client(command.client).send(command.text)
            case c.Commit():
                await commit(command.fault, self._client(command.client), self._world)
            case c.Replay():
                self._replay(command)
            case c.AddPerson():
                return self._add_person(command)
            case c.OfPerson(do="token"):
                return self._token(command.person)
            case c.OfPerson():
                self._forget_person(command.person)
            case c.Plain(do="restart"):
                self._world.supervisor.restart("restarted from the console")
            case c.Plain():
                self._board.clear()
            case _:
                return await self._ask_app(command)
        return {}

    async def stop(self) -> None:
        """Let all clients leave."""
        for task in self._replays:
            task.cancel()
        await asyncio.gather(*(each.stop() for each in self.clients.values()))

    def hear(self, record: Event) -> None:
        """Take a log record of the app; one of a client's goes to the client as well."""
        if client := self.clients.get(record["client"] or ""):
            client.hear(record["text"])

    def come_back(self) -> None:
        """The app is there again: whoever waits for it need wait no longer."""
        for each in self.clients.values():
            each.come_back()

    def reply_times(self) -> list[float]:
        """Return how long the replies took that came since the last call, in ms."""
        return [ms for each in self.clients.values() for ms in each.replies.take()]

    def _client(self, client_id: str) -> Client:
        if client_id not in self.clients:
            raise LookupError(f"there is no client {client_id}")
        return self.clients[client_id]

    def _connect(self, command: c.Connect) -> Event:
        self._world.people.get(command.person)
        if command.endpoint not in self._world.manifest().websockets:
            raise LookupError(f"there is no endpoint {command.endpoint}")
        if len(self.clients) >= MAX_CLIENTS:
            raise RuntimeError(f"{MAX_CLIENTS} clients are enough: forget some of them first")
        self._count += 1
        wanted = Wanted(
            command.person,
            command.endpoint,
            command.carrier,
            command.origin,
            tuple(command.headers),
            tuple(command.query),
        )
        client = Client(f"c{self._count}", wanted, self._world)
        self.clients[client.id] = client
        client.start()
        return {"client": client.as_json()}

    async def _forget(self, client_id: str) -> None:
        await self._client(client_id).stop()
        self.clients.pop(client_id, None)
        self._board.hide("client", client_id)

    def _replay(self, command: c.Replay) -> None:
        client = self._client(command.client)
        _ = client.open_connection
        task = asyncio.create_task(_send_all(client, command.lines))
        self._replays.add(task)
        task.add_done_callback(self._replays.discard)

    def _add_person(self, command: c.AddPerson) -> Event:
        facts = command.model_dump(exclude={"do", "id", "name", "kind"})
        person = self._world.people.add(command.name, command.kind, **facts)
        self._board.show("person", person.as_json())
        return {"person": person.as_json()}

    def _forget_person(self, person_id: str) -> None:
        users = [each.id for each in self.clients.values() if each.wanted.person == person_id]
        if users:
            raise RuntimeError(f"{', '.join(users)} would be nobody: forget them first")
        self._world.people.forget(person_id)
        self._board.hide("person", person_id)

    def _token(self, person_id: str) -> Event:
        person = self._world.people.get(person_id)
        return {"token": self._world.signer.token(person), "expires_in": lifetime_s(person)}

    async def _ask_app(self, command: Any) -> Event:
        facts = command.model_dump(exclude={"do", "id"})
        result = await self._world.supervisor.ask(command.do, **facts)
        return {"count": result} if isinstance(command, c.Broadcast) else {}


async def _send_all(client: Client, lines: list[c.Line]) -> None:
    try:
        for line in lines:
            await asyncio.sleep(line.after_ms / 1000)
            await client.send(line.text)
    except Exception as problem:  # it is gone: the rest has nowhere to go
        client.note(f"the replay ends here: {problem}")
