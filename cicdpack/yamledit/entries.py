"""The entries of a block collection as stretches of lines: their bounds, and their text free of indentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.yamledit import layout
from cicdpack.yamledit.nodes import MappingNode, Node, Scalar, SequenceNode
from cicdpack.yamledit.source import LINE_BREAK

if TYPE_CHECKING:
    from cicdpack.yamledit.document import Document
    from cicdpack.yamledit.source import Source


class GiveUp(Exception):
    """Not an error: the texts do not merge by structure, and the caller merges by lines instead."""


class Entry:
    """One key or item of a block collection, its value's nodes in `nodes`.

    `begin` is where the comment lines right above it start, `start` its key or dash, `stop` the end of its value, and
    `end` the start of the line after it and the deeper comments below it.
    """

    __slots__ = ("begin", "column", "end", "nodes", "start", "stop")

    def __init__(self, source: Source, start: int, nodes: list[Node], floor: int) -> None:
        self.nodes = nodes
        self.start = start
        self.column = start - source.line_start(start)
        self.stop = max(layout.content_end(source, nodes[-1]), nodes[0].end)
        self.end = source.next_line(layout.block_end(source, self.stop, self.column + 1))
        self.begin = _comments_above(source, start, self.column, floor)


def entries_of(document: Document, node: Node) -> list[Entry]:
    """The entries of a block mapping or block list, in order."""
    source = document.source
    found: list[Entry] = []
    floor = 0
    for start, nodes in _starts(document, node):
        found.append(Entry(source, start, nodes, floor or source.line_start(start)))
        floor = found[-1].end
    return found


def lines_of(source: Source, begin: int, end: int, column: int) -> list[str]:
    """The lines of a stretch without their indentation; the first may begin in the middle of a line."""
    lines = LINE_BREAK.split(source.text[begin:end])
    if not lines[-1]:
        lines.pop()
    is_whole = source.line_start(begin) == begin
    return [line if index == 0 and not is_whole else _dedented(line, column) for index, line in enumerate(lines)]


def _dedented(line: str, column: int) -> str:
    if not line.strip():
        return ""
    if line[:column].strip(" "):
        raise GiveUp
    return line[column:]


def _starts(document: Document, node: Node) -> list[tuple[int, list[Node]]]:
    if isinstance(node, MappingNode) and not node.flow:
        return [(key.start, [key, value]) for key, value in node.pairs]
    if isinstance(node, SequenceNode) and not node.flow:
        dashes = [(layout.dash_before(document.source, item), item) for item in node.items]
        return [(dash, [item]) for dash, item in dashes if dash is not None]
    raise GiveUp


def _comments_above(source: Source, start: int, column: int, floor: int) -> int:
    """The start of the comment lines right above, at the same column; `start` itself where it shares its line."""
    begin = source.line_start(start)
    if not layout.is_first_on_line(source, start):
        return start
    while begin > floor:
        above = source.line_start(begin - 1)
        line = source.text[above:begin]
        if above < floor or line[:column].strip(" ") or line[column : column + 1] != "#":
            break
        begin = above
    return begin


def tail(source: Source, node: Node | None) -> str | None:
    """The blanks and the comment behind a value; None where something else follows on its line."""
    if node is None or not layout.is_line_done(source, node.end):
        return None
    return source.text[node.end : source.line_end(node.end)].rstrip()


def is_block(node: Node) -> bool:
    """A collection in block style."""
    return isinstance(node, (MappingNode, SequenceNode)) and not node.flow


def is_one_line(source: Source, node: Node) -> bool:
    """A scalar or a flow collection that is written, on one line."""
    is_block_text = isinstance(node, Scalar) and (node.style in {"|", ">"} or node.is_absent)
    return not is_block(node) and not is_block_text and not LINE_BREAK.search(source.text, node.start, node.end)
