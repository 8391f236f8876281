"""Manifest to files, in one paragraph: pure, the same bytes for the same manifest."""

from __future__ import annotations

from dataclasses import dataclass

from mdbgen.errors import Diagnostic, ManifestError
from mdbgen.manifest import parse_manifest
from mdbgen.plan import make_plan
from mdbgen.render import MIB, RenderedFile, render
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
    files = render(make_plan(manifest))
    if too_large := [_too_large(file, source) for file in files if len(file.draft) > file.limit]:
        raise ManifestError(*warnings, *too_large)
    return Package(files, warnings)


def _too_large(file: RenderedFile, source: Source) -> Diagnostic:
    message = (
        f"{file.path} would be over {file.limit // MIB} MiB; declare less, or describe it shorter"
    )
    return Diagnostic(source.file, 0, 0, "MDB010", "", message)
