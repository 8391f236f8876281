"""Between Python and the browser: what either side writes is of the other side's types."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mdbgen.document.source import parse_source
from mdbgen.errors import ManifestError
from mdbgen.generate import generate
from mdbgen.naming import method_name
from support import live, nodejs, samples
from support.received import parse

pytestmark = pytest.mark.slow

FEATURES = Path(__file__).parent.parent / "golden" / "messages-schema-features" / "manifest.json"
# To TypeScript every object has these, so that leaving them out is a value of another type.
INHERITED = {"constructor", "toString"}
MESSAGES = 12
VALUES = 10
LARGEST_WHOLE = 2**53  # that JavaScript can tell from its neighbours
FINER_THAN_PYTHON = re.compile(r":\d\d\.\d{7}")  # two such times may become one
SCRIPT = """
import { RealtimeClient } from "./client.js";
const sent: string[] = [];
class Socket {
  onmessage: ((event: { data: string }) => void) | null = null;
  constructor() {
    queueMicrotask(() => this.onmessage?.({ data: '{"type":"connected","ping_interval":30}' }));
  }
  send(text: string): void { sent.push(text); }
  close(): void {}
}
const ws = new RealtimeClient({
  url: "http://localhost", webSocket: Socket as unknown as typeof WebSocket,
});
ws.on("status", ({ state }) => { if (state === "open") speak(); });
function speak(): void {
  CALLS
  console.log(JSON.stringify(sent));
  ws.close();
}
"""


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


class _Package:
    """A package, imported, and random messages that its clients may send."""

    def __init__(self, root: Path, manifest: dict[str, Any], stack: ExitStack) -> None:
        name = stack.enter_context(live.imported(root, manifest)).__name__
        self._handlers = sys.modules[f"{name}.contract"].RealtimeContract()
        self.encode = sys.modules[f"{name}.runtime.wire"].encode
        self._unusable = sys.modules[f"{name}.runtime.inbound"].Unusable
        self._declared = manifest["mdbgen"]

    def parse(self, text: str) -> Any:
        return parse(self._handlers, text)

    def messages(self, random: Random) -> Iterator[tuple[str, Any]]:
        """By their names on the wire."""
        values = samples.Values(random, self._declared["schemas"])
        for name, schema in self._declared["endpoints"]["realtime"]["receive"].items():
            for _ in range(VALUES):
                value = values.valid({**schema, "type": "object"})
                text = json.dumps({**value, "type": name})
                if FINER_THAN_PYTHON.search(text):
                    continue
                with suppress(self._unusable):  # what is drawn is not always within all bounds
                    yield name, self.parse(text)


def _features() -> dict[str, Any]:
    """The golden case that has every feature; its messages go both ways here."""
    manifest: dict[str, Any] = json.loads(FEATURES.read_text("utf-8"))
    endpoint = manifest["mdbgen"]["endpoints"]["realtime"]
    endpoint["receive"] |= endpoint["send"]
    endpoint["send"] = endpoint["receive"]
    return manifest


@pytest.fixture(params=[*range(4), "features"])
def drawn(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[_Package, list[tuple[str, Any]]]]:
    """A package with its client in ``tmp_path/ws``, and messages of all its types."""
    names = [name for name in samples.HOSTILE_NAMES if name not in INHERITED]
    monkeypatch.setattr(samples, "HOSTILE_NAMES", names)
    manifest = _features() if request.param == "features" else _manifest(request.param)
    live.write_package(tmp_path / "ws", manifest)
    with ExitStack() as stack:
        package = _Package(tmp_path, manifest, stack)
        messages = list(package.messages(Random(request.param)))
        declared = manifest["mdbgen"]["endpoints"]["realtime"]["receive"]
        assert len(messages) > len(declared) * VALUES / 2
        if request.param == "features":  # what is drawn may be of no value at all
            assert {name for name, _ in messages} == declared.keys()
        yield package, messages


def _as_mapping(message: Any) -> dict[str, Any]:
    """The message as its client wrote it."""
    plain: dict[str, Any] = message.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return plain


def _script(frames: list[tuple[str, str]]) -> str:
    """A program that is correct if every frame has the type that the client says."""
    names = ", ".join(sorted({f"type {name}" for name, _ in frames}))
    lines = [f'import {{ type Incoming, {names} }} from "./client.js";']
    lines += [
        f"export const frame{number}: Incoming<{name}> = {text};"
        for number, (name, text) in enumerate(frames)
    ]
    return "\n".join(lines)


def test_the_client_has_types_for_whatever_the_package_sends(
    drawn: tuple[_Package, list[tuple[str, Any]]], tmp_path: Path
) -> None:
    package, messages = drawn
    frames = [(type(each).__name__, package.encode(each).event["text"]) for _, each in messages]
    script = tmp_path / "ws" / "frames.ts"
    script.write_text(_script(frames), encoding="utf-8")
    nodejs.compile_typescript(script, out=tmp_path / "ws")


def test_the_package_takes_whatever_the_client_has_types_for(
    drawn: tuple[_Package, list[tuple[str, Any]]], tmp_path: Path
) -> None:
    """Calls with literals, compiled, and run with a socket that keeps what it is to send."""
    package, messages = drawn
    sendable = [(name, each) for name, each in messages if _is_exact(_as_mapping(each))]
    assert len(sendable) > len(messages) / 2
    folder = tmp_path / "ws"
    calls = "\n  ".join(_call(method_name(name), _as_mapping(each)) for name, each in sendable)
    (folder / "calls.ts").write_text(SCRIPT.replace("CALLS", calls), encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    nodejs.compile_typescript(folder / "calls.ts", out=folder)
    sent = json.loads(nodejs.run(folder / "calls.js", cwd=folder))
    assert [package.parse(text) for text in sent] == [message for _, message in sendable]


def _call(name: str, message: dict[str, Any]) -> str:
    value = {key: each for key, each in message.items() if key != "type"}
    return f"ws.{name}({json.dumps(value) if value else ''});"


def _is_exact(value: Any) -> bool:
    """Whether JavaScript holds all numbers of a JSON value as they are."""
    match value:
        case dict():
            return all(map(_is_exact, value.values()))
        case list():
            return all(map(_is_exact, value))
        case int():
            return abs(value) <= LARGEST_WHOLE
    return True


def test_a_frame_of_another_type_would_be_seen(tmp_path: Path) -> None:
    manifest = _manifest(0)
    live.write_package(tmp_path / "ws", manifest)
    script = tmp_path / "ws" / "frames.ts"
    script.write_text(_script([("M0", '{"type": "m1"}')]), encoding="utf-8")
    with pytest.raises(AssertionError, match="error TS2322"):
        nodejs.compile_typescript(script, out=tmp_path / "ws")
