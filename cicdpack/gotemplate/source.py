"""A template's text with its names, and the places in it."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from cicdpack.gotemplate.tokens import EOF, Tokens
from cicdpack.gotemplate.values import byte_length

if TYPE_CHECKING:
    from cicdpack.problems import Location


WIDEST_LINE = 110
"""Characters of a line that are shown: with its number, a line of a usual terminal or log."""

_NONE = Tokens()
_NONE.add(EOF, 0, "")


class Source:
    """A text: `name` as Go's messages call it, `path` as ours do. Nodes know the number of their token in `tokens`."""

    __slots__ = ("_starts", "name", "path", "text", "tokens")

    def __init__(self, name: str, text: str, path: str) -> None:
        self.name = name
        self.text = text
        self.path = path
        self.tokens = _NONE
        self._starts: list[int] | None = None

    def start(self, token: int) -> int:
        """Return the position of a token, in characters."""
        return self.tokens.start(token)

    def line_of(self, pos: int) -> int:
        """Return the line of a position, from 1."""
        if self._starts is None:
            starts = [0]
            at = self.text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.text.find("\n", at + 1)
            self._starts = starts
        return bisect_right(self._starts, pos)

    def go_place(self, pos: int) -> str:
        """Return `name:line:column` as Go counts: lines from 1, columns in bytes from 0."""
        start = self.text.rfind("\n", 0, pos) + 1
        return f"{self.name}:{self.line_of(pos)}:{byte_length(self.text[start:pos])}"

    def location(self, pos: int) -> Location:
        """Return the place for our own messages: columns in characters from 1."""
        from cicdpack.problems import Location

        start = self.text.rfind("\n", 0, pos) + 1
        return Location(path=self.path, line=self.line_of(pos), column=pos - start + 1)

    def excerpt(self, pos: int, width: int) -> str:
        """Return the line of `pos` and a line of carets under `width` characters from there; a long line is cut."""
        start = self.text.rfind("\n", 0, pos) + 1
        end = self.text.find("\n", pos)
        line = self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")
        number = f"{self.line_of(pos):>5} | "
        column = pos - start
        if len(line) > WIDEST_LINE:
            cut = max(0, min(column - WIDEST_LINE // 4, len(line) - WIDEST_LINE))
            left, right = "…" * (cut > 0), "…" * (cut + WIDEST_LINE < len(line))
            line = f"{left}{line[cut : cut + WIDEST_LINE]}{right}"
            column += len(left) - cut
        carets = "^" * max(1, min(width, len(line) - column))
        # Tabs are kept under the line, so that the carets stand where the text does.
        indent = "".join(["\t" if char == "\t" else " " for char in line[:column]])
        return f"{number}{line}\n{' ' * 6}| {indent}{carets}"
