"""The code in the documentation runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import live
import pytest

ROOT = Path(__file__).parent.parent
MANIFEST = {"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}}


def _python_blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)


async def test_readme_example(tmp_path: Path) -> None:
    """An item is created over HTTP, a client hears of it; what it says comes back."""
    app, handlers, _ = _python_blocks("README.md")
    live.write_package(tmp_path / "app" / "ws", MANIFEST)
    stub = tmp_path / "app" / "ws" / "handlers" / "realtime.py"
    imports = stub.read_text("utf-8").split("class ")[0]
    stub.write_text(imports + "from ..manager import manager\n\n\n" + handlers, "utf-8")
    (tmp_path / "main.py").write_text(app, "utf-8")
    with live.running(tmp_path) as server:
        async with server.join("/ws", token=live.token()) as client:
            created = await server.post("/items?name=lamp")
            assert created == {"name": "lamp"}
            message = await client.recv()
            assert (message["type"], message["data"]) == ("item_created", {"name": "lamp"})
            echo = await client.ask({"type": "hello"})
            assert (echo["type"], echo["data"]) == ("echo", {"type": "hello"})


async def test_readme_typed_handler(tmp_path: Path) -> None:
    """A declared message is answered by the method that the page shows."""
    handler = _python_blocks("README.md")[-1]
    status = {"properties": {"status": {"enum": ["idle", "busy"]}}, "required": ["status"]}
    messages = {
        "receive": {"get_status": {"reply": "status_update"}},
        "send": {"status_update": status},
    }
    manifest = {**MANIFEST, "mdbgen": {"endpoints": {"realtime": messages}}}
    live.write_project(tmp_path, "golden", {"app": manifest})
    file = tmp_path / "app" / "ws" / "handlers" / "realtime.py"
    stub = file.read_text("utf-8")
    file.write_text(stub[: stub.index("    async def on_connect")] + handler, "utf-8")
    with live.running(tmp_path) as server:
        async with server.join("/ws", token=live.token()) as client:
            answer = await client.ask({"type": "get_status", "id": 1})
            assert (answer["status"], answer["reply_to"]) == ("idle", 1)


def test_metrics_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prometheus_client import REGISTRY, generate_latest

    (example,) = _python_blocks("docs/slow-clients.md")
    with live.imported(tmp_path, MANIFEST) as ws:
        package = type(sys)("app")
        package.ws = ws  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "app", package)
        scope: dict[str, object] = {}
        exec(compile(example, "example", "exec"), scope)
        metrics = generate_latest(REGISTRY).decode()
        REGISTRY.unregister(next(c for c in REGISTRY._collector_to_names if "WebSocket" in repr(c)))
    for name in ("connections", "users", "queued_bytes", "frames_sent_total"):
        assert f"\nws_{name} 0.0\n" in metrics
