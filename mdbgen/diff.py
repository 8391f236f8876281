"""Unified diffs that ``patch -p1`` and ``git apply`` accept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff

NOWHERE = "/dev/null"
_NO_NEWLINE = "\\ No newline at end of file\n"


def diff_created(file: str, text: str) -> str:
    """Show a file that is not there yet."""
    if not text:  # no hunk says "an empty file": only git's own header does
        name = _bare(file)
        return f"diff --git a/{name} b/{name}\nnew file mode 100644\nindex 0000000..e69de29\n"
    return _diff(NOWHERE, _label("b", file), "", text)


def diff_deleted(file: str, text: str) -> str:
    """Show a file that is to go."""
    if not text:
        name = _bare(file)
        return f"diff --git a/{name} b/{name}\ndeleted file mode 100644\nindex e69de29..0000000\n"
    return _diff(_label("a", file), NOWHERE, text, "")


def diff_updated(file: str, old: str, new: str) -> str:
    """Show what becomes of a file; "" when nothing does."""
    return _diff(_label("a", file), _label("b", file), old, new)


def _diff(old_label: str, new_label: str, old: str, new: str) -> str:
    return "".join(_terminated(unified_diff(_lines(old), _lines(new), old_label, new_label)))


def _lines(text: str) -> list[str]:
    # str.splitlines() would also split at form feeds and U+2028.
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    return lines if lines[-1] else lines[:-1]


def _terminated(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else line + "\n" + _NO_NEWLINE


def _bare(file: str) -> str:
    return file.lstrip("/")


def _label(side: str, file: str) -> str:
    name = f"{side}/{_bare(file)}"
    return name + "\t" if " " in name else name  # as git does, so that patch sees where it ends
