"""The syntax tree of a pattern. Nodes know their size and depth as they are made, so nothing here recurses.

Every node has `height` (levels, literals count one), `size` (instructions it needs, roughly), `repeats` (the largest
product of counted repeats on a way down to a leaf) and `nullable` (it can match the empty text).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

from cicdpack.gotemplate.regexp.runes import REPLACEMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cicdpack.gotemplate.regexp.runes import Ranges

UNBOUNDED = -1
"""The upper count of `*`, `+` and `{n,}`."""

BEGIN_LINE = 1
END_LINE = 2
BEGIN_TEXT = 4
END_TEXT = 8
WORD_BOUNDARY = 16
NO_WORD_BOUNDARY = 32


class Chars:
    """One rune out of `ranges`: a literal, a class, a dot. `literal` is the rune if there is just one."""

    __slots__ = ("literal", "ranges")
    height: ClassVar[int] = 1
    size: ClassVar[int] = 1
    repeats: ClassVar[int] = 1
    nullable: ClassVar[bool] = False

    def __init__(self, ranges: Ranges) -> None:
        self.ranges = ranges
        self.literal = chr(ranges[0][0]) if len(ranges) == 1 and ranges[0][0] == ranges[0][1] else None

    def is_plain(self) -> bool:
        """Whether looking for the literal as text is the same as matching it: false for what stands for bad bytes."""
        return (
            self.literal is not None and not "\ud800" <= self.literal <= "\udfff" and self.literal != chr(REPLACEMENT)
        )


class Assert:
    """An empty piece that matches in some places only: `flag` is BEGIN_LINE or one of its kin."""

    __slots__ = ("flag",)
    height: ClassVar[int] = 1
    size: ClassVar[int] = 1
    repeats: ClassVar[int] = 1
    nullable: ClassVar[bool] = True

    def __init__(self, flag: int) -> None:
        self.flag = flag


class Capture:
    """A group whose text is kept; `index` counts from 1 in the order of opening parentheses."""

    __slots__ = ("height", "index", "inner", "nullable", "repeats", "size")
    height: int
    size: int
    repeats: int
    nullable: bool

    def __init__(self, index: int, inner: Node) -> None:
        self.index = index
        self.inner = inner
        self.height = 1 + inner.height
        self.size = 2 + inner.size
        self.repeats = inner.repeats
        self.nullable = inner.nullable


class Concat:
    """Pieces one after the other; none is the empty pattern."""

    __slots__ = ("height", "nullable", "parts", "repeats", "size")
    height: int
    size: int
    repeats: int
    nullable: bool

    def __init__(self, parts: Sequence[Node]) -> None:
        self.parts = parts
        literal = all(isinstance(part, Chars) and part.literal for part in parts)
        self.height = 1 if literal else 1 + max(part.height for part in parts)
        self.size = sum(part.size for part in parts)
        self.repeats = max((part.repeats for part in parts), default=1)
        self.nullable = all(part.nullable for part in parts)


class Alternate:
    """Two or more choices; the first that leads to a match wins."""

    __slots__ = ("choices", "height", "nullable", "repeats", "size")
    height: int
    size: int
    repeats: int
    nullable: bool

    def __init__(self, choices: Sequence[Node]) -> None:
        self.choices = choices
        self.height = 1 + max(choice.height for choice in choices)
        self.size = sum(choice.size for choice in choices) + len(choices) - 1
        self.repeats = max(choice.repeats for choice in choices)
        self.nullable = any(choice.nullable for choice in choices)


class Repeat:
    """`inner` at least `low` and at most `high` (or UNBOUNDED) times, as often as possible if `greedy`."""

    __slots__ = ("greedy", "height", "high", "inner", "low", "nullable", "repeats", "size")
    height: int
    size: int
    repeats: int
    nullable: bool

    def __init__(self, inner: Node, low: int, high: int, *, greedy: bool) -> None:
        self.inner = inner
        self.low = low
        self.high = high
        self.greedy = greedy
        self.height = 1 + inner.height
        size = max(1, inner.size)
        self.size = max(1, high * size + high - low if high != UNBOUNDED else max(1, low) * size + 2)
        self.repeats = (max(1, low) if high == UNBOUNDED else high) * inner.repeats
        self.nullable = low == 0 or inner.nullable


Node: TypeAlias = Chars | Assert | Capture | Concat | Alternate | Repeat

EMPTY = Concat(())
