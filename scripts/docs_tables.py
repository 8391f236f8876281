"""Write the tables in docs/ that repeat facts of ``mdbgen.model``, each below its marker.

With ``--check`` nothing is written; the exit code is 1 if a page is out of date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from mdbgen.model.limits import LIMITS
from mdbgen.model.textformats import TEXT_FORMATS
from mdbgen.model.wire import CLOSES, ERROR_CODES, Close

DOCS = Path(__file__).parent.parent / "docs"


def close_codes() -> str:
    """Return how connections end, and what a client does then."""
    rows = [(_code(each), each.meaning, each.reaction.value) for each in CLOSES]
    return _table(("code", "meaning", "what the client should do"), rows)


def error_codes() -> str:
    """Return what an ``error`` frame says of a client's frame."""
    rows = [(f"`{code}`", meaning) for code, meaning in ERROR_CODES.items()]
    return _table(("`error` code", "what was wrong with the client's frame"), rows)


def limits() -> str:
    """Return the limits of an endpoint, as the environment names them."""
    rows = [(f"`{each.variable}`", str(each.default), each.meaning) for each in LIMITS.values()]
    return _table(("variable", "default", "what"), rows)


def formats() -> str:
    """Return the formats of strings, and what handlers get."""
    rows = [(f"`{each.name}`", f"`{each.python}`") for each in TEXT_FORMATS.values()]
    return _table(("`format`", "in Python"), rows)


TABLES = {
    "protocol.md": {"close codes": close_codes, "error codes": error_codes},
    "settings.md": {"limits": limits},
    "messages.md": {"formats": formats},
}


def updated(page: str, text: str) -> str:
    """Return the text of a page with its tables as they should be."""
    for name, table in TABLES[page].items():
        marker = f"<!-- {name}: written by scripts/docs_tables.py -->\n"
        before, found, after = text.partition(marker)
        if not found:
            raise ValueError(f"{page} lacks the marker {marker}")
        rest = re.sub(r"\A(?:\|.*\n)*", "", after)
        text = before + marker + table() + rest
    return text


def _code(close: Close) -> str:
    return f"{close.code} `{close.reason}`" if close.reason else str(close.code)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main(arguments: Sequence[str]) -> int:
    """Write the tables, or only check them."""
    stale = 0
    for page in TABLES:
        path = DOCS / page
        text = path.read_text("utf-8")
        new = updated(page, text)
        if new != text:
            stale += 1
            print(f"docs/{page}: {'out of date' if '--check' in arguments else 'updated'}")
            if "--check" not in arguments:
                path.write_text(new, "utf-8", newline="\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
