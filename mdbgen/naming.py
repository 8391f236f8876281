"""Manifest text on its way into code: names, literals, docstrings, comments.

All functions are total, pure and independent of the Python version that runs them. Two wire names
may meet in one Python name; refusing such a pair is the business of the manifest's checks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from typing import LiteralString

from mdbgen.errors import UNSEEN, escape, visible
from mdbgen.model.codetext import Code
from mdbgen.model.textformats import TEXT_FORMATS

DOCSTRING_COLUMNS = 88
MAX_WORD_LENGTH = 100  # characters of a file name, which may have 255 bytes at most


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Fixed sets: `keyword.kwlist` and `softkwlist` differ between Python versions.
_HARD_KEYWORDS = _words(
    "False None True and as assert async await break class continue def del elif else except "
    "finally for from global if import in is lambda nonlocal not or pass raise return try "
    "while with yield"
)
_KEYWORDS = _HARD_KEYWORDS | {"_", "case", "lazy", "match", "type"}
_WINDOWS_DEVICES = frozenset(
    ["con", "nul", "aux", "prn"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(10)]
)
# The types of ``jsontypes.py``.
JSON_TYPES = _words("Exact Integer MessageId Model Omittable Renamed Sparse Unique Whole") | {
    each.annotation for each in TEXT_FORMATS.values()
}
# What the modules of a package that declares messages need under its own name.
PYTHON_NAMES = JSON_TYPES | _words(
    "AfterValidator Annotated Any AnyUrl AsyncIterator Awaitable AwareDatetime BaseModel "
    "BeforeValidator Callable ClassVar ConfigDict Connection ConnectionManager Coroutine Decimal "
    "Discriminator EmailStr Ellipsis EndpointName Enum Exception Field Final Generic Identity "
    "Iterable Iterator JsonValue Literal Mapping Message MessageError Never NoReturn "
    "NotImplemented Optional Path PlainSerializer PlainValidator Pong Protocol Received Reject "
    "RootModel Self Sendable Sent Sequence StrEnum Strict StringConstraints TYPE_CHECKING Tag "
    "TypeAdapter TypeAlias TypeError TypeVar UUID Union ValidationError ValueError WebSocket "
    "WrapValidator"
)
# What a TypeScript file that talks to a server needs of its surroundings.
TYPESCRIPT_NAMES = _words(
    "AbortController AbortSignal Array ArrayBuffer Awaited BigInt Boolean ClientError ClientEvents "
    "ClientListener ClientOfEndpoint ClientOptions ClientProblem ClientSocket ClientStatus "
    "ClientTimer ClientToken CloseEvent CloseReport ConnectionRefusal Date Envelope Error Event "
    "EventTarget Exclude Extract Function Headers Incoming Infinity Iterable Iterator JSON Map "
    "Math MessageEvent NaN NonNullable Number Object Omit OutgoingFrame Parameters Partial "
    "PendingReply Pick Promise PromiseLike PropertyKey Proxy RangeError Readonly ReadonlyArray "
    "ReconnectingSocket Record Reflect RegExp Request Required Response ReturnType Set String "
    "Symbol SyntaxError TypeError URL URLSearchParams WeakMap WeakRef WeakSet WebSocket WireFrame"
)
# What every pydantic model has, over all versions from 2.7 on.
MODEL_ATTRIBUTES = _words(
    "construct copy dict from_orm json model_computed_fields model_config model_construct "
    "model_copy model_dump model_dump_json model_extra model_fields model_fields_set "
    "model_json_schema model_parametrized_name model_post_init model_rebuild model_validate "
    "model_validate_json model_validate_strings parse_file parse_obj parse_raw schema schema_json "
    "update_forward_refs validate"
)
# What annotations of a model are made of: a field of that name would hide it from the next field.
_ANNOTATION_NAMES = _words(
    "bool bytes dict dt float int list multiples object python_only set str tuple uuid"
)
# "Config" is how pydantic 1 was configured, which pydantic 2 still reads.
_FIELD_NAMES = {"Config"} | _HARD_KEYWORDS | MODEL_ATTRIBUTES | PYTHON_NAMES | _ANNOTATION_NAMES
_CLASS_NAMES = _HARD_KEYWORDS | PYTHON_NAMES | TYPESCRIPT_NAMES
_HANDLER_NAMES = frozenset(["on_connect", "on_disconnect", "on_message"])
# Methods of the TypeScript client and of every object, and words of the language.
METHOD_NAMES = _words(
    "on off once send close connect request status constructor then toString toLocaleString toJSON "
    "valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable prototype arguments await break "
    "case catch class const continue debugger default delete do else enum eval export extends "
    "false finally for function if implements import in instanceof interface let new null package "
    "private protected public return static super switch this throw true try typeof undefined var "
    "void while with yield"
)
_ILLEGAL = re.compile("[^A-Za-z0-9_]")
_DOCSTRING_UNIT = re.compile(r'"{3,}|.', re.DOTALL)


def identifier(name: str) -> Code:
    """Return the Python name of an endpoint, which is also a module name on every platform.

    Args:
        name: matches ``[a-zA-Z0-9_-]+``.
    """
    word = _kept_short(name.replace("-", "_"))
    if word[0].isdigit():
        return Code("endpoint_" + word)
    if word.startswith("__") or not word.strip("_"):
        return Code("endpoint" + word)
    return _apart(word, {word} if word.lower() in _WINDOWS_DEVICES else _KEYWORDS)


def ticket_path(path: str) -> str:
    """Return where an endpoint's tickets are issued: ``/ws/ticket`` for ``/ws`` and ``/ws/``."""
    return path.rstrip("/") + "/ticket"


def class_name(name: str) -> Code:
    """Return the class name of an endpoint: ``real-time`` and ``realTime`` are ``RealTime``.

    Args:
        name: matches ``[a-zA-Z0-9_-]+``.
    """
    words = re.split("[-_]+", _kept_short(name))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    if not joined or joined[0].isdigit():
        return Code("Endpoint" + joined)
    return _apart(joined, _KEYWORDS)


def wire_class(name: str, prefix: str) -> Code:
    """Return the class name of a message or schema: ``document.created/v2``, DocumentCreatedV2.

    Args:
        name: any text but "".
        prefix: stands before what may not begin a name, or where nothing of the name is left.
    """
    joined = class_part(name)
    return _apart(prefix + joined if joined[0].isdigit() else joined, _CLASS_NAMES)


def class_part(name: str) -> str:
    """Return what a wire name adds to the class name of what holds it: ``unit price``, UnitPrice.

    Args:
        name: any text but "".
    """
    words = re.findall("[A-Za-z0-9]+", name)
    joined = "".join(word[0].upper() + word[1:] for word in words)
    return _kept_short(joined or _code_points(name).replace("_", "").upper())


def nested_class(parent: str, part: str) -> Code:
    """Return the class name of an object that is written inside of another: parent and part.

    Args:
        part: "Item" of a list, "Value" of a map, else what `class_part` returns.
    """
    return _apart(_kept_short(parent + part), _CLASS_NAMES)


def field_name(name: str, classes: Collection[str] = ()) -> Code:
    """Return the field of a property: its own name where Python and pydantic allow it.

    Args:
        name: any text but "".
        classes: of the package; an annotation may need them.
    """
    word = _ILLEGAL.sub("_", name)
    bare = word.lstrip("_")
    if not bare:
        return Code(f"field_{_code_points(name)}")
    if bare != word:
        word = bare + "_"
    word = _kept_short("field_" + word if word[0].isdigit() else word)
    return _apart(_apart(word, _FIELD_NAMES), classes)


def handler_name(name: str) -> Code:
    """Return the method that handles a message: ``get.status``, on_get_status.

    Args:
        name: any text but "".
    """
    word = _ILLEGAL.sub("_", name)
    return _apart(
        _kept_short(f"on_{word if word.strip('_') else _code_points(name)}"), _HANDLER_NAMES
    )


def method_name(name: str) -> Code:
    """Return the method of the TypeScript client that sends a message: ``get_status``, getStatus.

    Args:
        name: any text but "".
    """
    joined = class_part(name)
    if joined[0].isdigit():
        return Code("message" + joined)
    return _apart(joined[0].lower() + joined[1:], METHOD_NAMES)


def literal(value: str | int | float | tuple[object, ...] | None) -> Code:
    """Return the Python literal of a value, quoted as black quotes it.

    Raises:
        TypeError: for a value that has no literal here, such as an infinity.
    """
    match value:
        case None | bool() | int():
            return Code(repr(value))
        case float() if value - value == 0:
            return Code(repr(value))
        case str():
            return Code(_string_literal(value))
        case tuple():
            return Code(_tuple_literal([literal(item) for item in value]))  # type: ignore[arg-type]
        case _:
            raise TypeError(f"no literal for {value!r}")


def docstring(text: str, indent: int = 4) -> Code:
    r"""Return text that may stand between triple quotes, as black leaves it.

    Evaluates to the words of the text: lines are kept, wrapped at 88 columns and indented, runs of
    blanks and of empty lines become one, what cannot be seen becomes an escape (``\u202e``).
    Text without any word gives "", which is no docstring: the caller writes a sentence of its own.

    Args:
        indent: columns before the opening quotes.
    """
    width = DOCSTRING_COLUMNS - indent - len('"""') * 2
    lines = [_wrapped(line, width) for line in re.split(r"\r\n|\n|\r", text)]
    paragraphs = re.split(r"\n{2,}", "\n".join(lines).strip("\n"))
    body = "\n\n".join(paragraphs).replace("\n", "\n" + " " * indent)
    body = re.sub(r"\n +(?=\n)", "\n", body)
    return Code(_away_from_quotes(body))


def code(form: LiteralString, *parts: Code | int | float) -> Code:
    """Return code of a form that mdbgen knows: each ``%s`` of it gives way to a part."""
    return Code(form % parts)


def joined(separator: LiteralString, parts: Iterable[Code]) -> Code:
    """Return parts with a separator between them."""
    return Code(separator.join(parts))


def _kept_short(word: str) -> str:
    """Cut a word that no file system takes as a file name; a digest keeps it apart from others."""
    if len(word) <= MAX_WORD_LENGTH:
        return word
    return f"{word[:MAX_WORD_LENGTH]}_{sha256(word.encode()).hexdigest()[:8]}"


def _apart(word: str, taken: Collection[str]) -> Code:
    while word in taken:
        word += "_"
    return Code(word)


def _code_points(name: str) -> str:
    """Spell a name of which no character may stand in an identifier: ``20ac_24``."""
    return _kept_short("_".join(f"{ord(character):x}" for character in name))


def _string_literal(text: str) -> str:
    body = visible(text.replace("\\", "\\\\"))
    quote = "'" if body.count('"') > body.count("'") else '"'
    return quote + body.replace(quote, "\\" + quote) + quote


def _tuple_literal(items: list[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _wrapped(line: str, width: int) -> str:
    """Fill lines with the words of one line; a word wider than a line is cut."""
    lines = [""]
    for word in re.split("[ \t]+", line.strip(" \t")):
        for piece in _pieces(word, width):
            joined = f"{lines[-1]} {piece}" if lines[-1] else piece
            if len(joined) <= width:
                lines[-1] = joined
            else:
                lines.append(piece)
    return "\n".join(lines)


def _pieces(word: str, width: int) -> Iterator[str]:
    """Cut an escaped word into pieces that fit a line, never inside of an escape."""
    piece = ""
    for unit in _escaped_units(_DOCSTRING_UNIT.findall(word)):
        if len(piece) + len(unit) > width:
            yield piece
            piece = ""
        piece += unit
    yield piece


def _escaped_units(units: Iterable[str]) -> Iterator[str]:
    for unit in units:
        if unit.startswith('"""'):
            yield from ['\\"'] * len(unit)
        elif unit == "\\":
            yield "\\\\"
        else:
            yield escape(unit) if UNSEEN.match(unit) else unit


def _away_from_quotes(body: str) -> str:
    """Keep a quote at either end away from the triple quotes, with a space as black does."""
    before = " " if body.startswith('"') else ""
    after = " " if body.endswith('"') else ""
    return before + body + after
