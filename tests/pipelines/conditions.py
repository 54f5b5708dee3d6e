"""The expressions that the platforms put before jobs and into values: GitHub's, Azure's and GitLab's, as far as needed.

What is not known here is an error, so a pipeline cannot pass a test by a condition that nobody read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = str | bool | None
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*'|\"[^\"]*\")|(?P<regexp>/(?:[^/\\]|\\.)+/)|(?P<number>\d+)"
    r"|(?P<operator>\|\||&&|==|!=|=~|!~|[(),!\[\]])|(?P<name>\$?[\w-]+(?:\.[\w-]+)*))"
)


class _Reader:
    """Reads an expression from left to right; `names` and `functions` are all that it may speak of."""

    def __init__(self, text: str, names: Callable[[str], Value], functions: Mapping[str, Callable[..., Value]]) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            assert match, f"{text!r} cannot be read at {at}"
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            at = match.end()
        self.names, self.functions = names, functions

    def peek(self) -> str:
        return self.tokens[0][1] if self.tokens else ""

    def take(self, expected: str = "") -> tuple[str, str]:
        token = self.tokens.pop(0)
        assert expected in ("", token[1]), (expected, token)
        return token

    def any_of(self) -> Value:
        value = self.all_of()
        while self.peek() == "||":
            self.take()
            other = self.all_of()
            value = value or other
        return value

    def all_of(self) -> Value:
        value = self.comparison()
        while self.peek() == "&&":
            self.take()
            other = self.comparison()
            value = value and other
        return value

    def comparison(self) -> Value:
        left = self.operand()
        if self.peek() in ("==", "!="):
            is_equal = self.take()[1] == "=="
            return (left == self.operand()) is is_equal
        if self.peek() == "=~":
            self.take()
            return re.search(str(self.operand()), str(left or "")) is not None
        return left

    def operand(self) -> Value:
        kind, text = self.take()
        if text == "!":
            return not self.operand()
        if text == "(":
            value = self.any_of()
            self.take(")")
            return value
        if kind in ("text", "regexp"):
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return text
        assert kind == "name", text
        if self.peek() == "(":
            return self.call(text)
        if self.peek() == "[":
            self.take()
            name = str(self.operand())
            self.take("]")
            return self.names(name)
        return self.names(text)

    def call(self, name: str) -> Value:
        self.take("(")
        arguments: list[Value] = []
        while self.peek() != ")":
            arguments.append(self.any_of())
            if self.peek() == ",":
                self.take()
        self.take(")")
        return self.functions[name](*arguments)


def evaluate(
    text: str, names: Callable[[str], Value], functions: Mapping[str, Callable[..., Value]] | None = None
) -> Value:
    """Return what an expression says; a name without a value is None."""
    reader = _Reader(text, names, functions or {})
    value = reader.any_of()
    assert not reader.tokens, f"{text!r} goes on with {reader.tokens}"
    return value
