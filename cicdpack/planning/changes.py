"""What may happen to a file, as values: the states a path can be in, and the changes a plan consists of.

A `Plan` is complete in itself: it holds every byte to be written and, per path, the state that was seen when it
was made. Whoever commits it compares that state with the disk first and refuses when it no longer holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._values import dataclass

if TYPE_CHECKING:
    from cicdpack.planning.textmerge import Hunk

MODE_FILE = 0o644
MODE_EXECUTABLE = 0o755


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Nothing is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A regular file: its whole content and whether its owner may execute it."""

    data: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Something that cannot be replaced by a file: a folder, a link, a device, or a parent that is no folder.

    `what` says it in words, as in "a symbolic link"; `where` is the path in the way: the file's own or a parent's.
    """

    what: str
    where: str


State: TypeAlias = Absent | Present | Blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Write a file where there is none."""

    path: str
    after: Present


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Replace the content or the executable bit of a file that is ours to replace."""

    path: str
    before: Present
    after: Present


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Bring the bundle's changes into a file that is the user's too; `summary` says which, as in "targets staging".

    `marks` counts the conflicts that are written into the file, between markers, for the user to settle.
    """

    path: str
    before: Present
    after: Present
    summary: str = ""
    marks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Leave the file as it is; `reason` says why when it is not simply equal to what is wanted."""

    path: str
    current: State
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Remove a file that we wrote and nobody touched."""

    path: str
    before: Present


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two wishes that do not agree; nothing is written while a plan holds one.

    `base` is what was applied last (None where nothing is known), `theirs` what the bundle wants now
    (None: that the file be gone), `current` what is there. `hunks` are the lines in dispute, where all three are known.
    """

    path: str
    reason: str
    current: State
    base: Present | None = None
    theirs: Present | None = None
    hint: str | None = None
    hunks: tuple[Hunk, ...] = ()


Change: TypeAlias = Create | Update | Merge | Keep | Delete | Conflict
Effect: TypeAlias = Literal["create", "update", "merge", "keep", "delete", "conflict"]

_EFFECTS: dict[type[object], Effect] = {
    Create: "create",
    Update: "update",
    Merge: "merge",
    Keep: "keep",
    Delete: "delete",
    Conflict: "conflict",
}


def effect_of(change: Change) -> Effect:
    """Return the one word that reports use for a change."""
    return _EFFECTS[type(change)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Changes in path order, at most one for each path."""

    changes: tuple[Change, ...] = ()

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The changes that stop the plan from being committed."""
        return tuple(change for change in self.changes if isinstance(change, Conflict))

    @property
    def marks(self) -> int:
        """How many conflicts are written into files, between markers."""
        return sum(change.marks for change in self.changes if isinstance(change, Merge))

    @property
    def writes(self) -> tuple[Create | Update | Merge | Delete, ...]:
        """The changes that touch the disk."""
        return tuple(change for change in self.changes if isinstance(change, Create | Update | Merge | Delete))
