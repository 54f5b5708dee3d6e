"""Kinds of tokens, and the list of tokens that the lexer makes."""

from __future__ import annotations

from typing import Final

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
