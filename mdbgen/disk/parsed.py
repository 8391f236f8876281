"""Handler files as Python reads them."""

from __future__ import annotations

import ast
from functools import lru_cache
from warnings import catch_warnings


@lru_cache(maxsize=8)  # what is missing, left over and stale is asked about one and the same text
def parse_code(text: str) -> ast.Module | None:
    """Parse a handler file; None where it is no Python, of which the app will hear itself."""
    try:
        with catch_warnings(action="ignore"):  # of odd escapes and the like
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nobody's code
        return None
