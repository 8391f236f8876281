"""The log of the package and of the server, on its way to the console."""

from __future__ import annotations

import asyncio
import logging
import traceback

from mdbgen.dev.child.asgi import serving
from mdbgen.dev.child.link import Link

MAX_CHARS = 20_000  # of a text


class Forwarder(logging.Handler):
    """Hands records to the development process."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record; what is wrong with it is its writer's affair, not the app's."""
        try:
            text = record.getMessage()
        except Exception:
            text = str(record.msg)
        trace = None
        if record.exc_info and record.exc_info[1] is not None:
            trace = "".join(traceback.format_exception(record.exc_info[1]))[-MAX_CHARS:]
        self._link.tell(
            {
                "is": "record",
                "t": int(record.created * 1000),
                "level": record.levelname,
                "logger": record.name,
                "text": text[:MAX_CHARS],
                "traceback": trace,
                "client": serving.get(),
            }
        )


def expect_cancellations() -> None:
    """The server stops: handlers that still run are cancelled, which is no news."""

    def is_news(record: logging.LogRecord) -> bool:
        cause = record.exc_info[1] if record.exc_info else None
        return not isinstance(cause, asyncio.CancelledError)

    logging.getLogger("uvicorn.error").addFilter(is_news)


def forward_records(link: Link, package: str | None) -> None:
    """From now on the console has the package's records, and what the server complains of."""
    forwarder = Forwarder(link)
    server = logging.getLogger("uvicorn.error")
    server.setLevel(logging.WARNING)
    server.addHandler(forwarder)
    if package is not None:
        logger = logging.getLogger(package)
        if not logger.hasHandlers() and logging.lastResort is not None:
            logger.addHandler(logging.lastResort)  # which is only asked where there is no other
        logger.addHandler(forwarder)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)
