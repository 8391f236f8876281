"""What is an origin, how it is spelled, and what was meant where it is none."""

from __future__ import annotations

import pytest

from mdbgen.model.origins import nearest_origin, normalize_origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://a.example", "https://a.example"),
        (" HTTPS://A.Example:443/ ", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("http://a.example:443", "http://a.example:443"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("chrome-extension://abcdef", "chrome-extension://abcdef"),
    ],
)
def test_an_origin_is_spelled_as_browsers_do(text: str, origin: str) -> None:
    assert normalize_origin(text) == origin
    assert normalize_origin(origin) == origin


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None),
        ("*", None),
        ("null", None),
        ("localhost", None),
        ("https://", None),
        ("https://*.a.example", None),
        ("https://a b.example", None),
        ("https://münchen.example", None),
        ("https://a.example:port", None),
        ("https://a..example", None),
        ("https://user@a.example", None),
        ("https://a.example/chat", "https://a.example"),
        ("https://a.example//", "https://a.example"),
        ("a.example", "https://a.example"),
        ("a.example/chat", "https://a.example"),
        ("localhost:3000", "https://localhost:3000"),
    ],
)
def test_what_is_none_matches_nothing_and_may_be_corrected(text: str, meant: str | None) -> None:
    assert normalize_origin(text) is None
    assert nearest_origin(text) == meant
