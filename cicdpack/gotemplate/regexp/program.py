"""A syntax tree -> a program over a small alphabet, for a machine that runs threads.

The alphabet has one symbol for each set of runes that no class of the pattern tells apart. A symbol is a power of two,
so that a class is a sum of symbols and a test is `mask & symbol`.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from cicdpack.gotemplate.regexp.classes import WORD
from cicdpack.gotemplate.regexp.code import CHECK, MATCH, READ, SAVE, SPLIT, Code
from cicdpack.gotemplate.regexp.nodes import (
    BEGIN_LINE,
    BEGIN_TEXT,
    END_LINE,
    END_TEXT,
    NO_WORD_BOUNDARY,
    WORD_BOUNDARY,
    Chars,
    Concat,
    Node,
)
from cicdpack.gotemplate.regexp.runes import REPLACEMENT, Ranges

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEWLINE: Ranges = ((0x0A, 0x0A),)


class Alphabet:
    """Rune -> symbol. `edges` holds the first rune of each symbol but the first."""

    __slots__ = ("ascii", "edges")

    def __init__(self, classes: Iterable[Ranges]) -> None:
        self.edges = sorted({edge for ranges in classes for low, high in ranges for edge in (low, high + 1)} - {0})
        self.ascii: list[int] = []
        for index, edge in enumerate((*self.edges, 0x80)):
            self.ascii += [1 << index] * (min(edge, 0x80) - len(self.ascii))
            if edge >= 0x80:
                break

    def mask(self, ranges: Ranges) -> int:
        """The sum of all symbols in `ranges`, which must have been among the classes the alphabet was made of."""
        total = 0
        for low, high in ranges:
            total += (2 << bisect_right(self.edges, high)) - (1 << bisect_right(self.edges, low))
        return total

    def symbols(self, text: str) -> list[int]:
        """The symbol of each character; a lone surrogate, which is a bad byte, counts as U+FFFD."""
        table = self.ascii
        if text.isascii():
            return [table[code] for code in text.encode("ascii")]
        known = {character: self._symbol(character) for character in set(text)}
        return [known[character] for character in text]

    def _symbol(self, character: str) -> int:
        code = REPLACEMENT if "\ud800" <= character <= "\udfff" else ord(character)
        return 1 << bisect_right(self.edges, code)


class Program:
    """Instructions in lists that share an index (see `code`); `mask` is what a READ reads, as a sum of symbols.

    `opening` is the sum of the symbols that a match can begin with, `may_be_empty` whether it can be empty,
    `anchored` whether it can begin at the start of the text only, `literal` the pattern if it is plain text,
    `checks` whether it looks at the text around a position.
    """

    __slots__ = (
        "alphabet", "anchored", "checks", "first", "kind", "literal", "mask", "may_be_empty", "newline", "opening",
        "second", "start", "word",
    )  # fmt: skip

    def __init__(self, tree: Node) -> None:
        code = Code(tree)
        self.kind, self.first, self.second, self.start = code.kind, code.first, code.second, code.start
        self.mask = [0] * len(self.kind)
        self.checks = CHECK in self.kind
        self.alphabet = Alphabet((*code.classes, WORD, _NEWLINE) if self.checks else code.classes)
        for ranges, places in code.classes.items():
            mask = self.alphabet.mask(ranges)
            for pc in places:
                self.mask[pc] = mask
        self.newline = self.alphabet.mask(_NEWLINE) if self.checks else 0
        self.word = self.alphabet.mask(WORD) if self.checks else 0
        self.opening, self.may_be_empty = self._openings()
        self.anchored = self._is_anchored()
        self.literal = _plain_text(tree)

    def _openings(self) -> tuple[int, bool]:
        """All symbols that a match can begin with, and whether it can be empty, as if every assertion held."""
        seen, stack, opening, may_be_empty = {self.start}, [self.start], 0, False
        while stack:
            pc = stack.pop()
            kind = self.kind[pc]
            if kind == MATCH:
                may_be_empty = True
            elif kind == READ:
                opening |= self.mask[pc]
            else:
                targets = {self.first[pc], self.second[pc]} if kind == SPLIT else {self.first[pc]}
                stack.extend(targets - seen)
                seen |= targets
        return opening, may_be_empty

    def _is_anchored(self) -> bool:
        pc = self.start
        while self.kind[pc] == SAVE:
            pc = self.first[pc]
        return self.kind[pc] == CHECK and self.second[pc] == BEGIN_TEXT

    def assertions(self, symbols: list[int], pos: int) -> int:
        """The flags of the assertions that hold between two runes of a text given as symbols."""
        before = symbols[pos - 1] if pos else 0
        after = symbols[pos] if pos < len(symbols) else 0
        flags = WORD_BOUNDARY if bool(before & self.word) != bool(after & self.word) else NO_WORD_BOUNDARY
        if not before or before & self.newline:
            flags |= BEGIN_LINE if before else BEGIN_LINE | BEGIN_TEXT
        if not after or after & self.newline:
            flags |= END_LINE if after else END_LINE | END_TEXT
        return flags


def _plain_text(tree: Node) -> str | None:
    """The text that the tree stands for, if it is nothing but text."""
    parts = tree.parts if isinstance(tree, Concat) else (tree,)
    letters = [part.literal for part in parts if isinstance(part, Chars) and part.is_plain()]
    return "".join(letter for letter in letters if letter) if letters and len(letters) == len(parts) else None
