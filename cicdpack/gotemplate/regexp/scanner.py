r"""The small pieces of a pattern that stand for runes: escapes, `\p{...}`, bracket classes. Reads, makes no nodes.

A pattern is a str with surrogateescape; a lone surrogate is a byte that is not UTF-8, which is an error wherever a
rune is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.gotemplate import regexp_errors as errors
from cicdpack.gotemplate.regexp.classes import perl_class, posix_class
from cicdpack.gotemplate.regexp.runes import MAX_RUNE, Ranges, fold, negate, union
from cicdpack.gotemplate.regexp_errors import RegexpError

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTROL = {"a": 0x07, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B}
_OCTAL = frozenset("01234567")
_HEX = frozenset("0123456789abcdefABCDEF")


class Scanner:
    """A pattern and how far it has been read. `pos` counts characters of `text`; `spend` is told of work done."""

    __slots__ = ("end", "pos", "spend", "text")

    def __init__(self, text: str, spend: Callable[[int], None]) -> None:
        self.text = text
        self.spend = spend
        self.pos = 0
        self.end = len(text)

    def peek(self, prefix: str) -> bool:
        """Whether `prefix` comes next."""
        return self.text.startswith(prefix, self.pos)

    def next_rune(self) -> str:
        """Read one character; the caller has seen that there is one. A byte that is not UTF-8 is an error."""
        character = self.text[self.pos]
        if "\ud800" <= character <= "\udfff":
            raise RegexpError(errors.BAD_UTF8, self.text[self.pos :])
        self.pos += 1
        return character

    def check_utf8(self, text: str) -> None:
        """Refuse text that holds a byte that is not UTF-8, blaming the first and all that follows."""
        for index, character in enumerate(text):
            if "\ud800" <= character <= "\udfff":
                raise RegexpError(errors.BAD_UTF8, text[index:])

    def escape(self) -> int:
        r"""Read `\n`, `\x41`, `\x{1F600}`, `\101`, `\.`, and return its rune."""
        start = self.pos
        self.pos += 1
        if self.pos == self.end:
            raise RegexpError(errors.TRAILING_BACKSLASH, "")
        letter = self.next_rune()
        rune: int | None = None
        if letter in _OCTAL:
            rune = self._octal(letter)
        elif letter == "x":
            rune = self._hexadecimal()
        elif letter in _CONTROL:
            rune = _CONTROL[letter]
        elif letter < "\x80" and not letter.isalnum():
            rune = ord(letter)
        if rune is None:
            raise RegexpError(errors.BAD_ESCAPE, self.text[start : self.pos])
        return rune

    def _octal(self, first: str) -> int | None:
        """After the first digit of an octal number of at most three. A single digit but 0 would be a back-reference."""
        if first != "0" and not (self.pos < self.end and self.text[self.pos] in _OCTAL):
            return None
        digits = first
        while len(digits) < 3 and self.pos < self.end and self.text[self.pos] in _OCTAL:
            digits += self.text[self.pos]
            self.pos += 1
        return int(digits, 8)

    def _hexadecimal(self) -> int | None:
        r"""After `\x`: two digits, or any number of them in braces."""
        if self.pos == self.end:
            return None
        first = self.next_rune()
        if first != "{":
            if self.pos == self.end:
                return None
            second = self.next_rune()
            return int(first + second, 16) if first in _HEX and second in _HEX else None
        rune, digits = 0, 0
        while self.pos < self.end:
            digit = self.next_rune()
            if digit == "}":
                return rune if digits else None
            if digit not in _HEX:
                return None
            rune = rune * 16 + int(digit, 16)
            digits += 1
            if rune > MAX_RUNE:
                return None
        return None

    def class_escape(self, *, folded: bool) -> Ranges | None:
        r"""Read `\d` or `\p{...}` if one comes next, and return its runes; otherwise read nothing."""
        letter = self.text[self.pos + 1 : self.pos + 2]
        if letter in {"p", "P"}:
            return self._property(folded=folded)
        ranges = perl_class(letter, folded=folded) if letter else None
        if ranges is not None:
            self.pos += 2
        return ranges

    def _property(self, *, folded: bool) -> Ranges:
        r"""Read `\pL`, `\p{Greek}`, `\p{^Greek}`, `\P{Greek}`."""
        from cicdpack.gotemplate.regexp.properties import property_class

        start = self.pos
        negated = self.text[start + 1] == "P"
        self.pos += 2
        if self.pos == self.end:
            raise RegexpError(errors.BAD_RANGE, self.text[start:])
        name = self.next_rune()
        if name == "{":
            close = self.text.find("}", start)
            if close < 0:
                self.check_utf8(self.text[start:])
                raise RegexpError(errors.BAD_RANGE, self.text[start:])
            name = self.text[self.pos : close]
            self.pos = close + 1
            self.check_utf8(name)
        if name.startswith("^"):
            negated = not negated
            name = name[1:]
        ranges = property_class(name, negated=negated, folded=folded)
        if ranges is None:
            raise RegexpError(errors.BAD_RANGE, self.text[start : self.pos])
        return ranges

    def bracket_class(self, *, folded: bool) -> Ranges:
        """Read `[...]` from its opening bracket on."""
        start = self.pos
        self.pos += 1
        negated = self.peek("^")
        self.pos += negated
        ranges: list[tuple[int, int]] = []
        whole: list[tuple[int, int]] = []
        first = self.pos
        while self.pos == first or not self.peek("]"):
            named = self._named_class(folded=folded)
            if named is None:
                ranges.append(self._range(start))
            else:
                self.spend(len(named))
                whole.extend(named)
        self.pos += 1
        merged = union((*whole, *(fold(union(ranges)) if folded else ranges)))
        return negate(merged) if negated else merged

    def _named_class(self, *, folded: bool) -> Ranges | None:
        r"""Read `[:alpha:]`, `\d` or `\pL` inside brackets, if one comes next."""
        if self.peek("[:"):
            close = self.text.find(":]", self.pos + 2)
            if close < 0:
                return None
            name = self.text[self.pos + 2 : close]
            ranges = posix_class(name, folded=folded)
            if ranges is None:
                raise RegexpError(errors.BAD_RANGE, f"[:{name}:]")
            self.pos = close + 2
            return ranges
        return self.class_escape(folded=folded) if self.peek("\\") else None

    def _range(self, start: int) -> tuple[int, int]:
        """Read `a` or `a-z` inside the brackets that open at `start`. A hyphen before `]` stands for itself."""
        begin = self.pos
        low = high = self._class_rune(start)
        if self.peek("-") and self.pos + 1 < self.end and self.text[self.pos + 1] != "]":
            self.pos += 1
            high = self._class_rune(start)
            if high < low:
                raise RegexpError(errors.BAD_RANGE, self.text[begin : self.pos])
        return low, high

    def _class_rune(self, start: int) -> int:
        if self.pos == self.end:
            raise RegexpError(errors.MISSING_BRACKET, self.text[start:])
        return self.escape() if self.peek("\\") else ord(self.next_rune())
