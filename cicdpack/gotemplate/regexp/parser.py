r"""A pattern in RE2 syntax, with Perl's extensions as in Go's `regexp.Compile`, -> a syntax tree.

    pattern     = branch { "|" branch }
    branch      = { piece [ repeat ] }
    repeat      = ( "*" | "+" | "?" | "{" n [ "," [ m ] ] "}" ) [ "?" ]
    piece       = literal | "." | "^" | "$" | class | escape | "\Q" text "\E" | group
    group       = "(" pattern ")" | "(?P<name>" pattern ")" | "(?<name>" pattern ")" | "(?" flags ":" pattern ")"
    flags       = letters of "imsU" [ "-" letters ]; "(?" flags ")" holds to the end of the group around it

Groups stand on a stack of our own, so that depth costs no Python frames. Errors are Go's, kind and blamed piece.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.gotemplate import regexp_errors as errors
from cicdpack.gotemplate.regexp.nodes import (
    BEGIN_LINE,
    BEGIN_TEXT,
    EMPTY,
    END_LINE,
    END_TEXT,
    NO_WORD_BOUNDARY,
    WORD_BOUNDARY,
    Alternate,
    Assert,
    Capture,
    Chars,
    Concat,
    Node,
    Repeat,
)
from cicdpack.gotemplate.regexp.repeats import BAD_COUNT, MAX_REPEAT, SIMPLE_COUNTS, counts_in_braces
from cicdpack.gotemplate.regexp.runes import ANY, fold_rune
from cicdpack.gotemplate.regexp.scanner import Scanner
from cicdpack.gotemplate.regexp_errors import RegexpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cicdpack.gotemplate.regexp.runes import Ranges

MAX_HEIGHT = 1000
"""Levels of a syntax tree: Go's limit."""

MAX_SIZE = 1 << 17
"""Instructions of a program. Go allows 3.3 million; they would fill half a gigabyte as Python objects. The longest
counted repeat, `{1000}`, of a class fits a hundred times."""

MAX_PATTERN = 1 << 16
"""Characters of a pattern. Go has no such limit; patterns of people have fewer than a hundred."""

MAX_RANGES = 1 << 18
"""Ranges of runes in all different classes of a pattern, some 30 MB. Go allows 17 million."""

FOLD = 1
"""`(?i)`: case does not count."""
LINES = 2
"""`(?m)`: `^` and `$` match at lines' ends too."""
DOT_ALL = 4
"""`(?s)`: a dot matches a newline."""
LAZY = 8
"""`(?U)`: `*` takes little and `*?` takes much."""

_FLAGS = {"i": FOLD, "m": LINES, "s": DOT_ALL, "U": LAZY}
_NOT_NEWLINE = ((0, 0x09), (0x0B, 0x10FFFF))
_ANCHORS = {"A": BEGIN_TEXT, "z": END_TEXT, "b": WORD_BOUNDARY, "B": NO_WORD_BOUNDARY}


class Group:
    """An open parenthesis: its index if it captures, what has been read in it, the flags to go back to."""

    __slots__ = ("branches", "capture", "flags", "parts")

    def __init__(self, capture: int | None, flags: int) -> None:
        self.capture = capture
        self.flags = flags
        self.parts: list[Node] = []
        self.branches: list[Node] = []

    def close_branch(self) -> None:
        """End what stands before a `|` or the closing parenthesis."""
        match self.parts:
            case []:
                self.branches.append(EMPTY)
            case [only]:
                self.branches.append(only)
            case parts:
                self.branches.append(Concat(parts))
        self.parts = []

    def close(self) -> Node:
        """The group's tree."""
        self.close_branch()
        inner = self.branches[0] if len(self.branches) == 1 else Alternate(self.branches)
        return inner if self.capture is None else Capture(self.capture, inner)


class Parser:
    """Reads one pattern. After `parse`, `names` holds a name or "" for the whole match and each group."""

    def __init__(self, pattern: str, spend: Callable[[int], None]) -> None:
        self.pattern = pattern
        self.scanner = Scanner(pattern, spend)
        self.spend = spend
        self.classes: dict[Ranges, Chars] = {}
        self.ranges_left = MAX_RANGES
        self.flags = 0
        self.names = [""]
        self.groups = [Group(None, self.flags)]

    def parse(self) -> Node:
        """Read the whole pattern, or raise `RegexpError`."""
        scanner = self.scanner
        last_repeat = -1
        if scanner.end > MAX_PATTERN:
            raise RegexpError(errors.TOO_LARGE, self.pattern)
        while scanner.pos < scanner.end:
            begin = scanner.pos
            repeat = self._repeat_count(self.pattern[begin])
            if repeat is None:
                self._piece(self.pattern[begin])
                last_repeat = -1
            else:
                self._repeat(begin, last_repeat, *repeat)
                last_repeat = begin
        if len(self.groups) > 1:
            raise RegexpError(errors.MISSING_PAREN, self.pattern)
        return self._checked(self.groups[0].close())

    def _checked(self, node: Node) -> Node:
        if node.height > MAX_HEIGHT:
            raise RegexpError(errors.TOO_DEEP, self.pattern)
        if node.size > MAX_SIZE:
            raise RegexpError(errors.TOO_LARGE, self.pattern)
        return node

    def _push(self, node: Node) -> None:
        self.groups[-1].parts.append(self._checked(node))

    def _literal(self, rune: int) -> None:
        self._class(fold_rune(rune) if self.flags & FOLD else ((rune, rune),))

    def _piece(self, character: str) -> None:
        """Read one piece that is not a repeat."""
        scanner = self.scanner
        match character:
            case "(":
                self._open_group()
            case ")":
                self._close_group()
            case "|":
                scanner.pos += 1
                self.groups[-1].close_branch()
            case "[":
                self._class(scanner.bracket_class(folded=bool(self.flags & FOLD)))
            case "\\":
                self._escape()
            case "." | "^" | "$":
                scanner.pos += 1
                self._push(self._dot_or_anchor(character))
            case _:
                self._literal(ord(scanner.next_rune()))

    def _class(self, ranges: Ranges) -> None:
        """Push a class. Equal classes share one node, so that memory grows with the different ones only."""
        known = self.classes.get(ranges)
        if known is None:
            self.ranges_left -= len(ranges)
            if self.ranges_left < 0:
                raise RegexpError(errors.TOO_LARGE, self.pattern)
            known = self.classes[ranges] = Chars(ranges)
        self.spend(len(ranges))
        self._push(known)

    def _dot_or_anchor(self, character: str) -> Node:
        if character == ".":
            return Chars(ANY if self.flags & DOT_ALL else _NOT_NEWLINE)
        if character == "^":
            return Assert(BEGIN_LINE if self.flags & LINES else BEGIN_TEXT)
        return Assert(END_LINE if self.flags & LINES else END_TEXT)

    def _escape(self) -> None:
        scanner = self.scanner
        letter = self.pattern[scanner.pos + 1 : scanner.pos + 2]
        if letter in _ANCHORS:
            scanner.pos += 2
            self._push(Assert(_ANCHORS[letter]))
        elif letter == "Q":
            self._quotation()
        else:
            ranges = scanner.class_escape(folded=bool(self.flags & FOLD))
            if ranges is None:
                self._literal(scanner.escape())
            else:
                self._class(ranges)

    def _quotation(self) -> None:
        r"""Read `\Q...\E`; without an end it goes to the end of the pattern."""
        scanner = self.scanner
        scanner.pos += 2
        close = self.pattern.find("\\E", scanner.pos)
        end = scanner.end if close < 0 else close
        while scanner.pos < end:
            self._literal(ord(scanner.next_rune()))
        scanner.pos = end if close < 0 else end + 2

    def _close_group(self) -> None:
        if len(self.groups) == 1:
            raise RegexpError(errors.UNEXPECTED_PAREN, self.pattern)
        self.scanner.pos += 1
        group = self.groups.pop()
        self.flags = group.flags
        self._push(group.close())

    def _open_group(self) -> None:
        scanner = self.scanner
        if scanner.peek("(?P<") and scanner.pos + 4 < scanner.end:
            self._named_group(4)
        elif scanner.peek("(?<") and scanner.pos + 3 < scanner.end:
            self._named_group(3)
        elif scanner.peek("(?"):
            self._flags_or_group()
        else:
            scanner.pos += 1
            self._start_capture("")

    def _start_capture(self, name: str) -> None:
        self.groups.append(Group(len(self.names), self.flags))
        self.names.append(name)

    def _named_group(self, skip: int) -> None:
        scanner = self.scanner
        start = scanner.pos
        close = self.pattern.find(">", start)
        if close < 0:
            scanner.check_utf8(self.pattern[start:])
            raise RegexpError(errors.BAD_GROUP_NAME, self.pattern[start:])
        name = self.pattern[start + skip : close]
        scanner.check_utf8(name)
        if not name or not name.isascii() or not name.replace("_", "a").isalnum():
            raise RegexpError(errors.BAD_GROUP_NAME, self.pattern[start : close + 1])
        scanner.pos = close + 1
        self._start_capture(name)

    def _flags_or_group(self) -> None:
        """Read `(?i)` or `(?i:`. After the minus there must be a letter."""
        scanner = self.scanner
        start = scanner.pos
        scanner.pos += 2
        flags, turn_on, letters_missing = self.flags, True, False
        while scanner.pos < scanner.end:
            character = scanner.next_rune()
            if character in _FLAGS:
                flags = flags | _FLAGS[character] if turn_on else flags & ~_FLAGS[character]
                letters_missing = False
            elif character == "-" and turn_on:
                turn_on, letters_missing = False, True
            elif character in {":", ")"} and not letters_missing:
                if character == ":":
                    self.groups.append(Group(None, self.flags))
                self.flags = flags
                return
            else:
                break
        raise RegexpError(errors.BAD_PERL, self.pattern[start : scanner.pos])

    def _repeat_count(self, character: str) -> tuple[int, int, int] | None:
        """(least, most, characters) of the repeat that comes next, or None where none does."""
        if character in SIMPLE_COUNTS:
            return (*SIMPLE_COUNTS[character], 1)
        return counts_in_braces(self.pattern, self.scanner.pos) if character == "{" else None

    def _repeat(self, begin: int, last_repeat: int, low: int, high: int, width: int) -> None:
        """Lay a repeat over the piece before it. `last_repeat` is where the repeat before it began, if it touches."""
        scanner = self.scanner
        scanner.pos += width
        if BAD_COUNT in {low, high} or max(low, high) > MAX_REPEAT or 0 <= high < low:
            raise RegexpError(errors.BAD_REPEAT_COUNT, self.pattern[begin : scanner.pos])
        lazy = scanner.peek("?")
        scanner.pos += lazy
        piece = self.pattern[begin : scanner.pos]
        if last_repeat >= 0:
            raise RegexpError(errors.BAD_REPEAT_STACK, self.pattern[last_repeat : scanner.pos])
        parts = self.groups[-1].parts
        if not parts:
            raise RegexpError(errors.MISSING_REPEAT_ARGUMENT, piece)
        node = Repeat(parts.pop(), low, high, greedy=lazy == bool(self.flags & LAZY))
        if max(low, high) >= 2 and node.repeats > MAX_REPEAT:
            raise RegexpError(errors.BAD_REPEAT_COUNT, piece)
        self._push(node)
