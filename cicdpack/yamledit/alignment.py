"""Which item of a list is which item of its edited copy: by name first, then by kind and place.

Plain values in, indexes out; knows no text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMES = ("id", "name", "displayName", "job", "stage", "deployment", "group", "environment")
"""Keys that name an item, the strongest first: GitHub Actions (`id`, `name`), Azure Pipelines (the rest)."""

VERSIONED = ("task", "uses", "image")
"""Keys whose value is a thing with a version behind `@` (or `:`): `UsePythonVersion@0`, `actions/checkout@v4`."""

KINDS = ("run", "script", "bash", "pwsh", "powershell", "checkout", "template", "local", "project", "if")
"""Keys that say what an item does, where nothing names it."""


_NO_KIND = ("", "", False)


def align(base: Sequence[object], other: Sequence[object]) -> dict[int, int]:
    """Base index -> index in the other list, for each item that both hold, edited or not."""
    found: dict[int, int] = {}
    others = {identity: index for index, identity in enumerate(_identities(other))}
    for index, identity in enumerate(_identities(base)):
        if identity in others:
            found[index] = others[identity]
    if not is_in_order(found):
        return found
    for base_gap, other_gap in list(gaps(found, len(base), len(other))):
        _pair_by_kind(base, other, base_gap, other_gap, found)
    return found


def is_in_order(pairs: Mapping[int, int]) -> bool:
    """Whether the items stand in one order in both lists."""
    targets = [pairs[index] for index in sorted(pairs)]
    return targets == sorted(targets)


def gaps(pairs: Mapping[int, int], length: int, other_length: int) -> Iterator[tuple[range, range]]:
    """The stretches between matched items, in both lists. The items stand in order."""
    start = other_start = 0
    for index in [*sorted(pairs), length]:
        other = pairs.get(index, other_length)
        yield range(start, index), range(other_start, other)
        start, other_start = index + 1, other + 1


def is_named(item: object) -> bool:
    """A mapping with a name of its own: where it stands among others matters less than that it is there."""
    return isinstance(item, Mapping) and any(isinstance(item.get(key), str) for key in NAMES)


def _identities(items: Sequence[object]) -> list[tuple[object, ...]]:
    """One identity an item; those that come several times are counted."""
    seen: Counter[tuple[object, ...]] = Counter()
    identities = []
    for item in items:
        identity = _identity(item)
        identities.append((*identity, seen[identity]))
        seen[identity] += 1
    return identities


def _identity(item: object) -> tuple[object, ...]:
    if isinstance(item, Mapping):
        for key in NAMES:
            if isinstance(item.get(key), str):
                return key, item[key]
        kind = _kind(item)
        return kind if kind[0] in VERSIONED else ("=", repr(item))
    return "=", repr(item)


def _kind(item: object) -> tuple[object, ...]:
    """What an item is, but for its details: a task without its version, a script; and whether it has a name."""
    if isinstance(item, Mapping):
        for key in VERSIONED:
            if isinstance(item.get(key), str):
                return key, item[key].partition("@")[0].partition(":")[0], is_named(item)
        for key in (*KINDS, *NAMES):
            if key in item:
                return key, "", is_named(item)
    return _NO_KIND


def _pair_by_kind(
    base: Sequence[object], other: Sequence[object], base_gap: range, other_gap: range, found: dict[int, int]
) -> None:
    """Match what is left between two matched items, where a kind comes equally often on both sides."""
    for kind in {_kind(base[index]) for index in base_gap} - {_NO_KIND}:
        mine = [index for index in base_gap if _kind(base[index]) == kind]
        theirs = [index for index in other_gap if _kind(other[index]) == kind]
        if len(mine) == len(theirs):
            found.update(zip(mine, theirs, strict=True))
