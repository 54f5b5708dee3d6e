"""`remove` reports -> text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.cli.show.apply import EFFECT_STYLES
from cicdpack.cli.show.problems import hint_line
from cicdpack.cli.show.units import count
from cicdpack.commands.plans import Delete, Keep, Merge, effect_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.plans import Change
    from cicdpack.commands.remove import Removal


def remove_text(removal: Removal, *, done: bool) -> Iterator[Line]:
    """List what goes and what stays, and say what to do next."""
    for change in removal.changes:
        note = _note(change)
        if isinstance(change, Keep) and not note:
            continue
        effect = effect_of(change)
        yield ("  ", (f"{effect:<9}", EFFECT_STYLES[effect]), change.path + (f"   {note}" if note else ""))
    taken = sum(isinstance(change, Delete | Merge) for change in removal.changes)
    names = ", ".join(removal.projects)
    if not done:
        yield f"{count(taken, 'change')} to take back for {names}; nothing was written"
        return
    yield f"took back {count(taken, 'change')} for {names}"
    if removal.kept:
        yield hint_line(f"{count(len(removal.kept), 'file')} edited here stayed: remove by hand what is of no use")


def remove_json(removal: Removal, *, done: bool) -> dict[str, object]:
    """Return the report as a JSON value."""
    return {
        "projects": list(removal.projects),
        "done": done,
        "kept": len(removal.kept),
        "changes": [
            {"path": change.path, "effect": effect_of(change), "note": _note(change) or None}
            for change in removal.changes
        ],
    }


def _note(change: Change) -> str:
    if isinstance(change, Merge):
        return change.summary
    return change.reason if isinstance(change, Keep) else ""
