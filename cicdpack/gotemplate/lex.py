"""Template text -> tokens. All tokens are made up front; an error is the last token and holds Go's message.

Tokens cover the text without gaps but for trim markers, the space they trim, and comments. Positions count characters.
"""

from __future__ import annotations

import re
from typing import Final

from cicdpack.gotemplate.quoting import describe_rune, is_surrogate, quote

Token = tuple[int, int, str]
"""Kind, position, text (of an `ERROR`: the message)."""

ERROR: Final = 0
EOF: Final = 1
TEXT: Final = 2
LEFT_DELIM: Final = 3
RIGHT_DELIM: Final = 4
SPACE: Final = 5
FIELD: Final = 6
IDENTIFIER: Final = 7
VARIABLE: Final = 8
STRING: Final = 9
RAW_STRING: Final = 10
NUMBER: Final = 11
CHAR_CONSTANT: Final = 12
COMPLEX: Final = 13
BOOL: Final = 14
LEFT_PAREN: Final = 15
RIGHT_PAREN: Final = 16
PIPE: Final = 17
ASSIGN: Final = 18
DECLARE: Final = 19
CHAR: Final = 20
KEYWORD: Final = 21
"""Kinds from here on are keywords; messages write them in angle brackets."""
DOT: Final = 22
NIL: Final = 23
BLOCK: Final = 24
BREAK: Final = 25
CONTINUE: Final = 26
DEFINE: Final = 27
ELSE: Final = 28
END: Final = 29
IF: Final = 30
RANGE: Final = 31
TEMPLATE: Final = 32
WITH: Final = 33

_WORDS: Final = {
    "nil": NIL,
    "block": BLOCK,
    "break": BREAK,
    "continue": CONTINUE,
    "define": DEFINE,
    "else": ELSE,
    "end": END,
    "if": IF,
    "range": RANGE,
    "template": TEMPLATE,
    "with": WITH,
    "true": BOOL,
    "false": BOOL,
}

SPACES: Final = " \t\r\n"
"""What Go's templates call space: nothing else is trimmed or separates arguments."""

_TERMINATOR: Final = r"(?=[ \t\r\n.,|:()]|\}\}|\Z)"
# The common tokens, in the order of their groups. What does not match here is looked at by `lex_rare`.
_INSIDE: Final = re.compile(
    rf"""([ \t\r\n]+)
    |(\}}\}})
    |(\.(?![0-9])[A-Za-z0-9_]*){_TERMINATOR}
    |([A-Za-z_][A-Za-z0-9_]*){_TERMINATOR}
    |(\$[A-Za-z0-9_]*){_TERMINATOR}
    |("(?:[^"\\\n]|\\[^\n])*")
    |(`[^`]*`)
    |(\()
    |(\))
    |(\|)
    |(:=)
    |(=)
    |('(?:[^'\\\n]|\\[^\n])*')
    """,
    re.VERBOSE,
)
_KINDS: Final = (
    ERROR, SPACE, RIGHT_DELIM, FIELD, IDENTIFIER, VARIABLE, STRING, RAW_STRING, LEFT_PAREN, RIGHT_PAREN, PIPE, DECLARE,
    ASSIGN, CHAR_CONSTANT,
)  # fmt: skip
_NUMBER: Final = re.compile(
    r"""[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?
    |0[oO][0-7_]*(?:\.[0-7_]*)?
    |0[bB][01_]*(?:\.[01_]*)?
    |[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?
    )i?""",
    re.VERBOSE,
)
_UNTERMINATED: Final = {
    '"': "unterminated quoted string",
    "`": "unterminated raw quoted string",
    "'": "unterminated character constant",
}


def lex(text: str) -> list[Token]:
    """Return the tokens of a template; the last is `EOF` or `ERROR`."""
    tokens: list[Token] = []
    at = 0
    while at >= 0:
        at = lex_text(text, at, tokens)
    return tokens


def lex_text(text: str, start: int, tokens: list[Token]) -> int:
    """Read text up to and including the next action or comment; return where it ends, or -1 at the end."""
    delim = text.find("{{", start)
    if delim < 0:
        if start < len(text):
            tokens.append((TEXT, start, text[start:]))
        tokens.append((EOF, len(text), ""))
        return -1
    inside = delim + 2
    piece = text[start:delim]
    if text.startswith("-", inside) and text[inside + 1 : inside + 2] in _SPACE_SET:
        piece = piece.rstrip(SPACES)
        inside += 2
    if piece:
        tokens.append((TEXT, start, piece))
    if text.startswith("/*", inside):
        return lex_comment(text, inside, tokens)
    tokens.append((LEFT_DELIM, delim, "{{"))
    return lex_inside_action(text, inside, tokens)


_SPACE_SET: Final = frozenset(SPACES)


def skip_spaces(text: str, at: int) -> int:
    """Return the first position from `at` on that holds no space."""
    while at < len(text) and text[at] in _SPACE_SET:
        at += 1
    return at


def lex_comment(text: str, start: int, tokens: list[Token]) -> int:
    """Skip a comment, whose `/*` is at `start`, and the delimiter that must follow it."""
    close = text.find("*/", start + 2)
    if close < 0:
        tokens.append((ERROR, start, "unclosed comment"))
        return -1
    close += 2
    if text.startswith("}}", close):
        return close + 2
    if text[close : close + 1] in _SPACE_SET and text.startswith("-}}", close + 1):
        return skip_spaces(text, close + 4)
    tokens.append((ERROR, start, "comment ends before closing delimiter"))
    return -1


def lex_inside_action(text: str, at: int, tokens: list[Token]) -> int:
    """Read the tokens of an action and its closing delimiter; return where it ends, or -1 after an error."""
    depth = 0
    match_at = _INSIDE.match
    append = tokens.append
    while True:
        match = match_at(text, at)
        if match is None:
            at = lex_rare(text, at, tokens)
            if at < 0:
                return -1
            continue
        kind = _KINDS[match.lastindex or 0]
        end = match.end()
        trims = kind == SPACE and text.startswith("-}}", end)
        if trims and end - at > 1:
            # The last space belongs to the trim marker.
            append((SPACE, at, text[at : end - 1]))
            at = end - 1
        if trims or kind == RIGHT_DELIM:
            if depth:
                append((ERROR, at, "unclosed left paren"))
                return -1
            if not trims:
                append((RIGHT_DELIM, at, "}}"))
                return end
            append((RIGHT_DELIM, end + 1, "}}"))
            return skip_spaces(text, end + 3)
        value = match.group()
        if kind == IDENTIFIER:
            kind = _WORDS.get(value, IDENTIFIER)
        elif kind == FIELD and value == ".":
            # A dot that ends the whole text is read as a number by Go.
            kind = DOT if end < len(text) else NUMBER
        elif kind == LEFT_PAREN:
            depth += 1
        elif kind == RIGHT_PAREN:
            depth -= 1
            if depth < 0:
                append((ERROR, at, "unexpected right paren"))
                return -1
        append((kind, at, value))
        at = end


def lex_rare(text: str, start: int, tokens: list[Token]) -> int:
    """Read one token that is a number, holds letters beyond ASCII, or is an error; return its end, or -1."""
    if start == len(text):
        return _fail(tokens, start, "unclosed action")
    char = text[start]
    if char in _UNTERMINATED:
        return _fail(tokens, start, _UNTERMINATED[char])
    if char == ":":
        return _fail(tokens, start, "expected :=")
    if char in "+-0123456789" or (char == "." and text[start + 1 : start + 2] in _DIGITS):
        return lex_number(text, start, tokens)
    if char in ".$" or is_alphanumeric(char):
        return lex_word(text, start, tokens)
    if " " <= char <= "~":
        tokens.append((CHAR, start, char))
        return start + 1
    return _fail(tokens, start, f"unrecognized character in action: {describe_rune(char)}")


_DIGITS: Final = frozenset("0123456789")
_TERMINATORS: Final = frozenset(" \t\r\n.,|:()")


def _fail(tokens: list[Token], start: int, message: str) -> int:
    tokens.append((ERROR, start, message))
    return -1


def is_alphanumeric(char: str) -> bool:
    """Return whether a character may be part of a name: a Unicode letter or decimal digit, or `_`."""
    if char.isascii():
        return char.isalnum() or char == "_"
    return char.isalpha() or char.isdecimal()


def lex_word(text: str, start: int, tokens: list[Token]) -> int:
    """Read a name, field or variable with letters beyond ASCII, or one that is followed by a wrong character."""
    at = start if text[start] not in ".$" else start + 1
    while at < len(text) and is_alphanumeric(text[at]):
        at += 1
    if at < len(text) and text[at] not in _TERMINATORS and not text.startswith("}}", at):
        return _fail(tokens, start, f"bad character {describe_rune(text[at])}")
    kind = {".": FIELD, "$": VARIABLE}.get(text[start], IDENTIFIER)
    tokens.append((kind, start, text[start:at]))
    return at


def lex_number(text: str, start: int, tokens: list[Token]) -> int:
    """Read a number; what is wrong inside it is found when it is parsed."""
    end = _scan_number(text, start)
    if end < 0:
        return _fail(tokens, start, f"bad number syntax: {quote(text[start:-end])}")
    if text[end : end + 1] in ("+", "-"):
        # A complex number: 1+2i, no spaces, must end in i.
        second = _scan_number(text, end)
        if second < 0 or text[second - 1] != "i":
            return _fail(tokens, start, f"bad number syntax: {quote(text[start : abs(second)])}")
        tokens.append((COMPLEX, start, text[start:second]))
        return second
    tokens.append((NUMBER, start, text[start:end]))
    return end


def _scan_number(text: str, start: int) -> int:
    """Return the end of the number at `start`; negated, and past the next character, if that may not follow."""
    match = _NUMBER.match(text, start)
    end = match.end() if match else start
    if end < len(text) and is_alphanumeric(text[end]) and not is_surrogate(text[end]):
        return -(end + 1)
    return end
