"""Instructions, and how a syntax tree becomes them: from its end to its start, so that every target is known.

Steps wait on a stack of our own; depth costs no Python frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from cicdpack._typing import assert_never
from cicdpack.gotemplate.regexp.nodes import UNBOUNDED, Alternate, Assert, Capture, Chars, Concat, Node, Repeat

if TYPE_CHECKING:
    from collections.abc import Callable

    from cicdpack.gotemplate.regexp.runes import Ranges

    Step: TypeAlias = Callable[[int], int]
    """Given the instruction that follows, emit something and return the instruction that it begins with."""

MATCH: Final = 0
"""The whole pattern matched."""
READ: Final = 1
"""Consume a rune that is in `mask`, go to `first`."""
SPLIT: Final = 2
"""Go to `first`, and with less right to `second`."""
SAVE: Final = 3
"""Store the position in slot `second`, go to `first`."""
CHECK: Final = 4
"""Go to `first` if the assertion `second` (a flag of `nodes`) holds here."""


class Code:
    """Instructions in lists that share an index; number 0 is MATCH. `classes` says which READs read which runes."""

    __slots__ = ("classes", "first", "kind", "second", "stack", "start")

    def __init__(self, tree: Node) -> None:
        self.kind = [MATCH]
        self.first = [0]
        self.second = [0]
        self.classes: dict[Ranges, list[int]] = {}
        self.stack: list[Step] = [self._visit(tree)]
        self.start = 0
        while self.stack:
            self.start = self.stack.pop()(self.start)

    def _add(self, kind: int, first: int, second: int = 0) -> int:
        self.kind.append(kind)
        self.first.append(first)
        self.second.append(second)
        return len(self.kind) - 1

    def _visit(self, node: Node) -> Step:
        """The step that emits a node."""

        def step(after: int) -> int:
            match node:
                case Chars():
                    start = self._add(READ, after)
                    self.classes.setdefault(node.ranges, []).append(start)
                    return start
                case Assert():
                    return self._add(CHECK, after, node.flag)
                case Concat():
                    self.stack.extend(map(self._visit, node.parts))
                    return after
                case Capture():
                    self.stack.append(lambda start: self._add(SAVE, start, 2 * node.index))
                    self.stack.append(self._visit(node.inner))
                    return self._add(SAVE, after, 2 * node.index + 1)
                case Alternate():
                    return self._alternate(node, after)
                case Repeat():
                    return self._loop(node, after) if node.high == UNBOUNDED else self._copies(node, after)
                case _:  # pragma: no cover
                    assert_never(node)

        return step

    def _alternate(self, node: Alternate, after: int) -> int:
        starts: list[int] = []

        def record(start: int) -> int:
            starts.append(start)
            return after

        def finish(_: int) -> int:
            # The last choice was emitted first.
            target = starts[0]
            for start in starts[1:]:
                target = self._add(SPLIT, start, target)
            return target

        self.stack.append(finish)
        for choice in node.choices:
            self.stack.append(record)
            self.stack.append(self._visit(choice))
        return after

    def _branch(self, node: Repeat, start: int, after: int) -> tuple[int, int]:
        """The targets of the SPLIT that decides on one more turn."""
        return (start, after) if node.greedy else (after, start)

    def _loop(self, node: Repeat, after: int) -> int:
        """`x*`, `x+`, `x{n,}`: copies of x, the last of them in a loop."""
        loop = self._add(SPLIT, 0, 0)

        def close(start: int) -> int:
            self.first[loop], self.second[loop] = self._branch(node, start, after)
            if node.low:
                return start
            # Where x can be empty, `x*` is `(x+)?`: entering at the loop would rank the empty turn wrongly.
            return self._add(SPLIT, *self._branch(node, start, after)) if node.inner.nullable else loop

        self.stack.extend([self._visit(node.inner)] * (node.low - 1))
        self.stack.append(close)
        self.stack.append(self._visit(node.inner))
        return loop

    def _copies(self, node: Repeat, after: int) -> int:
        """`x?`, `x{n}`, `x{n,m}`: n copies of x, then `(x(x)?)?`."""

        def optional(start: int) -> int:
            return self._add(SPLIT, *self._branch(node, start, after))

        if node.high:
            self.stack.extend([self._visit(node.inner)] * node.low)
        for _ in range(node.high - node.low):
            self.stack.append(optional)
            self.stack.append(self._visit(node.inner))
        return after
