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
    """Base index -> index in the other list, for each item that both hold, edited or not.

    Equal items anchor the rest: between two of them items are matched by name, then by kind where one occurs equally
    often on both sides. The pairs may cross where named items were moved; see `is_in_order`.
    """
    found = _equal(base, other)
    for match in (twins, _same_kind):
        if not is_in_order(found):
            break
        for mine, theirs in list(gaps(found, len(base), len(other))):
            pairs = match([base[index] for index in mine], [other[index] for index in theirs])
            found.update({mine[index]: theirs[there] for index, there in pairs.items()})
    return found


class Lists:
    """A list in its three versions, with the items matched: `own` are new in ours, `fresh` are new in theirs."""

    __slots__ = ("fresh", "mine", "new", "old", "own", "to_ours", "to_theirs")

    def __init__(self, old: Sequence[object], mine: Sequence[object], new: Sequence[object]) -> None:
        self.old = old
        self.mine = mine
        self.new = new
        self.to_ours = align(old, mine)
        self.to_theirs = align(old, new)
        self.own = sorted(set(range(len(mine))).difference(self.to_ours.values()))
        self.fresh = sorted(set(range(len(new))).difference(self.to_theirs.values()))

    @property
    def are_in_order(self) -> bool:
        """Neither side moved an item past another."""
        return is_in_order(self.to_ours) and is_in_order(self.to_theirs)

    def clashes(self) -> Iterator[tuple[list[int], list[int]]]:
        """Indexes in ours and in theirs of new items that both sides put at one place.

        Where all of them have names and no item went from there, both sets may stand.
        """
        shared = self.to_ours.keys() & self.to_theirs.keys()
        our_gaps = gaps({index: self.to_ours[index] for index in shared}, len(self.old), len(self.mine))
        their_gaps = gaps({index: self.to_theirs[index] for index in shared}, len(self.old), len(self.new))
        for (old_gap, our_gap), (_, their_gap) in zip(our_gaps, their_gaps, strict=True):
            own = [index for index in our_gap if index in self.own]
            fresh = [index for index in their_gap if index in self.fresh]
            has_lost = any(index not in self.to_ours and index not in self.to_theirs for index in old_gap)
            items = [*(self.mine[index] for index in own), *(self.new[index] for index in fresh)]
            if own and fresh and (has_lost or not all(map(is_named, items))):
                yield own, fresh

    def added_twice(self) -> dict[int, int]:
        """Theirs' new items that ours has added as well: index in theirs -> index in ours."""
        pairs = twins([self.new[index] for index in self.fresh], [self.mine[index] for index in self.own])
        return {self.fresh[index]: self.own[other] for index, other in pairs.items()}


def twins(base: Sequence[object], other: Sequence[object]) -> dict[int, int]:
    """Index -> index of the items that have one name, or one value where they have none."""
    others = {identity: index for index, identity in enumerate(_identities(other))}
    identities = enumerate(_identities(base))
    return {index: others[identity] for index, identity in identities if identity in others}


def _written(value: object) -> str:
    """A text that is the same for equal values, whatever the order of their keys."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(sorted(f"{key!r}: {_written(item)}" for key, item in value.items())) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_written, value)) + "]"
    return repr(value)


def _equal(base: Sequence[object], other: Sequence[object]) -> dict[int, int]:
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(a=[_written(item) for item in base], b=[_written(item) for item in other], autojunk=False)
    blocks = matcher.get_matching_blocks()
    return {block.a + offset: block.b + offset for block in blocks for offset in range(block.size)}


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
        return kind if kind[0] in VERSIONED else ("=", _written(item))
    return "=", _written(item)


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


def _same_kind(base: Sequence[object], other: Sequence[object]) -> dict[int, int]:
    """Items of one kind, in order, where the kind comes equally often on both sides."""
    found: dict[int, int] = {}
    for kind in {_kind(item) for item in base} - {_NO_KIND}:
        mine = [index for index, item in enumerate(base) if _kind(item) == kind]
        theirs = [index for index, item in enumerate(other) if _kind(item) == kind]
        if len(mine) == len(theirs):
            found.update(zip(mine, theirs, strict=True))
    return found
