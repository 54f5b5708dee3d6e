"""A text that was read: its source, its nodes, its value, and the questions that edits ask about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cicdpack.yamledit.errors import YamlEditError
from cicdpack.yamledit.layout import Indentation
from cicdpack.yamledit.nodes import Alias, MappingNode, Node, SequenceNode, Tree, deref, read_tree
from cicdpack.yamledit.source import Source
from cicdpack.yamledit.values import Reader, Tagged, is_merge_key, same

if TYPE_CHECKING:
    from collections.abc import Sequence


class Document:
    """One YAML document, read once. `value` is None where the text holds no value."""

    __slots__ = ("_indentation", "reader", "source", "tree", "value")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tree: Tree = read_tree(source)
        self.reader = Reader(source, is_tolerant=True)
        self.value = self.reader.value(self.tree.root) if self.tree.root is not None else None
        self._indentation: Indentation | None = None

    @classmethod
    def read(cls, text: bytes, path: str) -> Document:
        """Decode and read; what cannot be read is a `YamlEditError`."""
        return cls(Source.decode(text, path))

    @property
    def indentation(self) -> Indentation:
        """How the file indents, looked at once, when something is to be written."""
        if self._indentation is None:
            self._indentation = Indentation(self.source, self.tree.root)
        return self._indentation

    def pair(self, mapping: MappingNode, key: object) -> tuple[Node, Node] | None:
        """The nodes of a key that the mapping itself holds, merge keys left out."""
        for key_node, value_node in mapping.pairs:
            if not is_merge_key(key_node) and same(self.reader.key(key_node), key):
                return key_node, value_node
        return None

    def trail(self, path: Sequence[Any]) -> list[Node] | None:
        """The nodes from the root to a path, aliases as they stand; None where the path ends early."""
        node = self.tree.root
        trail = [] if node is None else [node]
        for step in path:
            node = self.child(trail[-1], step) if trail else None
            if node is None:
                return None
            trail.append(node)
        return trail

    def child(self, node: Node, step: object) -> Node | None:
        """The value node of a key or an index."""
        target = deref(node)
        if isinstance(target, MappingNode):
            pair = self.pair(target, step)
            return pair[1] if pair else None
        if isinstance(target, SequenceNode) and type(step) is int and 0 <= step < len(target.items):
            return target.items[step]
        return None

    def lock(self, node: Node) -> str | None:
        """Why nothing inside a node may be edited: other places share it. None where nothing stands against it."""
        if isinstance(node, Alias):
            return "an alias (`*`) stands here"
        if node.aliased:
            return f"other places share this value through the anchor `&{node.anchor}`"
        return None

    def require_untagged(self, node: Node, value: object) -> None:
        """Refuse a tag in the touched part."""
        if isinstance(value, Tagged):
            raise self.source.error(
                f"tag `{value.tag}` in the part to edit", node.start, hint="make this change by hand"
            )

    def check(self, result: Source, expected: object) -> Document:
        """Read a result again: it must stand for exactly the expected value, or the edit is refused."""
        try:
            document = Document(result)
        except YamlEditError as error:
            raise self._unsafe(str(error.message)) from error
        if not same(document.value, expected):
            raise self._unsafe("it would not read back as wanted")
        return document

    def _unsafe(self, reason: str) -> YamlEditError:
        return self.source.error(
            f"the values cannot be written safely: {reason}",
            0,
            hint="make this change by hand, and report the file as a bug",
        )
