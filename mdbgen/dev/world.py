"""What all clients of the console share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mdbgen.dev.board import Board
from mdbgen.dev.people import People
from mdbgen.dev.signer import Signer
from mdbgen.dev.supervisor import Supervisor
from mdbgen.model.manifest import Manifest


@dataclass(frozen=True, slots=True)
class World:
    """The app, its people, and the board on which everything is shown."""

    board: Board
    people: People
    signer: Signer
    supervisor: Supervisor
    manifest: Callable[[], Manifest]

    def limits_of(self, endpoint: str) -> Mapping[str, int]:
        """Return the limits of an endpoint: the environment of the app has the last word."""
        stated = self.manifest().websockets[endpoint].all_limits
        return {**stated, **self.signer.deployment.get("limits", {})}
