"""Names, literals, docstrings, comments: no text of a manifest becomes code."""

from __future__ import annotations

import ast
import builtins
import keyword
import re

import black
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mdbgen.errors import UNSEEN
from mdbgen.naming import (
    METHOD_NAMES,
    MODEL_ATTRIBUTES,
    class_name,
    class_part,
    code,
    docstring,
    field_name,
    handler_name,
    identifier,
    joined,
    literal,
    method_name,
    nested_class,
    wire_class,
)

MODE = black.Mode(line_length=88)
ANY_TEXT = st.text(max_size=200) | st.text(alphabet="\"'\\ \n\t#ab:u{}\r\x1b\u202e", max_size=200)
NAMES = st.from_regex(r"[a-zA-Z0-9_-]+", fullmatch=True)


def blackened(code: str) -> str:
    return black.format_str(code, mode=MODE)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("realtime", "realtime"),
        ("real-time", "real_time"),
        ("liveFeed", "liveFeed"),
        ("1st", "endpoint_1st"),
        ("class", "class_"),
        ("None", "None_"),
        ("match", "match_"),
        ("type", "type_"),
        ("__init__", "endpoint__init__"),
        ("--main--", "endpoint__main__"),
        ("__mangled", "endpoint__mangled"),
        ("_", "endpoint_"),
        ("---", "endpoint___"),
        ("_private", "_private"),
        ("CON", "CON_"),
        ("aux", "aux_"),
        ("Com7", "Com7_"),
        ("lpt10", "lpt10"),
    ],
)
def test_identifier(name: str, expected: str) -> None:
    assert identifier(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("realtime", "Realtime"),
        ("real-time", "RealTime"),
        ("live_feed", "LiveFeed"),
        ("liveFeed", "LiveFeed"),
        ("HTTP", "HTTP"),
        ("1st", "Endpoint1st"),
        ("-", "Endpoint"),
        ("none", "None_"),
        ("__init__", "Init"),
    ],
)
def test_class_name(name: str, expected: str) -> None:
    assert class_name(name) == expected


@given(NAMES)
def test_names_are_plain_identifiers(name: str) -> None:
    for spelled in (identifier(name), class_name(name)):
        assert spelled.isidentifier()
        assert spelled.isascii()
        assert not keyword.iskeyword(spelled)
        assert not keyword.issoftkeyword(spelled)
    assert not identifier(name).startswith("__")


def test_every_keyword_of_this_python_is_known() -> None:
    for word in [*keyword.kwlist, *keyword.softkwlist]:
        assert identifier(word) != word
    assert all(class_name(word) != word for word in ("None", "True", "False"))
    assert identifier("print") in dir(builtins)  # names of built-ins stay: modules may have them


@given(ANY_TEXT, st.sampled_from([0, 4, 8]))
@example('"""', 4)
@example('say "hi"', 4)
@example('"', 4)
@example("\\", 4)
@example('\\"', 4)
@example('ends with """', 4)
@example("x" * 300, 4)
@example("\\" * 300, 4)
@example('"' * 300, 4)
@example("\u202e" * 300, 4)
@example("a\n\n\n  b\n \n", 4)
@example("a" * 78, 4)
@example("a" * 79, 4)
def test_docstring_evaluates_to_its_words(text: str, indent: int) -> None:
    code = docstring(text, indent)
    value = ast.literal_eval(f'"""{code}"""')
    assert "".join(re.split("[ \t\r\n]+", value)) == "".join(re.split("[ \t\r\n]+", text))
    assert not UNSEEN.search(code.replace("\n", ""))
    assert all(len(line) <= 88 - 3 for line in code.split("\n"))


@given(ANY_TEXT)
@example('say "hi"')
@example('"hi" he said')
@example("ends with \\")
@example("  leading\n    deeper\n\n\n\ttab  ")
@example('""')
@example("a" * 500)
@example(("a" * 79 + " ") * 3)
@example("\x0c\u2028\x85")
def test_black_leaves_docstrings_as_they_are(text: str) -> None:
    function = f'def f():\n    """{docstring(text) or "Nothing."}"""\n'
    assert blackened(function) == function
    module = f'"""{docstring(text, 0) or "Nothing."}"""\n'
    assert blackened(module) == module


@given(ANY_TEXT)
def test_docstring_does_not_change_the_syntax_tree(text: str) -> None:
    def tree(body: str) -> str:
        parsed = ast.parse(f'class C:\n    """{body}"""\n\n    x = 1\n')
        holder = parsed.body[0]
        assert isinstance(holder, ast.ClassDef)
        assert ast.get_docstring(holder, clean=False) is not None
        return ast.dump(ast.Module(holder.body[1:], []))

    assert tree(docstring(text)) == tree("Something.")


@pytest.mark.parametrize("text", ["", " ", "\n \t\r\n"])
def test_text_without_words_is_no_docstring(text: str) -> None:
    assert docstring(text) == ""


def test_docstring_keeps_lines_and_wraps_them() -> None:
    text = "Title.\r\n\r\n\r\n- one   two\n  - three\n" + "word " * 20
    assert docstring(text) == (
        "Title.\n\n    - one two\n    - three\n    "
        + " ".join(["word"] * 15)
        + "\n    "
        + " ".join(["word"] * 5)
    )
    assert docstring("bell\x07 bidi\u202e nul\0") == "bell\\x07 bidi\\u202e nul\\x00"


@given(ANY_TEXT)
@example('say "hi"')
@example("it's")
@example("'\"'")
@example("\\\"''")
@example("\\N{BULLET}")
@example("{x}")
@example("\xad\U000e0001\ud800")
def test_literals_of_text(text: str) -> None:
    code = literal(text)
    assert ast.literal_eval(code) == text
    assert not UNSEEN.search(code)
    assert blackened(f"x = {code}\n") == f"x = {code}\n"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "None"),
        (True, "True"),
        (30, "30"),
        (-1.5, "-1.5"),
        ((), "()"),
        (("a",), '("a",)'),
        (("a", 'b"', None), '("a", \'b"\', None)'),
        ("plain", '"plain"'),
        ("日本語", '"日本語"'),
    ],
)
def test_literals(value: str | int | float | tuple[object, ...] | None, code: str) -> None:
    assert literal(value) == code
    assert ast.literal_eval(code) == value


@pytest.mark.parametrize("value", [float("inf"), float("nan"), [1], object()])
def test_what_has_no_literal(value: object) -> None:
    with pytest.raises(TypeError, match="no literal"):
        literal(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (code("{ a: %s }", literal("%s")), '{ a: "%s" }'),
        (code("%s=%s", field_name("a"), 0.5), "a=0.5"),
        (joined(" | ", [literal(None), literal(1)]), "None | 1"),
        (joined(", ", []), ""),
    ],
)
def test_code_is_put_together(made: str, expected: str) -> None:
    assert made == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("created", "created"),
        ("firstName", "firstName"),
        ("unit price", "unit_price"),
        ("_id", "id_"),
        ("__v", "v_"),
        ("__proto__", "proto___"),
        ("1st", "field_1st"),
        ("_1st", "field_1st_"),
        ("class", "class_"),
        ("None", "None_"),
        ("copy", "copy_"),
        ("schema", "schema_"),
        ("model_dump", "model_dump_"),
        ("str", "str_"),
        ("dt", "dt_"),
        ("Any", "Any_"),
        ("Config", "Config_"),
        ("type", "type"),
        ("match", "match"),
        ("größe", "gr__e"),
        ("日本", "field_65e5_672c"),
        ("$", "field_24"),
        ("_", "field_5f"),
        ("Item", "Item_"),
        ("Item_", "Item_"),
        ("x" * 101, "x" * 100 + "_20f79788"),
    ],
)
def test_field_name(name: str, expected: str) -> None:
    found = field_name(name, {"Item"})
    assert found[:101] == expected[:101]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("created", "Created"),
        ("document.created/v2", "DocumentCreatedV2"),
        ("documentCreated", "DocumentCreated"),
        ("1st", "Message1st"),
        ("error", "Error_"),
        ("pong", "Pong_"),
        ("none", "None_"),
        ("日本", "Message65E5672C"),
        ("größe", "GrE"),
        ("__proto__", "Proto"),
    ],
)
def test_wire_class(name: str, expected: str) -> None:
    assert wire_class(name, "Message") == expected


def test_nested_classes() -> None:
    assert nested_class("DocumentCreated", class_part("unit price")) == "DocumentCreatedUnitPrice"
    assert nested_class("Tag", "Item") == "TagItem"
    assert nested_class("Type", "Adapter") == "TypeAdapter_"
    assert len(nested_class("A" * 99, "Item")) < 120


@pytest.mark.parametrize(
    ("name", "handler", "method"),
    [
        ("get_status", "on_get_status", "getStatus"),
        ("getStatus", "on_getStatus", "getStatus"),
        ("GetStatus", "on_GetStatus", "getStatus"),
        ("get.status", "on_get_status", "getStatus"),
        ("connect", "on_connect_", "connect_"),
        ("message", "on_message_", "message"),
        ("disconnect", "on_disconnect_", "disconnect"),
        ("once", "on_once", "once_"),
        ("delete", "on_delete", "delete_"),
        ("constructor", "on_constructor", "constructor_"),
        ("then", "on_then", "then_"),
        ("1st", "on_1st", "message1st"),
        ("日", "on_65e5", "message65E5"),
        ("$", "on_24", "message24"),
    ],
)
def test_handlers_and_methods(name: str, handler: str, method: str) -> None:
    assert (handler_name(name), method_name(name)) == (handler, method)


@given(st.text(min_size=1, max_size=300))
@example("Not")
def test_every_name_becomes_an_identifier(name: str) -> None:
    spelled = [field_name(name), handler_name(name), wire_class(name, "Message")]
    for word in [*spelled, method_name(name), "Parent" + class_part(name)]:
        assert word.isidentifier()
        assert word.isascii()
        assert len(word) < 130
    assert not any(map(keyword.iskeyword, spelled))
    assert method_name(name) not in METHOD_NAMES  # "not" is no word of TypeScript
    assert not spelled[0].startswith("_")


@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20")
def test_fields_hide_no_attribute_of_a_model() -> None:
    from pydantic import BaseModel

    public = {name for name in dir(BaseModel) if not name.startswith("_")}
    assert public <= MODEL_ATTRIBUTES
    for name in public:
        assert field_name(name) == f"{name}_"
