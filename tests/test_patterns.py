"""Patterns: what ECMA-262 means by them, in Rust and for other readers."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from mdbgen.patterns import as_ecma, as_rust, compile_pattern
from support import nodejs

# What a pattern may be made of, and what it may not: all of it together, in any order.
PARTS = [
    "a", "b", "é", "名", "-", ",", "&", "~", ":", "\n", " ", "1", "_", "\\d", "\\D", "\\w", "\\W",
    "\\s", "\\S", "\\b", "\\B", "\\n", "\\t", "\\v", "\\0", "\\x41", "\\u0041", "\\u{41}",
    "\\p{Lu}", "\\P{L}", "\\p{Script=Greek}", "\\-", "\\.", "\\/", "\\@", "\\_", "\\]",
    "\\[", "\\\\", "\\^", "\\<",
    ".", "^", "$", "|", "(", "(?:", "(?<n>", ")", "*", "+", "?", "{2}", "{1,}", "{1,2}", "*?", "[",
    "[^", "]", "[a-c]", "[+--]", "[--9]", "[^-a]", "[\\w-.]", "[a-]", "[&&b]", "[a~~b]", "[\\b]",
    "[\\]]", "[[]", "[\\s\\S]", "[^\\W_]", "[.]", "[^^]", "[\\^a]", "[\\d-]", "[\\--a]",
]  # fmt: skip
ODD_PARTS = [
    "(?i)", "(?i:a)", "(?P<n>", "(?=a)", "(?!a)", "(?<=a)", "\\1", "\\k<n>", "\\A", "\\z", "\\a",
    "\\cJ", "\\pL", "\\p{Greek}", "\\x{41}", "\\<", "{", "}", "{,2}", "++", "**", "[]", "[^]",
    "[[:alpha:]]", "[a-z&&[^b]]", "[z-a]", "\\",
]  # fmt: skip
# None beyond U+FFFF: V8 finds \B in the middle of those.
CHARACTERS = (
    "abcdzABéÉ名α19_-+,.&~:^[]\\/@{}()*? \t\n\r\v\0\x08\x85\ufeff\u00a0\u2028\u0661\u1e9e\u212a"
)
BARE = "outside a set, '[', ']', '{' and '}' need a backslash before them"
MATCHER = """
const { readFileSync } = require("node:fs");
const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
const compiled = (pattern) => { try { return new RegExp(pattern, "u"); } catch { return null; } };
console.log(JSON.stringify(cases.map(({ pattern, texts }) => {
  const found = compiled(pattern);
  return found && texts.map((text) => found.test(text));
})));
"""


@pytest.mark.parametrize(
    ("pattern", "rust", "ecma"),
    [
        ("", "", ""),
        ("^[a-z]+$", "^[a-z]+$", "^[a-z]+$"),
        (r"\d\D", "[0-9][^0-9]", r"\d\D"),
        (r"[\d.]\.", r"[0-9.]\.", r"[\d.]\."),
        (r"[^\W_]", "[^[^0-9A-Za-z_]_]", r"[^\W_]"),
        (".", r"[^\n\r\u2028\u2029]", "."),
        (r"\\d", r"\\d", r"\\d"),
        (r"\bx\B[\b]", r"(?-u:\b)x(?-u:\B)[\x08]", r"\bx\B[\b]"),
        ("[a&&b][[]", r"[a\&\&b][\[]", "[a&&b][[]"),
        ("[+--]", r"[+-\-]", r"[+-\-]"),
        ("[--9a-]", r"[\--9a\-]", r"[\--9a\-]"),
        (r"[\w-.]", r"[0-9A-Za-z_\-.]", r"[\w\-.]"),
        ("a&&b--", "a&&b--", "a&&b--"),
        (r"^\d{3}\-\d{2,4}?$", r"^[0-9]{3}\-[0-9]{2,4}?$", r"^\d{3}-\d{2,4}?$"),
        (r"[\w.\-\@]", r"[0-9A-Za-z_.\-\@]", r"[\w.\-@]"),
        (r"(?<year>\d)(?:a|b)*", "(?<year>[0-9])(?:a|b)*", r"(?<year>\d)(?:a|b)*"),
        (r"\.\/\(\)\[\]\{\}", r"\.\/\(\)\[\]\{\}", r"\.\/\(\)\[\]\{\}"),
        (r"\p{Lu}\x41\u00e9\u{1f642}", r"\p{Lu}\x41\u00e9\u{1f642}", r"\p{Lu}\x41\u00e9\u{1f642}"),
        ("名前|🙂", "名前|🙂", "名前|🙂"),
    ],
)
def test_spellings(pattern: str, rust: str, ecma: str) -> None:
    assert as_rust(pattern) == rust
    assert as_ecma(pattern) == ecma
    compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a(?=b)", "look-ahead and look-behind are not supported (character 2)"),
        ("(?<!b)", "look-ahead and look-behind are not supported (character 1)"),
        (r"(a)\1", "back-references are not supported (character 4)"),
        (r"(?<n>a)\k<n>", "back-references are not supported (character 8)"),
        ("(?P<n>a)", "a named group is written '(?<name>…)' (character 1)"),
        ("(?i)a", "'(?' must be followed by ':' or '<name>' (character 1)"),
        (r"\pL", r"write a category such as '\p{Lu}', or '\p{Script=Greek}' (character 1)"),
        (r"a\z", "this escape has no meaning in ECMA-262 (character 2)"),
        ("a\\", "it ends in a backslash (character 2)"),
        ("[a", "a '[' is never closed; the character itself is written '\\[' (character 1)"),
        ("[]a]", "'[]' is empty; a ']' in a set is written '\\]'"),
        ("a]", f"{BARE} (character 2)"),
        ("a{,3}", f"{BARE} (character 2)"),
        ("a++", "there is nothing to repeat (character 3)"),
        ("^*", "there is nothing to repeat (character 2)"),
        ("(a", "unclosed group"),
        ("a)", "unopened group"),
        ("[z-a]", "invalid character class range, the start must be <= the end"),
        ("(?:a{999}){999}", "it is too large"),
    ],
)  # fmt: skip
def test_refusals(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        compile_pattern(pattern)
    assert str(caught.value) == reason


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_javascript_engine_agrees(tmp_path: Path, seed: int) -> None:
    """Whatever is accepted matches the same texts there, be it in one spelling or the other."""
    random = Random(seed)
    cases = []
    for _ in range(4000):
        parts = PARTS if random.random() < 0.9 else PARTS + ODD_PARTS
        pattern = "".join(random.choices(parts, k=random.randint(1, 6)))
        texts = ["".join(random.choices(CHARACTERS, k=random.randint(0, 3))) for _ in range(12)]
        try:
            matches = compile_pattern(pattern)
        except ValueError:
            continue
        found = [matches(text) for text in texts]
        for spelling in (pattern, as_ecma(pattern)):
            cases.append({"pattern": spelling, "texts": texts, "found": found})
    assert len(cases) > 2000
    script, file = tmp_path / "match.cjs", tmp_path / "cases.json"
    script.write_text(MATCHER, "utf-8")
    file.write_text(json.dumps(cases), "utf-8")
    results = json.loads(nodejs.run(script, str(file), cwd=tmp_path))
    for at, (case, result) in enumerate(zip(cases, results, strict=True)):
        is_canonical = at % 2 == 1
        assert result == case["found"] or (result is None and not is_canonical), (case, result)
