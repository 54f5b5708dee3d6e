"""YAML text -> a tree of nodes that know their positions, built from PyYAML's events without recursion.

The C parser is used where PyYAML has it; both parsers give the same marks, apart from empty values in flow
mappings, which are placed here. Every limit on hostile texts is kept here: depth, size, aliases.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cicdpack.yamledit.errors import YamlEditError
    from cicdpack.yamledit.source import Source

MAX_DEPTH = 60
"""Deepest nesting, in collections, aliases followed: real files stay below 20, Python's stack holds ten times this."""

MAX_NODES = 200_000
"""Most nodes, aliases expanded: bounds the values that a small text with aliases can stand for ("billion laughs")."""

_COLON = re.compile(r"[ \t]*:")


class Node:
    """What every node has: `start` and `end` are positions, anchor and tag included.

    The end of a block collection is not recorded, as it is where the next token stands; see `layout.content_end`.
    `size` and `height` count nodes and levels with aliases expanded. `aliased`: some alias refers to it.
    """

    __slots__ = ("aliased", "anchor", "column", "end", "height", "size", "start", "tag")

    def __init__(self, event: Any) -> None:
        start = event.start_mark
        self.start: int = start.index
        self.end: int = event.end_mark.index
        self.column: int = start.column
        self.anchor: str | None = event.anchor
        self.tag: str | None = getattr(event, "tag", None)
        self.aliased = False
        self.size = 1
        self.height = 0


class Scalar(Node):
    """A scalar: its text as YAML reads it, and its style: `` (plain), `'`, `"`, `|` or `>`."""

    __slots__ = ("style", "text")

    def __init__(self, event: Any) -> None:  # Everything at once: most nodes are scalars.
        start = event.start_mark
        self.start = start.index
        self.end = event.end_mark.index
        self.column = start.column
        self.anchor = event.anchor
        self.tag = event.tag
        self.aliased = False
        self.size = 1
        self.height = 0
        self.text: str = event.value
        self.style: str = event.style or ""

    @property
    def is_absent(self) -> bool:
        """Nothing is written where the value would stand (an anchor or a tag may be)."""
        return not self.text and not self.style


class MappingNode(Node):
    """A mapping: its pairs in order. `opened` is the position after `{` for flow style."""

    __slots__ = ("flow", "opened", "pairs")

    def __init__(self, event: Any) -> None:
        super().__init__(event)
        self.flow = bool(event.flow_style)
        self.opened = self.end
        self.pairs: list[tuple[Node, Node]] = []


class SequenceNode(Node):
    """A sequence: its items in order. `opened` is the position after `[` for flow style."""

    __slots__ = ("flow", "items", "opened")

    def __init__(self, event: Any) -> None:
        super().__init__(event)
        self.flow = bool(event.flow_style)
        self.opened = self.end
        self.items: list[Node] = []


class Alias(Node):
    """An alias and the node that it stands for."""

    __slots__ = ("target",)

    def __init__(self, event: Any, target: Node) -> None:
        super().__init__(event)
        self.anchor = None
        self.target = target


class Tree:
    """A document: its root (None where the text holds no value) and the position where its content may begin.

    `has_header` says that a header stands before it, which belongs to the text and is no part of the document.
    """

    __slots__ = ("body", "has_header", "root")

    def __init__(self, root: Node | None, body: int) -> None:
        self.root = root
        self.body = body
        self.has_header = False


def deref(node: Node) -> Node:
    """The node itself, or what an alias stands for."""
    return node.target if isinstance(node, Alias) else node


def after_colon(source: Source, key: Node) -> int | None:
    """The position after the `:` of an implicit key; None for `? key` and for a flow key without a colon."""
    match = _COLON.match(source.text, key.end)
    return match.end() if match else None


def read_tree(source: Source) -> Tree:
    """The one document of a text, below its header if it has one.

    Broken YAML, a further document, or a limit exceeded is a `YamlEditError`.
    """
    import yaml

    builder = _Builder(source)
    takes = {
        yaml.ScalarEvent: builder.scalar,
        yaml.MappingStartEvent: builder.start_mapping,
        yaml.MappingEndEvent: builder.end,
        yaml.SequenceStartEvent: builder.start_sequence,
        yaml.SequenceEndEvent: builder.end,
        yaml.AliasEvent: builder.alias,
        yaml.DocumentStartEvent: builder.start_document,
    }
    try:
        for event in events_of(source.text):
            if take := takes.get(type(event)):
                take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise source.error(
            f"not valid YAML: {error.problem or error.context}",
            mark.index if mark else 0,
            hint="correct the file; indentation is spaces only, and text with `: ` or ` #` needs quotes",
        ) from None
    except yaml.YAMLError as error:
        raise source.error(f"not valid YAML: {error}", 0, hint="correct the file") from None
    return builder.tree


def _loader_class() -> Callable[[str], Any]:
    """PyYAML's C parser where it was built, the pure one otherwise."""
    import yaml

    loader: Callable[[str], Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return loader


def events_of(text: str) -> Iterator[Any]:
    """PyYAML's parser events, one by one; broken text raises PyYAML's own error."""
    loader = _loader_class()(text)
    try:
        yield from iter(loader.get_event, None)
    finally:
        loader.dispose()


def _is_header(root: Node | None) -> bool:
    """A mapping with the one key `spec`: the inputs of a GitLab configuration (https://docs.gitlab.com/ci/yaml/#spec)."""
    if not isinstance(root, MappingNode) or len(root.pairs) != 1:
        return False
    key = root.pairs[0][0]
    return isinstance(key, Scalar) and key.text == "spec"


class _Builder:
    """Events in, tree out. `open` holds the collections not yet closed, `keys` the keys that wait for their value."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tree = Tree(None, 0)
        self.open: list[MappingNode | SequenceNode] = []
        self.keys: list[Node | None] = []
        self.anchors: dict[str, Node] = {}
        self.documents = 0

    def scalar(self, event: Any) -> None:
        self.add(self.anchored(Scalar(event)))

    def start_mapping(self, event: Any) -> None:
        self.push(MappingNode(event))

    def start_sequence(self, event: Any) -> None:
        self.push(SequenceNode(event))

    def alias(self, event: Any) -> None:
        target = self.anchors.get(event.anchor)
        at = event.start_mark.index
        if target is None:
            raise self.fail(f"alias `*{event.anchor}` has no anchor before it", at, f"define `&{event.anchor}` first")
        if any(target is node for node in self.open):
            raise self.fail(f"alias `*{event.anchor}` contains itself", at, "remove the circle")
        target.aliased = True
        alias = Alias(event, target)
        alias.size, alias.height = target.size, target.height
        self.add(alias)

    def start_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents == 2 and _is_header(self.tree.root):
            self.tree = Tree(None, 0)
            self.tree.has_header = True
            self.anchors = {}
        elif self.documents > 1:
            raise self.fail(
                "a second document begins, only one is read", event.start_mark.index, "keep one document in the file"
            )
        self.tree.body = event.end_mark.index if event.explicit else 0

    def anchored(self, node: Node) -> Node:
        if node.anchor is not None:
            self.anchors[node.anchor] = node
        return node

    def push(self, node: MappingNode | SequenceNode) -> None:
        self.anchored(node)
        self.open.append(node)
        self.keys.append(None)
        if len(self.open) > MAX_DEPTH:
            raise self.fail(f"nested deeper than {MAX_DEPTH} levels", node.start, "flatten the structure")

    def end(self, event: Any) -> None:
        node = self.open.pop()
        self.keys.pop()
        if node.flow:
            node.end = event.end_mark.index
        self.add(node)

    def add(self, node: Node) -> None:
        """Hang a finished node below the collection that is open, as key, value or item."""
        if not self.open:
            is_nothing = isinstance(node, Scalar) and node.is_absent and node.tag is None and node.anchor is None
            self.tree.root = None if is_nothing else node
            return
        parent = self.open[-1]
        parent.size += node.size
        if parent.height <= node.height:
            parent.height = node.height + 1
        if parent.size > MAX_NODES or parent.height > MAX_DEPTH:
            raise self.too_much(parent, node)
        if isinstance(parent, SequenceNode):
            parent.items.append(node)
            return
        key = self.keys[-1]
        self.keys[-1] = node if key is None else None
        if key is None:
            self.check_key(node)
            return
        if node.start == node.end and isinstance(node, Scalar) and node.is_absent:
            node.start = node.end = after_colon(self.source, key) or key.end
        parent.pairs.append((key, node))

    def check_key(self, node: Node) -> None:
        if type(node) is not Scalar and not isinstance(deref(node), Scalar):
            raise self.fail("a list or a mapping is used as a key", node.start, "use a string as the key")

    def too_much(self, parent: Node, child: Node) -> YamlEditError:
        if parent.size > MAX_NODES:
            return self.fail(f"more than {MAX_NODES} values, aliases expanded", child.start, "use fewer aliases")
        return self.fail(f"nested deeper than {MAX_DEPTH} levels, aliases expanded", child.start, "use fewer aliases")

    def fail(self, message: str, at: int, hint: str) -> YamlEditError:
        return self.source.error(message, at, hint=hint)
