"""Lists that may be written as one value, and whose items may be written in more than one way.

A file's schema says which these are, and the caller knows the schema: nothing here does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from cicdpack.yamledit.values import is_list, missing_items, plain, same

if TYPE_CHECKING:
    from cicdpack.yamledit.changes import Path

Covers: TypeAlias = Callable[[object, object], bool]
"""Whether an item that is there says what a wanted one says, so that the wanted one is not missing."""

Lists: TypeAlias = "Mapping[Path, Covers]"
"""Path of a list -> what its items cover. A single value at such a path is the list's first and only item."""

NO_LISTS: Lists = {}
"""Every list is written as a list, and items are equal or not."""


def items_of(value: object) -> list[object]:
    """The items of a list, or the single value that stands for its only item; None stands for none."""
    if isinstance(value, (list, tuple)):
        return list(value)
    return [] if value is None else [value]


def is_single(value: object) -> bool:
    """A value that stands where a list may stand."""
    return value is not None and not is_list(value)


def merged(current: object, wanted: object, lists: Lists = NO_LISTS, path: Path = ()) -> object:
    """What `merge` aims at: maps merged, null filled, items appended; where values differ, the current one stays."""
    if current is None:
        return plain(wanted)
    if isinstance(current, Mapping) and isinstance(wanted, Mapping):
        result = dict(current)
        for key, value in wanted.items():
            result[key] = merged(result[key], value, lists, (*path, key)) if key in result else plain(value)
        return result
    if isinstance(wanted, (list, tuple)) and (is_list(current) or path in lists):
        items = items_of(current)
        missing = missing_items(items, wanted, lists.get(path, same))
        return [*items, *map(plain, missing)] if missing else current
    return current
