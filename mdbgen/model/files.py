"""A package as text, before it is compared with any folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import ClassVar

MIB = 1024 * 1024


class Owner(Enum):
    """Who may change a file once it is there."""

    GENERATOR = "generator"  # rewritten by every run, listed in the lock
    APP = "app"  # created once, never touched again


@dataclass(frozen=True)
class RenderedFile:
    """One file of the package, as text with LF line endings."""

    limit: ClassVar[int] = 8 * MIB  # characters; about half of what `disk` reads
    path: str  # relative to the output folder, with forward slashes: "handlers/realtime.py"
    owner: Owner
    draft: str  # as the template printed it; equal to ``text`` unless a long name makes black wrap
    handlers: str = ""  # of a handler file: the name of its class
    contract: str = ""  # and of the generated base of that
    stubs: Mapping[str, str] = field(default_factory=dict)  # and its methods for messages, as text

    @cached_property
    def text(self) -> str:
        """The file as it belongs on disk; formatted by black when first asked for."""
        return self.draft
