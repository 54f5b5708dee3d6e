"""Two sets of entries -> what differs, member by member. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cicdpack.archive.entries import Entry

Kind: TypeAlias = Literal["added", "removed", "changed", "mode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDifference:
    """One member that is not the same on both sides; `mode` means that only the executable bit differs.

    `before` and `after` are the contents, None where the member is not there.
    """

    path: str
    kind: Kind
    before: bytes | None
    after: bytes | None
    executable: bool = False


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
