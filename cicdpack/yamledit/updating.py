"""Base values, wanted values and a text -> the text moved from the one to the other, value by value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cicdpack.yamledit import cutting
from cicdpack.yamledit.changes import Inserted, Kept, Updated, ValueConflict
from cicdpack.yamledit.document import Document
from cicdpack.yamledit.lists import NO_LISTS, is_single, items_of
from cicdpack.yamledit.merging import merge_into
from cicdpack.yamledit.removing import EDITED, Removal
from cicdpack.yamledit.values import contains, is_list, missing_items, plain, same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cicdpack.yamledit.changes import Path
    from cicdpack.yamledit.lists import Lists

TAKEN_OUT = "it was taken out"


def update(
    text: bytes,
    base: Mapping[str, object],
    wanted: Mapping[str, object],
    *,
    source: str,
    lists: Lists = NO_LISTS,
) -> Updated:
    """Three-way per value: `base` is what an earlier run set, `wanted` what is to be set now.

    A value that is still the base's follows the wanted one: it is replaced in place, or taken out where it is not
    wanted any more. A value that was edited or taken out since stays and is reported, and is a conflict where the
    wanted value moved as well. What is new in `wanted` is merged as `merge` does. With a conflict the text comes back
    as it was.

    Raises `YamlEditError` as `merge` does.
    """
    walk = _Update(Document.read(text, source), lists)
    walk.mapping((), base, wanted)
    conflicts = walk.conflicts
    removal = walk.removal
    result = removal.document.source.encode()
    changes = walk.changes
    if walk.additions and not conflicts:
        merged = merge_into(removal.document, walk.additions, lists)
        result, conflicts = merged.text, list(merged.conflicts)
        changes = [*changes, *merged.changes]
    if conflicts:
        return Updated(text=text, conflicts=tuple(conflicts))
    return Updated(
        text=result, changes=tuple(changes), removed=tuple(removal.removed), kept=(*removal.kept, *walk.kept)
    )


class _Update:
    """One walk over base and wanted. Values are replaced and taken out at once, additions are collected for the end."""

    def __init__(self, document: Document, lists: Lists) -> None:
        self.removal = Removal(document, lists)
        self.lists = lists
        self.additions: dict[Any, Any] = {}
        self.changes: list[Inserted] = []
        self.kept: list[Kept] = []
        self.conflicts: list[ValueConflict] = []

    def mapping(self, path: Path, base: Mapping[Any, object], wanted: Mapping[Any, object]) -> None:
        for key, value in base.items():
            if key in wanted:
                self.both((*path, key), value, wanted[key])
            else:
                self.drop((*path, key), value)
        for key, value in wanted.items():
            if key not in base:
                self.add((*path, key), value)

    def both(self, path: Path, base: object, wanted: object) -> None:
        is_there, current = self.current(path)
        if isinstance(base, Mapping) and isinstance(wanted, Mapping) and isinstance(current, Mapping):
            self.mapping(path, base, wanted)
        elif is_list(base) and is_list(wanted) and (is_list(current) or self.is_single(path, current)):
            self.items(path, items_of(base), items_of(wanted))
        elif is_there and same(current, wanted):
            return
        elif is_there and same(current, base):
            self.replace(path, current, wanted)
        elif same(base, wanted):
            self.keep(path, current, EDITED if is_there else TAKEN_OUT)
        else:
            self.conflict(path, current, wanted)

    def items(self, path: Path, base: Sequence[object], wanted: Sequence[object]) -> None:
        """Lists as sets of items: what left the wanted list is taken out, what joined it is appended."""
        for index, item in reversed(list(enumerate(base))):
            if not contains(wanted, item):
                self.drop_item((*path, index), item)
        joined = [item for item in wanted if not contains(base, item)]
        if joined:
            self.add(path, joined)
        _, current = self.current(path)
        lost = missing_items(items_of(current), base, self.lists.get(path, same))
        for index, item in enumerate(base):
            if contains(wanted, item) and contains(lost, item):
                self.keep((*path, index), None, TAKEN_OUT)

    def is_single(self, path: Path, current: object) -> bool:
        """Whether a value stands where a list may stand: it is the only item of one, and never a conflict."""
        return path in self.lists and is_single(current)

    def drop_item(self, path: Path, item: object) -> None:
        _, current = self.current(path[:-1])
        if contains(items_of(current), item):
            self.removal.take(Inserted(path=path, value=item, kind="appended"))

    def drop(self, path: Path, base: object) -> None:
        """Take out what is not wanted any more. An edited part of it is a conflict, since both sides moved."""
        if is_list(base) and self.is_single(path, self.current(path)[1]):
            self.items(path, items_of(base), ())
            return
        before = len(self.removal.kept)
        self.removal.take(Inserted(path=path, value=base, kind="added"))
        kept, self.removal.kept[before:] = self.removal.kept[before:], []
        for item in kept:
            if item.reason == EDITED:
                self.conflict(item.path, item.current, None)
            else:
                self.kept.append(item)

    def add(self, path: Path, value: object) -> None:
        inner = self.additions
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
        inner[path[-1]] = value

    def replace(self, path: Path, current: object, wanted: object) -> None:
        result = cutting.replace(self.removal.document, path, wanted)
        if isinstance(result, str):
            self.conflict(path, current, wanted)
            return
        self.removal.document = result
        self.changes.append(Inserted(path=path, value=plain(wanted), kind="replaced"))

    def current(self, path: Path) -> tuple[bool, object]:
        """Whether a value is there, and the value."""
        value = self.removal.document.value
        for step in path:
            if isinstance(value, Mapping) and step in value:
                value = value[step]
            else:
                return False, None
        return True, value

    def at(self, path: Path) -> int:
        """The position of a value, or of its nearest parent."""
        for length in range(len(path), -1, -1):
            trail = self.removal.document.trail(path[:length])
            if trail:
                return trail[-1].start
        return 0

    def keep(self, path: Path, current: object, reason: str) -> None:
        location = self.removal.document.source.location(self.at(path))
        self.kept.append(Kept(path=path, current=current, reason=reason, location=location))

    def conflict(self, path: Path, current: object, wanted: object) -> None:
        location = self.removal.document.source.location(self.at(path))
        self.conflicts.append(ValueConflict(path=path, current=current, wanted=plain(wanted), location=location))
