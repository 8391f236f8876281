"""Serve the board: ``python -m mdbgen.examples.board``, then open it in two windows."""

from __future__ import annotations

import argparse
import os
import secrets

import uvicorn


def main() -> None:
    """Serve on 127.0.0.1 until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m mdbgen.examples.board", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--file", default="board.json", help="where the notes are kept")
    options = parser.parse_args()
    os.environ["BOARD_FILE"] = options.file
    # A key of its own for each start: pages whose token it refuses ask for another.
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(32))
    uvicorn.run(
        "mdbgen.examples.board.main:app",
        port=options.port,
        ws_per_message_deflate=False,
        ws_max_size=65_536,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
