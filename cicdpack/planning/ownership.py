"""Which values in a user's file are ours: set by an earlier run, not found there.

A value that was there already and equal follows the bundle when it moves, but is never taken out: it was not put in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cicdpack._values import dataclass
from cicdpack.yamledit.changes import Inserted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cicdpack.yamledit.changes import Kind, Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """One insertion: where and how. What was set is the wanted value at the path; a list item brings its `value`.

    `replaced` is the text of the null that was filled, or what stood before the single value that a list was made of.
    """

    path: Path
    kind: Kind
    value: object = None
    replaced: str = ""


def after_run(
    sets: Iterable[Set], values: Mapping[str, object], changes: Iterable[Inserted], removed: Iterable[Inserted]
) -> tuple[Set, ...]:
    """Return what is ours after a run that inserted `changes`; `values` are what is wanted now.

    What lies inside of a mapping or list that we set is ours with it and is not listed. An item that takes another's
    place takes over what the list was made of.
    """
    gone = [(item.path[:-1], item.value) for item in removed if item.kind == "appended"]
    kept = [item for item in sets if _is_wanted(item, values, gone)]
    left = [item for item in sets if item not in kept]
    stood = {item.path[:-1]: item.replaced for item in left if item.kind == "appended" and item.replaced}
    for change in changes:
        if change.kind == "replaced" or _covers(kept, change.path):
            continue
        is_item = change.kind == "appended"
        replaced = change.replaced or (stood.pop(change.path[:-1], "") if is_item else "")
        value = change.value if is_item else None
        kept.append(Set(path=change.path, kind=change.kind, value=value, replaced=replaced))
    return tuple(kept)


def _is_wanted(item: Set, values: Mapping[str, object], gone: Sequence[tuple[Path, object]]) -> bool:
    if item.kind == "appended":
        items = value_at(values, item.path[:-1])
        return isinstance(items, (list, tuple)) and item.value in items and (item.path[:-1], item.value) not in gone
    return is_in(values, item.path)


def insertions(sets: Iterable[Set], values: Mapping[str, object]) -> tuple[Inserted, ...]:
    """Return what was inserted, with its values, as `yamledit.remove` takes it back."""
    return tuple(
        Inserted(
            path=item.path,
            value=item.value if item.kind == "appended" else value_at(values, item.path),
            kind=item.kind,
            replaced=item.replaced,
        )
        for item in sets
    )


def removable(base: Mapping[str, object], wanted: Mapping[str, object], sets: Sequence[Set]) -> dict[str, object]:
    """Return the base without the values that are wanted no more and are not ours: they stay where they are."""
    return _pruned(base, wanted, sets, ())


def _pruned(
    base: Mapping[Any, object], wanted: Mapping[Any, object], sets: Sequence[Set], path: Path
) -> dict[Any, object]:
    result: dict[Any, object] = {}
    for key, value in base.items():
        here = (*path, key)
        if _covers(sets, here):
            result[key] = value
        elif key not in wanted:
            parts = _ours(value, sets, here)
            if parts is not None:
                result[key] = parts
        elif isinstance(value, Mapping) and isinstance(wanted[key], Mapping):
            result[key] = _pruned(value, _mapping(wanted[key]), sets, here)
        elif isinstance(value, (list, tuple)) and isinstance(wanted[key], (list, tuple)):
            still = list(_items(wanted[key]))
            result[key] = [item for item in value if item in still or _is_appended(sets, here, item)]
        else:
            result[key] = value
    return result


def _ours(value: object, sets: Sequence[Set], path: Path) -> object | None:
    """The part of a dropped value that we set; None for nothing."""
    if _covers(sets, path):
        return value
    if isinstance(value, Mapping):
        parts = {key: _ours(item, sets, (*path, key)) for key, item in value.items()}
        kept = {key: part for key, part in parts.items() if part is not None}
        return kept or None
    if isinstance(value, (list, tuple)):
        return [item for item in value if _is_appended(sets, path, item)] or None
    return None


def _covers(sets: Sequence[Set], path: Path) -> bool:
    return any(item.kind != "appended" and path[: len(item.path)] == item.path for item in sets)


def _is_appended(sets: Sequence[Set], path: Path, value: object) -> bool:
    return any(item.kind == "appended" and item.path[:-1] == path and item.value == value for item in sets)


def _mapping(value: object) -> Mapping[Any, object]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else ()


_MISSING = object()


def is_in(values: object, path: Path) -> bool:
    """Whether there is a value at a path of keys and list indexes."""
    return value_at(values, path, _MISSING) is not _MISSING


def value_at(values: object, path: Path, missing: object = None) -> object:
    """Return the value at a path of keys and list indexes, `missing` where there is none."""
    for step in path:
        if isinstance(values, Mapping):
            values = values.get(step, missing)
        elif isinstance(values, (list, tuple)) and isinstance(step, int) and 0 <= step < len(values):
            values = values[step]
        else:
            return missing
    return values
