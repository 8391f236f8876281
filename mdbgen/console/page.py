"""The page as one document: styles, libraries and script in it, and nothing loaded from anywhere.

What it is built from is in ``page/``; ``scripts/build_page.py`` builds it, into ``built/``.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any, NamedTuple

_PREACT, _VALIDATOR = "vendor/htm-preact.js", "vendor/json-schema.js"
_PLACE = re.compile(r"\{\{ (\w+) \}\}")
_POLICY = '<meta http-equiv="Content-Security-Policy" content="{}">'


class Page(NamedTuple):
    """A document, and what a Content-Security-Policy has to let it do."""

    html: str
    scripts: tuple[str, ...]  # sources for ``script-src``: "'sha256-…'"
    styles: tuple[str, ...]  # sources for ``style-src``

    def policy(self, connect: Iterable[str] = ()) -> str:
        """Return a Content-Security-Policy under which the page works, and nothing else does.

        Args:
            connect: what the page may connect to, such as ``ws://127.0.0.1:8001``.
        """
        destinations = " ".join(connect) or "'none'"
        return "; ".join(
            [
                "default-src 'none'",
                f"script-src {' '.join(self.scripts)}",
                f"style-src {' '.join(self.styles)}",
                "img-src data:",  # its own icon
                f"connect-src {destinations}",
                "base-uri 'none'",
                "form-action 'none'",
            ]
        )


@cache
def console_page() -> Page:
    """Return the page of ``mdbgen dev``, which learns everything from its control socket."""
    scripts = [_read(_PREACT), _read(_VALIDATOR), _read("built/console.js")]
    return _page("mdbgen dev", scripts, _read("built/console.css"))


def docs_page(contract: dict[str, Any]) -> Page:
    """Return the page of ``mdbgen docs``, which has the contract in it and works from a file."""
    scripts = [_read(_PREACT), _read("built/docs.js")]
    title = f"{contract['slug']}: WebSocket endpoints"
    return _page(title, scripts, _read("built/docs.css"), contract=contract)


def _page(title: str, scripts: list[str], style: str, **data: Any) -> Page:
    page = Page("", tuple(map(_source, scripts)), (_source(style),))
    parts = {
        "title": escape(title),
        # A server says it in a header, and knows more; a file has nobody else to say it.
        "policy": _POLICY.format(page.policy()) if data else "",
        "style": f"<style>{style}</style>",
        "data": "".join(_data(name, value) for name, value in data.items()),
        "scripts": "\n".join(f"<script>{each}</script>" for each in scripts),
    }
    # All at once: what is in a part is never a place for another.
    html = _PLACE.sub(lambda match: parts[match[1]], _read("index.html"))
    return page._replace(html=html)


def _data(name: str, value: object) -> str:
    """Embed JSON; without ``<`` nothing in it can end the element or begin another."""
    text = json.dumps(value).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>\n'


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _read(path: str) -> str:
    # A checkout on Windows may have other line ends; browsers hash what they are given.
    return (files("mdbgen.console") / path).read_text("utf-8").replace("\r\n", "\n")
