"""The keys of a manifest, errors and warnings."""

from __future__ import annotations

from mdbgen.rules.rule import ENDPOINT, POLICY, ROOT, WHOLE, Rule

RULES = (
    Rule(
        "MDB101",
        "a required key is missing",
        "add it",
        '{"websockets": {"realtime": {"path": "/ws"}}}',
        '{"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}}',
        WHOLE,
    ),
    Rule(
        "MDB102",
        "an endpoint, its `auth`, or the key `mdbgen` has a key that does not exist; or `auth`,"
        " `auth.policy`, `auth_policy`, `auth.jwt` or `cors` has one that looks like a misspelt"
        " key of mdbgen's or belongs elsewhere (`allowed_role`, `auth.allowed_users`), so that a"
        " restriction would silently be lost. Other keys there are not mdbgen's and are ignored",
        "see the suggestion; [settings](settings.md) lists the keys",
        '"allowed_role": ["staff"]',
        '"allowed_roles": ["staff"]',
        POLICY,
    ),
    Rule(
        "MDB103",
        'a value has the wrong type; `null` is not a boolean, `"30"` is not a number',
        "write a value of the named type, or leave the key out",
        '"ping_interval": "30"',
        '"ping_interval": 30',
        ENDPOINT,
    ),
    Rule(
        "MDB104",
        "a number is below the minimum or above the maximum",
        "`ping_interval` is 5 to 300, `ticket_ttl_seconds` 1 to 60, `history` 0 to 10000, "
        "limits are at least 1",
        '"ping_interval": 2',
        '"ping_interval": 5',
        ENDPOINT,
    ),
    Rule(
        "MDB105",
        "`slug` or `path` has a character that is not allowed",
        "slug: `a-z 0-9 _ -`; path: `/`, then `a-z A-Z 0-9 _ - /`",
        '{"slug": "My App", "websockets": {"realtime": {"path": "/ws"}}}',
        '{"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}}',
        WHOLE,
    ),
    Rule(
        "MDB106",
        "the name of an endpoint has a character that is not allowed",
        "`a-z A-Z 0-9 _ -`",
        '{"slug": "my_app", "websockets": {"real time": {"path": "/ws"}}}',
        '{"slug": "my_app", "websockets": {"real-time": {"path": "/ws"}}}',
        WHOLE,
    ),
    Rule(
        "MDB107",
        "a value is not one of the allowed ones",
        "use one of those that the message lists",
        '"auth": {"jwt": {"algorithm": "HS512"}}',
        '"auth": {"jwt": {"algorithm": "HS256"}}',
        ROOT,
    ),
    Rule(
        "MDB108",
        "a value is empty but must not be",
        "fill it in, or leave the key out",
        '{"slug": "my_app", "websockets": {}}',
        '{"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}}',
        WHOLE,
    ),
    Rule(
        "MDB109",
        "`require_auth`, an old spelling",
        'write `"auth": {"required": true}`',
        '"require_auth": true',
        '"auth": {"required": true}',
        ENDPOINT,
    ),
    Rule(
        "MDB110",
        "two endpoints map to the same Python name, class name or file name (`a-b` and `a_b`,"
        " `Live` and `live`)",
        "rename one of the two",
        '{"slug": "my_app", "websockets": {"a-b": {"path": "/a"}, "a_b": {"path": "/b"}}}',
        '{"slug": "my_app", "websockets": {"a-b": {"path": "/a"}, "a-c": {"path": "/b"}}}',
        WHOLE,
    ),
    Rule(
        "MDB111",
        "two endpoints have the same path, or paths that differ only by a trailing `/`",
        "change one of the two",
        '{"slug": "my_app", "websockets": {"a": {"path": "/ws"}, "b": {"path": "/ws"}}}',
        '{"slug": "my_app", "websockets": {"a": {"path": "/ws/a"}, "b": {"path": "/ws/b"}}}',
        WHOLE,
    ),
    Rule(
        "MDB112",
        "more than 500 endpoints",
        "use channels in place of endpoints",
        "an endpoint for each of 600 rooms",
        "one endpoint, whose clients join the channel of their room: ws.manager.join",
    ),
    Rule(
        "MDB150",
        "`auth.policy` and `auth_policy` disagree on `required` or `allow_anonymous`; the "
        "stricter value is used",
        "keep one of the two forms",
        '"auth": {"policy": {"required": false}}, "auth_policy": {"required": true}',
        '"auth": {"policy": {"required": true}}',
        ROOT,
    ),
    Rule(
        "MDB151",
        "`auth.policy` and `auth_policy` disagree on another key; `auth.policy` is used, except"
        " that both lists of `denied_users` apply",
        "keep one of the two forms",
        '"auth": {"policy": {"allowed_roles": ["a"]}}, "auth_policy": {"allowed_roles": ' '["b"]}',
        '"auth": {"policy": {"allowed_roles": ["a"]}}',
        ROOT,
    ),
    Rule(
        "MDB152",
        "`auth.require_role` is given where `auth.mode` is not `shared`; it is enforced anyway",
        "set `auth.mode`, or remove the role",
        '"auth": {"require_role": "viewer"}',
        '"auth": {"mode": "shared", "require_role": "viewer"}',
        ROOT,
    ),
    Rule(
        "MDB153",
        "`auth.require_role` is not among `auth.roles`, so perhaps nobody has it",
        "add it there, or correct it",
        '"auth": {"mode": "shared", "roles": ["viewer"], "require_role": "veiwer"}',
        '"auth": {"mode": "shared", "roles": ["viewer"], "require_role": "viewer"}',
        ROOT,
    ),
    Rule(
        "MDB154",
        "`cors.allow_origins` has `*`: scripts of any page may connect with a token or ticket"
        " that they hold; cookies count only from the app's own pages and from origins listed by"
        " name",
        "list the origins, unless the endpoint is meant for everybody's pages",
        '"cors": {"enabled": true, "allow_origins": ["*"]}',
        '"cors": {"enabled": true, "allow_origins": ["https://app.example.com"]}',
        ROOT,
    ),
    Rule(
        "MDB155",
        "an entry of `cors.allow_origins` is not an origin (it has a path, a wildcard, no scheme,"
        " letters beyond ASCII, or is `null`) and matches nothing",
        "write scheme, host and port: `https://app.example.com`",
        '"cors": {"enabled": true, "allow_origins": ["app.example.com"]}',
        '"cors": {"enabled": true, "allow_origins": ["https://app.example.com"]}',
        ROOT,
    ),
    Rule(
        "MDB156",
        "a root key looks like a misspelt key of mdbgen's (`auth_polcy`), or belongs in"
        " `auth.policy`; it is ignored, since it may be another program's",
        "see the suggestion",
        '"auth_polcy": {"allowed_roles": ["staff"]}',
        '"auth_policy": {"allowed_roles": ["staff"]}',
        ROOT,
    ),
)
