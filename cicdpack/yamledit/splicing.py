"""Splices: stretches of a text and what is to stand there instead. Applied all at once, then nothing else has moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.yamledit.changes import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cicdpack.yamledit.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """Replace the characters from `start` to `end` by `text`; an insertion where both are equal."""

    start: int
    end: int
    text: str


def apply(source: Source, splices: Iterable[Splice]) -> tuple[Source, tuple[Span, ...]]:
    """The new text and its changed spans. Splices do not overlap; insertions at one position keep their order."""
    parts: list[str] = []
    spans: list[Span] = []
    done, length = 0, source.byte_offset(0)
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        if splice.start < done:
            raise ValueError("splices overlap")
        kept = source.text[done : splice.start]
        parts += [kept, splice.text]
        start = length + len(kept.encode("utf-8"))
        length = start + len(splice.text.encode("utf-8"))
        replaced = source.text[splice.start : splice.end].encode("utf-8")
        spans.append(Span(start=start, end=length, replaced=replaced))
        done = splice.end
    parts.append(source.text[done:])
    return source.with_text("".join(parts)), tuple(spans)


def insert_lines(source: Source, at: int, lines: Sequence[str], column: int) -> Splice:
    """New lines below the line that ends at `at`, indented to a column.

    A text that does not end with a line break does not end with one afterwards either: taking the lines out again
    gives the very bytes back.
    """
    indented = [" " * column + line for line in lines]
    start = source.next_line(at)
    if start == len(source.text) and at == start:
        return Splice(start=at, end=at, text="".join(source.newline + line for line in indented))
    return Splice(start=start, end=start, text="".join(line + source.newline for line in indented))
