"""YAML text -> plain Python values with their places. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.yamledit.nodes import MappingNode, Node, Scalar, deref, read_tree
from cicdpack.yamledit.simple import NotSimple, simple_value
from cicdpack.yamledit.source import Source
from cicdpack.yamledit.values import Reader

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cicdpack.problems import Location
    from cicdpack.yamledit.document import Document


class Loaded:
    """The value of a YAML document, and where its parts stand: looked up in the text when somebody asks."""

    __slots__ = ("_found", "_source", "value")

    def __init__(self, source: Source, value: object) -> None:
        self._source = source
        self._found: Document | None = None
        self.value = value

    @property
    def _document(self) -> Document:
        if self._found is None:
            from cicdpack.yamledit.document import Document

            self._found = Document(self._source)
        return self._found

    def location(self, path: Sequence[str | int]) -> Location:
        """Where a value stands, or its key where the value is not on the key's line.

        For an unknown path, the place of its nearest parent.
        """
        document = self._document
        node, at = document.tree.root, 0
        if node is not None:
            at = node.start
        for step in path:
            if node is None:
                break
            child = document.child(node, step)
            if child is None:
                break
            at = self._place(deref(node), step, child)
            node = child
        return document.source.location(at)

    def _place(self, parent: Node, step: str | int, child: Node) -> int:
        source = self._document.source
        pair = self._document.pair(parent, step) if isinstance(parent, MappingNode) else None
        if pair is None:
            return child.start
        is_empty = isinstance(child, Scalar) and child.is_absent
        return (
            child.start
            if source.line_start(child.start) == source.line_start(pair[0].start) and not is_empty
            else pair[0].start
        )


def load(text: bytes, *, source: str, tags: Collection[str] = (), is_tolerant: bool = False) -> Loaded:
    """Read one YAML document as strings, ints, floats, bools, None, lists and dicts.

    Values are read as YAML 1.1 (`yes` is true, `3.10` is 3.1), but timestamps stay strings, and so do the keys `on`,
    `off`, `yes` and `no`. `tags` lists local tags whose plain value is taken, such as GitLab's `!reference`; any other
    unknown tag is refused, or gives a `Tagged` where the reader is tolerant. `source` is the path that errors and
    locations name.

    A header of GitLab's (`spec` alone in a document of its own) is passed over.

    Raises `YamlEditError` for a text that is not UTF-8 or not YAML, for duplicate keys, several documents, and texts
    beyond the limits of `source` and `nodes`.
    """
    decoded = Source.decode(text, source)
    return Loaded(decoded, _value(decoded, tags, is_tolerant=is_tolerant))


def parse(text: str, *, source: str = "<text>") -> object:
    """The value of a YAML text, as `load` reads it."""
    return _value(Source.decode(text.encode("utf-8"), source))


def _value(source: Source, tags: Collection[str] = (), *, is_tolerant: bool = False) -> object:
    try:
        return simple_value(source.text)
    except NotSimple:
        root = read_tree(source).root
        return None if root is None else Reader(source, tags=tags, is_tolerant=is_tolerant).value(root)
