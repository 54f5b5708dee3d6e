"""Go's quoting, both ways."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate.quoting import (
    QuoteError,
    can_backquote,
    describe_rune,
    quote,
    quote_rune,
    unquote,
    unquote_rune,
)


@pytest.mark.parametrize(
    ("text", "quoted", "plain"),
    [
        ("", '""', '""'),
        ("a b", '"a b"', '"a b"'),
        ('"\\', '"\\"\\\\"', '"\\"\\\\"'),
        ("\a\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"', '"\\a\\b\\f\\n\\r\\t\\v"'),
        ("\x00\x7f", '"\\x00\\x7f"', '"\\x00\\x7f"'),
        ("é世😀", '"é世😀"', '"\\u00e9\\u4e16\\U0001f600"'),
        ("\u00a0\u2028", '"\\u00a0\\u2028"', '"\\u00a0\\u2028"'),
        ("\udcff", '"\\xff"', '"\\xff"'),
        ("'", '"\'"', '"\'"'),
    ],
)
def test_quote(text: str, quoted: str, plain: str) -> None:
    """Strings come out as Go literals, and in ASCII only if asked."""
    assert quote(text) == quoted
    assert quote(text, ascii_only=True) == plain


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('"a"', "a"),
        ('"\\a\\n\\x41\\101\\u00e9\\U0001f600\\"\\\\"', '\a\nAAé😀"\\'),
        ('"\\xff"', "\udcff"),
        ('"\\xc3\\xa9"', "é"),
        ("`a\\n`", "a\\n"),
        ("`a\r\nb`", "a\nb"),
    ],
)
def test_unquote(literal: str, text: str) -> None:
    """Literals are read byte by byte; raw ones lose their carriage returns only."""
    assert unquote(literal) == text


@pytest.mark.parametrize("literal", ['"\\q"', '"\\\'"', '"\\x4"', '"\\400"', '"\\ud800"', '"\\U00110000"', '"\\u00e"'])
def test_unquote_refuses(literal: str) -> None:
    """Escapes that Go does not have are invalid syntax."""
    with pytest.raises(QuoteError, match="invalid syntax"):
        unquote(literal)


@pytest.mark.parametrize(
    ("literal", "code"), [("'a'", 97), ("'\\n'", 10), ("'\\''", 39), ("'\\xff'", 255), ("'世'", 0x4E16)]
)
def test_unquote_rune(literal: str, code: int) -> None:
    """Character constants are numbers."""
    assert unquote_rune(literal) == code


@pytest.mark.parametrize(
    ("literal", "message"),
    [("''", "invalid syntax"), ("'ab'", "malformed character constant: 'ab'"), ("'\\\"'", "invalid syntax")],
)
def test_unquote_rune_refuses(literal: str, message: str) -> None:
    """A character constant holds one character."""
    with pytest.raises(QuoteError, match=message):
        unquote_rune(literal)


@pytest.mark.parametrize(
    ("code", "quoted"),
    [(97, "'a'"), (39, "'\\''"), (34, "'\"'"), (10, "'\\n'"), (-1, "'\ufffd'"), (0xD800, "'\ufffd'")],
)
def test_quote_rune(code: int, quoted: str) -> None:
    """Code points come out as character literals; what is none as U+FFFD."""
    assert quote_rune(code) == quoted


@pytest.mark.parametrize(
    ("char", "text"), [("-", "U+002D '-'"), ("\x07", "U+0007"), ("😀", "U+1F600 '😀'"), ("\udcff", "U+FFFD '\ufffd'")]
)
def test_describe_rune(char: str, text: str) -> None:
    """A character is described by its number, and itself if it can be printed."""
    assert describe_rune(char) == text


@pytest.mark.parametrize(
    ("text", "can"), [("a\tb", True), ("a`", False), ("a\nb", False), ("\x7f", False), ("\ufeff", False), ("é", True)]
)
def test_can_backquote(text: str, can: bool) -> None:
    """Backquotes hold anything but themselves, control characters and byte order marks."""
    assert can_backquote(text) is can
