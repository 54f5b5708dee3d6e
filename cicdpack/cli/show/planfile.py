"""What a plan file did -> text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.cli.show.staging import commit_command
from cicdpack.cli.show.units import count
from cicdpack.commands.plans import effect_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.planfile import Carried


def carried_text(carried: Carried) -> Iterator[Line]:
    """List what was written, and say what to do next."""
    names = ", ".join(carried.projects)
    if not carried.writes:
        yield f"{names}: the plan has nothing to do"
        return
    for change in carried.writes:
        yield f"  {effect_of(change):<9}{change.path}"
    following = commit_command((change.path for change in carried.writes), carried.folders)
    yield f"applied {count(len(carried.writes), 'change')} for {names}. next: `{following}`"


def carried_json(carried: Carried) -> dict[str, object]:
    """Return the report as a JSON value."""
    return {
        "projects": list(carried.projects),
        "applied": True,
        "changes": [{"path": change.path, "effect": effect_of(change)} for change in carried.writes],
    }
