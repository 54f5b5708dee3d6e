"""Where things are in a text: ends of blocks, places for new lines, indentation, the bounds of keys and items.

Reads only; every answer is a position or a column.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from cicdpack.yamledit.nodes import Alias, MappingNode, Node, Scalar, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.yamledit.source import Source

DEFAULT_STEP = 2
"""Indentation of a nested mapping where the file shows none, in columns, as `databricks bundle init` writes it."""

_BLANK = re.compile(r"[ \t]*")
_DOCUMENT_MARK = re.compile(r"(?:---|\.\.\.)(?=\s|$)")


def content_end(source: Source, node: Node) -> int:
    """The position after the last character of a node's text, comments that follow it left out.

    For a block scalar: the end of its last line, before the line break; trailing blank lines count where it keeps them.
    """
    match node:
        case Scalar() if node.style in {"|", ">"}:
            return _block_scalar_end(source, node)
        case MappingNode() if not node.flow:
            key, value = node.pairs[-1]
            return max(content_end(source, value), key.end)
        case SequenceNode() if not node.flow:
            return content_end(source, node.items[-1])
        case _:
            return node.end


def _header(source: Source, node: Scalar) -> str:
    """`|`, `>` with its indicators; anchor and tag come before it, a comment after it."""
    found = re.compile(r"[|>][-+0-9]*").search(source.text, source.text.index(node.style, node.start))
    return found.group() if found else node.style


def keeps_breaks(source: Source, node: Node) -> bool:
    """A block scalar whose trailing blank lines belong to its value (`|+`, `>+`)."""
    return isinstance(node, Scalar) and node.style in {"|", ">"} and "+" in _header(source, node)


def _block_scalar_end(source: Source, node: Scalar) -> int:
    text = source.text
    if keeps_breaks(source, node):
        if node.end == source.line_start(node.end) and node.end > 0:
            return source.line_end(source.line_start(node.end - 1))
        return node.end
    end = source.line_end(node.start)
    at = source.next_line(node.start)
    while at < node.end:
        stop = min(source.line_end(at), node.end)
        # A line of spaces alone may still be content, when it is indented deeper than the rest.
        if text[at:stop].strip(" \t") or len(text[at:stop]) > _block_scalar_indent(source, node):
            end = stop
        following = source.next_line(at)
        if following == at:
            break
        at = following
    return end


def _block_scalar_indent(source: Source, node: Scalar) -> int:
    """The content's column, by its first line; 0, which is safe, where the header gives it relative to the parent."""
    if any(character.isdigit() for character in _header(source, node)):
        return 0
    at = source.next_line(node.start)
    while at < node.end:
        line = source.text[at : source.line_end(at)]
        if line.strip(" "):
            return len(line) - len(line.lstrip(" "))
        if source.next_line(at) == at:
            break
        at = source.next_line(at)
    return len(source.text)


def is_cut_off(source: Source, node: Node) -> bool:
    """The node ends with a block scalar that ends the file without a line break: any line after it would change it."""
    last = last_leaf(node)
    return (
        isinstance(last, Scalar)
        and last.style in {"|", ">"}
        and last.end >= len(source.text)
        and source.line_start(last.end) != last.end
        and "-" not in _header(source, last)
    )


def last_leaf(node: Node) -> Node:
    """The scalar, alias or flow collection that a block collection ends with."""
    while isinstance(node, (MappingNode, SequenceNode)) and not node.flow:
        node = node.pairs[-1][1] if isinstance(node, MappingNode) else node.items[-1]
    return node


def block_end(source: Source, end: int, column: int) -> int:
    """The end of the last line that belongs to a block whose content ends at `end` and whose entries start at `column`.

    Comment lines belong to it while they are indented at least that far and deeper than what follows.
    """
    limit = _next_column(source, end)
    last = source.line_end(end)
    at = source.next_line(end)
    while at < len(source.text) and at > end:
        stop = source.line_end(at)
        line = source.text[at:stop]
        indent = len(line) - len(line.lstrip(" \t"))
        if line.strip():
            if line[indent] != "#" or indent < column or indent <= limit:
                break
            last = stop
        if source.next_line(at) == at or stop == len(source.text):
            break
        at = source.next_line(at)
    return last


def _next_column(source: Source, end: int) -> int:
    """The column of the first line with content after the line of `end`; -1 where the document ends."""
    at = source.next_line(end)
    while at < len(source.text):
        stop = source.line_end(at)
        line = source.text[at:stop]
        bare = line.lstrip(" \t")
        if bare and not bare.startswith("#"):
            return -1 if _DOCUMENT_MARK.match(line) else len(line) - len(bare)
        if stop == len(source.text):
            break
        at = source.next_line(at)
    return -1


def last_comment_end(source: Source) -> int | None:
    """The end of the last comment line of a text that holds nothing else."""
    comments = list(re.finditer("^[ \\t]*#", source.text, re.MULTILINE))
    return source.line_end(comments[-1].end()) if comments else None


def is_first_on_line(source: Source, at: int) -> bool:
    """Only spaces stand before a position on its line."""
    return not source.text[source.line_start(at) : at].strip(" ")


def line_starts(source: Source, start: int, end: int) -> list[int]:
    """Where the lines after the first one of a stretch begin, those left out that hold nothing."""
    found = []
    at = source.next_line(start)
    while start < at <= end:
        if source.text[at : source.line_end(at)].strip():
            found.append(at)
        start, at = at, source.next_line(at)
    return found


def is_line_done(source: Source, at: int) -> bool:
    """Only blanks and a comment stand after a position on its line."""
    rest = source.text[at : source.line_end(at)]
    bare = rest.lstrip(" \t")
    return not bare or (bare.startswith("#") and bare != rest)


def skip_blank(source: Source, at: int) -> int:
    """The next position that holds neither white space nor a comment."""
    text = source.text
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] == "#":
            at = source.line_end(at)
        else:
            break
    return at


def dash_before(source: Source, item: Node) -> int | None:
    """The position of the `-` of an item in a block list; None where something else stands between."""
    at = item.start - 1
    while at >= 0 and source.text[at] in " \t":
        at -= 1
    return at if at >= 0 and source.text[at] == "-" else None


def dash_column(source: Source, node: SequenceNode) -> int | None:
    """The column of the dashes of a block list."""
    for item in node.items:
        dash = dash_before(source, item)
        if dash is not None:
            return dash - source.line_start(dash)
    return None


class Indentation:
    """How a file indents, in columns: `step` a mapping in a mapping, `dash` the dashes of a list in a mapping."""

    __slots__ = ("dash", "step")

    def __init__(self, source: Source, root: Node | None) -> None:
        steps: Counter[int] = Counter()
        dashes: Counter[int] = Counter()
        for parent, value in _nested(root):
            column = parent.pairs[0][0].column
            if isinstance(value, MappingNode):
                steps[value.pairs[0][0].column - column] += 1
            elif isinstance(value, SequenceNode):
                dash = dash_column(source, value)
                if dash is not None:
                    dashes[dash - column] += 1
        self.step = _prevailing(steps, DEFAULT_STEP, least=1)
        self.dash = _prevailing(dashes, self.step, least=0)


def _prevailing(counts: Counter[int], default: int, *, least: int) -> int:
    found = [item for item in counts.most_common() if item[0] >= least]
    return found[0][0] if found else default


def _nested(root: Node | None) -> Iterator[tuple[MappingNode, Node]]:
    """Each block collection that is a value in a block mapping, with that mapping."""
    stack = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, SequenceNode) and not node.flow:
            stack.extend(reversed(node.items))
        elif isinstance(node, MappingNode) and not node.flow:
            for _, value in node.pairs:
                if isinstance(value, (MappingNode, SequenceNode)) and not value.flow:
                    yield node, value
            stack.extend(value for _, value in reversed(node.pairs) if not isinstance(value, Alias))
