r"""Go's `regexp` package: RE2 syntax, leftmost-first matches, time linear in the length of the text.

Texts are str with surrogateescape and stand for Go strings: indexes count bytes of UTF-8, a byte that is not part of
valid UTF-8 is one rune, U+FFFD. None is Go's nil slice ("no match"), which is not the empty one.

Unlike Go, a pattern may have at most 65,536 characters and a program at most 131,072 instructions ("expression too
large"), and `\p{...}` follows the running Python's Unicode.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from cicdpack.gotemplate.regexp.expansion import expand, parse_replacement
from cicdpack.gotemplate.regexp.machine import Machine
from cicdpack.gotemplate.regexp.parser import Parser
from cicdpack.gotemplate.regexp.program import Program
from cicdpack.gotemplate.regexp_errors import RegexpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cicdpack.gotemplate.regexp.machine import Slots

__all__ = ["Regexp", "RegexpError", "compile"]


def compile(pattern: str, *, spend: Callable[[int], None] | None = None) -> Regexp:  # noqa: A001 - Go's name
    """Read a pattern, or raise `RegexpError`.

    `spend` is told of work in steps (about a microsecond each), now and in every later match, and may raise to stop it.
    """
    return Regexp(pattern, spend or _spend_nothing)


def _spend_nothing(_steps: int) -> None:
    """Nobody counts."""


MOST_REMEMBERED = 64
"""Programs that are kept for the next use of the same pattern: a library of templates has fewer patterns than that."""

LARGEST_REMEMBERED = 4096
"""Steps that reading a pattern that is kept may take: with that, all programs together stay below some 20 MB."""

_remembered: dict[str, tuple[tuple[str, ...], Program, int]] = {}
"""Pattern -> names of its groups, its program, the steps that reading it took."""


def _program_of(pattern: str, spend: Callable[[int], None]) -> tuple[tuple[str, ...], Program]:
    """Read a pattern, or take what an earlier use left: that costs the same steps, so that limits do not depend on it.

    A template set calls the same few patterns hundreds of times in one rendering.
    """
    known = _remembered.get(pattern)
    if known is not None:
        names, program, steps = known
        spend(steps)
        return names, program
    taken = 0

    def spend_and_count(steps: int) -> None:
        nonlocal taken
        taken += steps
        spend(steps)

    parser = Parser(pattern, spend_and_count)
    tree = parser.parse()
    spend_and_count(tree.size)
    names, program = tuple(parser.names), Program(tree)
    if taken <= LARGEST_REMEMBERED:
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[pattern] = names, program, taken
    return names, program


class Regexp:
    """A compiled pattern. Methods are Go's; `n` limits the number of matches, -1 means all.

    `spend` is told of the work of each match.
    """

    __slots__ = ("_names", "_pattern", "_program", "spend")

    def __init__(self, pattern: str, spend: Callable[[int], None]) -> None:
        self._pattern = pattern
        self._names, self._program = _program_of(_canonical(pattern), spend)
        self.spend = spend

    @property
    def string(self) -> str:
        """The pattern as it was given."""
        return self._pattern

    @property
    def num_subexp(self) -> int:
        """The number of groups."""
        return len(self._names) - 1

    @property
    def subexp_names(self) -> tuple[str, ...]:
        """The name or "" of each group; the whole match comes first and has none."""
        return self._names

    def subexp_index(self, name: str) -> int:
        """The number of the first group with this name, -1 if there is none."""
        return self._names.index(name) if name and name in self._names else -1

    def match_string(self, text: str) -> bool:
        """Whether the text contains a match."""
        return any(True for _ in self._matches(_canonical(text), 1, 2, any_match=True))

    def find_string(self, text: str) -> str:
        """The first match; "" if there is none."""
        return (self.find_string_submatch(text, groups=False) or [""])[0]

    def find_string_index(self, text: str) -> list[int] | None:
        """Begin and end of the first match."""
        return self.find_string_submatch_index(text, groups=False)

    def find_string_submatch(self, text: str, *, groups: bool = True) -> list[str] | None:
        """The first match and its groups; "" for a group that took no part."""
        found = self.find_all_string_submatch(text, 1, groups=groups)
        return found[0] if found else None

    def find_string_submatch_index(self, text: str, *, groups: bool = True) -> list[int] | None:
        """Begins and ends of the first match and its groups; -1 for a group that took no part."""
        found = self.find_all_string_submatch_index(text, 1, groups=groups)
        return found[0] if found else None

    def find_all_string(self, text: str, n: int) -> list[str] | None:
        """The matches, none overlapping another."""
        text = _canonical(text)
        return [text[slots[0] : slots[1]] for slots in self._matches(text, n, 2)] or None

    def find_all_string_index(self, text: str, n: int) -> list[list[int]] | None:
        """Begin and end of each match."""
        return self.find_all_string_submatch_index(text, n, groups=False)

    def find_all_string_submatch(self, text: str, n: int, *, groups: bool = True) -> list[list[str]] | None:
        """Each match with its groups."""
        text = _canonical(text)
        found = [
            [text[slots[at] : slots[at + 1]] if slots[at] >= 0 else "" for at in range(0, len(slots), 2)]
            for slots in self._matches(text, n, self._slots(groups=groups))
        ]
        return found or None

    def find_all_string_submatch_index(self, text: str, n: int, *, groups: bool = True) -> list[list[int]] | None:
        """Begins and ends of each match and its groups."""
        text = _canonical(text)
        found = [list(slots) for slots in self._matches(text, n, self._slots(groups=groups))]
        if not text.isascii():
            offsets = [0, *accumulate(len(letter.encode("utf-8", "surrogateescape")) for letter in text), -1]
            found = [[offsets[slot] for slot in slots] for slots in found]
        return found or None

    def replace_all_string(self, text: str, replacement: str) -> str:
        """The text with each match replaced; `$1`, `${name}` in the replacement stand for groups."""
        if "$" not in replacement:
            return self.replace_all_literal_string(text, replacement)
        pieces = parse_replacement(_canonical(replacement), self._names)
        text = _canonical(text)
        return self._replace(text, self._slots(groups=True), lambda slots: expand(pieces, text, slots, self.spend))

    def replace_all_literal_string(self, text: str, replacement: str) -> str:
        """The text with each match replaced by exactly `replacement`."""
        return self._replace(_canonical(text), 2, lambda _slots: replacement)

    def _replace(self, text: str, slots: int, replacement: Callable[[Slots], str]) -> str:
        out: list[str] = []
        last = 0
        for match in self._matches(text, -1, slots):
            piece = replacement(match)
            # A long replacement of many matches is work too, and memory.
            self.spend(len(piece) >> 3)
            out += [text[last : match[0]], piece]
            last = match[1]
        out.append(text[last:])
        return "".join(out)

    def split(self, text: str, n: int) -> list[str] | None:
        """The pieces between the matches, at most `n` of them if `n` is not negative; None if `n` is 0."""
        text = _canonical(text)
        if n == 0:
            return None
        if self._pattern and not text:
            return [""]
        pieces: list[str] = []
        start = end = 0
        for match in self._matches(text, n, 2):
            if 0 < n == len(pieces) + 1:
                break
            end = match[0]
            # An empty match at the very start separates nothing.
            if match[1]:
                pieces.append(text[start:end])
            start = match[1]
        if end != len(text):
            pieces.append(text[start:])
        return pieces

    def _slots(self, *, groups: bool) -> int:
        return 2 * len(self._names) if groups else 2

    def _matches(self, text: str, n: int, slots: int, *, any_match: bool = False) -> Iterator[Slots]:
        """The first `n` matches from left to right; an empty one that touches the one before it does not count."""
        if n == 0:
            return
        if self._program.literal is not None:
            yield from self._literal_matches(text, n, self._program.literal)
            return
        machine = Machine(self._program, text, slots, self.spend)
        pos, last_end = 0, -1
        while pos <= len(text):
            match = machine.search(pos, any_match=any_match)
            if match is None:
                return
            begin, end = match[0], match[1]
            pos = end + (begin == end)
            if begin < end or begin != last_end:
                yield match
                n -= 1
                if n == 0:
                    return
            last_end = end

    def _literal_matches(self, text: str, n: int, literal: str) -> Iterator[Slots]:
        """The same for a pattern that is plain text."""
        self.spend(1 + len(text) // 64)
        start = text.find(literal)
        while start >= 0 and n != 0:
            n -= 1
            self.spend(1)
            yield start, start + len(literal)
            start = text.find(literal, start + len(literal))


def _canonical(text: str) -> str:
    """The same bytes in one spelling: bytes that together are valid UTF-8 are characters, all others are escaped."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return text
