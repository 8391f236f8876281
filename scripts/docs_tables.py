"""Write the tables in docs/ that repeat facts of ``mdbgen.model``, each below its marker.

With ``--check`` nothing is written; the exit code is 1 if a page is out of date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from mdbgen.breaking.rules import CHANGE_RULES
from mdbgen.model.limits import LIMITS
from mdbgen.model.textformats import TEXT_FORMATS
from mdbgen.model.wire import CLOSES, ERROR_CODES, Close
from mdbgen.rules.catalogue import RULES
from mdbgen.rules.rule import Rule

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


def codes(*prefixes: str) -> str:
    """Return what codes mean."""
    rules = [each for each in RULES.values() if each.code.startswith(prefixes)]
    rows = [(each.code, each.meaning, each.mending) for each in rules]
    return _table(("code", "meaning", "how to fix it"), rows)


def examples(*prefixes: str) -> str:
    """Return an example of each code, wrong and right."""
    rules = [each for each in RULES.values() if each.code.startswith(prefixes)]
    rows = [
        (
            f"`{each.code}`",
            each.shown_place,
            *(_example(text, each) for text in (each.wrong, each.right)),
        )
        for each in rules
    ]
    return _table(("code", "in", "wrong", "right"), rows)


def changes() -> str:
    """Return the rules of ``breaking``, with their usual levels."""
    rows = [
        (f"`{each.id}`", each.receive.value, each.send.value, each.sentence, each.instead)
        for each in CHANGE_RULES.values()
    ]
    return _table(("rule", "clients send", "clients read", "what", "what breaks nobody"), rows)


def _example(text: str, rule: Rule) -> str:
    code = f"`{text}`" if rule.place else text
    return code.replace("|", r"\|")


_CODES = {
    "the document": ("MDB0",),
    "the manifest": ("MDB10", "MDB11"),
    "warnings about the manifest": ("MDB15",),
    "the key mdbgen": ("MDB2",),
    "the output folder": ("MDB3",),
    "the command line": ("MDB4",),
}
TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "breaking.md": {"rules": changes},
    "errors.md": {
        f"{what}, {name}": partial(table, *prefixes)
        for name, prefixes in _CODES.items()
        for what, table in (("codes", codes), ("examples", examples))
    },
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
