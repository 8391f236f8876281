# pyright: reportMissingImports=false
"""An app around the package of ``golden/outputs``: what the console is tried on."""

from __future__ import annotations

from app import ws
from fastapi import FastAPI

app = FastAPI()
app.include_router(ws.router)
