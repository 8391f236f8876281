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
        "a keyword outside the supported subset of JSON Schema, or one that messages do not take",
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
        "two names map to the same Python name, class, handler or TypeScript method (`a-b` and"
        " `a.b`); the message names the other place",
        "rename one of the two",
        '"a-b": {"type": "string"}, "a.b": {"type": "string"}',
        '"a-b": {"type": "string"}, "a-c": {"type": "string"}',
        PROPERTIES,
    ),
    Rule(
        "MDB206",
        "two places declare the same message with different schemas",
        "give both the same schema, or rename one of the two",
        '"receive": {"note": {"properties": {"text": {"type": "string"}}}}, "send": '
        '{"note": {"properties": {"text": {"type": "integer"}}}}',
        '"receive": {"note": {"properties": {"text": {"type": "string"}}}}, "send": '
        '{"note": {"properties": {"text": {"type": "string"}}}}',
        ENDPOINT_DECLARED,
    ),
    Rule(
        "MDB207",
        "`reply` names a message that the endpoint does not send, or is under `send`",
        "declare the answer under `send` of the same endpoint",
        '"receive": {"ask": {"reply": "anwser"}}, "send": {"answer": {}}',
        '"receive": {"ask": {"reply": "answer"}}, "send": {"answer": {}}',
        ENDPOINT_DECLARED,
    ),
    Rule(
        "MDB208",
        "a name is empty, longer than 100 characters, or has an unprintable character",
        "choose a name that people can read",
        '"": {"type": "string"}',
        '"name": {"type": "string"}',
        PROPERTIES,
    ),
    Rule(
        "MDB209",
        "an entry appears twice in a list; the message names the first place",
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
        "a keyword that does not apply to the type, such as `maxLength` on a number",
        "remove it, or correct the type",
        '"count": {"type": "integer", "maxLength": 5}',
        '"count": {"type": "integer", "maximum": 5}',
        PROPERTIES,
    ),
    Rule(
        "MDB212",
        "a keyword that cannot be combined with another: `$ref`, `anyOf`, `enum` and `const` say"
        " everything, a format such as `uuid` has no length, an object is either a class or a map",
        "see the suggestion",
        '"key": {"type": "string", "format": "uuid", "maxLength": 36}',
        '"key": {"type": "string", "format": "uuid"}',
        PROPERTIES,
    ),
    Rule(
        "MDB213",
        "`$ref` does not match any schema in `mdbgen.schemas`",
        "write `#/mdbgen/schemas/<name>`",
        '"item": {"$ref": "#/$defs/Item"}',
        '"item": {"type": "object", "properties": {"sku": {"type": "string"}}}',
        PROPERTIES,
    ),
    Rule(
        "MDB214",
        "schemas that are infinitely recursive, since they refer only to each other; or more than"
        " 64 `$ref` in a row",
        "put an object with properties in between",
        '"schemas": {"A": {"$ref": "#/mdbgen/schemas/B"}, "B": {"$ref": ' '"#/mdbgen/schemas/A"}}',
        '"schemas": {"A": {"type": "object", "properties": {"next": {"$ref": '
        '"#/mdbgen/schemas/A"}}}}',
        MDBGEN_KEY,
    ),
    Rule(
        "MDB215",
        "members of a union that the same value could match",
        "make them differ by type, by value, or by a required property with its own `const`",
        '"size": {"anyOf": [{"type": "integer"}, {"type": "number"}]}',
        '"size": {"anyOf": [{"type": "number"}, {"type": "string"}]}',
        PROPERTIES,
    ),
    Rule(
        "MDB216",
        "bounds that leave no value, or a `multipleOf` that is not above 0",
        "correct them",
        '"age": {"type": "integer", "minimum": 10, "maximum": 5}',
        '"age": {"type": "integer", "minimum": 5, "maximum": 10}',
        PROPERTIES,
    ),
    Rule(
        "MDB217",
        "a `pattern` that is not valid in ECMA-262, or that pydantic does not accept",
        "the message says what is wrong; look-around and back-references are not supported",
        '"code": {"type": "string", "pattern": "(?=a)b"}',
        '"code": {"type": "string", "pattern": "^[a-z]+$"}',
        PROPERTIES,
    ),
    Rule(
        "MDB218",
        (
            "a value of `enum` or `const` is a fraction, an object or a list, or does not match"
            " the `type`"
        ),
        "write strings, whole numbers, true, false or null",
        '"rate": {"enum": [0.5, 1]}',
        '"rate": {"enum": ["half", "full"]}',
        PROPERTIES,
    ),
    Rule(
        "MDB219",
        "a `default` that does not match the type, is not on a property, or is something other"
        " than a scalar, `[]` or `{}`",
        "correct it, or set the value in code",
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
        "schemas are nested so deeply that pydantic, which follows them with nested calls, would"
        " exceed the 1,000 calls that Python allows. About 25 to 55 schemas in a row are"
        " possible, fewer if they contain each other in lists, unions or optional properties;"
        " schemas that refer back to each other count together",
        "merge some of the schemas, or write `{}` (any value) where the app needs no types",
        "60 schemas, each of which contains the next",
        "fewer schemas that keep together what belongs together, or {} (any value) where the app"
        " needs no types",
    ),
    Rule(
        "MDB222",
        "there are more than 100,000 types in all, each counted wherever a schema that contains"
        " it is used: importing the package would take very long",
        "use large schemas in fewer places, or write `{}`",
        "a schema of 500 properties that 300 others contain",
        "{} (any value) in most of these places",
    ),
    Rule(
        "MDB223",
        "the patterns of all types together would take too long to compile: more than half a"
        " second, by estimate",
        "repeat large sets such as `\\p{L}` or `.` less often; `maxLength` limits the length at"
        " no cost",
        "a hundred patterns such as ^\\p{L}{1,200}$",
        "^\\p{L}+$ with maxLength 200",
    ),
    Rule(
        "MDB224",
        "all enums together have more than 10,000 values",
        "use a string with a pattern, and check the values in the app",
        "an enum of all 12,000 articles of a shop",
        "a string with a pattern",
    ),
    Rule(
        "MDB225",
        "all endpoints together declare more than 1,000 messages, each counted at every endpoint"
        " that declares it",
        "merge several messages into one, with a property that tells them apart",
        "a message for each of 1,200 settings",
        "one message setting_changed with the properties name and value",
    ),
)
