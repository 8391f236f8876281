"""What the development process tells the process of the app, and how both spell it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

VARIABLE = "MDBGEN_DEV"  # of the environment; holds the plan as JSON
SECRETS = ("SECRET_KEY", "FLASK_SECRET_KEY", "MDB_JWT_SECRET")  # the first that is set
HEADER = "x-mdbgen-dev"  # of a handshake: "<secret> <client>"; the app does not see it


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process of the app is to do."""

    link: int  # the port on which the development process waits for it
    secret: str  # that it shows there
    port: int  # of the app
    slug: str
    app: str | None  # "main:app", "main" or "main.py"; None for a bare app
    package: str | None  # the folder of the package that a bare app is made of
    key: str | None  # SECRET_KEY, where the app itself brings none
    console: tuple[str, ...]  # origins of the console, which may connect as the app's own

    def as_text(self) -> str:
        """Spell it for the environment."""
        return json.dumps(asdict(self))


def parse_plan(text: str) -> Plan:
    """Read what ``as_text`` wrote."""
    values = json.loads(text)
    return Plan(**{**values, "console": tuple(values["console"])})
