"""Base, ours, theirs -> ours with theirs' changes, by structure: keys by name, list items by what they are.

Theirs' changes become splices of our text, so that our comments, order and quotes stay, and theirs' new parts bring
their own. The result is read again and must stand for the merged value; where it does not, nothing is returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.yamledit import layout, splicing
from cicdpack.yamledit.alignment import Lists
from cicdpack.yamledit.changes import Merged3, ValueConflict
from cicdpack.yamledit.cutting import comments_in
from cicdpack.yamledit.document import Document
from cicdpack.yamledit.entries import Entry, GiveUp, entries_of, is_block, is_one_line, lines_of, tail
from cicdpack.yamledit.errors import YamlEditError
from cicdpack.yamledit.nodes import MappingNode, Node, SequenceNode, deref
from cicdpack.yamledit.source import LINE_BREAK
from cicdpack.yamledit.splicing import Splice
from cicdpack.yamledit.values import is_merge_key, same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cicdpack.yamledit.changes import Path

_GONE = object()
"""Stands for a value that is not in the result."""


def merge3(base: bytes, ours: bytes, theirs: bytes, *, source: str) -> Merged3:
    """Bring the changes from base to theirs into ours. All three are YAML texts; `source` is the path of ours.

    Maps merge by key; list items are matched by `id`, `name`, `displayName`, `job`, `stage`, `deployment`, a task or
    action without its version, else by value, kind and place. Never raises for what the texts hold.
    """
    try:
        return _merge3(Document.read(base, source), Document.read(ours, source), Document.read(theirs, source))
    except (GiveUp, YamlEditError):
        return Merged3(text=None)


def _merge3(base: Document, ours: Document, theirs: Document) -> Merged3:
    if any(document.tree.has_header for document in (base, ours, theirs)):
        raise GiveUp  # A header is no part of the document, so that a change of it would be lost.
    original, root = ours.source, ours.tree.root
    is_ended = not original.text or LINE_BREAK.search(original.text, len(original.text) - 1)
    # A block of text that ends the file would change with a line break; what goes below it fails the check at the end.
    if not is_ended and root is not None and not layout.is_cut_off(original, root):
        ours = Document(original.with_text(original.text + original.newline))
    walk = _Merge3(base, ours, theirs)
    value = walk.root(base.tree.root, ours.tree.root, theirs.tree.root)
    if walk.conflicts:
        return Merged3(text=None, conflicts=tuple(walk.conflicts))
    result, _ = splicing.apply(ours.source, walk.splices)
    ours.check(result, value)
    if ours.source is not original:
        # Lines were merged with a line break at the end; it goes again, unless a block of text now ends with it.
        cut = result.with_text(result.text.removesuffix(original.newline))
        if same(Document(cut).value, value):
            result = cut
    return Merged3(text=result.encode())


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
        if is_block(ours) and is_block(theirs):
            match base, ours, theirs:
                case ((MappingNode() | None), MappingNode(), MappingNode()):
                    return self.mapping(path, base, ours, theirs)
                case SequenceNode(), SequenceNode(), SequenceNode():
                    return self.sequence(path, base, ours, theirs)
        if not same(old, mine):
            return self.conflict(path, ours, mine, new)
        if is_one_line(self.ours.source, ours) and is_one_line(self.theirs.source, theirs):
            self.replace_inline(base, ours, theirs)
        else:
            self.whole.add(path)
        return new

    def replace_inline(self, base: Node | None, ours: Node, theirs: Node) -> None:
        """Theirs' value in the place of ours, with the comment behind it where ours has left that as it was.

        A version behind a pinned hash (`uses: a/b@<hash>  # v4.2.0`) moves with the hash.
        """
        tails = [tail(document.source, node) for document, node in ((self.base, base), (self.ours, ours))]
        new_tail = tail(self.theirs.source, theirs)
        text = self.theirs.source.text[theirs.start : theirs.end]
        end = ours.end
        if tails[0] is not None and tails[0] == tails[1] and new_tail is not None and new_tail != tails[0]:
            text, end = text + new_tail, self.ours.source.line_end(end)
        self.splices.append(Splice(start=ours.start, end=end, text=text))

    def require_comments_known(self, splice: Splice, nodes: Sequence[Node]) -> None:
        """Give up rather than lose a comment that base does not hold: somebody wrote it."""
        comments = comments_in(self.ours.source, splice, nodes)
        if not all(comment.rstrip() in self.base.source.text for comment in comments):
            raise GiveUp

    def conflict(self, path: Path, node: Node, mine: object, new: object) -> object:
        location = self.ours.source.location(node.start)
        self.conflicts.append(ValueConflict(path=path, current=mine, wanted=new, location=location))
        return mine

    def mapping(self, path: Path, base: Node | None, ours: MappingNode, theirs: MappingNode) -> object:
        value = self.ours.reader.inherited(ours)
        if ours.aliased or not same(value, self.theirs.reader.inherited(theirs)):
            raise GiveUp
        keys = [self.ours.reader.key(key) for key, _ in ours.pairs]
        new_keys = [self.theirs.reader.key(key) for key, _ in theirs.pairs]
        gone: list[int] = []
        for index, key in enumerate(keys):
            if is_merge_key(ours.pairs[index][0]):
                continue
            item = self.pair((*path, key), base, ours.pairs[index][1], self.theirs.pair(theirs, key))
            if item is _GONE:
                gone.append(index)
            else:
                value[key] = item
        added: dict[int, int] = {}
        for index, key in enumerate(new_keys):
            if key in keys or is_merge_key(theirs.pairs[index][0]):
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
        versions = ((self.base, base), (self.ours, ours), (self.theirs, theirs))
        lists = Lists(*([document.reader.value(item) for item in node.items] for document, node in versions))
        if ours.aliased or not lists.are_in_order:
            raise GiveUp
        for own, fresh in lists.clashes():
            mine, new = [lists.mine[index] for index in own], [lists.new[index] for index in fresh]
            if not same(mine, new):
                self.conflict((*path, own[0]), ours.items[own[0]], mine, new)
        results: list[object] = list(lists.mine)
        for index in range(len(base.items)):
            self.item(path, index, lists, (base, ours, theirs), results)
        gone = [index for index, result in enumerate(results) if result is _GONE]
        added = self.added_items(path, ours, lists)
        matched = [
            (lists.to_ours[index], lists.to_theirs[index]) for index in lists.to_ours.keys() & lists.to_theirs.keys()
        ]
        whole = {here: there for here, there in matched if (*path, here) in self.whole}
        self.rewrite(ours, theirs, gone, added, whole)
        merged: list[object] = [lists.new[index] for index, after in added.items() if after == -1]
        for index, result in enumerate(results):
            merged += [] if result is _GONE else [result]
            merged += [lists.new[other] for other, after in added.items() if after == index]
        return merged

    def item(
        self,
        path: Path,
        index: int,
        lists: Lists,
        nodes: tuple[SequenceNode, SequenceNode, SequenceNode],
        results: list[object],
    ) -> None:
        """One item that base holds: merged, gone, or a conflict. Its result goes to its index in ours."""
        base, ours, theirs = nodes
        here, there = lists.to_ours.get(index), lists.to_theirs.get(index)
        if here is not None and there is not None:
            results[here] = self.merge((*path, here), base.items[index], ours.items[here], theirs.items[there])
        elif here is not None and same(lists.old[index], lists.mine[here]):
            results[here] = _GONE
        elif here is not None:
            self.conflict((*path, here), ours.items[here], lists.mine[here], None)
        elif there is not None and not same(lists.old[index], lists.new[there]):
            self.conflict((*path, index), ours, None, lists.new[there])

    def added_items(self, path: Path, ours: SequenceNode, lists: Lists) -> dict[int, int]:
        """Theirs' new items -> the index in ours that each goes after, -1 for the front."""
        places = {there: lists.to_ours[index] for index, there in lists.to_theirs.items() if index in lists.to_ours}
        added_twice = lists.added_twice()
        added: dict[int, int] = {}
        after = -1
        for index, item in enumerate(lists.new):
            twin = added_twice.get(index)
            if index in places:
                after = places[index]
            elif twin is not None and not same(lists.mine[twin], item):
                self.conflict((*path, twin), ours.items[twin], lists.mine[twin], item)
            elif twin is not None:
                after = max(after, twin)
            elif index in lists.fresh:
                added[index] = after
        return added

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
        splice = Splice(start=begin, end=entry.end, text="")
        self.require_comments_known(splice, entry.nodes)
        self.splices.append(splice)

    def replace(self, mine: Entry, new: Entry) -> None:
        """Theirs' entry in the place of ours, the comments above ours kept."""
        lines = lines_of(self.theirs.source, new.start, new.stop, new.column)
        text = _joined(self.ours.source.newline, lines, mine.column).lstrip(" ")
        splice = Splice(start=mine.start, end=mine.stop, text=text)
        self.require_comments_known(splice, mine.nodes)
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
