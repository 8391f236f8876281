"""Random message schemas of the documented subset, and random JSON for them.

Everything is drawn from a `Random`, so that a seed stands for a manifest of many messages with
many instances each: more than hypothesis keeps choices for.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

from jsonschema import (
    Draft202012Validator,
    FormatChecker,
    ValidationError,
    validators,
)

from mdbgen.naming import class_part, field_name

Schema = dict[str, Any]

PLAIN_NAMES = ["a", "b", "c", "name", "item", "count", "userId", "tags", "timestamp", "value"]
HOSTILE_NAMES = [
    "class", "None", "def", "_id", "__class__", "__dict__", "a-b", "1st", "größe", "名前", "$ref",
    "model_config", "model_fields", "model_dump", "copy", "json", "schema", "dict", "validate",
    "Any", "Field", "Literal", "Model", "Sparse", "Omittable", "Annotated", "Date", "DateTime",
    "Integer", "Unique", "Whole", "ConfigDict", "TypeAlias", "MessageId", "Mapping", "Sendable",
    "dt", "date", "time", "str", "list", "int", "float", "bool", "set", "self", "cls", "data",
    "match", "case", "_", "__", "x.y", "with space", 'quo"te', "back\\slash", "{brace}", "%s",
    "#", "'", "seq_", "class_", "S0", "M0", "constructor", "toString", "properties", "required",
]  # fmt: skip
NESTED_NAMES = ["type", "id", "reply_to", "seq", "app_slug"]  # reserved in messages only
DESCRIPTIONS = [
    "", "Plain.", '"""', "'''", "\\", 'ends with "', '"starts', "a\nb\n\n\nc", "\r\n", "\u202eabc",
    "\u2028", "{{ x }} {% if %}", "# type: ignore", "\\N{BULLET}", "\x00", "x" * 200, "%s {0}",
    '\\"""\\', "\ufeff", "*/ </script>",
]  # fmt: skip
# Pattern, what it matches, what it does not: ECMA-262, anywhere in the text.
PATTERNS: list[tuple[str, list[str], list[str]]] = [
    ("^[a-z]+$", ["abc", "z"], ["", "abc\n", "aBc", "abc\u2028"]),
    ("b", ["abc", "\nb\n"], ["", "B", "ac"]),
    ("^a|b$", ["ax", "xb"], ["xa", "bx", "b\n"]),
    (r"^\d{3}$", ["123"], ["12", "1234", "\u0661\u0662\u0663", "123\n"]),
    (r"^\D+$", ["abc", "\u0661", "\n"], ["", "1"]),
    (r"^\w+$", ["a_1"], ["", "é", "a b", "名"]),
    (r"^[\w-]+$", ["a-b"], ["é"]),
    (r"^\W$", ["é", "-", "\n"], ["a", "_", ""]),
    (r"^[^\W\d]+$", ["a_b"], ["1", "é"]),
    (r"a\b", ["a", "ba c", "aé"], ["ab", "b"]),
    (r"^\s$", [" ", "\n", "\u2028", "\ufeff", "\u00a0"], ["\x85", "", "a"]),
    (r"^\S+$", ["a", "\x85"], ["\ufeff", "a b"]),
    (r"^.$", ["a", "é", "名", "\x85"], ["\n", "\r", "\u2028", "", "ab"]),
    (r"^[^a]$", ["b", "\n", "é"], ["a", ""]),
    (r"^(?:ab){1,2}$", ["ab", "abab"], ["", "ababab"]),
    (r"^[\d.]+\/$", ["1.5/"], ["1.5", "/"]),
    ("^[a-c&&b]$", ["&", "a", "b"], ["d", "&&"]),
    ("^[+--]$", ["+", ",", "-"], ["a", "", "*"]),
    ("^\"'\\\\$", ["\"'\\"], ["\"'"]),
    ("^é$", ["é"], ["e", "É"]),
    (r"^\w+( \d)?$", ["x", "ab 1", "a_b"], ["", "a ", "é", "a 12"]),
    ("^https:", ["https://example.com"], ["http://example.com", ""]),
    ("", ["", "a"], []),
]  # fmt: skip
FORMATS: dict[str, tuple[list[str], list[str]]] = {
    "date-time": (
        ["2026-01-02T03:04:05Z", "2026-01-02t03:04:05.5z", "2024-02-29T23:59:59.123456+05:30",
         "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-01-02T03:04:05.1234567Z",
         "2026-01-02T03:04:05-00:00", "2026-01-02T03:04:05.123456789012+00:00"],
        ["", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-02-29T00:00:00Z",
         "2026-01-02T24:00:00Z", "2026-01-02T03:04Z", "2026-1-2T03:04:05Z", "1767323045",
         "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+0530", "2026-01-02T03:04:05Z\n",
         "２026-01-02T03:04:05Z", "2026-01-02T03:04:05.Z", " 2026-01-02T03:04:05Z", "1767323045.5",
         "2026-01-02T03:04:05+05", "2026-01-02T03:60:05Z", "2026-01-02T03:04:05+05:60",
         "2026-01-02T03:04:05,5Z", "2026-13-02T03:04:05Z", "2026-01-02_03:04:05Z"],
    ),
    "date": (
        ["2026-01-02", "2024-02-29", "0001-01-01", "9999-12-31"],
        ["", "2026-02-29", "2026-1-2", "20260102", "2026-01-02T00:00:00Z", "2026-01-02\n",
         "1767323045", "2026-13-01", "2026-01-02T00:00:00", "0", "２026-01-02", "+2026-01-02"],
    ),
    "time": (
        ["00:00:00Z", "23:59:59.999999+14:00", "12:30:45z", "01:02:03-23:59", "12:30:45.1Z",
         "12:30:45.12345678Z"],
        ["", "12:30:45", "12:30Z", "24:00:00Z", "12:30:45+24:00", "12:60:00Z", "1:02:03Z",
         "12:30:45Z\n", "123045Z", "12:30:45 Z", "45045", "12:30:45+01:60", "12:30:45.Z"],
    ),
    "uuid": (
        ["12345678-1234-5678-1234-567812345678", "00000000-0000-0000-0000-000000000000",
         "ABCDEFAB-cdef-ABCD-efab-ABCDEFabcdef"],
        ["", "12345678123456781234567812345678", "{12345678-1234-5678-1234-567812345678}",
         "urn:uuid:12345678-1234-5678-1234-567812345678", "12345678-1234-5678-1234-56781234567g",
         "12345678-1234-5678-1234-567812345678\n"],
    ),
    "email": (
        ["a@b", "joe.bloggs@example.com", "é@名.jp", "+x_1@sub.example.org", '"q"@example.com'],
        ["", "a", "@", "a@", "@b", "a b@c", "a@b c", "a@b\n", "a@b@c", " a@b"],
    ),
    "uri": (
        ["http://example.com/x?y=z#w", "https://example.com", "urn:isbn:123", "mailto:a@b",
         "a+b.c-1:", "data:,%20"],
        ["", "example.com", "/x", "//x/y", ":x", "1a:b", "http://a b", "http://x\n", "a:<b>",
         "a:{b}", "a:\\b", 'a:"', "a:^", "a:`", "a:|", "é:x"],
    ),
}  # fmt: skip
_CLOCK = r"((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_SPELLINGS = {
    "date-time": rf"(\d{{4}}-\d\d-\d\d)[Tt]{_CLOCK}",
    "date": r"(\d{4}-\d\d-\d\d)",
    "time": _CLOCK,
    "uuid": r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
}
# What no format refuses: these are not texts.
NOT_TEXTS: list[Any] = [5, True, 1.5, None, [], {}, 1767323045]
GARBAGE: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 1.5, -0.0, 2**53, 2**63, 2**64, 1e300, 10**40, "", "0", "1",
    "5", "true", "null", "abc", "\x00", "é名🎉", [], [[]], [None], {}, {"a": 1}, {"type": "x"},
    {"": 0}, "2026-01-02T03:04:05Z",
]  # fmt: skip
_TYPES = ["string", "integer", "number", "boolean", "null", "array", "object"]


def _is_text_of(name: str, value: object) -> bool:
    """RFC 3339, RFC 4122, and what the documentation says of ``email`` and ``uri``."""
    if not isinstance(value, str):
        return True
    if name == "email":
        return re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None
    if name == "uri":
        pattern = r'[A-Za-z][A-Za-z0-9+.-]*:[^\s"<>\\^`{|}]*'
        return re.fullmatch(pattern, value) is not None
    found = re.fullmatch(_SPELLINGS[name], value, re.ASCII)
    return found is not None and (not name.startswith("date") or _is_day(found[1]))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _checks_format(name: str) -> Callable[[object], bool]:
    return lambda value: _is_text_of(name, value)


FORMAT_CHECKER = FormatChecker(formats=())
for _name in FORMATS:
    FORMAT_CHECKER.checks(_name)(_checks_format(_name))

_MATCHES = {
    pattern: dict.fromkeys(good, True) | dict.fromkeys(bad, False)
    for pattern, good, bad in PATTERNS
}


def _check_pattern(validator: Any, pattern: str, value: object, schema: Any) -> Any:
    """As the table says: ``re`` knows another language than ECMA-262."""
    if isinstance(value, str) and not _matches(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


@cache
def _matches(pattern: str, value: str) -> bool:
    known = _MATCHES[pattern].get(value)
    return bool(re.search(_as_python(pattern), value)) if known is None else known


def _as_python(pattern: str) -> str:
    """The same pattern for ``re``."""
    blank = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
    pattern = re.sub(r"(?<!\\)\.(?![^\[]*\])", r"[^\\n\\r\\u2028\\u2029]", pattern)
    pattern = pattern.replace(r"\s", f"[{blank}]").replace(r"\S", f"[^{blank}]")
    pattern = pattern.replace("&&", r"&\&").replace("+--", r"+-\-")
    return "(?a)" + re.sub(r"\$$", r"\\Z", pattern).replace(r"b$", r"b\Z")


def _check_step(validator: Any, step: Any, value: object, schema: Any) -> Any:
    """Without the rounding of floats."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    is_read_as_integer = "integer" in schema["type"]
    if Fraction(value if is_read_as_integer else str(value)) % Fraction(str(step)):
        yield ValidationError(f"{value!r} is not a multiple of {step!r}")


_Validator = validators.extend(
    Draft202012Validator, {"pattern": _check_pattern, "multipleOf": _check_step}
)


def reference_to(name: str) -> Schema:
    """The schema that leads to a named one."""
    escaped = name.replace("%", "%25").replace("~", "~0").replace("/", "~1")
    return {"$ref": f"#/mdbgen/schemas/{escaped}"}


def validator_of(schema: Schema) -> Any:
    """What JSON Schema says, of which the generated package must say the same."""
    return _Validator(schema, format_checker=FORMAT_CHECKER)


@dataclass
class Schemas:
    """Draws schemas; ``$ref`` leads to ``named``, which grows on the way."""

    random: Random
    named: dict[str, Schema] = field(default_factory=dict)
    unfinished: str = ""  # a schema that is being drawn
    names: int = 0

    def message(self) -> Schema:
        """A message: an object with any properties, of up to three levels."""
        message = self._object(3, is_message=True)
        del message["type"]
        if self._chance(0.2):
            message["deprecated"] = True
        return message

    def add_named(self) -> None:
        """A schema that whatever is drawn later may refer to."""
        name = self._new_name()
        if self._chance(0.5):
            self.unfinished = name
            self.named[name] = {"type": "object"}  # keeps the name
            self.named[name] = self._object(2, inside=name)
            self.unfinished = ""
        else:
            schema = self.schema(2)
            schema.pop("deprecated", None)
            self.named[name] = schema

    def schema(self, depth: int, inside: str = "") -> Schema:
        """Any schema.

        Args:
            inside: the object that is being drawn; no value of it may need another one of it.
        """
        kinds: list[Callable[[], Schema]] = [
            self._string, self._string, self._number, self._number, self._enum, self._simple,
            self._type_list,
        ]  # fmt: skip
        if self.named:
            kinds += [self._ref]
        if depth > 0:
            kinds += [
                lambda: self._object(depth - 1, inside=inside),
                lambda: self._array(depth - 1, inside),
                lambda: self._map(depth - 1, inside),
                lambda: self._union(depth - 1, inside),
                lambda: self._tagged_union(depth - 1, inside),
            ]
        return self._described(self.random.choice(kinds)())

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _new_name(self) -> str:
        self.names += 1
        forms = ["S{}Z", "s/{}z", "sch~{} é", "{}%x"]
        return self.random.choice(forms).format(self.names)

    def _described(self, schema: Schema) -> Schema:
        if self._chance(0.15):
            schema["description"] = self.random.choice(DESCRIPTIONS)
        return schema

    def _simple(self) -> Schema:
        return self.random.choice([{"type": "boolean"}, {"type": "null"}, {}])

    def _string(self) -> Schema:
        schema: Schema = {"type": "string"}
        form = self.random.choice([None, None, *FORMATS])
        if form:
            schema["format"] = form
        if form in (None, "email", "uri"):
            if self._chance(0.4):
                schema["pattern"] = self.random.choice(PATTERNS)[0]
            if self._chance(0.3):
                schema["minLength"] = self.random.randint(0, 3)
            if self._chance(0.3):
                schema["maxLength"] = schema.get("minLength", 0) + self.random.randint(0, 9)
        return schema

    def _number(self, kind: str = "") -> Schema:
        kind = kind or self.random.choice(["integer", "number"])
        scale = self.random.choice([10, 10, 2**53 - 1])
        low: int | float = self.random.randint(-scale, scale)
        if kind == "number" and self._chance(0.5):
            low = self.random.choice([low // 2**20 + 0.5, 0.25, -1.5])
        schema: Schema = {"type": kind}
        if self._chance(0.4):
            schema[self.random.choice(["minimum", "exclusiveMinimum"])] = low
        if self._chance(0.4):
            high = low + self.random.randint(2, 30)
            schema[self.random.choice(["maximum", "exclusiveMaximum"])] = high
        if self._chance(0.3):
            steps = [1, 2, 3, 7, 2.0] if kind == "integer" else [1, 2, 3, 0.5, 0.25, 1.5, 0.1]
            schema["multipleOf"] = self.random.choice(steps)
        return schema

    def _enum(self) -> Schema:
        values = [
            "a",
            "b",
            "",
            "A",
            'q"',
            "\\",
            "é\n",
            "1",
            1,
            0,
            -5,
            2.0,
            True,
            False,
            None,
            2**53 - 1,
        ]
        if self._chance(0.3):
            return {"const": self.random.choice(values)}
        return {"enum": self.random.sample(values, self.random.randint(1, 5))}

    def _type_list(self) -> Schema:
        kinds = self.random.sample(
            ["string", "boolean", "null", "array", "object", self._one("integer", "number")],
            self.random.randint(1, 4),
        )
        schema: Schema = {}
        if "string" in kinds:
            schema |= self._string()
        if {"integer", "number"} & set(kinds):
            schema |= self._number(next(kind for kind in kinds if kind in ("integer", "number")))
        if "array" in kinds and self._chance(0.5):
            schema["maxItems"] = self.random.randint(0, 3)
            schema["items"] = self._number()
        schema["type"] = kinds
        return schema

    def _one(self, *options: str) -> str:
        return self.random.choice(options)

    def _ref(self) -> Schema:
        names = [name for name in self.named if name != self.unfinished]
        return reference_to(self.random.choice(names)) if names else {}

    def _array(self, depth: int, inside: str) -> Schema:
        schema: Schema = {"type": "array"}
        if self._chance(0.9):
            schema["items"] = self.schema(depth, inside)
        if inside and self._chance(0.3):
            return {"type": "array", "items": reference_to(inside)}
        if self._chance(0.3):
            schema["minItems"] = self.random.randint(0, 2)
        if self._chance(0.3):
            schema["maxItems"] = schema.get("minItems", 0) + self.random.randint(0, 3)
        if self._chance(0.3):
            schema["uniqueItems"] = True
        return schema

    def _map(self, depth: int, inside: str) -> Schema:
        schema: Schema = {"type": "object"}
        if inside and self._chance(0.3):
            return schema | {"additionalProperties": reference_to(inside)}
        if self._chance(0.9):
            schema["additionalProperties"] = self.schema(depth, inside)
        return schema

    def _object(self, depth: int, *, is_message: bool = False, inside: str = "") -> Schema:
        schema: Schema = {"type": "object", "properties": {}}
        required = []
        for name in self._names(self.random.choice([0, 1, 2, 3, 4, 5]), is_message):
            is_required = self._chance(0.4)
            inner = self._property(depth, inside)
            schema["properties"][name] = inner
            if is_required and not self._leads_back(inner, inside):
                required.append(name)
        if required:
            schema["required"] = required
        if self._chance(0.4):
            schema["additionalProperties"] = self._chance(0.4)
        return schema

    def _leads_back(self, schema: Schema, inside: str) -> bool:
        return bool(inside) and schema == reference_to(inside)

    def _property(self, depth: int, inside: str) -> Schema:
        if inside and self._chance(0.2):
            back = reference_to(inside)
            return self.random.choice([back, {"anyOf": [back, {"type": "null"}]}])
        schema = self.schema(depth, inside)
        if self._chance(0.25):
            self._add_default(schema)
        if self._chance(0.1):
            schema["deprecated"] = True
        return schema

    def _add_default(self, schema: Schema) -> None:
        validator = validator_of({**schema, "mdbgen": {"schemas": self.named}})
        scalars = ["", "a", "abc", 0, 1, 2.0, 1.5, 7, -5, True, False, None, [], {}, "a@b", "a:"]
        self.random.shuffle(scalars)
        if "properties" in schema or schema.get("format") in ("date-time", "date", "time", "uuid"):
            return
        if "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
            scalars = [each for each in scalars if not isinstance(each, dict | str)]
        kinds = schema.get("type")
        if kinds == "object" and schema.get("additionalProperties") is False:
            return
        found = [value for value in scalars if validator.is_valid(value)]
        if found:
            schema["default"] = found[0]

    def _names(self, count: int, is_message: bool) -> list[str]:
        pool = PLAIN_NAMES + HOSTILE_NAMES + ([] if is_message else NESTED_NAMES * 3)
        names: list[str] = []
        fields: set[str] = set()
        for name in self.random.sample(pool, count):
            meets = {field_name(name).rstrip("_"), class_part(name)}
            if not meets & fields:
                names.append(name)
                fields |= meets
        return names

    def _union(self, depth: int, inside: str) -> Schema:
        """Members of different JSON types."""
        back = reference_to(inside) if inside else None
        pool: list[Schema] = [
            self._string(), self._number(), {"type": "boolean"}, {"type": "null"},
            self._array(depth, inside), back or self._object(depth, inside=inside),
        ]  # fmt: skip
        if self._chance(0.3):
            pool[0] = {"enum": ["a", "b", 'q"']}
            if self._chance(0.5):
                pool.append({"const": "c"})
        members = self.random.sample(pool, self.random.randint(2, 4))
        if back in members and len(members) == 1:
            members.append({"type": "null"})
        return {self._one("anyOf", "oneOf"): self._named_at_times(members)}

    def _named_at_times(self, members: list[Schema]) -> list[Schema]:
        return [self._moved(member) if self._chance(0.3) else member for member in members]

    def _moved(self, schema: Schema) -> Schema:
        """The same by way of a ``$ref``."""
        if "$ref" in schema:
            return schema
        name = self._new_name()
        self.named[name] = schema
        return reference_to(name)

    def _tagged_union(self, depth: int, inside: str) -> Schema:
        """Objects that a property tells apart, maybe in a union inside of the union."""
        tag = self.random.choice(["kind", "type", "class", "_id", "a-b", "model_config", 't"g'])
        labels = ["one", "two", 'th"ree', "vier\n", "5", "", "six"]
        self.random.shuffle(labels)
        members = [self._tagged(tag, labels, depth, inside) for _ in range(self._count(2, 3))]
        if self._chance(0.3):
            members = [self._moved({"anyOf": self._named_at_times(members)})]
            members.append(self._tagged(tag, labels, depth, inside))
        members = self._named_at_times(members)
        others: list[Schema] = [{"type": "null"}, self._string(), self._array(depth, inside)]
        members += self.random.sample(others, self.random.choice([0, 0, 1, 2]))
        if self._chance(0.3):
            members = [self._moved({"anyOf": members}), {"type": "boolean"}]
        return {self._one("anyOf", "oneOf"): members}

    def _count(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def _tagged(self, tag: str, labels: list[str], depth: int, inside: str) -> Schema:
        schema = self._object(max(depth - 1, 0), inside=inside)
        meets = {field_name(tag).rstrip("_"), class_part(tag)}
        properties = {
            name: inner
            for name, inner in schema["properties"].items()
            if not meets & {field_name(name).rstrip("_"), class_part(name)} and name != tag
        }
        constant: Schema = {"const": labels.pop()}
        if labels and self._chance(0.2):
            constant = {"enum": [constant["const"], labels.pop()]}
        required = [name for name in schema.get("required", ()) if name in properties]
        return {
            **schema,
            "properties": {tag: constant, **properties},
            "required": [tag, *required],
        }


@dataclass
class Values:
    """Draws JSON for schemas: what they allow, what they nearly allow, and anything."""

    random: Random
    named: dict[str, Schema]

    def valid(self, schema: Any, depth: int = 6) -> Any:
        """A value that the schema allows; as far as chance may have it."""
        if schema is True or not set(schema) - {"description", "deprecated", "default"}:
            return copy.deepcopy(self.random.choice(GARBAGE))
        if "$ref" in schema:
            return self.valid(self.named[_target(schema["$ref"])], depth)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return self.valid(self._member(schema[keyword], depth), depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        kinds = schema["type"]
        return self._of_kind(
            kinds if isinstance(kinds, str) else self.random.choice(kinds), schema, depth
        )

    def _member(self, members: list[Any], depth: int) -> Any:
        ends = [each for each in members if depth <= 0 and self._ends(each)]
        return self.random.choice(ends or members)

    def _ends(self, schema: Any) -> bool:
        """Whether there are values of it that need none of another schema."""
        while "$ref" in schema:
            schema = self.named[_target(schema["$ref"])]
        if schema.get("type") == "object":
            return "properties" not in schema
        return not {"anyOf", "oneOf", "minItems"} & set(schema)

    def _of_kind(self, kind: str, schema: Schema, depth: int) -> Any:
        match kind:
            case "string":
                return self._string(schema)
            case "integer" | "number":
                return self._number(schema, kind)
            case "boolean":
                return self.random.random() < 0.5
            case "array":
                return self._array(schema, depth)
            case "object":
                return self._object(schema, depth)
        return None

    def _string(self, schema: Schema) -> str:
        if "format" in schema:
            texts = FORMATS[schema["format"]][0]
            fitting = [each for each in texts if _matches(schema.get("pattern", ""), each)]
            return self.random.choice(fitting or texts)
        if "pattern" in schema:
            return self.random.choice(next(g for p, g, _ in PATTERNS if p == schema["pattern"]))
        length = schema.get("minLength", 0) + self.random.choice([0, 0, 1, 5])
        length = min(length, schema.get("maxLength", length))
        return "".join(self.random.choice('ab0"\\\n é名🎉\x00') for _ in range(length))

    def _number(self, schema: Schema, kind: str) -> Any:
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        step = Fraction(str(schema.get("multipleOf", 1 if kind == "integer" else 0.25)))
        if low is None:
            low = high - 8 if high is not None else None
        if low is None:
            value = self.random.choice([0, 1, -3, 100, 2**40, 2**60, 10**20]) * step
        else:
            base = Fraction(low)
            value = (base // step + self.random.randint(0, 3)) * step
        number: int | float = int(value) if value.denominator == 1 else float(value)
        if kind == "number" and abs(number) > 2**53:
            number = float(number)
        return float(number) if self.random.random() < 0.15 and abs(number) < 2**53 else number

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", least + 3), least + 3)
        count = least if depth <= 0 else self.random.randint(least, most)
        items = schema.get("items", True)
        found: list[Any] = []
        for _ in range(count * 3 if schema.get("uniqueItems") else count):
            item = self.valid(items, depth - 1)
            if len(found) < count and (item not in found or not schema.get("uniqueItems")):
                found.append(item)
        return found

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        others = schema.get("additionalProperties", True)
        if "properties" not in schema:
            if others is False:
                return {}
            count = 0 if depth <= 0 else self.random.choice([0, 1, 2, 3])
            names = self.random.sample([*PLAIN_NAMES, *HOSTILE_NAMES, "", "\x00", "\n"], count)
            return {name: self.valid(others, depth - 1) for name in names}
        required = schema.get("required", ())
        found = {
            name: self.valid(inner, depth - 1)
            for name, inner in schema["properties"].items()
            if name in required or (depth > 0 and self.random.random() < 0.6)
        }
        if others is not False and self.random.random() < 0.2:
            found.setdefault(self.random.choice([*HOSTILE_NAMES, "extra"]), None)
        return found

    def mutated(self, value: Any) -> Any:
        """The same but for one place."""
        value = copy.deepcopy(value)
        places = list(_places(value))
        if not places:
            return self._other(value)
        parent, key = self.random.choice(places)
        match self.random.randint(0, 9):
            case 0:
                del parent[key]
            case 1 if isinstance(parent, dict):
                name = self.random.choice([field_name(str(key)), *HOSTILE_NAMES, *PLAIN_NAMES])
                parent[name] = copy.deepcopy(parent[key])
            case 2 if isinstance(parent, dict):
                parent[field_name(str(key)) if key else "x"] = parent.pop(key)
            case 1 | 2 if isinstance(parent, list):
                parent.append(self._alike(parent[key]))
            case _:
                parent[key] = self._other(parent[key])
        return value

    def _alike(self, value: Any) -> Any:
        """What ``uniqueItems`` must see through, or must not."""
        match value:
            case bool():
                return self.random.choice([value, int(value)])
            case int() if abs(value) < 2**53:
                return self.random.choice([value, float(value), bool(value)])
            case float() if value.is_integer():
                return int(value)
            case [*items]:
                return [self._alike(item) for item in items]
            case dict():
                return {name: self._alike(item) for name, item in reversed(value.items())}
        return copy.deepcopy(value)

    def _other(self, value: Any) -> Any:
        options: list[Any] = [None, *self.random.sample(GARBAGE, 2)]
        match value:
            case bool():
                options += [not value, int(value), float(value), str(value).lower()]
            case int() | float():
                options += [value + 1, value - 1, str(value), bool(value), [value], value + 0.5]
                options += [float(value), -value] if abs(value) < 2**53 else []
            case str():
                near = [text for good, bad in FORMATS.values() for text in (*good, *bad)]
                tried = [text for _, good, bad in PATTERNS for text in (*good, *bad)]
                options += [value + "a", value[:-1], value + "\n", value.upper(), [value]]
                options += [self.random.choice(near), self.random.choice(tried)] * 3
                options += [int(value)] if re.fullmatch("[0-9]{1,9}", value) else []
            case list():
                options += [value[:-1], value * 2, {}, dict.fromkeys("ab", value)]
            case dict():
                options += [
                    list(value),
                    [list(pair) for pair in value.items()],
                    {},
                    {**value, "extra": 1},
                ]
        return copy.deepcopy(self.random.choice(options))


def spoiled(value: Any, secret: Any) -> Iterator[Any]:
    """The value again and again, each time with a secret in another place."""
    for number, (_, key) in enumerate(_places(value)):
        if key != "type":
            spoilt = copy.deepcopy(value)
            parent, key = _places(spoilt)[number]
            parent[key] = secret
            yield spoilt


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Everything inside of a value, by its parent and key."""
    if isinstance(value, dict):
        inner = list(value.items())
    else:
        inner = list(enumerate(value)) if isinstance(value, list) else []
    found = [(value, key) for key, _ in inner]
    for _, item in inner:
        found += _places(item)
    return found


def _target(ref: str) -> str:
    name = ref.removeprefix("#/mdbgen/schemas/").replace("%25", "%")
    return name.replace("~1", "/").replace("~0", "~")
