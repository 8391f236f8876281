"""Unified diffs in git's dialect, which ``git apply`` and ``patch -p1`` accept.

Plain unified diffs have no way to say that an empty file, such as ``py.typed``, comes or goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff

_NOWHERE = "/dev/null"
_MAX_COMPARED = 100_000  # lines; the time for more may grow with their square
_NO_NEWLINE = "\\ No newline at end of file\n"


def diff_created(file: str, text: str) -> str:
    """Show a file that is not there yet."""
    header = f"{_header(file)}new file mode 100644\n"
    return header + (_hunks(_NOWHERE, _label("b", file), "", text) or "index 0000000..e69de29\n")


def diff_deleted(file: str, text: str) -> str:
    """Show a file that is to go."""
    header = f"{_header(file)}deleted file mode 100644\n"
    return header + (_hunks(_label("a", file), _NOWHERE, text, "") or "index e69de29..0000000\n")


def diff_updated(file: str, old: str, new: str) -> str:
    """Show what becomes of a file; "" when nothing does."""
    hunks = _hunks(_label("a", file), _label("b", file), old, new)
    return _header(file) + hunks if hunks else ""


def _hunks(old_label: str, new_label: str, old: str, new: str) -> str:
    before, after = _lines(old), _lines(new)
    if len(before) + len(after) > _MAX_COMPARED and before != after:
        return "".join(_terminated(_replaced(before, after, old_label, new_label)))
    return "".join(_terminated(unified_diff(before, after, old_label, new_label)))


def _replaced(
    before: Sequence[str], after: Sequence[str], old_label: str, new_label: str
) -> Iterator[str]:
    """Show that all lines give way to others, without a look for those that stay."""
    yield f"--- {old_label}\n+++ {new_label}\n@@ -{_range(before)} +{_range(after)} @@\n"
    yield from (f"-{line}" for line in before)
    yield from (f"+{line}" for line in after)


def _range(lines: Sequence[str]) -> str:
    return f"{min(1, len(lines))},{len(lines)}"


def _lines(text: str) -> list[str]:
    # str.splitlines() would also split at form feeds and U+2028.
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    return lines if lines[-1] else lines[:-1]


def _terminated(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else line + "\n" + _NO_NEWLINE


def _header(file: str) -> str:
    name = file.lstrip("/")
    return f"diff --git a/{name} b/{name}\n"


def _label(side: str, file: str) -> str:
    name = f"{side}/{file.lstrip('/')}"
    return name + "\t" if " " in name else name  # as git does, so that patch sees where it ends
