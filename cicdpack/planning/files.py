"""One rendered file: desired x base x current -> what happens to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    Present,
    State,
    Update,
)
from cicdpack.planning.lineends import content_hash, with_ends_of, with_lf
from cicdpack.planning.textmerge import TextMerge, has_markers, merge_texts

if TYPE_CHECKING:
    from cicdpack.planning.bases import Base, Rules

EDITED = "edited here"
DELETED = "deleted here"
LEFT_OVER = "no longer part of the bundle, but edited here"
MARKERS = "still holds conflict markers"
IN_THE_WAY = "is there already and differs from what the bundle renders"
BOTH_CHANGED = "edited here and changed in the bundle"

_YAML = (".yml", ".yaml")


def decide_file(path: str, after: Present, state: State, base: Base | None, rules: Rules) -> Change:
    """Decide for a file that is wanted."""
    match state:
        case Blocked():
            return blocked(path, state, after)
        case Absent():
            if base is not None and not rules.restore:
                return Keep(path=path, current=state, reason=_accepted(base, None) or DELETED)
            return Create(path=path, after=after)
        case Present():
            return _decide_present(path, after, state, base, rules)
        case _:
            assert_never(state)


def decide_unwanted(path: str, state: State, rendered: str) -> Change:
    """Decide for a file that was rendered once (`rendered` is its content hash) and is wanted no more."""
    match state:
        case Absent():
            return Keep(path=path, current=state)
        case Present() if content_hash(state.data) == rendered:
            return Delete(path=path, before=state)
        case Present() | Blocked():
            return Keep(path=path, current=state, reason=LEFT_OVER)
        case _:
            assert_never(state)


def blocked(path: str, state: Blocked, theirs: Present | None) -> Conflict:
    """Return the conflict for a path that something other than a file is in the way of."""
    reason = f"{state.what} is in the way" + ("" if state.where == path else f" at `{state.where}`")
    return Conflict(path=path, reason=reason, current=state, theirs=theirs, hint=f"move `{state.where}` away")


def with_markers_left(path: str, state: Present, theirs: Present | None) -> Conflict:
    """Return the conflict for a file that somebody still has to settle."""
    hint = f"settle what stands between `<<<<<<<` and `>>>>>>>` in `{path}`, then run the command again"
    return Conflict(path=path, reason=MARKERS, current=state, theirs=theirs, hint=hint)


def _decide_present(path: str, after: Present, state: Present, base: Base | None, rules: Rules) -> Change:
    data = with_ends_of(after.data, state.data)
    executable = after.executable if base is None or state.executable == base.executable else state.executable
    wanted = Present(data=data, executable=executable)
    if state == wanted:
        reason = "" if executable == after.executable else "its mode was changed here"
        return Keep(path=path, current=state, reason=reason)
    if state.data == data:
        return Update(path=path, before=state, after=wanted)
    if has_markers(state.data):
        return with_markers_left(path, state, after)
    if base is None:
        return _settle_unknown(path, state, wanted, rules)
    if content_hash(state.data) == base.rendered:
        return Update(path=path, before=state, after=wanted)
    if content_hash(after.data) != base.rendered:
        return _merge(path, state, wanted, base, rules)
    if state.executable != executable:
        return Update(path=path, before=state, after=Present(data=state.data, executable=executable))
    return Keep(path=path, current=state, reason=_accepted(base, state) or EDITED)


def _accepted(base: Base, state: Present | None) -> str:
    accepted = base.accepted
    if accepted is None or accepted.sha256 != (None if state is None else content_hash(state.data)):
        return ""
    return f"accepted: {accepted.reason}"


def _settle_unknown(path: str, state: Present, wanted: Present, rules: Rules) -> Change:
    """A file whose origin nobody knows: it is never replaced unless asked for."""
    if rules.on_conflict == "ours":
        return Keep(path=path, current=state, reason="kept as it was found")
    if rules.on_conflict == "theirs":
        return Update(path=path, before=state, after=wanted)
    if rules.on_conflict == "markers" and _are_texts(state.data, wanted.data):
        merged = merge_texts(None, state.data, wanted.data)
        return _marked(path, state, wanted, merged, rules)
    return Conflict(path=path, reason=IN_THE_WAY, current=state, theirs=wanted)


def _merge(path: str, state: Present, wanted: Present, base: Base, rules: Rules) -> Change:
    """Both sides changed: merge, by structure where that works, and settle what is left as the rules say.

    All three texts are compared with LF; the result gets the line ends of the file that is there.
    """
    old, mine, new = with_lf(base.load()), with_lf(state.data), with_lf(wanted.data)
    if not _are_texts(old, mine, new):
        return _settle_binary(path, state, wanted, old, rules)
    reasons: tuple[str, ...] = ()
    clean, in_dispute = _by_structure(path, old, mine, new)
    if clean is not None:
        reasons = rules.check(path, clean)
        if not reasons:
            return _merged(path, state, wanted, clean, "the bundle's changes merged with yours")
    lines = merge_texts(old, mine, new)
    if not in_dispute and not lines.hunks:
        text = lines.settled("ours")
        reasons = rules.check(path, text)
        if not reasons:
            return _merged(path, state, wanted, text, "the bundle's changes merged with yours")
    return _settle(path, state, wanted, old, lines, reasons, rules)


def _by_structure(path: str, old: bytes, mine: bytes, new: bytes) -> tuple[bytes | None, bool]:
    """Return the merged YAML text, or None and whether values (not only the structure) are in dispute."""
    if not path.endswith(_YAML):
        return None, False
    from cicdpack.yamledit.threeway import merge3

    merged = merge3(old, mine, new, source=path)
    return merged.text, bool(merged.conflicts)


def _settle(
    path: str, state: Present, wanted: Present, old: bytes, lines: TextMerge, reasons: tuple[str, ...], rules: Rules
) -> Change:
    mine, new = with_lf(state.data), with_lf(wanted.data)
    if rules.on_conflict == "ours":
        text = lines.settled("ours")
        if rules.check(path, text):
            return Keep(path=path, current=state, reason="kept as it is here, without the bundle's changes")
        return _merged(path, state, wanted, text, "conflicts settled for what is here")
    if rules.on_conflict == "theirs":
        text = lines.settled("theirs")
        if rules.check(path, text):
            return Update(path=path, before=state, after=wanted)
        return _merged(path, state, wanted, text, "conflicts settled for the bundle")
    if rules.on_conflict == "markers":
        return _marked(path, state, wanted, lines if lines.hunks else merge_texts(None, mine, new), rules)
    known = Present(data=old, executable=wanted.executable)
    reason = BOTH_CHANGED + (f"; merged, it does not work: {reasons[0]}" if reasons else "")
    return Conflict(path=path, reason=reason, current=state, base=known, theirs=wanted, hunks=lines.hunks)


def _settle_binary(path: str, state: Present, wanted: Present, old: bytes, rules: Rules) -> Change:
    if rules.on_conflict == "ours":
        return Keep(path=path, current=state, reason=EDITED)
    if rules.on_conflict == "theirs":
        return Update(path=path, before=state, after=wanted)
    return Conflict(path=path, reason=BOTH_CHANGED, current=state, base=Present(data=old), theirs=wanted)


def _merged(path: str, state: Present, wanted: Present, text: bytes, summary: str) -> Change:
    after = Present(data=with_ends_of(text, state.data), executable=wanted.executable)
    if after == state:
        return Keep(path=path, current=state, reason=EDITED)
    return Merge(path=path, before=state, after=after, summary=summary)


def _marked(path: str, state: Present, wanted: Present, lines: TextMerge, rules: Rules) -> Merge:
    text = lines.marked(ours=rules.ours, base=rules.base, theirs=rules.theirs)
    marks = len(lines.hunks)
    after = Present(data=with_ends_of(text, state.data), executable=wanted.executable)
    summary = f"{marks} conflict{'s' * (marks != 1)} marked in the file"
    return Merge(path=path, before=state, after=after, summary=summary, marks=marks)


def _are_texts(*contents: bytes) -> bool:
    return not any(b"\0" in data for data in contents)
