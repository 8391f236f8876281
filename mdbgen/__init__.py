"""mdbgen: a manifest in, a FastAPI WebSocket package that an app owns out."""

__version__ = "0.1.0"
