"""The document: what keeps a file from being a manifest at all."""

from __future__ import annotations

from mdbgen.rules.rule import ENDPOINT, ROOT, WHOLE, Rule

RULES = (
    Rule(
        "MDB001",
        "the manifest cannot be read: missing, a directory, no permission",
        "check the path",
        "mdbgen generate manifst.json -o app/ws/",
        "mdbgen generate manifest.json -o app/ws/",
    ),
    Rule(
        "MDB002",
        "the manifest is over 1 MiB",
        "keep data out of the manifest",
        "a manifest with a list of all customers in it",
        "a manifest with the app's settings; the customers are in the database",
    ),
    Rule(
        "MDB003",
        "a byte is not UTF-8",
        "save the file as UTF-8 (a byte order mark is fine)",
        "a manifest saved as Latin-1 that has the description café",
        "the same file, saved as UTF-8",
    ),
    Rule(
        "MDB004",
        "the text is not JSON: a trailing comma, single quotes, a comment, NaN, an empty "
        "file, …",
        "write what the message expected",
        '{"slug": "my_app",}',
        '{"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}}',
        WHOLE,
    ),
    Rule(
        "MDB005",
        "a key appears twice in an object; the message names the first place",
        "remove one of the two",
        '"developer_id": "ada", "developer_id": "bob"',
        '"developer_id": "ada"',
        ROOT,
    ),
    Rule(
        "MDB006",
        "objects and lists are nested more than 64 levels deep",
        "flatten the document",
        "a default that is a list in a list in a list …, 65 times",
        "a flat list",
    ),
    Rule(
        "MDB007",
        "the document is not an object",
        "write the manifest as one object, `{` … `}`",
        '["my_app"]',
        '{"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}}',
        WHOLE,
    ),
    Rule(
        "MDB008",
        "an escape such as `\\ud800` is half a character and cannot be written as UTF-8",
        "write the character itself, or both halves",
        '"description": "\\ud83d"',
        '"description": "\\ud83d\\ude00"',
        ENDPOINT,
    ),
    Rule(
        "MDB009",
        "there are more than 100 problems: the first are shown, and this one counts the rest",
        "fix the first ones and run again",
        "a manifest with 130 problems: 100 are shown, and this one",
        "the same manifest after another look at it",
    ),
    Rule(
        "MDB010",
        "a file of the package would be too large: code over 1 MiB, `asyncapi.json` or "
        "`client.ts` over 8 MiB",
        "declare less, or shorten descriptions and examples",
        "descriptions of a megabyte, all of which become docstrings",
        "descriptions of a sentence",
    ),
)
