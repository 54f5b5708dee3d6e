"""Patterns of Go's `path.Match`, read whole before they are used, matched in `len(text) * len(pattern)` steps at most.

Go steps through a name byte by byte where a star may end, so the work is done on bytes.
"""

from __future__ import annotations

from functools import lru_cache

from cicdpack._values import dataclass
from cicdpack.bundle.errors import PatternSyntaxError

_STAR, _ANY, _CLASS, _ESCAPE, _MINUS, _CLOSE, _SLASH = b"*?[\\-]/"
_NO_RUNE = 0xFFFD


@dataclass(frozen=True, slots=True)
class _Range:
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class _Class:
    """A bracket expression; it may match a slash."""

    ranges: tuple[_Range, ...]
    negated: bool

    def matches(self, rune: int) -> bool:
        return self.negated != any(item.low <= rune <= item.high for item in self.ranges)


@dataclass(frozen=True, slots=True)
class _AnyRune:
    """A `?`: one character other than a slash."""


_Step = bytes | _AnyRune | _Class
"""What one part of a chunk matches: one literal byte, any rune, or a class."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What stands between two stars; `starred` when a star stands before it."""

    starred: bool
    steps: tuple[_Step, ...]

    def end_of_match(self, text: bytes, at: int) -> int | None:
        """Match at one position and return where the match ends. Takes time linear in the chunk."""
        for step in self.steps:
            if at >= len(text):
                return None
            if isinstance(step, bytes):
                if text[at] != step[0]:
                    return None
                at += 1
                continue
            rune, size = _decode_rune(text, at)
            if not step.matches(rune) if isinstance(step, _Class) else text[at] == _SLASH:
                return None
            at += size
        return at


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern in chunks, each with a star before it or not."""

    chunks: tuple[_Chunk, ...]

    def matches(self, text: bytes) -> bool:
        """Match all of the text, each chunk as far left as it goes: at most `len(text) * len(pattern)` steps."""
        at = 0
        for index, chunk in enumerate(self.chunks):
            is_last = index == len(self.chunks) - 1
            if chunk.starred and not chunk.steps:
                return b"/" not in text[at:]
            found = self._find(chunk, text, at, is_last=is_last)
            if found is None:
                return False
            at = found
        return at == len(text)

    def _find(self, chunk: _Chunk, text: bytes, start: int, *, is_last: bool) -> int | None:
        while True:
            end = chunk.end_of_match(text, start)
            if end is not None and (end == len(text) or not is_last):
                return end
            if not chunk.starred or start >= len(text) or text[start] == _SLASH:
                return None
            start += 1


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Pattern:
    """Read a pattern whole. Raises `PatternSyntaxError`."""
    data = pattern.encode("utf-8", "surrogateescape")
    chunks: list[_Chunk] = []
    steps: list[_Step] = []
    starred = False
    at = 0
    while at < len(data):
        byte = data[at]
        if byte == _STAR:
            if steps:
                chunks.append(_Chunk(starred, tuple(steps)))
                steps = []
            starred = True
            at += 1
        elif byte == _ANY:
            steps.append(_AnyRune())
            at += 1
        elif byte == _CLASS:
            step, at = _parse_class(data, at + 1)
            steps.append(step)
        else:
            if byte == _ESCAPE:
                at += 1
            if at >= len(data):
                raise PatternSyntaxError(pattern)
            steps.append(data[at : at + 1])
            at += 1
    if steps or starred:
        chunks.append(_Chunk(starred, tuple(steps)))
    return Pattern(tuple(chunks))


def _parse_class(data: bytes, at: int) -> tuple[_Class, int]:
    negated = data[at : at + 1] == b"^"
    if negated:
        at += 1
    ranges: list[_Range] = []
    while not (ranges and data[at : at + 1] == b"]"):
        low, at = _parse_class_rune(data, at)
        high = low
        if data[at] == _MINUS:
            high, at = _parse_class_rune(data, at + 1)
        ranges.append(_Range(low, high))
    return _Class(tuple(ranges), negated), at + 1


def _parse_class_rune(data: bytes, at: int) -> tuple[int, int]:
    """Read one end of a range; a class that is not closed behind it is refused here."""
    if at >= len(data) or data[at] in (_MINUS, _CLOSE):
        raise PatternSyntaxError
    if data[at] == _ESCAPE:
        at += 1
        if at >= len(data):
            raise PatternSyntaxError
    rune, size = _decode_rune(data, at)
    if (rune == _NO_RUNE and size == 1) or at + size >= len(data):
        raise PatternSyntaxError
    return rune, at + size


def _decode_rune(data: bytes, at: int) -> tuple[int, int]:
    """Decode one character; a byte that starts none counts as U+FFFD of size 1."""
    first = data[at]
    if first < 0x80:
        return first, 1
    size = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    try:
        return ord(data[at : at + size].decode()), size
    except (UnicodeDecodeError, TypeError):
        return _NO_RUNE, 1
