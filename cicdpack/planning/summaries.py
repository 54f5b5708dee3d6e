"""Inserted values and conflicting values in a few words, for one line of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cicdpack.yamledit.changes import Inserted, Kept, ValueConflict

MAX_VALUE_CHARACTERS = 60
"""Longer values are cut in a summary: it has to stay on one line of a terminal."""


def describe_insertions(changes: Iterable[Inserted]) -> str:
    """Group inserted values by what holds them, as in `targets staging, prod, test` or `variables.catalog_name`."""
    groups: dict[tuple[str | int, ...], list[str]] = {}
    for change in changes:
        groups.setdefault(tuple(change.path[:-1]), []).append(str(change.path[-1]))
    return ", ".join(
        f"{dotted(holder)} {', '.join(keys)}" if holder else ", ".join(keys) for holder, keys in groups.items()
    )


def describe_conflicts(conflicts: Sequence[ValueConflict]) -> str:
    """Say for each value what is there and what the bundle wants, with its line where known."""
    return "; ".join(
        f"`{dotted(conflict.path)}` is `{_short(conflict.current)}`"
        + (f" (line {conflict.location.line})" if conflict.location.line is not None else "")
        + (
            f", the bundle wants `{_short(conflict.wanted)}`"
            if conflict.wanted is not None
            else ", the bundle drops it"
        )
        for conflict in conflicts
    )


def describe_kept(kept: Sequence[Kept]) -> str:
    """Say which values stay as somebody made them, as in "edited here: `targets.prod.workspace.host`"."""
    return "edited here: " + ", ".join(f"`{dotted(item.path)}`" for item in kept)


def dotted(path: Iterable[str | int]) -> str:
    """Write a path of keys as people do: `targets.staging.workspace`."""
    return ".".join(str(part) for part in path)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= MAX_VALUE_CHARACTERS else text[: MAX_VALUE_CHARACTERS - 1] + "…"
