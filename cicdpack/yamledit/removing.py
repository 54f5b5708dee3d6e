"""What `merge` inserted -> taken back, value by value, where it is still what was inserted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cicdpack.yamledit import cutting
from cicdpack.yamledit.changes import Inserted, Kept, Removed
from cicdpack.yamledit.document import Document
from cicdpack.yamledit.lists import NO_LISTS, is_single
from cicdpack.yamledit.nodes import SequenceNode, deref
from cicdpack.yamledit.values import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cicdpack.yamledit.changes import Path
    from cicdpack.yamledit.lists import Lists

EDITED = "it was edited"


def remove(text: bytes, inserted: Sequence[Inserted], *, source: str, lists: Lists = NO_LISTS) -> Removed:
    """Take back what `merge` recorded, the exact inverse of it on a text that nobody edited since.

    A value that differs from the recorded one is kept and reported; of a recorded mapping or list each part counts
    for itself, and the container goes when nothing is left in it. A value that is gone already is passed over.
    An item of `lists` counts as a whole. A list that `merge` made of a single value is that value again.
    Comments written into an inserted value keep it. Raises `YamlEditError` where the text cannot be read.
    """
    removal = Removal(Document.read(text, source), lists)
    for item in reversed(inserted):
        removal.take(item)
    return Removed(
        text=removal.document.source.encode(), removed=tuple(removal.removed[::-1]), kept=tuple(removal.kept[::-1])
    )


class Removal:
    """A document from which values are taken one by one, and the account of it."""

    def __init__(self, document: Document, lists: Lists = NO_LISTS) -> None:
        self.document = document
        self.lists = lists
        self.removed: list[Inserted] = []
        self.kept: list[Kept] = []

    def take(self, item: Inserted) -> bool:
        """Take one recorded value out; whether nothing of it is left."""
        path = self.find(item)
        trail = self.document.trail(path) if path is not None else None
        if path is None or trail is None:
            return True
        current = self.document.reader.value(trail[-1])
        if same(current, item.value):
            return self.take_whole(path, current, item)
        is_whole = item.kind == "appended" and item.path[:-1] in self.lists
        parts = [] if is_whole else _parts(path, item.value, current)
        if not parts:
            return self.keep(path, current, EDITED)
        are_gone = [self.take(part) for part in parts]
        if all(are_gone) and self.is_empty(path):
            return self.take_out(path, item) is None
        return all(are_gone)

    def take_whole(self, path: Path, current: object, item: Inserted) -> bool:
        """Take out a value that is still what was recorded, and note it."""
        reason = self.take_out(path, item)
        if reason is not None:
            return self.keep(path, current, reason)
        self.removed.append(item)
        return True

    def take_out(self, path: Path, item: Inserted) -> str | None:
        """Cut a value out of the document; why not, where that cannot be done."""
        if item.kind == "filled":
            result = cutting.empty_out(self.document, path, item.replaced)
        else:
            result = cutting.cut(self.document, path)
        if isinstance(result, str):
            return result
        self.document = result
        if item.kind == "appended" and item.replaced:
            single = cutting.unmake_list(self.document, path[:-1], item.replaced)
            self.document = self.document if isinstance(single, str) else single
        return None

    def keep(self, path: Path, current: object, reason: str) -> bool:
        """Note a value that stays, and why; false, since something is left."""
        trail = self.document.trail(path)
        at = trail[-1].start if trail else 0
        self.kept.append(Kept(path=path, current=current, reason=reason, location=self.document.source.location(at)))
        return False

    def find(self, item: Inserted) -> Path | None:
        """The path of a recorded value; a list item may have moved, and is found by its value.

        Where a single value may stand for a list, it stands for the item. None where the item is gone.
        """
        if item.kind != "appended":
            return item.path
        path = item.path[:-1]
        covers = self.lists.get(path)
        trail = self.document.trail(path)
        node = deref(trail[-1]) if trail else None
        if node is not None and not isinstance(node, SequenceNode):
            value = self.document.reader.value(node)
            return path if covers and is_single(value) and covers(value, item.value) else None
        if node is None:
            return None
        values = [self.document.reader.value(child) for child in node.items]
        matches = [index for index, value in enumerate(values) if same(value, item.value)]
        if not matches and covers:
            matches = [index for index, value in enumerate(values) if covers(value, item.value)]
            if not matches:
                return None
        if not matches:
            return item.path
        index = item.path[-1] if item.path[-1] in matches else matches[-1]
        return (*item.path[:-1], index)

    def is_empty(self, path: Path) -> bool:
        """Whether a container stands at a path with nothing in it."""
        trail = self.document.trail(path)
        return trail is not None and not self.document.reader.value(trail[-1])


def _parts(path: Path, recorded: object, current: object) -> list[Inserted]:
    """The parts of a recorded container, last first, where the current value is a container of the same kind."""
    if isinstance(recorded, Mapping) and isinstance(current, Mapping):
        pairs: Iterable[tuple[Any, object]] = recorded.items()
        return [Inserted(path=(*path, key), value=value, kind="added") for key, value in pairs][::-1]
    if isinstance(recorded, (list, tuple)) and isinstance(current, (list, tuple)):
        items = enumerate(recorded)
        return [Inserted(path=(*path, index), value=value, kind="appended") for index, value in items][::-1]
    return []
