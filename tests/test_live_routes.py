"""The routes of odd paths and names: a ticket is where it is said to be, and opens its endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.live import Server, imported, serving, token

pytestmark = pytest.mark.slow

MANIFEST: dict[str, Any] = {
    "slug": "routes",
    "websockets": {
        "slash": {"path": "/ws/"},
        "below": {"path": "/ws/ticket"},  # where the tickets of the one above are issued
        "r": {"path": "/r"},
        "r_ticket": {"path": "/other"},
        "slashes": {"path": "//"},
    },
    "mdbgen": {"outputs": ["asyncapi"]},
}
TICKETS = {
    "slash": "/ws/ticket",
    "below": "/ws/ticket/ticket",
    "r": "/r/ticket",
    "r_ticket": "/other/ticket",
    "slashes": "/ticket",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("routes"), "golden", {"app": MANIFEST}) as server:
        yield server


@pytest.mark.parametrize("name", [name for name in TICKETS if name != "slashes"])
async def test_a_ticket_opens_the_endpoint_that_issued_it(server: Server, name: str) -> None:
    bearer = {"Authorization": f"Bearer {token()}"}
    issued = await server.request("POST", TICKETS[name], headers=bearer)
    assert issued.status_code == 200, issued.text
    path = MANIFEST["websockets"][name]["path"]
    async with server.join(f"{path}?ticket={issued.json()['ticket']}") as client:
        assert client.hello["endpoint"] == name


def test_routes_have_names_of_their_own(tmp_path: Path) -> None:
    with imported(tmp_path, MANIFEST) as ws:
        names = [route.name for route in ws.router.routes]
        assert len(set(names)) == len(names) == 2 * len(TICKETS)
        for name, path in TICKETS.items():
            assert ws.router.url_path_for(f"{name}:ticket") == path
        assert ws.router.url_path_for("r_ticket") == "/other"


def test_asyncapi_names_the_same_addresses(tmp_path: Path) -> None:
    with imported(tmp_path, MANIFEST) as ws:
        text = (Path(str(ws.__file__)).parent / "asyncapi.json").read_text(encoding="utf-8")
    channels = json.loads(text)["channels"]
    assert {name: each["x-ticket"]["address"] for name, each in channels.items()} == TICKETS
