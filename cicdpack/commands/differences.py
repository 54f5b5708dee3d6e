"""Two sets of entries -> what differs, member by member. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._values import dataclass, replace
from cicdpack.bundle.manifest import MANIFEST_NAME, without_manifest
from cicdpack.bundle.source import SOURCE_CONFIG_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cicdpack.archive.entries import Entry

Kind: TypeAlias = Literal["added", "removed", "changed", "mode", "renamed"]

MAX_RENAME_PAIRS = 10_000
"""Pairs of a removed and an added member that are compared line by line: a hundred of each."""

SIMILAR = 0.5
"""How much of the larger of two members has to be in both for one to be the other renamed: git's default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDifference:
    """One member that is not the same on both sides; `mode` means that only the executable bit differs.

    `before` and `after` are the contents, None where the member is not there; `old_path` is what a renamed member
    was called before.
    """

    path: str
    kind: Kind
    before: bytes | None
    after: bytes | None
    executable: bool = False
    old_path: str | None = None


def compare(before: Iterable[Entry], after: Iterable[Entry]) -> tuple[MemberDifference, ...]:
    """Return the differences in path order; an empty tuple says that both sides hold the same."""
    old = {entry.path: entry for entry in before}
    new = {entry.path: entry for entry in after}
    found: list[MemberDifference] = []
    for path in sorted(old.keys() | new.keys(), key=lambda path: path.encode("utf-8", "surrogateescape")):
        was, now = old.get(path), new.get(path)
        if was == now:
            continue
        kind: Kind
        if was is None:
            kind = "added"
        elif now is None:
            kind = "removed"
        else:
            kind = "mode" if was.data == now.data else "changed"
        found.append(
            MemberDifference(
                path=path,
                kind=kind,
                before=was.data if was else None,
                after=now.data if now else None,
                executable=now.executable if now else False,
            )
        )
    return tuple(found)


def compare_with_source(archive: Iterable[Entry], source: Iterable[Entry]) -> tuple[MemberDifference, ...]:
    """Return what a build would change in an archive, the manifest aside.

    An archive that another tool packed has no manifest, and need not have the `cicdpack.toml` that tells how to pack.
    """
    packed = tuple(archive)
    names = {entry.path for entry in packed}
    is_foreign = MANIFEST_NAME not in names
    wanted = (
        entry
        for entry in without_manifest(source)
        if not (is_foreign and entry.path == SOURCE_CONFIG_NAME and entry.path not in names)
    )
    return compare(without_manifest(packed), wanted)


def with_renames(differences: Iterable[MemberDifference]) -> tuple[MemberDifference, ...]:
    """Return the differences with each removed and added member that are alike as one renamed member."""
    found = tuple(differences)
    removed = {one.path: one for one in found if one.kind == "removed"}
    added = {one.path: one for one in found if one.kind == "added"}
    renames: dict[str, MemberDifference] = {}
    for old, new in _alike(removed, added):
        if old in removed and new in added:
            before, after = removed.pop(old).before, added.pop(new)
            renames[new] = replace(after, kind="renamed", before=before, old_path=old)
    gone = {one.old_path for one in renames.values()}
    return tuple(renames.get(one.path, one) for one in found if one.path not in gone)


def _alike(removed: Mapping[str, MemberDifference], added: Mapping[str, MemberDifference]) -> list[tuple[str, str]]:
    """Return pairs of paths, the most alike first; equal members are found however many there are."""
    by_content: dict[bytes, list[str]] = {}
    for path, one in reversed(tuple(removed.items())):
        if one.before:
            by_content.setdefault(one.before, []).append(path)
    equal = [(twins.pop(), new) for new, one in added.items() if (twins := by_content.get(one.after or b""))]
    if len(removed) * len(added) > MAX_RENAME_PAIRS:
        return equal
    scored = []
    for old, was in removed.items():
        lines = _lines(was.before)
        scored += [(_likeness(lines, _lines(now.after)), old, new) for new, now in added.items()]
    return equal + [(old, new) for score, old, new in sorted(scored, key=_best_first) if score >= SIMILAR]


def _best_first(scored: tuple[float, str, str]) -> tuple[float, str, str]:
    return (-scored[0], scored[1], scored[2])


def _lines(data: bytes | None) -> Counter[bytes]:
    return Counter((data or b"").splitlines(keepends=True))


def _likeness(before: Counter[bytes], after: Counter[bytes]) -> float:
    """Return how many of the larger one's bytes are in lines that both have, from 0 to 1."""
    larger = max(_weight(before), _weight(after))
    return _weight(before & after) / larger if larger else 0.0


def _weight(lines: Counter[bytes]) -> int:
    return sum(len(line) * times for line, times in lines.items())
