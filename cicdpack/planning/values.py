"""Values for a user's YAML file: desired x base x current, value by value -> what happens to the file."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from cicdpack._values import dataclass, replace
from cicdpack.planning.changes import Absent, Blocked, Change, Conflict, Create, Delete, Keep, Merge, Present, State
from cicdpack.planning.files import DELETED, blocked, with_markers_left
from cicdpack.planning.ownership import Set, after_run, removable
from cicdpack.planning.summaries import describe_conflicts, describe_insertions, describe_kept
from cicdpack.planning.textmerge import has_markers, merge_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cicdpack.planning.bases import Rules, ValuesBase
    from cicdpack.yamledit.changes import Inserted, Kept, Updated, ValueConflict

MOST_ROUNDS = 8
"""Times that conflicts are settled and the rest is tried again: each round settles all it sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedValues:
    """Values that a YAML file is to hold, whatever else is in it.

    `values` is merged in; `creates` allows the file to be made when it is not there; `origin` names the overlay.
    `base` is what an earlier run wanted and did.
    """

    path: str
    values: Mapping[str, object]
    creates: bool = False
    origin: str = ""
    base: ValuesBase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one overlay did to its file: the change so far, what is ours in the file now, what stays as edited."""

    change: Change
    sets: tuple[Set, ...] = ()
    created: bool = False
    kept: tuple[Kept, ...] = ()


def decide_values(want: WantedValues, state: State, earlier: Change | None, rules: Rules) -> Outcome:
    """Merge values into what is there, or into what an earlier overlay of the same plan makes of it."""
    if isinstance(earlier, Conflict) or (isinstance(earlier, Merge) and earlier.marks):
        return Outcome(change=earlier)
    if isinstance(state, Blocked):
        return Outcome(change=blocked(want.path, state, None))
    if isinstance(earlier, Create | Merge):
        return _decide(want, state, earlier.after.data, earlier, rules)
    if isinstance(state, Absent) or isinstance(earlier, Delete):
        return _decide_absent(want, state, earlier, rules)
    if has_markers(state.data):
        return Outcome(change=with_markers_left(want.path, state, None))
    return _decide(want, state, state.data, earlier, rules)


def _decide_absent(want: WantedValues, state: State, earlier: Change | None, rules: Rules) -> Outcome:
    base = want.base
    if not want.values and isinstance(state, Absent):
        return Outcome(change=earlier or Keep(path=want.path, current=state))
    if base is not None and isinstance(state, Absent) and not rules.restore:
        return Outcome(change=Keep(path=want.path, current=state, reason=DELETED), sets=base.sets, created=base.created)
    if want.creates:
        fresh = replace(want, base=None)
        return _decide(fresh, state, b"", earlier, rules)
    return Outcome(
        change=Conflict(
            path=want.path,
            reason="is not there, so that nothing can be merged into it",
            current=state,
            hint=f"create `{want.path}`, or restore it from git",
        )
    )


def _decide(want: WantedValues, state: State, text: bytes, earlier: Change | None, rules: Rules) -> Outcome:
    moved = _move(text, want)
    if moved.conflicts and rules.on_conflict in ("ours", "theirs"):
        moved = _settled(text, want, rules.on_conflict) or moved
    if moved.conflicts:
        return Outcome(change=_in_conflict(want, state, text, moved.conflicts, rules))
    base = want.base
    sets = after_run(base.sets if base else (), want.values, moved.changes, moved.removed)
    created = isinstance(state, Absent) if base is None else base.created
    change = _change(want, state, moved, earlier, created=created)
    return Outcome(change=change, sets=sets, created=created, kept=moved.kept)


def _move(text: bytes, want: WantedValues) -> Updated:
    """Move the text from what was wanted to what is wanted; without a base everything is new."""
    from cicdpack.planning.schemas import lists_of
    from cicdpack.yamledit.updating import update

    base = want.base
    known = removable(base.values, want.values, base.sets) if base else {}
    return update(text, known, want.values, source=want.path, lists=lists_of(want.path))


def _change(want: WantedValues, state: State, moved: Updated, earlier: Change | None, *, created: bool) -> Change:
    if isinstance(state, Absent):
        return Create(path=want.path, after=Present(data=moved.text))
    if not isinstance(state, Present):
        raise TypeError(f"no text can be moved in {state!r}")
    if created and not moved.text.strip():
        return Delete(path=want.path, before=state)
    said = _said(earlier)
    if moved.text == state.data:
        reason = ", ".join(part for part in (said, _edited(want, moved.kept)) if part)
        return Keep(path=want.path, current=state, reason=reason)
    new = describe_insertions(moved.changes)
    gone = describe_insertions(moved.removed)
    parts = (said, new, f"without {gone}" if gone else "", _edited(want, moved.kept))
    after = Present(data=moved.text, executable=state.executable)
    return Merge(path=want.path, before=state, after=after, summary=", ".join(part for part in parts if part))


def _said(earlier: Change | None) -> str:
    if isinstance(earlier, Merge):
        return earlier.summary
    return earlier.reason if isinstance(earlier, Keep) else ""


def _edited(want: WantedValues, kept: Sequence[Kept]) -> str:
    if not kept:
        return ""
    accepted = want.base.accepted if want.base else None
    if accepted is not None and accepted.sha256 == kept_hash(kept):
        return f"accepted: {accepted.reason}"
    return describe_kept(kept)


def find_edits(path: str, text: bytes, base: ValuesBase) -> tuple[Kept, ...]:
    """Return the values of an overlay that are not as it set them. Raises `YamlEditError`."""
    from cicdpack.planning.schemas import lists_of
    from cicdpack.yamledit.updating import update

    return update(text, base.values, base.values, source=path, lists=lists_of(path)).kept


def kept_hash(kept: Sequence[Kept]) -> str | None:
    """Return what an accepted edit of values is known by: SHA-256 (hex) over paths and values; None for no edit."""
    if not kept:
        return None
    listed = sorted(([str(step) for step in item.path], repr(item.current)) for item in kept)
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def _in_conflict(
    want: WantedValues, state: State, text: bytes, conflicts: Sequence[ValueConflict], rules: Rules
) -> Change:
    if rules.on_conflict == "markers" and isinstance(state, Present):
        sides = (_settled(text, want, "ours"), _settled(text, want, "theirs"))
        if sides[0] is not None and sides[1] is not None:
            lines = merge_texts(None, sides[0].text, sides[1].text)
            marks = len(lines.hunks)
            after = Present(
                data=lines.marked(ours=rules.ours, base=rules.base, theirs=rules.theirs), executable=state.executable
            )
            summary = f"{marks} conflict{'s' * (marks != 1)} marked in the file"
            return Merge(path=want.path, before=state, after=after, summary=summary, marks=marks)
    return Conflict(
        path=want.path,
        reason=describe_conflicts(conflicts),
        current=state,
        hint="set the value that is right for this project in the file, or change the parameter it comes from",
    )


def _settled(text: bytes, want: WantedValues, side: str) -> Updated | None:
    """Move the text with every conflict settled for one side; None where that cannot be done."""
    from cicdpack.planning.bases import ValuesBase
    from cicdpack.planning.schemas import lists_of
    from cicdpack.yamledit.updating import update

    changes: list[Inserted] = []
    for _ in range(MOST_ROUNDS):
        moved = _move(text, want)
        if not moved.conflicts:
            return replace(moved, changes=(*changes, *moved.changes))
        for conflict in moved.conflicts:
            if any(not isinstance(step, str) for step in conflict.path):
                return None
            if side == "theirs":
                forced = update(
                    text,
                    {} if conflict.current is None else _nested(conflict.path, conflict.current),
                    {} if conflict.wanted is None else _nested(conflict.path, conflict.wanted),
                    source=want.path,
                    lists=lists_of(want.path),
                )
                if forced.conflicts:
                    return None
                text = forced.text
                changes += forced.changes
        if side == "ours":
            paths = [conflict.path for conflict in moved.conflicts]
            base = want.base or ValuesBase(values={})
            want = replace(
                want,
                values=_without(want.values, paths),
                base=replace(base, values=_without(base.values, paths)),
            )
    return None


def _nested(path: Sequence[Any], value: object) -> dict[str, Any]:
    for step in reversed(path):
        value = {step: value}
    return value if isinstance(value, dict) else {}


def _without(values: Mapping[str, Any], paths: Sequence[Sequence[Any]]) -> dict[str, Any]:
    heads = [path[0] for path in paths if len(path) == 1]
    result: dict[str, Any] = {}
    for key, value in values.items():
        below = [path[1:] for path in paths if len(path) > 1 and path[0] == key]
        if key in heads:
            continue
        result[key] = _without(value, below) if below and isinstance(value, dict) else value
    return result
