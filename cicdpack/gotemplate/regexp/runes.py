"""Sets of runes as sorted ranges: union, complement, simple case folding. Knows no syntax.

A rune is a Unicode code point as an int, 0 to 0x10FFFF. Case folding is Unicode's simple one (CaseFolding.txt,
status C and S), as in Go: `k`, `K` and the Kelvin sign are one orbit; `ß` and `ss` are not.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Sorted, disjoint, not adjacent; both ends included."""

MAX_RUNE = 0x10FFFF
REPLACEMENT = 0xFFFD
"""What a byte that is not part of valid UTF-8 counts as (Go: utf8.RuneError, width 1)."""

ANY: Ranges = ((0, MAX_RUNE),)

_CASED_BLOCKS = (
    (0x41, 0x588),
    (0x10A0, 0x1100),
    (0x13A0, 0x1400),
    (0x1C80, 0x1CC0),
    (0x1D79, 0x1D90),
    (0x1E00, 0x2000),
    (0x2126, 0x2189),
    (0x24B6, 0x24EA),
    (0x2C00, 0x2D30),
    (0xA640, 0xA800),
    (0xAB30, 0xABC0),
    (0xFF21, 0xFF5B),
    (0x10400, 0x10500),
    (0x10570, 0x105C0),
    (0x10C80, 0x10D90),
    (0x118A0, 0x118E0),
    (0x16E40, 0x16EE0),
    (0x1E900, 0x1E944),
)
"""Every rune that has another case lies in one of these (first, end); scanning the rest would cost 0.3 s."""


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Any ranges, in any order, made sorted, disjoint and not adjacent."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            if high > merged[-1][1]:
                merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return tuple(merged)


def negate(ranges: Ranges) -> Ranges:
    """All runes that are not in `ranges`."""
    gaps: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= MAX_RUNE:
        gaps.append((start, MAX_RUNE))
    return tuple(gaps)


def fold(ranges: Ranges) -> Ranges:
    """`ranges` and every rune that differs from one of them in case only."""
    if all(high < 0x80 for _, high in ranges):
        return union(pair for low, high in ranges for pair in _fold_ascii(low, high))
    keys, table = _sorted_keys(), orbits()
    more = [
        (other, other)
        for low, high in ranges
        for rune in keys[bisect_left(keys, low) : bisect_right(keys, high)]
        for other in table[rune]
    ]
    return union((*ranges, *more))


def fold_rune(rune: int) -> Ranges:
    """One rune with its other cases."""
    if rune < 0x80:
        return union(_fold_ascii(rune, rune))
    return union((other, other) for other in orbits().get(rune, (rune,)))


def _fold_ascii(low: int, high: int) -> Iterable[tuple[int, int]]:
    """The same for ASCII, without the table. Two runes beyond ASCII fold into it: `ſ` (s) and the Kelvin sign (k)."""
    yield low, high
    for first, last, shift in ((0x41, 0x5A, 0x20), (0x61, 0x7A, -0x20)):
        if low <= last and high >= first:
            yield max(low, first) + shift, min(high, last) + shift
    if any(low <= ord(letter) <= high for letter in "kK"):
        yield 0x212A, 0x212A
    if any(low <= ord(letter) <= high for letter in "sS"):
        yield 0x17F, 0x17F


@lru_cache(maxsize=1)
def orbits() -> Mapping[int, tuple[int, ...]]:
    """Each rune that has other cases -> all runes of its orbit, itself included. Built on first use, about 3 ms."""
    groups: dict[int, list[int]] = {}
    for start, end in _CASED_BLOCKS:
        for rune in range(start, end):
            groups.setdefault(_folded(rune), []).append(rune)
    return {rune: tuple(group) for group in groups.values() if len(group) > 1 for rune in group}


@lru_cache(maxsize=1)
def _sorted_keys() -> list[int]:
    return sorted(orbits())


def _folded(rune: int) -> int:
    """The simple case folding of a rune: Python has the full one, and lower case where that is longer than a rune."""
    character = chr(rune)
    for candidate in (character.casefold(), character.lower()):
        if len(candidate) == 1:
            return ord(candidate)
    return rune
