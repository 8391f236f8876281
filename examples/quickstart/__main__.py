"""Generate the package, serve it, connect, and show a message arriving.

Leaves the app in ``mdbgen-quickstart/`` below the current folder, to look at and to play with.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jwt
from websockets.asyncio.client import connect

FOLDER = Path("mdbgen-quickstart")
SERVE = (
    "uvicorn main:app --ws-per-message-deflate false --ws-max-size 65536"
    " --timeout-graceful-shutdown 10"
)
START_TIMEOUT_S = 30.0
MESSAGE_TIMEOUT_S = 10.0


def main() -> None:
    """Run the tour; exits non-zero if any step fails."""
    _make_app()
    port, secret_key = _free_port(), secrets.token_urlsafe(32)
    print(f"\n$ {SERVE} --port {port}", flush=True)
    with _server(port, secret_key):
        asyncio.run(_converse(port, secret_key))
    print(f"\nThe app is in {FOLDER}/: read app/ws/router.py, write app/ws/handlers/realtime.py.")


def _make_app() -> None:
    shutil.copytree(
        Path(__file__).parent,
        FOLDER,
        ignore=shutil.ignore_patterns("__*__*"),
        dirs_exist_ok=True,
    )
    (FOLDER / "app").mkdir(exist_ok=True)
    (FOLDER / "app" / "__init__.py").touch()
    print("$ mdbgen generate manifest.json -o app/ws/", flush=True)
    command = [sys.executable, "-m", "mdbgen", "generate", "manifest.json", "-o", "app/ws/"]
    subprocess.run(command, cwd=FOLDER, check=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _server(port: int, secret_key: str) -> Iterator[None]:
    """The app behind uvicorn, for as long as the block runs."""
    command = [sys.executable, "-m", *SERVE.split(), "--port", str(port)]
    environment = {**os.environ, "SECRET_KEY": secret_key}
    server = subprocess.Popen(command, cwd=FOLDER, env=environment)
    try:
        _await_server(server, port)
        yield
    finally:
        server.terminate()
        server.wait(timeout=MESSAGE_TIMEOUT_S)


def _await_server(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not start")


async def _converse(port: int, secret_key: str) -> None:
    token = jwt.encode({"sub": "ada", "exp": time.time() + 60}, secret_key, "HS256")
    headers = {"Authorization": f"Bearer {token}"}
    async with asyncio.timeout(MESSAGE_TIMEOUT_S):
        async with connect(f"ws://127.0.0.1:{port}/ws", additional_headers=headers) as client:
            print(f"\n<- {await client.recv()}")
            query = urllib.parse.urlencode({"text": "Hello from an HTTP route"})
            url = f"http://127.0.0.1:{port}/announce?{query}"
            print(f"\n$ curl -X POST '{url}'", flush=True)
            await asyncio.to_thread(_post, url)
            print(f"\n<- {await client.recv()}", flush=True)


def _post(url: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, method="POST")) as response:
        print(response.read().decode())


if __name__ == "__main__":
    main()
