"""What an earlier run left, as the decisions need it, and the rules by which they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._values import dataclass
from cicdpack.planning.lineends import content_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cicdpack.planning.changes import Present
    from cicdpack.planning.ownership import Set

OnConflict: TypeAlias = Literal["fail", "markers", "ours", "theirs"]
"""What becomes of a conflict: nothing is written; it is marked in the file; the user's side; the bundle's side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An edit that is intended: the content hash it was accepted with (None: that the file be gone), and why."""

    sha256: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A file that was rendered once: its content hash and x bit. `load` gives the content, which may be costly."""

    rendered: str
    load: Callable[[], bytes]
    executable: bool = False
    accepted: Accepted | None = None

    @classmethod
    def of(cls, state: Present) -> Base:
        """Return the base that a known file is."""
        return cls(rendered=content_hash(state.data), load=lambda: state.data, executable=state.executable)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesBase:
    """Values that an overlay wanted in a file, and which of them were really set there by us.

    `created` tells whether we made the file.
    """

    values: Mapping[str, object]
    sets: tuple[Set, ...] = ()
    created: bool = False
    accepted: Accepted | None = None


def _nothing_wrong(path: str, data: bytes) -> tuple[str, ...]:
    del path, data
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How conflicts are settled, what a merged file has to pass, and what the sides are called in markers.

    `check` returns what is wrong with a file (path, content) that was merged; `restore` brings deleted files back.
    """

    on_conflict: OnConflict = "fail"
    check: Callable[[str, bytes], tuple[str, ...]] = _nothing_wrong
    restore: bool = False
    theirs: str = "the bundle"
    base: str = "applied before"
    ours: str = "here"
