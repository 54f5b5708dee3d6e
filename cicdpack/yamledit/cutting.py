"""Taking one value out of a text, or putting another in its place: each edit is read again before it counts.

Every function returns the new document, or in a few words why it was not done; a text is never half changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cicdpack.yamledit import layout, splicing
from cicdpack.yamledit.document import Document
from cicdpack.yamledit.errors import YamlEditError
from cicdpack.yamledit.nodes import Alias, MappingNode, Node, Scalar, SequenceNode, after_colon, deref
from cicdpack.yamledit.source import LINE_BREAK
from cicdpack.yamledit.splicing import Splice
from cicdpack.yamledit.values import same
from cicdpack.yamledit.writing import block_scalar_text, inline_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cicdpack.yamledit.changes import Path
    from cicdpack.yamledit.source import Source

_COMMENT = re.compile(r"(?:(?<=\s)|^)#", re.MULTILINE)

SHARED = "other places share it through an anchor"
COMMENTED = "a comment was written into it"
ENTANGLED = "it cannot be taken out without changing something else"


def cut(document: Document, path: Path) -> Document | str:
    """Take a key or a list item out, the whole of its lines in block style. The path exists."""
    trail = document.trail(path)
    if trail is None or len(trail) < 2 or _is_shared(document, trail):
        return SHARED
    parent = deref(trail[-2])
    if not isinstance(parent, (MappingNode, SequenceNode)):
        return ENTANGLED
    key, value = _element(document, parent, path[-1])
    start = key.start if parent.flow or isinstance(parent, MappingNode) else layout.dash_before(document.source, value)
    if start is None:
        return ENTANGLED
    if parent.flow:
        splices = _flow_cut(document.source, _elements(parent), start)
    else:
        splices = _block_cut(document.source, start, layout.content_end(document.source, value))
    if any(has_comment(document.source, splice, [key, value]) for splice in splices):
        return COMMENTED
    is_last = len(parent.pairs if isinstance(parent, MappingNode) else parent.items) == 1
    empty: object = None if not parent.flow else {} if isinstance(parent, MappingNode) else []
    expected = _replaced(document.value, path[:-1], empty) if is_last else _without(document.value, path)
    return _applied(document, splices, expected)


def empty_out(document: Document, path: Path, replaced: str) -> Document | str:
    """Take the value of a key away, so that the key has none, or `replaced` (a written null) again."""
    trail = document.trail(path)
    if trail is None or len(trail) < 2 or _is_shared(document, trail):
        return SHARED
    pair = _pair(document, trail[-2], path[-1])
    colon = after_colon(document.source, pair[0]) if pair else None
    if pair is None or colon is None:
        return ENTANGLED
    source, value = document.source, pair[1]
    end = layout.content_end(source, value)
    if replaced:
        splices = [Splice(start=value.start, end=end, text=replaced)]
    elif isinstance(value, (MappingNode, SequenceNode)) and not value.flow:
        splices = _block_cut(source, _first_start(value), end)
    else:
        splices = [Splice(start=colon, end=end, text="")]
    if any(has_comment(source, splice, [value]) for splice in splices):
        return COMMENTED
    return _applied(document, splices, _replaced(document.value, path, None))


def replace(document: Document, path: Path, value: object) -> Document | str:
    """Write another value where one stands, on its line. The path exists and leads to a key of a mapping."""
    trail = document.trail(path)
    if trail is None or len(trail) < 2 or _is_shared(document, trail):
        return SHARED
    parent, node = deref(trail[-2]), trail[-1]
    pair = _pair(document, parent, path[-1])
    colon = after_colon(document.source, pair[0]) if pair else None
    if not isinstance(parent, MappingNode) or colon is None or node.anchor is not None or node.tag is not None:
        return ENTANGLED
    text = inline_text(value) if parent.flow else block_scalar_text(value)
    is_block = isinstance(node, (MappingNode, SequenceNode)) and not node.flow
    is_absent = isinstance(node, Scalar) and node.is_absent
    start, lead = (colon, " ") if is_block or is_absent else (node.start, "")
    splice = Splice(start=start, end=layout.content_end(document.source, node), text=lead + text)
    if has_comment(document.source, splice, [node]):
        return COMMENTED
    return _applied(document, [splice], _replaced(document.value, path, value))


def unmake_list(document: Document, path: Path, before: str) -> Document | str:
    """Write the only item of a list as the value itself: undo `insertion.make_list`, which gave `before`."""
    trail = document.trail(path)
    if trail is None or len(trail) < 2 or _is_shared(document, trail):
        return SHARED
    node, source = trail[-1], document.source
    pair = _pair(document, trail[-2], path[-1])
    colon = after_colon(source, pair[0]) if pair else None
    if pair is None or colon is None or not isinstance(node, SequenceNode) or len(node.items) != 1:
        return ENTANGLED
    item = node.items[0]
    if node.anchor is not None or node.tag is not None:
        return ENTANGLED
    if node.flow:
        splices = [Splice(start=node.start, end=item.start, text=""), Splice(start=item.end, end=node.end, text="")]
    else:
        dash = layout.dash_before(source, item)
        if dash is None:
            return ENTANGLED
        is_below = LINE_BREAK.search(before) is not None
        column = item.start - source.line_start(item.start)
        splices = [Splice(start=dash if is_below else colon, end=item.start, text="" if is_below else before)]
        shift = item.start - dash if is_below else column - pair[0].column
        for start in layout.line_starts(source, item.start, layout.content_end(source, item)):
            line = source.text[start : start + shift]
            splices.append(Splice(start=start, end=start + len(line) - len(line.lstrip(" ")), text=""))
    if any(has_comment(source, splice, [item]) for splice in splices):
        return COMMENTED
    value: Any = document.reader.value(item)
    return _applied(document, splices, _replaced(document.value, path, value))


def _is_shared(document: Document, trail: Sequence[Node]) -> bool:
    return any(document.lock(node) for node in trail[:-1]) or trail[-1].aliased


def _pair(document: Document, parent: Node, key: object) -> tuple[Node, Node] | None:
    target = deref(parent)
    return document.pair(target, key) if isinstance(target, MappingNode) else None


def _applied(document: Document, splices: Sequence[Splice], expected: object) -> Document | str:
    result, _ = splicing.apply(document.source, splices)
    try:
        after = Document(result)
    except YamlEditError:
        return ENTANGLED
    return after if same(after.value, expected) else ENTANGLED


def _element(document: Document, parent: MappingNode | SequenceNode, step: Any) -> tuple[Node, Node]:
    """The nodes that an element begins and ends with: key and value, or the item twice."""
    if isinstance(parent, SequenceNode):
        return parent.items[step], parent.items[step]
    pair = document.pair(parent, step)
    if pair is None:
        raise KeyError(step)
    return pair


def _first_start(node: MappingNode | SequenceNode) -> int:
    return node.pairs[0][0].start if isinstance(node, MappingNode) else node.start


def _block_cut(source: Source, start: int, end: int) -> list[Splice]:
    """The whole lines of a block; at the end of a text without a last line break, the break before them."""
    if not layout.is_first_on_line(source, start):
        return [Splice(start=start, end=source.line_end(end), text="")]
    begin = source.line_start(start)
    stop = source.next_line(end)
    if stop == source.line_end(end) and begin > 0:
        begin = source.line_end(source.line_start(begin - 1))
    return [Splice(start=begin, end=stop, text="")]


def _elements(node: MappingNode | SequenceNode) -> list[tuple[int, int]]:
    if isinstance(node, SequenceNode):
        return [(item.start, item.end) for item in node.items]
    return [(key.start, max(key.end, value.end)) for key, value in node.pairs]


def _flow_cut(source: Source, elements: Sequence[tuple[int, int]], start: int) -> list[Splice]:
    """An element with its comma: the one after it if there is one, else the one before it."""
    text = source.text
    index = [begin for begin, _ in elements].index(start)
    end = elements[index][1]
    lead = _lead(source, start)
    after = layout.skip_blank(source, end)
    if text[after] == ",":
        if index == 0 and not layout.is_first_on_line(source, start):
            stop = after + 1
            while len(elements) > 1 and text[stop] in " \t":
                stop += 1
            return [Splice(start=start, end=stop, text="")]
        return [Splice(start=lead, end=after + 1, text="")]
    if index == 0:
        return [Splice(start=start, end=end, text="")]
    comma = layout.skip_blank(source, elements[index - 1][1])
    if not text[comma + 1 : start].strip(" \t"):
        return [Splice(start=comma, end=end, text="")]
    return [Splice(start=comma, end=comma + 1, text=""), Splice(start=max(lead, comma + 1), end=end, text="")]


def _lead(source: Source, start: int) -> int:
    """Where the white space before a flow element begins, its line break included."""
    begin = source.line_start(start)
    if layout.is_first_on_line(source, start) and begin > 0:
        return source.line_end(source.line_start(begin - 1))
    while start > begin and source.text[start - 1] in " \t":
        start -= 1
    return start


def has_comment(source: Source, splice: Splice, nodes: Sequence[Node]) -> bool:
    """Whether a comment stands in the stretch, outside of the scalars of the nodes."""
    return bool(comments_in(source, splice, nodes))


def comments_in(source: Source, splice: Splice, nodes: Sequence[Node]) -> list[str]:
    """The comments in the stretch, each to the end of its line, outside of the scalars of the nodes."""
    found: list[str] = []
    at = splice.start
    for leaf in [*sorted(_leaves(nodes), key=lambda leaf: leaf.start), None]:
        stop = splice.end if leaf is None else min(leaf.start, splice.end)
        matches = _COMMENT.finditer(source.text, at, max(at, stop))
        found += [source.text[match.end() - 1 : source.line_end(match.end())] for match in matches]
        at = at if leaf is None else max(at, leaf.end)
    return found


def _leaves(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, MappingNode):
            yield from _leaves([part for pair in node.pairs for part in pair])
        elif isinstance(node, SequenceNode):
            yield from _leaves(node.items)
        elif isinstance(node, (Scalar, Alias)):
            yield node


def _replaced(value: Any, path: Sequence[Any], new: object) -> object:
    """A copy of a value with another one at a path."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {key: _replaced(item, rest, new) if same(key, step) else item for key, item in value.items()}
    return [_replaced(item, rest, new) if index == step else item for index, item in enumerate(value)]


def _without(value: Any, path: Sequence[Any]) -> object:
    """A copy of a value without the key or item at a path."""
    if len(path) > 1:
        inner: Any = value[path[0]]
        return _replaced(value, path[:1], _without(inner, path[1:]))
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if not same(key, path[0])}
    return [item for index, item in enumerate(value) if index != path[0]]
