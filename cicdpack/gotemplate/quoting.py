"""Go's quoting of strings and characters (package `strconv`): `quote` is `%q`, `unquote` reads a literal."""

from __future__ import annotations

import re

INVALID_SYNTAX = "invalid syntax"
"""Text of `strconv.ErrSyntax`."""

_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_NAMES = {char: "\\" + name for name, char in _SIMPLE.items() if name not in "'\""}
_ESCAPE = r"(?s)\\(?:([abfnrtv\\'\"])|([0-7]{3})|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))|([^\\])"
_MAX_RUNE = 0x10FFFF


class QuoteError(ValueError):
    """A literal that Go refuses: the message is Go's."""


def is_surrogate(char: str) -> bool:
    """Return whether a character stands for a byte that is not UTF-8."""
    return "\ud800" <= char <= "\udfff"


def quote(text: str, *, ascii_only: bool = False, delimiter: str = '"') -> str:
    """Return a string as Go's double-quoted literal (`ascii_only` as `%+q`)."""
    if not ascii_only and text.isprintable() and '"' not in text and "\\" not in text and delimiter == '"':
        return f'"{text}"'
    return delimiter + "".join([_quoted_char(char, ascii_only, delimiter) for char in text]) + delimiter


def _quoted_char(char: str, ascii_only: bool, delimiter: str) -> str:  # noqa: FBT001
    if char == delimiter:
        return "\\" + char
    if char in _NAMES:
        return _NAMES[char]
    if is_surrogate(char):
        return f"\\x{ord(char) & 0xFF:02x}"
    if char.isprintable() and (char.isascii() or not ascii_only):
        return char
    code = ord(char)
    if code < ord(" ") or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote_rune(code: int, *, ascii_only: bool = False) -> str:
    """Return a code point as Go's character literal; what is none becomes U+FFFD."""
    char = chr(code) if 0 <= code <= _MAX_RUNE and not 0xD800 <= code <= 0xDFFF else "\ufffd"
    return quote(char, ascii_only=ascii_only, delimiter="'")


def can_backquote(text: str) -> bool:
    """Return whether Go would write the string between backquotes (`%#q`)."""
    return not any(is_surrogate(char) or char in "`\x7f\ufeff" or (char < " " and char != "\t") for char in text)


def describe_rune(char: str) -> str:
    """Return a character as `%#U` does: `U+002D '-'`."""
    code = 0xFFFD if is_surrogate(char) else ord(char)
    return f"U+{code:04X} '{chr(code)}'" if chr(code).isprintable() else f"U+{code:04X}"


def unquote(literal: str) -> str:
    """Return the string that a Go literal denotes (`"..."` or raw); raise `QuoteError` with Go's text."""
    if literal[0] == "`":
        # Go drops carriage returns from raw strings.
        return literal[1:-1].replace("\r", "")
    body = literal[1:-1]
    if "\\" not in body:
        return body
    data = bytearray()
    at = 0
    while at < len(body):
        at = _unquote_char(body, at, '"', data)
    return data.decode("utf-8", "surrogateescape")


def unquote_rune(literal: str) -> int:
    """Return the code of a character literal (`'a'`); raise `QuoteError` with Go's text."""
    body = literal[1:-1]
    data = bytearray()
    if not body:
        raise QuoteError(INVALID_SYNTAX)
    end = _unquote_char(body, 0, "'", data)
    if end != len(body):
        message = f"malformed character constant: {literal}"
        raise QuoteError(message)
    if body[0] == "\\" and body[1] in "x01234567":
        return data[0]
    char = data.decode("utf-8", "surrogateescape")
    return 0xFFFD if is_surrogate(char[0]) else ord(char)


def _unquote_char(body: str, at: int, quotation: str, data: bytearray) -> int:
    """Append the bytes of the character at `at` to `data`; return where the next one starts."""
    match = re.compile(_ESCAPE).match(body, at)
    if match is None:
        raise QuoteError(INVALID_SYNTAX)
    simple, octal, byte, short, long, plain = match.groups()
    if plain is not None:
        data += plain.encode("utf-8", "surrogateescape")
    elif simple is not None:
        if simple in "'\"" and simple != quotation:
            raise QuoteError(INVALID_SYNTAX)
        data += _SIMPLE[simple].encode()
    else:
        code = int(octal, 8) if octal else int(byte or short or long, 16)
        if octal or byte:
            if code > 0xFF:
                raise QuoteError(INVALID_SYNTAX)
            data.append(code)
        else:
            if code > _MAX_RUNE or 0xD800 <= code <= 0xDFFF:
                raise QuoteError(INVALID_SYNTAX)
            data += chr(code).encode()
    return match.end()
