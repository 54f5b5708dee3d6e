"""Template text -> tokens. All tokens are made up front; an error is the last token and holds Go's message.

Tokens cover the text without gaps but for space inside actions, trim markers with the space they trim, and comments.
Positions count characters. Most of parsing time is spent here, so an action of common tokens is read in one sweep; any
other one is read token by token.
"""

from __future__ import annotations

import re
from typing import Final

from cicdpack.gotemplate.lex_rare import fail, lex_rare
from cicdpack.gotemplate.tokens import (
    ASSIGN,
    BLOCK,
    BOOL,
    BREAK,
    CHAR,
    CHAR_CONSTANT,
    CONTINUE,
    DECLARE,
    DEFINE,
    DOT,
    ELSE,
    END,
    EOF,
    FIELD,
    IDENTIFIER,
    IF,
    LEFT_DELIM,
    LEFT_PAREN,
    NIL,
    NUMBER,
    PIPE,
    RANGE,
    RAW_STRING,
    RIGHT_DELIM,
    RIGHT_PAREN,
    STRING,
    TEMPLATE,
    TEXT,
    VARIABLE,
    WITH,
    Tokens,
)

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
_COMMON: Final = rf"""
    \.(?![0-9])[A-Za-z0-9_]*{_TERMINATOR}
    |[A-Za-z_][A-Za-z0-9_]*{_TERMINATOR}
    |"(?:[^"\\\n]|\\[^\n])*"
    |\$[A-Za-z0-9_]*{_TERMINATOR}
    |[()|=]
    |`[^`]*`
    |:=
    |[0-9]+(?=[ \t\r\n,|:()]|\}}\}}|\Z)
    |'(?:[^'\\\n]|\\[^\n])*'
    |,
    """
_ACTION: Final = re.compile(rf"(?:[ \t\r\n]*(?:{_COMMON}))*([ \t\r\n]+-\}}\}}|[ \t\r\n]*\}}\}})", re.VERBOSE)
"""A whole action from behind its opening delimiter, if all its tokens are common ones; the group closes it."""
_TOKENS: Final = re.compile(rf"([ \t\r\n]*)({_COMMON})", re.VERBOSE)
"""A common token and the space before it."""


def lex(text: str) -> Tokens:
    """Return the tokens of a template."""
    tokens = Tokens()
    at = 0
    while at >= 0:
        at = lex_text(text, at, tokens)
    return tokens


def lex_text(text: str, start: int, tokens: Tokens) -> int:
    """Read text up to and including the next action or comment; return where it ends, or -1 at the end."""
    delim = text.find("{{", start)
    if delim < 0:
        if start < len(text):
            tokens.add(TEXT, start, text[start:])
        tokens.add(EOF, len(text), "")
        return -1
    inside = delim + 2
    piece = text[start:delim]
    if text[inside : inside + 1] == "-" and text[inside + 1 : inside + 2] in _SPACE_SET:
        piece = piece.rstrip(SPACES)
        inside += 2
    if piece:
        tokens.add(TEXT, start, piece)
    match = _ACTION.match(text, inside)
    if match is None:
        if text.startswith("/*", inside):
            return lex_comment(text, inside, tokens)
    elif lex_common_action(text, delim, inside, match, tokens):
        end = match.end()
        if text[end - 3] != "-" or end - 3 < inside:
            return end
        return skip_spaces(text, end)
    tokens.add(LEFT_DELIM, delim, text[delim:inside])
    return lex_inside_action(text, inside, tokens)


_SPACE_SET: Final = frozenset(SPACES)
_SPACES: Final = re.compile(r"[ \t\r\n]*")


def skip_spaces(text: str, at: int) -> int:
    """Return the first position from `at` on that holds no space."""
    match = _SPACES.match(text, at)
    return match.end() if match else at


def lex_comment(text: str, start: int, tokens: Tokens) -> int:
    """Skip a comment, whose `/*` is at `start`, and the delimiter that must follow it."""
    close = text.find("*/", start + 2)
    if close < 0:
        return fail(tokens, start, "unclosed comment")
    close += 2
    if text.startswith("}}", close):
        return close + 2
    if text[close : close + 1] in _SPACE_SET and text.startswith("-}}", close + 1):
        return skip_spaces(text, close + 4)
    return fail(tokens, start, "comment ends before closing delimiter")


_FIXED: Final = {
    **_WORDS,
    ".": DOT,
    "(": LEFT_PAREN,
    ")": RIGHT_PAREN,
    "|": PIPE,
    "=": ASSIGN,
    ":=": DECLARE,
    ",": CHAR,
}
_BY_FIRST: Final = {
    ".": FIELD,
    "$": VARIABLE,
    '"': STRING,
    "`": RAW_STRING,
    "'": CHAR_CONSTANT,
    **dict.fromkeys("0123456789", NUMBER),
}


def lex_common_action(text: str, delim: int, inside: int, match: re.Match[str], tokens: Tokens) -> bool:
    """Read an action of common tokens that `match` found; return whether its parentheses pair, else nothing is read."""
    columns = _ACTIONS.get(match[0]) or _columns(match)
    if columns is None:
        return False
    kinds = tokens.kinds
    starts = tokens.starts
    starts[len(kinds)] = delim
    kinds.append(LEFT_DELIM)
    kinds += columns[0]
    starts[len(kinds) - 1] = match.end() - 2
    tokens.values.append(text[delim:inside])
    tokens.values += columns[1]
    tokens.spaces.append("")
    tokens.spaces += columns[2]
    return True


_Columns = tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]
_ACTIONS: Final[dict[str, _Columns]] = {}
"""Actions read before and their tokens: kinds, texts, spaces. Templates repeat themselves, and each other."""

_MAX_ACTIONS: Final = 2048
"""Actions remembered, each of up to `_MAX_ACTION` characters: half a megabyte at most."""

_MAX_ACTION: Final = 200


def _columns(match: re.Match[str]) -> _Columns | None:
    """Return the tokens of an action, and remember them; `None` if its parentheses do not pair."""
    action = match[0]
    found = _TOKENS.findall(match.string, match.start(), match.start(1))
    kinds = [_FIXED.get(value) or _BY_FIRST.get(value[0], IDENTIFIER) for _, value in found]
    if not _pairs(kinds):
        return None
    columns = (
        (*kinds, RIGHT_DELIM),
        (*[value for _, value in found], "}}"),
        (*[space for space, _ in found], match[1].rstrip("-}")),
    )
    if len(action) <= _MAX_ACTION:
        if len(_ACTIONS) >= _MAX_ACTIONS:
            _ACTIONS.clear()
        _ACTIONS[action] = columns
    return columns


def _pairs(kinds: list[int]) -> bool:
    depth = 0
    for kind in kinds:
        if kind == LEFT_PAREN:
            depth += 1
        elif kind == RIGHT_PAREN:
            depth -= 1
            if depth < 0:
                return False
    return depth == 0


def lex_inside_action(text: str, at: int, tokens: Tokens) -> int:
    """Read the tokens of an action and its closing delimiter; return where it ends, or -1 after an error."""
    depth = 0
    while True:
        start = at
        at = skip_spaces(text, at)
        space = text[start:at]
        trims = space != "" and text.startswith("-}}", at)
        if trims or text.startswith("}}", at):
            if depth:
                return fail(tokens, at - trims, "unclosed left paren")
            tokens.add(RIGHT_DELIM, at + trims, "}}", space)
            return skip_spaces(text, at + 3) if trims else at + 2
        match = _TOKENS.match(text, at)
        value = match[2] if match else ""
        kind = _FIXED.get(value) or _BY_FIRST.get(value[:1], IDENTIFIER)
        if not match or kind == NUMBER:
            at = lex_rare(text, at, tokens)
            tokens.spaces[-1] = space
            if at < 0:
                return -1
            continue
        if kind == LEFT_PAREN:
            depth += 1
        elif kind == RIGHT_PAREN:
            depth -= 1
            if depth < 0:
                return fail(tokens, at, "unexpected right paren")
        elif kind == DOT and at + 1 == len(text):
            # A dot that ends the whole text is read as a number by Go.
            kind = NUMBER
        tokens.add(kind, at, value, space)
        at += len(value)
