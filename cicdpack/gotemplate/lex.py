"""Template text -> tokens. All tokens are made up front; an error is the last token and holds Go's message.

Tokens cover the text without gaps but for space inside actions, trim markers with the space they trim, and comments.
Positions count characters. Most of parsing time is spent here, so an action of common tokens is read in one sweep; any
other one is read token by token.
"""

from __future__ import annotations

import re
from typing import Final

from cicdpack.gotemplate.quoting import describe_rune, is_surrogate, quote

ERROR: Final = 0
EOF: Final = 1
TEXT: Final = 2
LEFT_DELIM: Final = 3
RIGHT_DELIM: Final = 4
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


class Tokens:
    """Tokens as parallel lists: kind, text (of an `ERROR`: the message), the space before it inside an action.

    The last is `EOF` or `ERROR`. Positions are asked for by errors and line maps only, so `starts` knows those of some
    tokens, by number, and `start` finds the others.
    """

    __slots__ = ("kinds", "spaces", "starts", "values")

    def __init__(self) -> None:
        self.kinds: list[int] = []
        self.values: list[str] = []
        self.spaces: list[str] = []
        self.starts: dict[int, int] = {}

    def add(self, kind: int, start: int, value: str, space: str = "") -> None:
        """Append a token."""
        self.starts[len(self.kinds)] = start
        self.kinds.append(kind)
        self.values.append(value)
        self.spaces.append(space)

    def start(self, index: int) -> int:
        """Return the position of a token."""
        first = index
        while first not in self.starts:
            first -= 1
        at = self.starts[first]
        for before in range(first, index):
            at += len(self.values[before]) + len(self.spaces[before + 1])
        return at


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
        return _fail(tokens, start, "unclosed comment")
    close += 2
    if text.startswith("}}", close):
        return close + 2
    if text[close : close + 1] in _SPACE_SET and text.startswith("-}}", close + 1):
        return skip_spaces(text, close + 4)
    return _fail(tokens, start, "comment ends before closing delimiter")


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
                return _fail(tokens, at - trims, "unclosed left paren")
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
                return _fail(tokens, at, "unexpected right paren")
        elif kind == DOT and at + 1 == len(text):
            # A dot that ends the whole text is read as a number by Go.
            kind = NUMBER
        tokens.add(kind, at, value, space)
        at += len(value)


def lex_rare(text: str, start: int, tokens: Tokens) -> int:
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
        tokens.add(CHAR, start, char)
        return start + 1
    return _fail(tokens, start, f"unrecognized character in action: {describe_rune(char)}")


_DIGITS: Final = frozenset("0123456789")
_TERMINATORS: Final = frozenset(" \t\r\n.,|:()")


def _fail(tokens: Tokens, start: int, message: str) -> int:
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
        return _fail(tokens, start, f"bad character {describe_rune(text[at])}")
    kind = {".": FIELD, "$": VARIABLE}.get(text[start], IDENTIFIER)
    tokens.add(kind, start, text[start:at])
    return at


def lex_number(text: str, start: int, tokens: Tokens) -> int:
    """Read a number; what is wrong inside it is found when it is parsed."""
    end = _scan_number(text, start)
    if end < 0:
        return _fail(tokens, start, f"bad number syntax: {quote(text[start:-end])}")
    if text[end : end + 1] in ("+", "-"):
        # A complex number: 1+2i, no spaces, must end in i.
        second = _scan_number(text, end)
        if second < 0 or text[second - 1] != "i":
            return _fail(tokens, start, f"bad number syntax: {quote(text[start : abs(second)])}")
        tokens.add(COMPLEX, start, text[start:second])
        return second
    tokens.add(NUMBER, start, text[start:end])
    return end


def _scan_number(text: str, start: int) -> int:
    """Return the end of the number at `start`; negated, and past the next character, if that may not follow."""
    match = _NUMBER.match(text, start)
    end = match.end() if match else start
    if end < len(text) and is_alphanumeric(text[end]) and not is_surrogate(text[end]):
        return -(end + 1)
    return end
