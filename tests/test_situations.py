"""Rules whose examples are situations: the wrong one breaks this rule, the right one none."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mdbgen.rules.catalogue import RULES
from support import command

CODE = re.compile(r"^\S.*?: (?:warning: )?(MDB\d{3}) ", re.MULTILINE)
GENERATE = "generate manifest.json -o app/ws/"
CHECK = "check manifest.json -o app/ws/"
APP = '[[tool.mdbgen.app]]\nmanifest = "manifest.json"\noutput = "app/ws"\n'
OTHER = '[[tool.mdbgen.app]]\nmanifest = "other.json"\noutput = "{}"\n'
WAIVER = '[[tool.mdbgen.breaking.waiver]]\nrule = "message-removed"\n'
BROKEN = "breaking manifest.json --against old.json"
ROUTER = "app/ws/router.py"
HANDLERS = "app/ws/handlers/realtime.py"
AUTHOR = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def manifest(**changes: Any) -> str:
    return json.dumps({"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}} | changes)


def declared(*, schemas: Mapping[str, Any] | None = None, **endpoint: Any) -> str:
    return manifest(mdbgen={"schemas": schemas or {}, "endpoints": {"realtime": endpoint}})


def receive(*names: str) -> str:
    return declared(receive={name: {} for name in names})


def properties(**stated: Any) -> str:
    return declared(receive={"m": {"properties": stated}})


def endpoints(count: int) -> str:
    return manifest(websockets={f"e{number}": {"path": f"/{number}"} for number in range(count)})


def chain(length: int) -> str:
    schemas: dict[str, Any] = {f"S{length}": {"type": "object", "properties": {}}}
    for number in range(length):
        inner = {"next": {"$ref": f"#/mdbgen/schemas/S{number + 1}"}}
        schemas[f"S{number}"] = {"type": "object", "properties": inner}
    return declared(schemas=schemas)


def shared(count: int) -> str:
    """Schemas that all hold one of 500 properties."""
    hub = {f"p{number}": {"type": "string"} for number in range(500)}
    one = {"type": "object", "properties": {"hub": {"$ref": "#/mdbgen/schemas/Hub"}}}
    others = {f"S{number}": one for number in range(count)}
    return declared(schemas={"Hub": {"type": "object", "properties": hub}, **others})


Files = Mapping[str, str | bytes]


NOTHING: Files = {}


class Situation(NamedTuple):
    """Commands in a folder, and the files that are written before the last of them."""

    last: str
    files: Files = NOTHING
    first: str = ""  # for which there is only a manifest
    git: str = ""  # commands between the two, by ";"


class Example(NamedTuple):
    """The situations of a rule."""

    wrong: Situation
    right: Situation


def written(wrong: Files, right: Files, last: str = GENERATE, first: str = "") -> Example:
    return Example(Situation(last, wrong, first), Situation(last, right, first))


def manifests(wrong: str | bytes, right: str, last: str = GENERATE) -> Example:
    return written({"manifest.json": wrong}, {"manifest.json": right}, last)


def project(wrong: str, right: str, last: str = "check") -> Example:
    return written({"pyproject.toml": wrong}, {"pyproject.toml": right}, last, GENERATE)


COMMIT = "init -q -b main;add .;commit -q -m first"
FOREIGN = {ROUTER: "mine = 1\n"}
IMPORTS = "from ..{} import Connection\n"
METHOD = (
    "from ..contract import RealtimeContract\n\n\nclass RealtimeHandlers(RealtimeContract):\n"
    "    async def on_{}(self, connection, message): ...\n"
)

EXAMPLES: Mapping[str, Example] = {
    "MDB001": Example(Situation("inspect manifst.json"), Situation("inspect manifest.json")),
    "MDB002": manifests(manifest(customers="x" * 2**20), manifest()),
    "MDB003": manifests(manifest(a="é").replace("\\u00e9", "é").encode("latin-1"), manifest(a="é")),
    "MDB006": manifests(
        manifest().replace("{", '{"a": ' + "[" * 65 + "]" * 65 + ",", 1), manifest(a=[])
    ),
    "MDB010": manifests(properties(a={"description": "a\n" * 300_000}), properties(a={})),
    "MDB112": manifests(endpoints(501), endpoints(1), "inspect manifest.json"),
    "MDB221": manifests(chain(60), chain(3)),
    "MDB222": manifests(shared(300), shared(1)),
    "MDB223": manifests(
        properties(
            **{
                f"p{n}": {"type": "string", "pattern": rf"^\p{{L}}{{1,200}}{n}$"}
                for n in range(100)
            }
        ),
        properties(p={"type": "string", "pattern": r"^\p{L}+$", "maxLength": 200}),
    ),
    "MDB224": manifests(
        properties(a={"enum": [*range(12_000)]}), properties(a={"type": "string", "pattern": "^a"})
    ),
    "MDB225": manifests(receive(*(f"set_{n}" for n in range(1200))), receive("setting_changed")),
    "MDB301": written(FOREIGN, {}, GENERATE, GENERATE),
    "MDB302": Example(Situation(GENERATE, FOREIGN), Situation(GENERATE + "../sockets/", FOREIGN)),
    "MDB303": written({"app/ws/mdbgen.lock": "<<<<<<< a\n"}, {}, GENERATE, GENERATE),
    "MDB304": written({f"{ROUTER}/mine.txt": ""}, {"app/ws/routers/mine.txt": ""}),
    "MDB307": written(
        {"app/ws/handlers/chat.py": "from ..contract import ChatContract\n"}, {}, CHECK, GENERATE
    ),
    "MDB308": written(
        {
            "manifest.json": receive("follow"),
            HANDLERS: METHOD.format("follow") + "\n"
            "    async def on_subscribe(self, connection, message): ...\n",
        },
        {"manifest.json": receive("follow"), HANDLERS: METHOD.format("follow")},
    ),
    "MDB309": written({HANDLERS: "x = 1\n" * 100_000}, {HANDLERS: "x = 1\n"}, CHECK, GENERATE),
    "MDB310": written(
        {HANDLERS: IMPORTS.format("connection")}, {HANDLERS: IMPORTS.format("contract")}
    ),
    "MDB311": Example(
        Situation("eject -o app/ --yes", first=GENERATE),
        Situation("eject -o app/ws/ --yes", first=GENERATE),
    ),
    "MDB312": written(
        {
            "manifest.json": receive("search"),
            HANDLERS: METHOD.format("x").replace("x", "disconnect"),
        },
        {"manifest.json": receive("search"), HANDLERS: METHOD.format("search")},
    ),
    "MDB401": Example(Situation("check"), Situation(CHECK, first=GENERATE)),
    "MDB402": project(APP.replace('"', ""), APP),
    "MDB403": project("[tool.mdbgen]\n", APP),
    "MDB404": project(APP.replace("[[", "[").replace("]]", "]"), APP),
    "MDB405": project("[tool.mdbgen]\nmanifests = 1\n" + APP, APP),
    "MDB406": project(APP + OTHER.format("app/ws"), APP),
    "MDB407": Example(Situation("check manifest.json"), Situation(CHECK, first=GENERATE)),
    "MDB410": project(APP.replace("manifest.json", "../../other.json"), APP),
    "MDB411": Example(Situation("init"), Situation("init chat")),
    "MDB412": Example(Situation("explain MDB99"), Situation("explain MDB101")),
    "MDB413": Example(
        Situation("breaking manifest.json --against git:mian", git=COMMIT),
        Situation("breaking manifest.json --against git:main", git=COMMIT),
    ),
    "MDB415": written(
        {"old.json": manifest(), "pyproject.toml": WAIVER},
        {"old.json": manifest(), "pyproject.toml": WAIVER + 'path = "x"\nreason = "y"\n'},
        BROKEN,
    ),
}
# More than files: a hundred problems, a link, a full disk, a bug, a shallow clone. The tests of the
# command line, of hostile folders, of the tree and of ``breaking`` have them.
ELSEWHERE = {"MDB009", "MDB305", "MDB306", "MDB408", "MDB409", "MDB414"}


def _codes(folder: Path, situation: Situation) -> set[str]:
    (folder / "manifest.json").write_text(manifest(), "utf-8")
    if situation.first:
        assert command.run(folder, *situation.first.split()).returncode == 0
    for name, content in situation.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    for each in filter(None, situation.git.split(";")):
        environment = {**os.environ, **AUTHOR, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", *each.split()], cwd=folder, env=environment, check=True)
    done = command.run(folder, *situation.last.split())
    return set(CODE.findall(done.stderr))


def test_every_rule_without_an_example_in_json_has_a_situation() -> None:
    assert {*EXAMPLES, *ELSEWHERE} == {each.code for each in RULES.values() if not each.place}


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_wrong_situation_breaks_this_rule_and_the_right_one_none(
    code: str, tmp_path: Path
) -> None:
    for name, situation, expected in zip(
        ("wrong", "right"), EXAMPLES[code], ({code}, set[str]()), strict=True
    ):
        folder = tmp_path / name
        folder.mkdir()
        assert _codes(folder, situation) == expected, name
