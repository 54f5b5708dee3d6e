"""Three texts -> one, line by line, as `diff3` does (Khanna, Kunal, Pierce: "A formal investigation of diff3").

Stretches that base, ours and theirs have in common hold the merge together. Between two of them, the side that left
base as it was gives way to the other; where both moved, and not to the same lines, is a hunk in conflict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_LINES = 20_000
"""Lines of one side that are compared: the comparison's cost may grow with the square. Pipelines have hundreds."""

OURS = "<<<<<<<"
BASE = "|||||||"
BETWEEN = "======="
THEIRS = ">>>>>>>"
"""The four kinds of markers, as git writes them: seven characters at the start of a line."""

Side: TypeAlias = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines (with their ends) on which the sides do not agree; `base` is None where it is not known.

    `line` is where ours begins, from 1.
    """

    line: int
    base: tuple[str, ...] | None
    ours: tuple[str, ...]
    theirs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMerge:
    """A merge in order: stretches of lines that are settled, and hunks that are not."""

    parts: tuple[tuple[str, ...] | Hunk, ...]

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """What both sides changed, and not in the same way."""
        return tuple(part for part in self.parts if isinstance(part, Hunk))

    def settled(self, side: Side) -> bytes:
        """Return the text with every hunk settled for one side."""
        chosen = (
            part if not isinstance(part, Hunk) else (part.ours if side == "ours" else part.theirs)
            for part in self.parts
        )
        return "".join(line for lines in chosen for line in lines).encode("utf-8", "surrogateescape")

    def marked(self, *, ours: str, base: str, theirs: str) -> bytes:
        """Return the text with every hunk between markers; the arguments are what the markers are called."""
        lines: list[str] = []
        for part in self.parts:
            if not isinstance(part, Hunk):
                lines += part
                continue
            newline = "\r\n" if any(line.endswith("\r\n") for line in (*part.ours, *part.theirs)) else "\n"
            lines += (f"{OURS} {ours}{newline}", *_ended(part.ours, newline))
            if part.base is not None:
                lines += (f"{BASE} {base}{newline}", *_ended(part.base, newline))
            lines += (f"{BETWEEN}{newline}", *_ended(part.theirs, newline), f"{THEIRS} {theirs}{newline}")
        return "".join(lines).encode("utf-8", "surrogateescape")


def merge_texts(base: bytes | None, ours: bytes, theirs: bytes) -> TextMerge:
    """Merge three texts. Without a base, whatever differs is a hunk."""
    mine, new = _lines(ours), _lines(theirs)
    old = None if base is None else _lines(base)
    if max(len(mine), len(new), len(old or ())) > MAX_LINES:
        hunk = Hunk(line=1, base=None if old is None else tuple(old), ours=tuple(mine), theirs=tuple(new))
        return TextMerge(parts=(hunk,))
    return TextMerge(parts=tuple(_two_way(mine, new) if old is None else _three_way(old, mine, new)))


def has_markers(data: bytes) -> bool:
    """Whether a text holds conflict markers: lines that begin with `<<<<<<< ` and `>>>>>>> `, `=======` between."""
    if b"<<<<<<< " not in data:
        return False
    awaited = [OURS + " ", BETWEEN, THEIRS + " "]
    for line in _lines(data):
        if line.startswith(awaited[0]) and (awaited[0] != BETWEEN or line.rstrip() == BETWEEN):
            awaited.pop(0)
            if not awaited:
                return True
    return False


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8", "surrogateescape")
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _ended(lines: Sequence[str], newline: str) -> list[str]:
    return [line if line.endswith("\n") else line + newline for line in lines]


def _two_way(ours: list[str], theirs: list[str]) -> Iterator[tuple[str, ...] | Hunk]:
    here = there = 0
    for start, other, length in _matches(ours, theirs):
        if here < start or there < other:
            yield Hunk(line=here + 1, base=None, ours=tuple(ours[here:start]), theirs=tuple(theirs[there:other]))
        if length:
            yield tuple(ours[start : start + length])
        here, there = start + length, other + length


def _three_way(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[tuple[str, ...] | Hunk]:
    at = here = there = 0
    for start, mine, new, length in _common(base, ours, theirs):
        old, own, fresh = base[at:start], ours[here:mine], theirs[there:new]
        if own == fresh or fresh == old:
            yield tuple(own)
        elif own == old:
            yield tuple(fresh)
        else:
            yield Hunk(line=here + 1, base=tuple(old), ours=tuple(own), theirs=tuple(fresh))
        yield tuple(base[start : start + length])
        at, here, there = start + length, mine + length, new + length


def _common(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches that all three have, as starts in each and a length; the last one, at the ends, is empty."""
    left, right = _matches(base, ours), _matches(base, theirs)
    i = j = 0
    while i < len(left) and j < len(right):
        (a, mine, m), (b, new, n) = left[i], right[j]
        start, stop = max(a, b), min(a + m, b + n)
        if start < stop:
            yield start, mine + start - a, new + start - b, stop - start
        if a + m < b + n:
            i += 1
        else:
            j += 1
    yield len(base), len(ours), len(theirs), 0


def _matches(before: list[str], after: list[str]) -> list[tuple[int, int, int]]:
    import difflib

    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return [(match.a, match.b, match.size) for match in matcher.get_matching_blocks()]
