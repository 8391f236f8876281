"""The key ``mdbgen``."""

from __future__ import annotations

from mdbgen.rules.rule import ENDPOINT_DECLARED, MDBGEN_KEY, PROPERTIES, Rule

RULES = (
    Rule(
        "MDB202",
        "`mdbgen.endpoints` has an endpoint that `websockets` lacks",
        "see the suggestion",
        '"endpoints": {"realtme": {"history": 10}}',
        '"endpoints": {"realtime": {"history": 10}}',
        MDBGEN_KEY,
    ),
    Rule(
        "MDB203",
        "a keyword outside of the subset of JSON Schema, or one that messages do not have",
        "see the suggestion; nothing is ignored",
        '"name": {"type": "string", "contentEncoding": "base64"}',
        '"name": {"type": "string"}',
        PROPERTIES,
    ),
    Rule(
        "MDB204",
        "the name of a message or of a message's property is reserved",
        "choose another",
        '"type": {"type": "string"}',
        '"kind": {"type": "string"}',
        PROPERTIES,
    ),
    Rule(
        "MDB205",
        "two names meet in one Python name, class, handler or TypeScript method (`a-b` and "
        "`a.b`); the message names the other place",
        "rename one of the two",
        '"a-b": {"type": "string"}, "a.b": {"type": "string"}',
        '"a-b": {"type": "string"}, "a-c": {"type": "string"}',
        PROPERTIES,
    ),
    Rule(
        "MDB206",
        "two places declare one message with different schemas",
        "give both the same schema, or one of the two another name",
        '"receive": {"note": {"properties": {"text": {"type": "string"}}}}, "send": '
        '{"note": {"properties": {"text": {"type": "integer"}}}}',
        '"receive": {"note": {"properties": {"text": {"type": "string"}}}}, "send": '
        '{"note": {"properties": {"text": {"type": "string"}}}}',
        ENDPOINT_DECLARED,
    ),
    Rule(
        "MDB207",
        "`reply` names a message that the endpoint does not send, or stands in `send`",
        "declare the answer under `send` of the same endpoint",
        '"receive": {"ask": {"reply": "anwser"}}, "send": {"answer": {}}',
        '"receive": {"ask": {"reply": "answer"}}, "send": {"answer": {}}',
        ENDPOINT_DECLARED,
    ),
    Rule(
        "MDB208",
        "a name is empty, longer than 100 characters, or has a character that cannot be " "seen",
        "choose a name that people can read",
        '"": {"type": "string"}',
        '"name": {"type": "string"}',
        PROPERTIES,
    ),
    Rule(
        "MDB209",
        "a list has one entry twice; the message names the first place",
        "remove one of the two",
        '"state": {"enum": ["idle", "busy", "idle"]}',
        '"state": {"enum": ["idle", "busy"]}',
        PROPERTIES,
    ),
    Rule(
        "MDB210",
        "a keyword without `type`: JSON Schema would let every other type pass",
        "add the type",
        '"name": {"maxLength": 64}',
        '"name": {"type": "string", "maxLength": 64}',
        PROPERTIES,
    ),
    Rule(
        "MDB211",
        "a keyword that says nothing about the type, such as `maxLength` of a number",
        "remove it, or correct the type",
        '"count": {"type": "integer", "maxLength": 5}',
        '"count": {"type": "integer", "maximum": 5}',
        PROPERTIES,
    ),
    Rule(
        "MDB212",
        "a keyword that has no place beside another: `$ref`, `anyOf`, `enum` and `const` "
        "say all, a format such as `uuid` has no length, an object is a class or a map",
        "see the suggestion",
        '"key": {"type": "string", "format": "uuid", "maxLength": 36}',
        '"key": {"type": "string", "format": "uuid"}',
        PROPERTIES,
    ),
    Rule(
        "MDB213",
        "`$ref` leads to none of `mdbgen.schemas`",
        "write `#/mdbgen/schemas/<name>`",
        '"item": {"$ref": "#/$defs/Item"}',
        '"item": {"type": "object", "properties": {"sku": {"type": "string"}}}',
        PROPERTIES,
    ),
    Rule(
        "MDB214",
        "schemas that lead only to each other, so that no value would ever end; or over 64 "
        "`$ref` in a row",
        "put an object with properties in between",
        '"schemas": {"A": {"$ref": "#/mdbgen/schemas/B"}, "B": {"$ref": ' '"#/mdbgen/schemas/A"}}',
        '"schemas": {"A": {"type": "object", "properties": {"next": {"$ref": '
        '"#/mdbgen/schemas/A"}}}}',
        MDBGEN_KEY,
    ),
    Rule(
        "MDB215",
        "members of a union that one value could both have",
        "let them differ by type, by value, or by a required property with its own `const`",
        '"size": {"anyOf": [{"type": "integer"}, {"type": "number"}]}',
        '"size": {"anyOf": [{"type": "number"}, {"type": "string"}]}',
        PROPERTIES,
    ),
    Rule(
        "MDB216",
        "bounds that leave no value, or a `multipleOf` that makes no sense",
        "correct them",
        '"age": {"type": "integer", "minimum": 10, "maximum": 5}',
        '"age": {"type": "integer", "minimum": 5, "maximum": 10}',
        PROPERTIES,
    ),
    Rule(
        "MDB217",
        "a `pattern` that is none of ECMA-262, or that pydantic does not take",
        "the message says what; do without look-around and references to groups",
        '"code": {"type": "string", "pattern": "(?=a)b"}',
        '"code": {"type": "string", "pattern": "^[a-z]+$"}',
        PROPERTIES,
    ),
    Rule(
        "MDB218",
        "a value of `enum` or `const` is a fraction, an object or a list, or not of the " "`type`",
        "write strings, whole numbers, true, false or null",
        '"rate": {"enum": [0.5, 1]}',
        '"rate": {"enum": ["half", "full"]}',
        PROPERTIES,
    ),
    Rule(
        "MDB219",
        "a `default` that is no value of the type, stands where no property is, or is more "
        "than a scalar, `[]` or `{}`",
        "correct it, or let the code decide",
        '"count": {"type": "integer", "default": "none"}',
        '"count": {"type": "integer", "default": 0}',
        PROPERTIES,
    ),
    Rule(
        "MDB220",
        "`required` names a property that is not declared",
        "declare it, or remove the name",
        '"send": {"note": {"properties": {"text": {"type": "string"}}, "required": ' '["txt"]}}',
        '"send": {"note": {"properties": {"text": {"type": "string"}}, "required": ' '["text"]}}',
        ENDPOINT_DECLARED,
    ),
    Rule(
        "MDB221",
        "schemas lead from one to the next so deeply that pydantic, which follows them by "
        "nested calls, would exceed the 1,000 calls that Python allows. About 25 to 55 "
        "schemas in a row are possible, fewer if they hold each other in lists, unions or "
        "properties that may be left out; schemas that lead back to each other count "
        "together",
        "merge some of the schemas, or write `{}` (any value) where the app needs no types",
        "60 schemas, each of which holds the next",
        "schemas that hold what belongs together, or {} (any value) where the app needs no "
        "types",
    ),
    Rule(
        "MDB222",
        "all types together are over 100,000, each counted wherever a schema that holds it "
        "is named: importing the package would take very long",
        "name big schemas in fewer places, or write `{}`",
        "a schema of 500 properties that 300 others hold",
        "{} (any value) in most of these places",
    ),
    Rule(
        "MDB223",
        "the patterns of all types together would take too long to be compiled: half a "
        "second, by an estimate",
        "repeat large sets such as `\\p{L}` or `.` less often; `maxLength` limits the "
        "length for nothing",
        "a hundred patterns such as ^\\p{L}{1,200}$",
        "^\\p{L}+$ with maxLength 200",
    ),
    Rule(
        "MDB224",
        "all enums together have over 10,000 values",
        "take a string with a pattern, and let the app know the values",
        "an enum of all 12,000 articles of a shop",
        "a string with a pattern",
    ),
    Rule(
        "MDB225",
        "all endpoints together declare over 1,000 messages, a message counted at each "
        "endpoint that declares it",
        "let one message with a property of its own say what several do",
        "a message for each of 1,200 settings",
        "one message setting_changed with the properties name and value",
    ),
)
