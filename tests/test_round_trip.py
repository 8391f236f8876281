"""From Python to the browser: what the package sends is what the client's types say."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import live
import nodejs
import pytest
import samples

from mdbgen.errors import ManifestError
from mdbgen.generate import generate
from mdbgen.source import parse_source

# To TypeScript every object has these, so that leaving them out is a value of another type.
INHERITED = {"constructor", "toString"}
MESSAGES = 12
VALUES = 10


def _manifest(seed: int) -> dict[str, Any]:
    """Messages that clients send and receive; the first of many without a clash of names."""
    random = Random(seed)
    while True:
        schemas = samples.Schemas(random)
        for _ in range(4):
            schemas.add_named()
        messages = {f"m{number}": schemas.message() for number in range(MESSAGES)}
        manifest = {
            "slug": "app",
            "websockets": {"realtime": {"path": "/ws"}},
            "mdbgen": {
                "outputs": ["typescript"],
                "schemas": schemas.named,
                "endpoints": {"realtime": {"receive": messages, "send": messages}},
            },
        }
        try:
            generate(parse_source(json.dumps(manifest).encode(), "manifest.json"))
        except ManifestError as error:
            if {each.code for each in error.diagnostics} != {"MDB205"}:
                raise
        else:
            return manifest


def _sent(root: Path, manifest: dict[str, Any], random: Random) -> list[tuple[str, str]]:
    """Random messages as the package sends what it has read: interface and JSON."""
    declared = manifest["mdbgen"]
    values = samples.Values(random, declared["schemas"])
    found = []
    with live.imported(root, manifest) as ws:
        contract = sys.modules[f"{ws.__name__}.contract"].RealtimeContract()
        unusable = sys.modules[f"{ws.__name__}.inbound"].Unusable
        encode = sys.modules[f"{ws.__name__}.wire"].encode
        for name, schema in declared["endpoints"]["realtime"]["receive"].items():
            for _ in range(VALUES):
                value = values.valid({**schema, "type": "object"})
                with suppress(unusable):  # what is drawn is not always within all bounds
                    message = contract.parse(json.dumps({**value, "type": name}))
                    found.append((type(message).__name__, encode(message).event["text"]))
    return found


def _script(frames: list[tuple[str, str]]) -> str:
    """A program that is correct if every frame has the type that the client says."""
    names = ", ".join(sorted({f"type {name}" for name, _ in frames}))
    lines = [f'import {{ type Incoming, {names} }} from "./client.js";']
    lines += [
        f"export const frame{number}: Incoming<{name}> = {text};"
        for number, (name, text) in enumerate(frames)
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(4))
def test_the_client_has_types_for_whatever_the_package_sends(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [name for name in samples.HOSTILE_NAMES if name not in INHERITED]
    monkeypatch.setattr(samples, "HOSTILE_NAMES", names)
    manifest = _manifest(seed)
    live.write_package(tmp_path / "ws", manifest)
    frames = _sent(tmp_path, manifest, Random(seed))
    assert len(frames) > MESSAGES * VALUES / 2
    script = tmp_path / "ws" / "frames.ts"
    script.write_text(_script(frames), encoding="utf-8")
    nodejs.compile_typescript(script, out=tmp_path / "ws")


def test_a_frame_of_another_type_would_be_seen(tmp_path: Path) -> None:
    manifest = _manifest(0)
    live.write_package(tmp_path / "ws", manifest)
    script = tmp_path / "ws" / "frames.ts"
    script.write_text(_script([("M0", '{"type": "m1"}')]), encoding="utf-8")
    with pytest.raises(AssertionError, match="error TS2322"):
        nodejs.compile_typescript(script, out=tmp_path / "ws")
