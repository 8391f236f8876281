"""Manifest to files, in one paragraph: pure, the same bytes for the same manifest."""

from __future__ import annotations

from dataclasses import dataclass

from mdbgen.errors import Diagnostic
from mdbgen.manifest import parse_manifest
from mdbgen.plan import make_plan
from mdbgen.render import RenderedFile, render
from mdbgen.source import Source


@dataclass(frozen=True, slots=True)
class Package:
    """What a manifest turns into."""

    files: tuple[RenderedFile, ...]  # sorted by path
    warnings: tuple[Diagnostic, ...]


def generate(source: Source) -> Package:
    """Turn a manifest into the files of its package.

    Raises:
        ManifestError: with every problem of the manifest at once.
    """
    manifest, warnings = parse_manifest(source)
    return Package(files=render(make_plan(manifest)), warnings=warnings)
