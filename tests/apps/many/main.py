"""Many generated packages in one process, each under a prefix of its own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from fastapi import FastAPI

app = FastAPI()
for folder in sorted(Path(__file__).parent.glob("case_*")):
    router = import_module(f"{folder.name}.ws").router
    app.include_router(router, prefix=f"/{folder.name}")
