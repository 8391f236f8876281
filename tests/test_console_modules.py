"""What the page works out by itself: examples, violations, mistakes in JSON, differences."""

from __future__ import annotations

import json
import random
import shutil
from typing import Any

import pytest
from test_console_page import CONSOLE, MANIFESTS, contract

from support import nodejs

pytestmark = pytest.mark.slow

JSON = '{"a": [1, -2.5e3, true, null], "b\\u00e9": {"c": "d\\n\\"", "e": []}, "": {}}'
ODD = '0123456789{}[]:,"\\.-+eE tfn\n\u2028\x00'
SEED, MUTANTS = 20, 4_000


def _mutants() -> list[str]:
    chance = random.Random(SEED)
    texts = [JSON[:end] for end in range(len(JSON))]
    for _ in range(MUTANTS):
        at = chance.randrange(len(JSON))
        texts.append(JSON[:at] + chance.choice(ODD) + JSON[at + chance.randrange(3) :])
    return texts


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answer of the modules to all that the tests ask, in one run."""
    folder = tmp_path_factory.mktemp("modules")
    for module in (CONSOLE / "page").glob("*.js"):
        shutil.copy(module, folder)
    (folder / "package.json").write_text('{"type": "module"}', "utf-8")
    question = {
        "contracts": [contract(path) for path in MANIFESTS],
        "texts": [JSON, *_mutants()],
        "places": ['{"a": 1,}', "{\n  'a': 1}", '["a\nb"]', "[1, 2", "", "[tru]", '"\\x"'],
        "pairs": [
            [{"a": 1, "b": {"c": [1, 2]}}, {"a": 2, "b": {"c": [1]}, "d": None}],
            [{"a": 1}, {"a": 1}],
            [[1], {"0": 1}],
        ],
    }
    validator = CONSOLE / "vendor" / "json-schema.js"
    script = nodejs.FOLDER / "page_modules.mjs"
    answer = nodejs.run(script, str(folder), str(validator), cwd=folder, stdin=json.dumps(question))
    found: dict[str, Any] = json.loads(answer)
    return found


@pytest.mark.parametrize("number", range(len(MANIFESTS)), ids=lambda at: MANIFESTS[at].parent.name)
def test_examples_fit_and_violations_do_not(judged: dict[str, Any], number: int) -> None:
    for message in judged["contracts"][number]:
        assert message["mistakes"] == [], message
        assert message["harmless"] == [], message
        assert message["offered"] >= 1


def test_text_is_json_where_browsers_say_so(judged: dict[str, Any]) -> None:
    assert judged["texts"] == []


def test_mistakes_in_json_have_a_place_and_a_sentence(judged: dict[str, Any]) -> None:
    found = [(each["line"], each["column"], each["message"]) for each in judged["places"]]
    assert found == [
        (1, 9, "expected a name in double quotes"),
        (2, 3, "expected a name in double quotes"),
        (1, 4, "the text does not end on its line"),
        (1, 6, "expected a comma or ], but the text ends"),
        (1, 1, "expected a value, but the text ends"),
        (1, 2, "expected a value"),
        (1, 2, "this escape does not exist"),
    ]


def test_differences_have_places(judged: dict[str, Any]) -> None:
    changed, same, other = judged["changes"]
    assert changed == [
        {"path": "a", "kind": "changed", "before": 1, "after": 2},
        {"path": "b.c.1", "kind": "removed", "before": 2},
        {"path": "d", "kind": "added", "after": None},
    ]
    assert same == []
    assert other == [{"path": "", "kind": "changed", "before": [1], "after": {"0": 1}}]
