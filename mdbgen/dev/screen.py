"""What stands in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mdbgen import __version__
from mdbgen.errors import Diagnostic, format_text, visible
from mdbgen.model.manifest import Manifest
from mdbgen.report.access import describe_endpoints
from mdbgen.terminal import print_text

_KEYS = (
    ("o", "open the console"),
    ("r", "restart the app"),
    ("c", "clear the terminal and the log"),
    ("q", "quit"),
    ("h", "this help"),
)


MAX_LISTED = 10  # files


class Screen:
    """Writes lines; to a terminal in colour, else plain."""

    def __init__(self, *, has_keys: bool) -> None:
        self._is_terminal = sys.stdout is not None and sys.stdout.isatty()
        self._has_keys = has_keys

    def welcome(
        self, app: str, console: str, manifest: Manifest, serves: str, hint: str = ""
    ) -> None:
        """Say where everything is, who may connect, and what to do next, if anything."""
        endpoints = describe_endpoints(manifest)
        width = max(len(each.path) for each in endpoints)
        self._write(
            "",
            f"  {self._strong('mdbgen dev')} {__version__}   {visible(serves)}",
            "",
            f"  app      {self._link(app)}",
            f"  console  {self._link(console)}",
            "",
            *(
                f"  {visible(each.path):{width}}  {visible(each.who)}"
                f" {self._faint(f'({each.decided_by})')}"
                for each in endpoints
            ),
            "",
            *([f"  {visible(hint)}", ""] if hint else []),
            self._faint(
                "  For development only: it makes tokens. Nobody but this machine can reach it."
            ),
            *([self._faint(f"  Press {self._summary()}")] if self._has_keys else []),
            "",
        )

    def help(self) -> None:
        """Say what the keys do."""
        self._write(*(f"  {self._strong(key)}  {what}" for key, what in _KEYS))

    def say(self, text: str) -> None:
        """Say that something has happened."""
        self._write(f"{self._strong('mdbgen')} {visible(text)}")

    def changed(self, files: Sequence[Path]) -> None:
        """Say what has changed."""
        names = [visible(_short(each)) for each in files]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        self.say(f"changed: {', '.join(names[:3])}{more}")

    def written(self, folder: str, files: Mapping[Path, str]) -> None:
        """Say what was generated: all of it where that is little, and what is the user's always."""
        own = [file for file in files if file.parent.name == "handlers" and file.stem != "__init__"]
        shown = files if len(files) <= MAX_LISTED else own
        if len(files) > MAX_LISTED:
            self.say(f"generated {folder}: {len(files)} files; these are yours:")
        self._write(*(f"  {files[file]:7} {visible(file.as_posix())}" for file in shown))

    def lacking(self, stubs: Mapping[str, str]) -> None:
        """Say what to paste into handler files: what they lack is answered ``not_implemented``."""
        for file, stub in stubs.items():
            self.say(f"{file} lacks handlers; until you paste them, clients get not_implemented:")
            self._write(*map(visible, stub.rstrip().splitlines()))

    def problems(self, problems: Sequence[Diagnostic]) -> str:
        """Say what is wrong; return the text."""
        text = "\n".join(map(format_text, problems))
        if text:
            self._write(text)
        return text

    def clear(self) -> None:
        """Wipe the terminal."""
        if self._is_terminal:
            self._write_text("\x1b[2J\x1b[3J\x1b[H")

    def _summary(self) -> str:
        return ", ".join(f"{key} to {what}" for key, what in _KEYS[:-1]) + ", h for help"

    def _write(self, *lines: str) -> None:
        self._write_text("".join(f"{line}\n" for line in lines))

    def _write_text(self, text: str) -> None:
        print_text(sys.stdout, text, 0)

    def _strong(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._is_terminal else text

    def _faint(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._is_terminal else text

    def _link(self, text: str) -> str:
        return f"\x1b[36m{text}\x1b[0m" if self._is_terminal else text


def _short(file: Path) -> str:
    here = Path.cwd().resolve()
    return file.relative_to(here).as_posix() if file.is_relative_to(here) else file.as_posix()
