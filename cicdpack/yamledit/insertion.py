"""Values -> the splices that insert them: keys at the end of a mapping, items at the end of a list, values for null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cicdpack.yamledit import layout
from cicdpack.yamledit.nodes import MappingNode, Node, Scalar, SequenceNode, after_colon
from cicdpack.yamledit.splicing import Splice, insert_lines
from cicdpack.yamledit.values import is_list
from cicdpack.yamledit.writing import (
    block_lines,
    block_scalar_text,
    inline_pair,
    inline_text,
    is_inline,
    item_lines,
    pair_lines,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cicdpack.yamledit.document import Document
    from cicdpack.yamledit.source import Source


def add_pairs(document: Document, node: MappingNode, pairs: Mapping[Any, object]) -> list[Splice]:
    """New keys at the end of a mapping, in its own style and indentation."""
    if node.flow:
        return _extend_flow(document.source, node, [inline_pair(key, value) for key, value in pairs.items()])
    indentation = document.indentation
    lines = [
        line
        for key, value in pairs.items()
        for line in pair_lines(key, value, step=indentation.step, dash=indentation.dash)
    ]
    return [_below(document.source, node, lines, node.pairs[0][0].column)]


def append_items(document: Document, node: SequenceNode, items: Sequence[object]) -> list[Splice]:
    """New items at the end of a list, in its own style and indentation."""
    if node.flow:
        return _extend_flow(document.source, node, [inline_text(item) for item in items])
    column = layout.dash_column(document.source, node)
    if column is None:
        raise document.source.error("a list whose dashes stand alone", node.start, hint="write `- item` on one line")
    indentation = document.indentation
    lines = [line for item in items for line in item_lines(item, step=indentation.step, dash=indentation.dash)]
    return [_below(document.source, node, lines, column)]


def fill_null(document: Document, parent: MappingNode, pair: tuple[Node, Node], value: object) -> list[Splice]:
    """A value where a key has none, or in place of a written null."""
    key, node = pair
    source = document.source
    if node.anchor is not None or node.tag is not None or not isinstance(node, Scalar):
        raise source.error("an empty value with an anchor or a tag", node.start, hint="give it a value by hand")
    if not node.is_absent:
        return [Splice(start=node.start, end=node.end, text=inline_text(value))]
    at = after_colon(source, key)
    if at is None:
        raise source.error("a key without its colon", key.start, hint="write it as `key:`")
    if parent.flow:
        return [Splice(start=at, end=at, text=" " + inline_text(value))]
    if is_inline(value):
        return [Splice(start=at, end=at, text=" " + block_scalar_text(value))]
    column = parent.pairs[0][0].column
    step, dash = document.indentation.step, document.indentation.dash
    end = layout.block_end(source, at, column + 1)
    lines = block_lines(value, step=step, dash=dash)
    return [insert_lines(source, end, lines, column + (dash if is_list(value) else step))]


def make_list(
    document: Document, parent: MappingNode, pair: tuple[Node, Node], items: Sequence[object]
) -> tuple[list[Splice], str]:
    """A list where a key has a single value: that value is its first item, the others follow.

    Also what stood between the colon and the value, never empty: by it `cutting.unmake_list` undoes this.
    """
    key, node = pair
    source = document.source
    at = after_colon(source, key)
    if at is None:
        raise source.error("a key without its colon", key.start, hint="write it as `key:`")
    before = source.text[at : node.start] or " "
    if parent.flow:
        added = "".join(f", {inline_text(item)}" for item in items)
        opening = Splice(start=node.start, end=node.start, text="[")
        return [opening, Splice(start=node.end, end=node.end, text=f"{added}]")], before
    indentation = document.indentation
    if layout.is_first_on_line(source, node.start):
        column, shift = node.start - source.line_start(node.start), len("- ")
        dash = Splice(start=node.start, end=node.start, text="- ")
    else:
        column, shift = parent.pairs[0][0].column + indentation.dash, indentation.dash + len("- ")
        dash = Splice(start=at, end=node.start, text=f"{source.newline}{' ' * column}- ")
    lines = [line for item in items for line in item_lines(item, step=indentation.step, dash=indentation.dash)]
    starts = layout.line_starts(source, node.start, layout.content_end(source, node))
    deeper = [Splice(start=start, end=start, text=" " * shift) for start in starts]
    return [dash, *deeper, _below(source, node, lines, column)], before


def _below(source: Source, node: Node, lines: Sequence[str], column: int) -> Splice:
    if layout.is_cut_off(source, node):
        raise source.error(
            "the file ends inside a block of text, without a line break",
            len(source.text),
            hint="end the file with a line break",
        )
    end = layout.block_end(source, layout.content_end(source, node), column)
    return insert_lines(source, end, lines, column)


def _extend_flow(source: Source, node: MappingNode | SequenceNode, texts: Sequence[str]) -> list[Splice]:
    """New elements before the closing bracket: each on a line of its own where the last one has one."""
    if node.opened == node.start or source.text[node.end - 1] not in "}]":
        raise source.error("a pair in a list without braces", node.start, hint="put `{}` around it")
    last = _last_element(node)
    if last is None:
        return [Splice(start=node.opened, end=node.opened, text=", ".join(texts))]
    first_of_last, end = last
    comma = layout.skip_blank(source, end)
    has_comma = source.text[comma] == ","
    lead = " "
    if layout.is_first_on_line(source, first_of_last):
        lead = source.newline + source.text[source.line_start(first_of_last) : first_of_last]
    added = ("," + lead).join(texts)
    if has_comma:
        at = _flow_line_end(source, comma + 1, lead)
        return [Splice(start=at, end=at, text=f"{lead}{added},")]
    at = _flow_line_end(source, end, lead)
    if at == end:
        return [Splice(start=end, end=end, text=f",{lead}{added}")]
    return [Splice(start=end, end=end, text=","), Splice(start=at, end=at, text=lead + added)]


def _last_element(node: MappingNode | SequenceNode) -> tuple[int, int] | None:
    """Start and end of the last element of a flow collection."""
    if isinstance(node, SequenceNode):
        return (node.items[-1].start, node.items[-1].end) if node.items else None
    if not node.pairs:
        return None
    key, value = node.pairs[-1]
    return key.start, max(key.end, value.end)


def _flow_line_end(source: Source, at: int, lead: str) -> int:
    """Where a new line may begin after `at`: behind the comment on its line, if nothing but that is there."""
    return source.line_end(at) if lead != " " and layout.is_line_done(source, at) else at
