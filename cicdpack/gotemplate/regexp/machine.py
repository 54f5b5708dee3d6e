"""Runs a program over a text: all threads side by side, each rune read once (Pike's machine).

Time is at most runes x instructions for one search, whatever the pattern. The order of threads is their right to win,
so the match is the one that a backtracking matcher would find first (leftmost-first, as in Perl and Go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cicdpack.gotemplate.regexp.code import READ, SAVE, SPLIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from cicdpack.gotemplate.regexp.program import Program

Slots: TypeAlias = tuple[int, ...]
"""Begin and end of the match and of each group, in characters; -1 where a group took no part."""

_BATCH = 1024
"""Steps between two calls of `spend`."""

_MANY_SLOTS = 32
"""Slots that are copied in the time of a step."""


class Machine:
    """One text, to be searched any number of times by one program. `slots` is 2, or 2 for each group and 2 more."""

    __slots__ = ("generation", "marks", "program", "slots", "spend", "steps", "symbols")

    def __init__(self, program: Program, text: str, slots: int, spend: Callable[[int], None]) -> None:
        spend(1 + (len(text) >> 3) + (len(program.kind) >> 8))
        self.program = program
        self.slots = slots
        self.spend = spend
        self.steps = 0
        self.symbols = program.alphabet.symbols(text)
        self.marks = [0] * len(program.kind)
        self.generation = 0

    def search(self, pos: int, *, any_match: bool = False) -> Slots | None:
        """The first match at or after `pos`. With `any_match` an end is good enough and slot 1 may be short of it."""
        found = self._search(pos, any_match=any_match)
        self.spend(self.steps)
        self.steps = 0
        return found

    def _search(self, pos: int, *, any_match: bool) -> Slots | None:
        program, symbols, marks = self.program, self.symbols, self.marks
        mask, first, kind = program.mask, program.first, program.kind
        end, begin = len(symbols), pos
        unset = (-1,) * (self.slots - 2)
        found: Slots | None = None
        threads: list[tuple[int, Slots]] = []
        while True:
            if not threads:
                self.generation += 1
                if found is not None or (program.anchored and pos):
                    return found
                pos = self._next_opening(pos)
                if pos > end:
                    return None
            if found is None and not (program.anchored and pos > begin):
                self._follow(program.start, (pos, pos, *unset), pos, threads)
            symbol = symbols[pos] if pos < end else 0
            generation = self.generation = self.generation + 1
            following: list[tuple[int, Slots]] = []
            for pc, slots in threads:
                if mask[pc] & symbol:
                    target = first[pc]
                    if kind[target] > READ:
                        self._follow(target, slots, pos + 1, following)
                    elif marks[target] != generation:
                        marks[target] = generation
                        following.append((target, slots))
                elif not pc:
                    found = (slots[0], pos, *slots[2:])
                    break
            if pos == end or (any_match and found is not None):
                return found
            self.steps += len(threads) + 1
            if self.steps > _BATCH:
                self.spend(self.steps)
                self.steps = 0
            threads = following
            pos += 1

    def _next_opening(self, pos: int) -> int:
        """The next position where a match can begin; past the end of the text if there is none."""
        program, symbols = self.program, self.symbols
        if program.may_be_empty:
            return pos
        opening, end, start = program.opening, len(symbols), pos
        while pos < end and not symbols[pos] & opening:
            pos += 1
        self.steps += (pos - start) // 8
        return pos if pos < end else end + 1

    def _follow(self, pc: int, slots: Slots, pos: int, threads: list[tuple[int, Slots]]) -> None:
        """Add the threads that can read on from `pc` without consuming anything, those with most right first."""
        program, marks, generation = self.program, self.marks, self.generation
        assertions = -1
        waiting: list[tuple[int, Slots]] = []
        while True:
            if marks[pc] != generation:
                marks[pc] = generation
                self.steps += 1
                kind = program.kind[pc]
                if kind <= READ:
                    threads.append((pc, slots))
                elif kind == SPLIT:
                    waiting.append((program.second[pc], slots))
                    pc = program.first[pc]
                    continue
                elif kind == SAVE:
                    slots = self._saved(slots, program.second[pc], pos)
                    pc = program.first[pc]
                    continue
                else:
                    if assertions < 0:
                        assertions = program.assertions(self.symbols, pos)
                    if assertions & program.second[pc]:
                        pc = program.first[pc]
                        continue
            if not waiting:
                return
            pc, slots = waiting.pop()

    def _saved(self, slots: Slots, slot: int, pos: int) -> Slots:
        """`slots` with one of them set, if anyone asked for it. Copying costs with the number of groups."""
        if slot >= self.slots:
            return slots
        if len(slots) > _MANY_SLOTS:
            self.spend(len(slots) >> 3)
        return (*slots[:slot], pos, *slots[slot + 1 :])
