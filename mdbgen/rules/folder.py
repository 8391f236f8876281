"""The output folder."""

from __future__ import annotations

from mdbgen.rules.rule import Rule

RULES = (
    Rule(
        "MDB301",
        "a generated file was edited by hand",
        "undo the edit, or overwrite it with `--force`",
        "a line changed in app/ws/router.py",
        "the same change in handlers/, in a subclass, or in the manifest",
    ),
    Rule(
        "MDB302",
        "a file that mdbgen did not write is where a generated one belongs",
        "move it away, or overwrite it with `--force`",
        "app/ws/router.py is there already, written by somebody else",
        "another output folder: -o app/sockets/",
    ),
    Rule(
        "MDB303",
        "`mdbgen.lock` is unreadable",
        "delete it and run `mdbgen generate`; files that are up to date are adopted",
        "mdbgen.lock with the conflict markers of a merge",
        "rm app/ws/mdbgen.lock && mdbgen generate manifest.json -o app/ws/",
    ),
    Rule(
        "MDB304",
        "something else is where a file belongs: a folder, a pipe, a device, a broken link; or a"
        " file is where a folder belongs",
        "move it away",
        "a folder app/ws/router.py/",
        "a folder with another name",
    ),
    Rule(
        "MDB305",
        "a symbolic link leads out of the output folder; nothing there is read or written",
        "remove the link",
        "app/ws/handlers is a symbolic link to ../../shared",
        "a folder of its own",
    ),
    Rule(
        "MDB306",
        "a file cannot be read or written: no permission, no space, …",
        "fix what the message names and run again",
        "app/ws/ belongs to another user",
        'chown -R "$USER" app/ws/',
    ),
    Rule(
        "MDB307",
        "warning: a handler file no longer belongs to any endpoint",
        "adapt it or delete it; it is yours",
        "handlers/chat.py, after the endpoint chat has left the manifest",
        "no such file, or its code in the file of another endpoint",
    ),
    Rule(
        "MDB308",
        "warning: a handler method no longer belongs to any message",
        "rename or delete it; nothing calls it",
        "on_subscribe, after the message subscribe was renamed follow",
        "on_follow",
    ),
    Rule(
        "MDB309",
        "a file is far larger than anything that mdbgen or a person would write: a handler over"
        " 512 KiB, a lock over 1 MiB, another file over 32 MiB",
        "move it away, or move a handler's code into other modules",
        "a handler file with a table of a million lines in it",
        "the table in a module of its own",
    ),
    Rule(
        "MDB310",
        "warning: a handler file imports a module that the package no longer has",
        "write the line that the warning suggests",
        "from ..connection import Connection",
        "from ..contract import Connection",
    ),
    Rule(
        "MDB311",
        "`eject` was given a folder without `mdbgen.lock`",
        "name the folder of a generated package",
        "mdbgen eject -o app/ --yes",
        "mdbgen eject -o app/ws/ --yes",
    ),
    Rule(
        "MDB312",
        "warning: a handler file lacks methods for messages; until they are there, clients get"
        " `not_implemented`",
        "paste what `mdbgen check` prints into the class",
        "handlers/realtime.py, after the message search was added to the manifest",
        "the same file with on_search",
    ),
    Rule(
        "MDB313",
        "`docs` would overwrite a file that it did not write",
        "name another folder, or move the file away",
        "mdbgen docs manifest.json -o public/, which holds the app's own index.html",
        "mdbgen docs manifest.json -o public/sockets/",
    ),
)
