"""What ``docs`` tells."""

from __future__ import annotations

from collections.abc import Sequence

from mdbgen.errors import Diagnostic, as_json, format_github, format_text, visible
from mdbgen.report.formats import OK, Format, Report, document, lines_of


def report_docs(
    files: Sequence[tuple[str, str]], warnings: Sequence[Diagnostic], form: Format
) -> Report:
    """Report what was done to which file, and what the manifest was warned of."""
    if form is Format.JSON:
        content = {
            "files": [{"action": action, "path": path} for action, path in files],
            "warnings": [as_json(each) for each in warnings],
        }
        return Report(document(content), "", OK)
    lines = lines_of(f"{action} {visible(path)}" for action, path in files)
    if form is Format.GITHUB:
        return Report(lines_of(map(format_github, warnings)) + lines, "", OK)
    return Report(lines, lines_of(map(format_text, warnings)), OK)
