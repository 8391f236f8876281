"""The code in the documentation runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mdbgen.model.limits import LIMITS
from mdbgen.model.wire import STREAM_FIELDS, stream_key
from support import live

ROOT = Path(__file__).parent.parent
MANIFEST = {"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}}
MAIN = """from app import ws
from fastapi import FastAPI

app = FastAPI()
app.include_router(ws.router)


@app.post("/items")
async def create(sku: str) -> int:
    return await announce(ws.messages.Item(id=sku))
"""


def _python_blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)


@pytest.mark.slow
async def test_readme_example(tmp_path: Path) -> None:
    """An item is created over HTTP, a client hears of it; what it says comes back."""
    app, handlers, _ = _python_blocks("README.md")
    live.write_package(tmp_path / "app" / "ws", MANIFEST)
    stub = tmp_path / "app" / "ws" / "handlers" / "realtime.py"
    imports = stub.read_text("utf-8").split("class ")[0].rstrip()
    stub.write_text(f"{imports}\n{handlers}", "utf-8")
    (tmp_path / "main.py").write_text(app, "utf-8")
    with live.running(tmp_path) as server:
        async with server.join("/ws", token=live.token()) as client:
            created = await server.post("/items?name=lamp")
            assert created == {"name": "lamp"}
            message = await client.recv()
            assert (message["type"], message["data"]) == ("item_created", {"name": "lamp"})
            echo = await client.ask({"type": "hello"})
            assert (echo["type"], echo["data"]) == ("echo", {"type": "hello"})


@pytest.mark.slow
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


@pytest.mark.slow
async def test_messages_example(tmp_path: Path) -> None:
    """The page's manifest, handlers and broadcast: a client follows a channel and hears of it."""
    text = (ROOT / "docs/messages.md").read_text("utf-8")
    stated = re.search(r'```json\n("mdbgen": .*?)```', text, re.DOTALL)
    assert stated
    sending, handlers, errors = _python_blocks("docs/messages.md")
    live.write_package(tmp_path / "app" / "ws", {**MANIFEST, **json.loads(f"{{{stated[1]}}}")})
    file = tmp_path / "app" / "ws" / "handlers" / "realtime.py"
    imports = file.read_text("utf-8").split("class ")[0]
    file.write_text(f"{imports}\n\n{handlers}", "utf-8")
    (tmp_path / "main.py").write_text(f"{MAIN}\n\n{sending}", "utf-8")
    with live.running(tmp_path) as server:
        async with server.join("/ws", token=live.token()) as client:
            await client.send({"type": "subscribe", "channel": "news"})
            answer = await client.ask({"type": "get_status", "id": 1})
            assert (answer["type"], answer["status"]) == ("status_update", "idle")
            assert await server.post("/items?sku=x") == 1
            created = await client.recv()
            assert (created["type"], created["item"]["id"]) == ("document_created", "x")
    file.write_text(errors, "utf-8")
    with live.running(tmp_path) as server:
        async with server.join("/ws", token=live.token()) as client:
            error = await client.ask({"type": "subscribe", "channel": "x", "id": 1})
            assert (error["code"], error["details"]) == ("not_found", {"channel": "x"})


def test_metrics_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prometheus_client import REGISTRY, generate_latest

    (example,) = (each for each in _python_blocks("docs/slow-clients.md") if "prometheus" in each)
    with live.imported(tmp_path, MANIFEST) as ws:
        package = type(sys)("app")
        package.ws = ws  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "app", package)
        scope: dict[str, object] = {}
        exec(compile(example, "example", "exec"), scope)
        metrics = generate_latest(REGISTRY).decode()
        REGISTRY.unregister(next(c for c in REGISTRY._collector_to_names if "WebSocket" in repr(c)))
    for name in ("connections", "sessions", "users", "queued_bytes", "frames_sent_total"):
        assert f"\nws_{name} 0.0\n" in metrics


def test_backplane_page_names_what_there_is() -> None:
    page = (ROOT / "docs/several-workers.md").read_text("utf-8")
    source = (ROOT / "templates/link.py").read_text("utf-8")
    (names,) = re.findall(r"class BackplaneStats.*?\n\n\n", source, re.DOTALL)
    table = page[page.index("| `stats()[") :]
    for name in re.findall(r"^    (\w+):", names, re.MULTILINE):
        assert f"`{name}`" in table, name
    assert f"XADD {stream_key('my_app')} * m" in page
    for name in STREAM_FIELDS:
        assert f"\n| `{name}` |" in page


PAGES = sorted(
    path
    for folder in ("docs", "examples", "benchmarks", "templates", ".")
    for path in (ROOT / folder).glob("*.md" if folder == "." else "**/*")
    if path.suffix in {".md", ".py", ".sh", ".jinja", ".toml", ".yml"}
)
FLAGS = ("--ws-per-message-deflate false", "--ws-max-size 65536", "--timeout-graceful-shutdown 10")


def test_every_start_command_has_the_flags() -> None:
    commands = [
        (path.name, match[0])
        for path in PAGES
        # In Python, a command may go on in the next string.
        for match in re.finditer(
            r'uvicorn [\w.]+:\w+(?:[^`\n"]|"\n\s*")*', path.read_text("utf-8").replace("\\\n", "")
        )
    ]
    assert {name for name, _ in commands} >= {"README.md", "authentication.md", "__main__.py"}
    for name, command in commands:
        words = " ".join(command.replace('"', " ").split())
        assert [flag for flag in FLAGS if flag not in words] == [], f"{name}: {command}"
    for path in PAGES:
        for call in re.findall(r"uvicorn\.(?:run|Config)\([^)]*\)", path.read_text("utf-8")):
            assert "ws_per_message_deflate=False" in call, path
    for path in PAGES:
        assert not re.search(r"\b(fastapi (run|dev) \w|hypercorn \w+:)", path.read_text("utf-8"))


@pytest.mark.slow
async def test_authentication_examples(tmp_path: Path) -> None:
    """The names that are the app's, and the log that says why a client was refused."""
    cors, hosts, logs = _python_blocks("docs/authentication.md")
    live.write_package(tmp_path / "app" / "ws", MANIFEST)
    (tmp_path / "main.py").write_text("\n\n".join((MAIN, cors, hosts, logs)), "utf-8")
    with live.running(tmp_path) as server:
        assert await server.handshake("/ws", Host="evil.example") == 400
        async with server.connect("/ws", token="bad") as client:
            assert (await client.closing()).code == 1008
        live.wait_for_log(
            server, "app.ws.runtime.endpoint INFO client refused endpoint=realtime reason="
        )


def test_tables_say_what_the_model_says() -> None:
    script = ROOT / "scripts" / "docs_tables.py"
    checked = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, timeout=60
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_every_limit_stands_in_the_table_of_variables() -> None:
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    for limit in LIMITS.values():
        assert f"| `{limit.variable}` | {limit.default} | {limit.meaning} |\n" in page
