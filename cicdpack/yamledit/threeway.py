"""Base, ours, theirs -> ours with theirs' changes, by structure: keys by name, list items by what they are.

Theirs' changes become splices of our text, so that our comments, order and quotes stay, and theirs' new parts bring
their own. The result is read again and must stand for the merged value; where it does not, nothing is returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cicdpack.yamledit import layout, splicing
from cicdpack.yamledit.alignment import align, gaps, is_in_order, is_named
from cicdpack.yamledit.changes import Merged3, ValueConflict
from cicdpack.yamledit.cutting import has_comment
from cicdpack.yamledit.document import Document
from cicdpack.yamledit.entries import Entry, GiveUp, entries_of, lines_of
from cicdpack.yamledit.errors import YamlEditError
from cicdpack.yamledit.nodes import MappingNode, Node, Scalar, SequenceNode, deref
from cicdpack.yamledit.source import LINE_BREAK
from cicdpack.yamledit.splicing import Splice
from cicdpack.yamledit.values import is_merge_key, same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cicdpack.yamledit.changes import Path
    from cicdpack.yamledit.source import Source

_GONE = object()
"""Stands for a value that is not in the result."""


def merge3(base: bytes, ours: bytes, theirs: bytes, *, source: str) -> Merged3:
    """Bring the changes from base to theirs into ours. All three are YAML texts; `source` is the path of ours.

    Maps merge by key; list items are matched by `id`, `name`, `displayName`, `job`, `stage`, `deployment`, a task or
    action without its version, else by value, kind and place. Never raises for what the texts hold.
    """
    try:
        documents = [Document.read(text, source) for text in (base, _ended(ours), theirs)]
        walk = _Merge3(*documents)
        value = walk.root(*(document.tree.root for document in documents))
        if walk.conflicts:
            return Merged3(text=None, conflicts=tuple(walk.conflicts))
        result, _ = splicing.apply(walk.ours.source, walk.splices)
        walk.ours.check(result, value)
    except (GiveUp, YamlEditError):
        return Merged3(text=None)
    text = result.encode()
    return Merged3(text=text if _ended(ours) == ours else text[: -len(_ended(ours)[len(ours) :])])


def _ended(text: bytes) -> bytes:
    """The text with a line break at its end."""
    if not text or text.endswith((b"\n", b"\r")):
        return text
    return text + (b"\r\n" if b"\r\n" in text else b"\n")


class _Merge3:
    """One walk over three documents at once; `merge` returns the value that its part of the result shall have.

    `whole` holds the paths whose entry is to be replaced by theirs, lines and all, by the collection around it.
    """

    def __init__(self, base: Document, ours: Document, theirs: Document) -> None:
        self.base = base
        self.ours = ours
        self.theirs = theirs
        self.splices: list[Splice] = []
        self.conflicts: list[ValueConflict] = []
        self.whole: set[Path] = set()

    def root(self, base: Node | None, ours: Node | None, theirs: Node | None) -> object:
        if ours is None or theirs is None:
            raise GiveUp
        value = self.merge((), base, ours, theirs)
        if () in self.whole:
            raise GiveUp
        return value

    def merge(self, path: Path, base: Node | None, ours: Node, theirs: Node) -> object:
        base = deref(base) if base is not None else None
        old = self.base.reader.value(base) if base is not None else _GONE
        mine, new = self.ours.reader.value(ours), self.theirs.reader.value(theirs)
        if same(mine, new) or same(old, new):
            return mine
        if _is_block(ours) and _is_block(theirs):
            match base, ours, theirs:
                case ((MappingNode() | None), MappingNode(), MappingNode()):
                    return self.mapping(path, base, ours, theirs)
                case SequenceNode(), SequenceNode(), SequenceNode():
                    return self.sequence(path, base, ours, theirs)
        if not same(old, mine):
            return self.conflict(path, ours, mine, new)
        if _is_one_line(self.ours.source, ours) and _is_one_line(self.theirs.source, theirs):
            text = self.theirs.source.text[theirs.start : theirs.end]
            self.splices.append(Splice(start=ours.start, end=ours.end, text=text))
        else:
            self.whole.add(path)
        return new

    def conflict(self, path: Path, node: Node, mine: object, new: object) -> object:
        location = self.ours.source.location(node.start)
        self.conflicts.append(ValueConflict(path=path, current=mine, wanted=new, location=location))
        return mine

    def mapping(self, path: Path, base: Node | None, ours: MappingNode, theirs: MappingNode) -> object:
        if any(is_merge_key(key) for node in (ours, theirs) for key, _ in node.pairs) or ours.aliased:
            raise GiveUp
        value: dict[Any, object] = {}
        keys = [self.ours.reader.key(key) for key, _ in ours.pairs]
        new_keys = [self.theirs.reader.key(key) for key, _ in theirs.pairs]
        gone: list[int] = []
        for index, key in enumerate(keys):
            item = self.pair((*path, key), base, ours.pairs[index][1], self.theirs.pair(theirs, key))
            if item is _GONE:
                gone.append(index)
            else:
                value[key] = item
        added: dict[int, int] = {}
        for index, key in enumerate(new_keys):
            if key in keys:
                continue
            node = theirs.pairs[index][1]
            old = self.base.pair(base, key) if isinstance(base, MappingNode) else None
            new = self.theirs.reader.value(node)
            if old is None:
                value[key] = new
                before = (keys.index(other) for other in reversed(new_keys[:index]) if other in keys)
                added[index] = next(before, -1)
            elif not same(self.base.reader.value(old[1]), new):
                self.conflict((*path, key), ours, None, new)
        whole = {index: new_keys.index(key) for index, key in enumerate(keys) if (*path, key) in self.whole}
        self.rewrite(ours, theirs, gone, added, whole)
        return value

    def pair(self, path: Path, base: Node | None, ours: Node, theirs: tuple[Node, Node] | None) -> object:
        """One key that ours holds: merged, or gone because theirs took it out and ours did not touch it."""
        old = self.base.pair(base, path[-1]) if isinstance(base, MappingNode) else None
        if theirs is not None:
            return self.merge(path, old[1] if old else None, ours, theirs[1])
        mine = self.ours.reader.value(ours)
        if old is None:
            return mine
        if same(self.base.reader.value(old[1]), mine):
            return _GONE
        return self.conflict(path, ours, mine, None)

    def sequence(self, path: Path, base: SequenceNode, ours: SequenceNode, theirs: SequenceNode) -> object:
        if ours.aliased:
            raise GiveUp
        old, mine, new = (
            [document.reader.value(item) for item in node.items]
            for document, node in ((self.base, base), (self.ours, ours), (self.theirs, theirs))
        )
        to_ours, to_theirs = align(old, mine), align(old, new)
        if not (is_in_order(to_ours) and is_in_order(to_theirs)):
            raise GiveUp
        self.check_gaps(path, ours, (old, mine, new), to_ours, to_theirs)
        results: list[object] = list(mine)
        for index, item in enumerate(base.items):
            here, there = to_ours.get(index), to_theirs.get(index)
            if here is not None and there is not None:
                results[here] = self.merge((*path, here), item, ours.items[here], theirs.items[there])
            elif here is not None:
                is_mine = same(old[index], mine[here])
                results[here] = _GONE if is_mine else self.conflict((*path, here), ours.items[here], mine[here], None)
            elif there is not None and not same(old[index], new[there]):
                self.conflict((*path, index), ours, None, new[there])
        gone = [index for index, result in enumerate(results) if result is _GONE]
        added = self.added_items(path, ours, (old, mine, new), to_ours, to_theirs)
        whole = {
            to_ours[index]: there for index, there in to_theirs.items() if (*path, to_ours.get(index, -1)) in self.whole
        }
        self.rewrite(ours, theirs, gone, added, whole)
        merged: list[object] = [new[index] for index, after in added.items() if after == -1]
        for index, result in enumerate(results):
            merged += [] if result is _GONE else [result]
            merged += [new[other] for other, after in added.items() if after == index]
        return merged

    def added_items(
        self,
        path: Path,
        ours: SequenceNode,
        values: tuple[Sequence[object], Sequence[object], Sequence[object]],
        to_ours: Mapping[int, int],
        to_theirs: Mapping[int, int],
    ) -> dict[int, int]:
        """Theirs' new items -> the index in ours that each goes after, -1 for the front."""
        _, mine, new = values
        from_theirs = {there: to_ours[index] for index, there in to_theirs.items() if index in to_ours}
        own = [index for index in range(len(mine)) if index not in to_ours.values()]
        both = align([new[i] for i in range(len(new))], [mine[i] for i in own])
        added: dict[int, int] = {}
        after = -1
        for index, item in enumerate(new):
            if index in from_theirs:
                after = from_theirs[index]
            elif index not in to_theirs.values():
                twin = both.get(index)
                if twin is None:
                    added[index] = after
                elif same(mine[own[twin]], item):
                    after = max(after, own[twin])
                else:
                    self.conflict((*path, own[twin]), ours.items[own[twin]], mine[own[twin]], item)
        return added

    def check_gaps(
        self,
        path: Path,
        ours: SequenceNode,
        values: tuple[Sequence[object], Sequence[object], Sequence[object]],
        to_ours: Mapping[int, int],
        to_theirs: Mapping[int, int],
    ) -> None:
        """A conflict where both sides put new items at one place, unless all of them are named and nothing went."""
        old, mine, new = values
        shared = to_ours.keys() & to_theirs.keys()
        for (old_gap, our_gap), (_, their_gap) in zip(
            gaps({index: to_ours[index] for index in shared}, len(old), len(mine)),
            gaps({index: to_theirs[index] for index in shared}, len(old), len(new)),
            strict=True,
        ):
            our_new = [mine[index] for index in our_gap if index not in to_ours.values()]
            their_new = [new[index] for index in their_gap if index not in to_theirs.values()]
            has_lost = any(index not in to_ours and index not in to_theirs for index in old_gap)
            are_named = all(map(is_named, [*our_new, *their_new]))
            if our_new and their_new and not same(our_new, their_new) and (has_lost or not are_named):
                self.conflict((*path, our_gap[0]), ours.items[our_gap[0]], our_new, their_new)

    def rewrite(
        self, ours: Node, theirs: Node, gone: Sequence[int], added: Mapping[int, int], whole: Mapping[int, int]
    ) -> None:
        """Cut entries out of our block, put theirs' in the place of some, and set theirs' new ones in."""
        if not (gone or added or whole):
            return
        mine, new = entries_of(self.ours, ours), entries_of(self.theirs, theirs)
        for index in gone:
            self.cut(mine, index)
        for index, there in whole.items():
            self.replace(mine[index], new[there])
        for index, after in added.items():
            self.insert(mine, new, index, after)

    def cut(self, entries: Sequence[Entry], index: int) -> None:
        """The entry with the comments right above it, and the blank lines before it."""
        entry, source = entries[index], self.ours.source
        if not layout.is_first_on_line(source, entry.start):
            raise GiveUp
        begin = entry.begin
        if index > 0 and not source.text[entries[index - 1].end : begin].strip():
            begin = entries[index - 1].end
        self.splices.append(Splice(start=begin, end=entry.end, text=""))

    def replace(self, mine: Entry, new: Entry) -> None:
        """Theirs' entry in the place of ours, the comments above ours kept."""
        lines = lines_of(self.theirs.source, new.start, new.stop, new.column)
        text = _joined(self.ours.source.newline, lines, mine.column).lstrip(" ")
        splice = Splice(start=mine.start, end=mine.stop, text=text)
        if has_comment(self.ours.source, splice, mine.nodes):
            raise GiveUp
        self.splices.append(splice)

    def insert(self, mine: Sequence[Entry], new: Sequence[Entry], index: int, after: int) -> None:
        """A new entry below one of ours, with the blank lines that theirs has around it."""
        source, entry = self.theirs.source, new[index]
        lines = lines_of(source, entry.begin, entry.end, entry.column)
        if after < 0 and layout.is_first_on_line(self.ours.source, mine[0].start):
            at = mine[0].begin
            lines += [""] * self.blank_lines(new, index + 1)
        else:
            at = mine[max(after, 0)].end
            lines = [""] * self.blank_lines(new, index) + lines
        newline = self.ours.source.newline
        self.splices.append(Splice(start=at, end=at, text=_joined(newline, lines, mine[0].column) + newline))

    def blank_lines(self, entries: Sequence[Entry], index: int) -> int:
        """How many blank lines theirs has before an entry; none before the first and after the last."""
        if not 0 < index < len(entries):
            return 0
        gap = self.theirs.source.text[entries[index - 1].end : entries[index].begin]
        return len([line for line in LINE_BREAK.split(gap)[:-1] if not line.strip()])


def _joined(newline: str, lines: Sequence[str], column: int) -> str:
    return newline.join(" " * column + line if line else "" for line in lines)


def _is_block(node: Node) -> bool:
    return isinstance(node, (MappingNode, SequenceNode)) and not node.flow


def _is_one_line(source: Source, node: Node) -> bool:
    """A scalar or a flow collection that is written, on one line."""
    is_block_text = isinstance(node, Scalar) and (node.style in {"|", ">"} or node.is_absent)
    return not _is_block(node) and not is_block_text and not LINE_BREAK.search(source.text, node.start, node.end)
