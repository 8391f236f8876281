"""The command line and ``pyproject.toml``."""

from __future__ import annotations

from mdbgen.rules.rule import Rule

RULES = (
    Rule(
        "MDB401",
        "no manifest was named, and no `pyproject.toml` was found",
        "name both manifest and output, or list the apps",
        "mdbgen check, in a folder without pyproject.toml",
        "mdbgen check manifest.json -o app/ws/",
    ),
    Rule(
        "MDB402",
        "`pyproject.toml` cannot be read, is over 1 MiB, or is not TOML",
        "fix it at the place named",
        "manifest = manifest.json",
        'manifest = "manifest.json"',
    ),
    Rule(
        "MDB403",
        "`pyproject.toml` lists no apps",
        "add a `[[tool.mdbgen.app]]` table",
        "a pyproject.toml without [[tool.mdbgen.app]]",
        '[[tool.mdbgen.app]] with manifest = "manifest.json" and output = "app/ws"',
    ),
    Rule(
        "MDB404",
        "an entry of `tool.mdbgen` has the wrong shape",
        "give each app a `manifest` (a file) and an `output` (a folder), both as paths",
        "[tool.mdbgen.app]",
        "[[tool.mdbgen.app]]",
    ),
    Rule(
        "MDB405",
        "a key of `tool.mdbgen` does not exist",
        "see the suggestion",
        'manifests = "manifest.json"',
        'manifest = "manifest.json"',
    ),
    Rule(
        "MDB406",
        "the output folders of two apps are the same, or one is inside the other",
        "give each app a folder of its own",
        'two apps with output = "app/ws"',
        'output = "app/ws" and output = "shop/ws"',
    ),
    Rule(
        "MDB407",
        "the command line is invalid: an unknown option, a manifest without `-o`, `-o` without a"
        " manifest",
        "`mdbgen generate --help` shows the options",
        "mdbgen check manifest.json",
        "mdbgen check manifest.json -o app/ws/",
    ),
    Rule(
        "MDB408",
        "the operating system refused an operation",
        "the message says why: no space left, no permission, …",
        "a disk without space",
        "a disk with space",
    ),
    Rule(
        "MDB409",
        "a bug in mdbgen: something unforeseen happened",
        "report it, with what mdbgen prints if the environment variable `MDBGEN_TRACEBACK` "
        "is set to 1",
        "any",
        "MDBGEN_TRACEBACK=1 mdbgen check, and a report",
    ),
    Rule(
        "MDB410",
        "a path in `[[tool.mdbgen.app]]`, or `pyproject.toml` itself, leads out of the repository"
        " (the folder with the nearest `.git`, or else that of `pyproject.toml`), after following"
        " links",
        "keep it inside, or name manifest and folder on the command line",
        'manifest = "../../other/manifest.json"',
        "mdbgen check ../../other/manifest.json -o app/ws/",
    ),
    Rule(
        "MDB411",
        "`init` would have to overwrite a file, which it never does",
        "keep the file, or name another folder",
        "mdbgen init, in a folder that has a manifest.json",
        "mdbgen init chat/",
    ),
    Rule(
        "MDB412",
        "`explain` was asked for a code that does not exist",
        "see the suggestion; `mdbgen explain --all` lists every code",
        "mdbgen explain MDB99",
        "mdbgen explain MDB101",
    ),
    Rule(
        "MDB413",
        "what `--against` names cannot be read: git is missing, the ref or the file at that ref"
        " does not exist, or there is no manifest in it",
        "name a ref that `git rev-parse` knows, a file, or `-` for standard input",
        "mdbgen breaking manifest.json --against git:mian",
        "mdbgen breaking manifest.json --against git:main",
    ),
    Rule(
        "MDB414",
        "the clone is shallow, like those of most CI systems, and lacks the ref",
        "run the `git fetch` that the message names",
        "mdbgen breaking manifest.json --against git:main, after a checkout of one commit",
        "git fetch --depth=1 origin main:refs/remotes/origin/main, and then"
        " --against git:origin/main",
    ),
    Rule(
        "MDB415",
        "a `[[tool.mdbgen.breaking.waiver]]` in `pyproject.toml` has the wrong shape",
        "give each waiver a `rule`, a `path` as `breaking` prints it, and a `reason`",
        'rule = "message-removed"',
        'rule = "message-removed", path = "mdbgen.endpoints.realtime.send.old_news",'
        ' reason = "no client has used it since 2.0"',
    ),
)
