"""Reports -> a short table in Markdown, for the page on which a CI platform sums up a job.

What writes Markdown is imported when a table is made: most runs make none.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cicdpack.commands.plans import Keep, effect_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cicdpack.commands.apply import Prepared
    from cicdpack.commands.planfile import Carried
    from cicdpack.commands.plans import Change
    from cicdpack.commands.status import StatusReport


def plan_summary(verb: str, prepared: Prepared) -> str:
    """Return how many files of each project are created, updated, merged, kept, deleted or in conflict."""
    from cicdpack.commands.markdown import code

    bundle = code(f"{prepared.bundle} {prepared.version}")
    rows = ((code(project.name), _effects(project.plan.changes), bundle) for project in prepared.projects)
    return _table(verb, ("project", "changes", "bundle"), rows)


def carried_summary(verb: str, carried: Carried) -> str:
    """Return what a plan file did, for all its projects together."""
    from cicdpack.commands.markdown import code

    names = ", ".join(map(code, carried.projects))
    return _table(verb, ("projects", "changes"), [(names, _effects(carried.writes))])


def status_summary(verb: str, report: StatusReport) -> str:
    """Return how each project stands, and which version was applied to it."""
    from cicdpack.commands.markdown import code

    rows = (
        (code(project.name), project.state, code(project.version) if project.version else "")
        for project in report.projects
    )
    return _table(verb, ("project", "state", "bundle"), rows)


def _effects(changes: Iterable[Change]) -> str:
    """Count effects, without the files that are simply as wanted."""
    counts = Counter(effect_of(change) for change in changes if not isinstance(change, Keep) or change.reason)
    return ", ".join(f"{number} {effect}" for effect, number in sorted(counts.items())) or "up to date"


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows))
    return f"### cicdpack {title}\n\n" + "\n".join(lines) + "\n"
