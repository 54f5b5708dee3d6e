"""Wanted values -> the splices that put them into a text, or the conflicts that stand against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cicdpack.yamledit import layout, splicing
from cicdpack.yamledit.changes import Inserted, Merged, ValueConflict
from cicdpack.yamledit.document import Document
from cicdpack.yamledit.insertion import add_pairs, append_items, fill_null, make_list
from cicdpack.yamledit.lists import NO_LISTS, items_of, merged
from cicdpack.yamledit.nodes import MappingNode, Node, Scalar, SequenceNode, deref
from cicdpack.yamledit.splicing import Splice, insert_lines
from cicdpack.yamledit.values import missing_items, plain, same, satisfies
from cicdpack.yamledit.writing import block_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cicdpack.yamledit.changes import Kind, Path
    from cicdpack.yamledit.lists import Lists


def merge(text: bytes, wanted: Mapping[str, object], *, source: str, lists: Lists = NO_LISTS) -> Merged:
    """Put the wanted values into a YAML text; every byte that is not part of an insertion is kept.

    Maps merge, missing keys are added at the end of their mapping, null is filled, equal values stay, lists append
    what they lack. Where a list of `lists` is wanted, a single value becomes the first item of one. A value that
    differs is a conflict: all of them are listed and the text comes back as it was. The result is read again and
    compared with what was wanted. `source` is the path that errors name.

    Raises `YamlEditError` where the text cannot be read or the touched part cannot be edited safely: several
    documents, a root that is no mapping, an alias, a tag, a merge key or an anchor in use in the way.
    """
    return merge_into(Document.read(text, source), wanted, lists)


def merge_into(document: Document, wanted: Mapping[str, object], lists: Lists = NO_LISTS) -> Merged:
    """Do what `merge` does with a text that was read already."""
    edit = _Merge(document, lists)
    edit.root(wanted)
    if edit.conflicts or not edit.splices:
        return Merged(text=document.source.encode(), conflicts=tuple(edit.conflicts))
    result, spans = splicing.apply(document.source, edit.splices)
    document.check(result, merged(document.value, wanted, lists))
    return Merged(text=result.encode(), changes=tuple(edit.changes), spans=spans)


class _Merge:
    """One walk over a document. Children are visited before their parent grows, so that splices at one place nest.

    `locks` holds, with its position, a reason for each node on the way that must not change, as other places share it.
    """

    def __init__(self, document: Document, lists: Lists) -> None:
        self.document = document
        self.lists = lists
        self.source = document.source
        self.splices: list[Splice] = []
        self.changes: list[Inserted] = []
        self.conflicts: list[ValueConflict] = []
        self.locks: list[tuple[str, int]] = []

    def write(self, splices: list[Splice]) -> None:
        if self.locks:
            reason, at = self.locks[0]
            raise self.source.error(f"cannot edit this value: {reason}", at, hint="write the value out in this place")
        self.splices += splices

    def note(self, path: Path, value: object, kind: Kind, replaced: str = "") -> None:
        self.changes.append(Inserted(path=path, value=plain(value), kind=kind, replaced=replaced))

    def root(self, wanted: Mapping[str, object]) -> None:
        node = self.document.tree.root
        if node is None:
            if wanted:
                self.splices.append(_first_lines(self.document, wanted))
            for key, value in wanted.items():
                self.note((key,), value, "added")
            return
        self.document.require_untagged(node, self.document.value)
        if not isinstance(node, MappingNode):
            raise self.source.error(
                "the file does not hold a mapping", node.start, hint="write it as `key: value` lines"
            )
        self.mapping(node, wanted, ())

    def mapping(self, node: MappingNode, wanted: Mapping[Any, object], path: Path) -> None:
        missing: dict[Any, object] = {}
        inherited = self.document.reader.inherited(node)
        for key, value in wanted.items():
            pair = self.document.pair(node, key)
            if pair is not None:
                self.value(node, pair, value, (*path, key))
            elif key not in inherited:
                missing[key] = value
            elif not satisfies(inherited[key], value):
                raise self.source.error(
                    f"`{key}` comes from a merge key (`<<`) with another value",
                    node.start,
                    hint=f"write `{key}` out in this mapping",
                )
        if missing:
            self.write(add_pairs(self.document, node, missing))
        for key, value in missing.items():
            self.note((*path, key), value, "added")

    def value(self, parent: MappingNode, pair: tuple[Node, Node], wanted: object, path: Path) -> None:
        node = pair[1]
        current = self.document.reader.value(node)
        if same(current, wanted):
            return
        self.document.require_untagged(node, current)
        reason = self.document.lock(node)
        if reason:
            self.locks.append((reason, node.start))
        self.differing(parent, pair, current, wanted, path)
        if reason:
            self.locks.pop()

    def differing(
        self, parent: MappingNode, pair: tuple[Node, Node], current: object, wanted: object, path: Path
    ) -> None:
        node, target = pair[1], deref(pair[1])
        match target, wanted:
            case Scalar(), _ if current is None:
                self.fill(parent, pair, wanted, path)
            case MappingNode(), Mapping():
                self.mapping(target, wanted, path)
            case SequenceNode(), list() | tuple():
                self.append(target, self.missing(current, wanted, path), path)
            case _, list() | tuple() if path in self.lists:
                self.widen(parent, pair, self.missing(current, wanted, path), path)
            case _:
                location = self.source.location(node.start)
                self.conflicts.append(
                    ValueConflict(path=path, current=current, wanted=plain(wanted), location=location)
                )

    def fill(self, parent: MappingNode, pair: tuple[Node, Node], wanted: object, path: Path) -> None:
        node = pair[1]
        self.write([] if self.locks else fill_null(self.document, parent, pair, wanted))
        replaced = self.source.text[node.start : node.end]
        self.note(path, wanted, "filled", replaced)

    def missing(self, current: object, wanted: Sequence[object], path: Path) -> list[object]:
        return missing_items(items_of(current), wanted, self.lists.get(path, same))

    def widen(self, parent: MappingNode, pair: tuple[Node, Node], items: list[object], path: Path) -> None:
        """Make a list of a single value, with the items behind it. The first of them knows what to put back."""
        if not items:
            return
        splices, before = ([], "") if self.locks else make_list(self.document, parent, pair, items)
        self.write(splices)
        for index, item in enumerate(items, 1):
            self.note((*path, index), item, "appended", before if index == 1 else "")

    def append(self, node: SequenceNode, items: list[object], path: Path) -> None:
        if items:
            self.write(append_items(self.document, node, items))
        for index, item in enumerate(items, len(node.items)):
            self.note((*path, index), item, "appended")


def _first_lines(document: Document, wanted: Mapping[str, object]) -> Splice:
    """The first mapping of a text without a value: below its comments, or above its blank lines."""
    source = document.source
    lines = block_lines(wanted, step=layout.DEFAULT_STEP, dash=layout.DEFAULT_STEP)
    if document.tree.body:
        return insert_lines(source, layout.block_end(source, document.tree.body, 0), lines, 0)
    comment = layout.last_comment_end(source)
    if comment is not None:
        return insert_lines(source, comment, lines, 0)
    return Splice(start=0, end=0, text="".join(line + source.newline for line in lines))
