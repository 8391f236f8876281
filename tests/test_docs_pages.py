"""Pages for those who write an app: their code runs, their lists of names are complete."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import live

ROOT = Path(__file__).parent.parent
MANIFEST = {"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}}


def _page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _python_blocks(name: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", _page(name), re.DOTALL)


def _write_handlers(root: Path, code: str) -> None:
    live.write_package(root / "app" / "ws", MANIFEST)
    file = root / "app" / "ws" / "handlers" / "realtime.py"
    imports = "" if "import" in code else file.read_text("utf-8").split("class ")[0].rstrip()
    file.write_text(f"{imports}\n\n\n{code}", "utf-8")


@pytest.mark.slow
def test_the_tests_on_the_page_pass(tmp_path: Path) -> None:
    app, handlers, _ = _python_blocks("README.md")
    _write_handlers(tmp_path, handlers)
    (tmp_path / "main.py").write_text(app, "utf-8")
    (tmp_path / "test_ws.py").write_text("\n\n".join(_python_blocks("docs/testing.md")), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ws.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert "4 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
async def test_customized_app(tmp_path: Path) -> None:
    """State of the app, a shared base class, and a middleware around every frame."""
    main, shared, handlers, middleware = _python_blocks("docs/customizing.md")
    _write_handlers(tmp_path, handlers)
    (tmp_path / "app" / "ws" / "handlers" / "greeting.py").write_text(shared, "utf-8")
    (tmp_path / "ws_middleware.py").write_text(middleware, "utf-8")
    counted = '\n\n@app.get("/frames")\ndef frames() -> dict[str, int]:\n'
    (tmp_path / "main.py").write_text(f"{main}{counted}    return ws_middleware.FRAMES\n", "utf-8")
    with live.running(tmp_path) as server:
        async with server.join("/ws", token=live.token(sub="ada")) as client:
            assert (await client.ask({"type": "hello"}))["text"] == "Good morning, Ada"
        async with server.connect("/ws", token=live.token(sub="bob")) as client:
            assert (await client.closing()).reason == "forbidden"
        assert (await server.get("/frames"))["websocket.send"] >= 3
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST), "utf-8")
    for command in ("generate manifest.json -o app/ws/", "eject -o app/ws/ --yes"):
        whole = [sys.executable, "-m", "mdbgen", *command.split()]
        subprocess.run(whole, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert f"mdbgen {command}\n" in _page("docs/customizing.md")
    with live.running(tmp_path) as server:
        async with server.join("/ws", token=live.token(sub="ada")) as client:
            assert (await client.ask({"type": "hello"}))["type"] == "greeting"


def _listed(section: str) -> set[str]:
    """The names in the first column of a section's table."""
    text = _page("docs/reference.md").split(f"{section}\n", 1)[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(?:ws\.)?(\w+)[(`]", cell)}


def _public(kind: type) -> set[str]:
    assigned = re.findall(r"^        self\.(\w+)", inspect.getsource(kind), re.MULTILINE)
    names = {*dir(kind), *assigned}
    return {name for name in names if not name.startswith("_")}


def test_the_reference_lists_every_public_name(tmp_path: Path) -> None:
    with live.imported(tmp_path, MANIFEST) as ws:
        assert _listed("# The package's public names") == set(ws.__all__)
        assert _listed("## The manager") == _public(ws.ConnectionManager)
        assert _listed("## A connection") == _public(ws.Connection)


def test_the_reference_shows_the_real_parameters(tmp_path: Path) -> None:
    """``broadcast(message, *, user_id=None, …)``, as ``inspect`` sees it."""
    with live.imported(tmp_path, MANIFEST) as ws:
        for kind in (ws.ConnectionManager, ws.Connection):
            for name in _public(kind):
                method = getattr(kind, name, None)
                if not inspect.isfunction(method):
                    continue
                bare = [
                    each.replace(annotation=each.empty)
                    for each in list(inspect.signature(method).parameters.values())[1:]
                ]
                spelled = str(inspect.Signature(bare)).replace("'", '"')
                assert f"`{name}{spelled}`" in _page("docs/reference.md"), f"{name}{spelled}"
