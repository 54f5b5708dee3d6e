"""What an edit did, as values: insertions, conflicts, spans of changed bytes, values kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cicdpack._values import dataclass

if TYPE_CHECKING:
    from cicdpack.problems import Location

Path = tuple["str | int", ...]
"""Keys and list indexes from the root. (Keys are usually strings; whatever YAML reads as a key may occur.)"""

Kind = Literal["added", "filled", "appended", "replaced"]
"""A key added, a null filled, a list item appended, or (by `update` only) a value replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    """One value that an edit wrote: where, what and how.

    `value` is plain Python data. `replaced` is the text that stood there before (`null` or `~` when such a null was
    filled; for the first item that was appended to a single value, what stood between key and value; else empty):
    `remove` puts it back.
    """

    path: Path
    value: object
    kind: Kind
    replaced: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueConflict:
    """A wanted value that met a different one, which stands at `location`.

    `wanted` is None where the value should have gone.
    """

    path: Path
    current: object
    wanted: object
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A value that was left as it is, and why, in a few lower-case words."""

    path: Path
    current: object
    reason: str
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A changed stretch of the new text, in bytes: `start` to `end` is new, and `replaced` stood there before."""

    start: int
    end: int
    replaced: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The outcome of `merge`: with a conflict, `text` is the text as it came and nothing else is listed."""

    text: bytes
    changes: tuple[Inserted, ...] = ()
    conflicts: tuple[ValueConflict, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """The outcome of `remove`: what was taken back, and what was kept for a reason."""

    text: bytes
    removed: tuple[Inserted, ...] = ()
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged3:
    """The outcome of `merge3`. `text` is None where the texts do not merge by structure: try a merge by lines.

    `conflicts` are values that both sides changed; `wanted` is theirs, None where theirs took it out. None are listed
    where the structure itself does not fit (moved items, anchors in the way, a text that cannot be read).
    """

    text: bytes | None
    conflicts: tuple[ValueConflict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """The outcome of `update`: with a conflict, `text` is the text as it came and nothing but conflicts is listed."""

    text: bytes
    changes: tuple[Inserted, ...] = ()
    removed: tuple[Inserted, ...] = ()
    kept: tuple[Kept, ...] = ()
    conflicts: tuple[ValueConflict, ...] = ()
