"""The tokens that few templates have: numbers, names with letters beyond ASCII, and errors."""

from __future__ import annotations

import re
from typing import Final

from cicdpack.gotemplate.quoting import describe_rune, is_surrogate, quote
from cicdpack.gotemplate.tokens import CHAR, COMPLEX, ERROR, FIELD, IDENTIFIER, NUMBER, VARIABLE, Tokens

_NUMBER: Final = r"""[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?
    |0[oO][0-7_]*(?:\.[0-7_]*)?
    |0[bB][01_]*(?:\.[01_]*)?
    |[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?
    )i?"""
_UNTERMINATED: Final = {
    '"': "unterminated quoted string",
    "`": "unterminated raw quoted string",
    "'": "unterminated character constant",
}


def lex_rare(text: str, start: int, tokens: Tokens) -> int:
    """Read one token that is a number, holds letters beyond ASCII, or is an error; return its end, or -1."""
    if start == len(text):
        return fail(tokens, start, "unclosed action")
    char = text[start]
    if char in _UNTERMINATED:
        return fail(tokens, start, _UNTERMINATED[char])
    if char == ":":
        return fail(tokens, start, "expected :=")
    if char in "+-0123456789" or (char == "." and text[start + 1 : start + 2] in _DIGITS):
        return lex_number(text, start, tokens)
    if char in ".$" or is_alphanumeric(char):
        return lex_word(text, start, tokens)
    if " " <= char <= "~":
        tokens.add(CHAR, start, char)
        return start + 1
    return fail(tokens, start, f"unrecognized character in action: {describe_rune(char)}")


_DIGITS: Final = frozenset("0123456789")
_TERMINATORS: Final = frozenset(" \t\r\n.,|:()")


def fail(tokens: Tokens, start: int, message: str) -> int:
    """Append the error that ends the tokens; return -1."""
    tokens.add(ERROR, start, message)
    return -1


def is_alphanumeric(char: str) -> bool:
    """Return whether a character may be part of a name: a Unicode letter or decimal digit, or `_`."""
    if char.isascii():
        return char.isalnum() or char == "_"
    return char.isalpha() or char.isdecimal()


def lex_word(text: str, start: int, tokens: Tokens) -> int:
    """Read a name, field or variable with letters beyond ASCII, or one that is followed by a wrong character."""
    at = start if text[start] not in ".$" else start + 1
    while at < len(text) and is_alphanumeric(text[at]):
        at += 1
    if at < len(text) and text[at] not in _TERMINATORS and not text.startswith("}}", at):
        return fail(tokens, start, f"bad character {describe_rune(text[at])}")
    kind = {".": FIELD, "$": VARIABLE}.get(text[start], IDENTIFIER)
    tokens.add(kind, start, text[start:at])
    return at


def lex_number(text: str, start: int, tokens: Tokens) -> int:
    """Read a number; what is wrong inside it is found when it is parsed."""
    end = _scan_number(text, start)
    if end < 0:
        return fail(tokens, start, f"bad number syntax: {quote(text[start:-end])}")
    if text[end : end + 1] in ("+", "-"):
        # A complex number: 1+2i, no spaces, must end in i.
        second = _scan_number(text, end)
        if second < 0 or text[second - 1] != "i":
            return fail(tokens, start, f"bad number syntax: {quote(text[start : abs(second)])}")
        tokens.add(COMPLEX, start, text[start:second])
        return second
    tokens.add(NUMBER, start, text[start:end])
    return end


def _scan_number(text: str, start: int) -> int:
    """Return the end of the number at `start`; negated, and past the next character, if that may not follow."""
    match = re.compile(_NUMBER, re.VERBOSE).match(text, start)
    end = match.end() if match else start
    if end < len(text) and is_alphanumeric(text[end]) and not is_surrogate(text[end]):
        return -(end + 1)
    return end
