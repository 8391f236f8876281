"""Plan to text: Jinja fills the templates, black formats the result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property


class Owner(Enum):
    """Who may change a file once it is there."""

    GENERATOR = "generator"  # rewritten by every run, listed in the lock
    APP = "app"  # created once, never touched again


@dataclass(frozen=True)
class RenderedFile:
    """One file of the package, as text with LF line endings."""

    path: str  # relative to the output folder, with forward slashes: "handlers/realtime.py"
    owner: Owner
    draft: str  # as the template printed it; equal to ``text`` but where black has to wrap a long name

    @cached_property
    def text(self) -> str:
        """The file as it belongs on disk; formatted by black when first asked for."""
        return self.draft
