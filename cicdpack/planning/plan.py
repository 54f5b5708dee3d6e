"""Wanted x base x current -> `Plan`: one decision for each path, made here and nowhere else.

Pure: the caller brings the wanted files and values, what is on the disk now and, where a former run is known, what
it wrote (`base`). Without a base a file that differs is a conflict: it may be somebody's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from cicdpack._typing import assert_never
from cicdpack.planning.changes import (
    Absent,
    Blocked,
    Change,
    Conflict,
    Create,
    Delete,
    Keep,
    Merge,
    Plan,
    Present,
    State,
    Update,
)
from cicdpack.planning.summaries import describe_conflicts, describe_insertions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A file that is to have exactly this content."""

    path: str
    after: Present


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedValues:
    """Values that a YAML file is to hold, whatever else is in it.

    `values` is merged in; `creates` allows the file to be made when it is not there; `origin` names the overlay.
    """

    path: str
    values: Mapping[str, object]
    creates: bool = False
    origin: str = ""


Wanted: TypeAlias = WantedFile | WantedValues


def make_plan(
    wanted: Iterable[Wanted], current: Mapping[str, State], base: Mapping[str, Present] | None = None
) -> Plan:
    """Decide for every path that is wanted, and for every path of `base` that is wanted no more.

    `current` has a state for each of these paths (KeyError otherwise: a bug of the caller). Several `WantedValues`
    for one path are merged one after another; a path wanted as a file is wanted once.
    """
    base = base or {}
    changes: dict[str, Change] = {}
    for want in wanted:
        state = current[want.path]
        match want:
            case WantedFile():
                changes[want.path] = _decide_file(want, state, base.get(want.path))
            case WantedValues():
                changes[want.path] = _decide_values(want, state, changes.get(want.path))
            case _:
                assert_never(want)
    for path, old in base.items():
        if path not in changes:
            changes[path] = _decide_unwanted(path, current[path], old)
    return Plan(changes=tuple(changes[path] for path in sorted(changes)))


def _decide_file(want: WantedFile, state: State, base: Present | None) -> Change:
    path, after = want.path, want.after
    match state:
        case Blocked():
            return _blocked(path, state, after)
        case Absent():
            if base is not None:
                return Keep(path=path, current=state, reason="deleted here")
            return Create(path=path, after=after)
        case Present():
            return _decide_present(path, after, state, base)
        case _:
            assert_never(state)


def _decide_present(path: str, after: Present, state: Present, base: Present | None) -> Change:
    if state.data == after.data:
        if state.executable == after.executable:
            return Keep(path=path, current=state)
        return Update(path=path, before=state, after=after)
    if base is None:
        reason = "is there already and differs from what the bundle renders"
        return Conflict(path=path, reason=reason, current=state, theirs=after)
    if state.data == base.data:
        return Update(path=path, before=state, after=after)
    if after == base:
        return Keep(path=path, current=state, reason="edited here")
    return Conflict(path=path, reason="edited here and changed in the bundle", current=state, base=base, theirs=after)


def _decide_unwanted(path: str, state: State, base: Present) -> Change:
    match state:
        case Absent():
            return Keep(path=path, current=state)
        case Present() if state.data == base.data:
            return Delete(path=path, before=state)
        case Present() | Blocked():
            return Keep(path=path, current=state, reason="no longer part of the bundle, but edited here")
        case _:
            assert_never(state)


def _decide_values(want: WantedValues, state: State, earlier: Change | None) -> Change:
    """Merge values into what is there, or into what an earlier overlay of the same plan makes of it."""
    if isinstance(earlier, Conflict):
        return earlier
    if isinstance(state, Blocked):
        return _blocked(want.path, state, None)
    if isinstance(earlier, Create | Merge):
        summary = earlier.summary if isinstance(earlier, Merge) else ""
        return _merge_values(want, state, earlier.after.data, summary)
    match state:
        case Present():
            return _merge_values(want, state, state.data, "")
        case Absent() if want.creates:
            return _merge_values(want, state, b"", "")
        case Absent():
            return Conflict(
                path=want.path,
                reason="is not there, so that nothing can be merged into it",
                current=state,
                hint=f"create `{want.path}`, or restore it from git",
            )
        case _:
            assert_never(state)


def _merge_values(want: WantedValues, state: Absent | Present, text: bytes, summary: str) -> Change:
    from cicdpack.yamledit.merging import merge

    merged = merge(text, want.values, source=want.path)
    if merged.conflicts:
        return Conflict(
            path=want.path,
            reason=describe_conflicts(merged.conflicts),
            current=state,
            hint="set the value that is right for this project in the file, or change the parameter it comes from",
        )
    if isinstance(state, Absent):
        return Create(path=want.path, after=Present(data=merged.text))
    if merged.text == state.data:
        return Keep(path=want.path, current=state)
    after = Present(data=merged.text, executable=state.executable)
    said = ", ".join(part for part in (summary, describe_insertions(merged.changes)) if part)
    return Merge(path=want.path, before=state, after=after, summary=said)


def _blocked(path: str, state: Blocked, theirs: Present | None) -> Conflict:
    reason = f"{state.what} is in the way" + ("" if state.where == path else f" at `{state.where}`")
    return Conflict(path=path, reason=reason, current=state, theirs=theirs, hint=f"move `{state.where}` away")
