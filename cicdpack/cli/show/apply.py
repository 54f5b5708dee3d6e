"""Plans -> text and JSON: a head line and a table for each project, conflicts with their diffs, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._shell import command
from cicdpack.cli.show.members import styled_diff_line
from cicdpack.cli.show.problems import hint_line, no_archive_line, problem_json, problem_lines
from cicdpack.cli.show.staging import commit_command
from cicdpack.cli.show.units import count, short_digest
from cicdpack.commands.diffs import line_counts, unified
from cicdpack.commands.gitlab import CONFIGURATION_FILE
from cicdpack.commands.plans import Conflict, Create, Delete, Keep, Merge, Present, Update, effect_of
from cicdpack.problems import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.apply import Prepared, ProjectPlan
    from cicdpack.commands.plans import Change, Hunk

EFFECT_STYLES = {
    "create": "green",
    "update": "yellow",
    "merge": "yellow",
    "delete": "red",
    "conflict": "bold red",
    "keep": "dim",
}


def plan_text(prepared: Prepared, *, diff: bool) -> Iterator[Line]:
    """Show each project's changes; `diff` adds the whole diffs. Conflicts always bring theirs."""
    yield from problem_lines(prepared.problems)
    for project in prepared.projects:
        yield from problem_lines(project.problems)
        changes = _shown(project)
        if not changes:
            yield f"{project.name} is up to date (bundle {prepared.version})"
            continue
        yield (
            (project.name, "bold"),
            f" · bundle {prepared.version} ({short_digest(prepared.digest)}) · {project.platform}, {project.cloud}",
        )
        yield ""
        yield from _table(changes)
        yield ""
        for change in changes:
            if isinstance(change, Conflict) and change.hunks:
                yield from _hunks(change, f"bundle {prepared.version}")
            elif diff or isinstance(change, Conflict):
                yield from _diff(change)
        if all(isinstance(change, Keep) for change in changes):
            yield f"{project.name} is up to date (bundle {prepared.version}), but for what is kept"


SETTLE_HERE = (
    "`--on-conflict markers` writes both sides into the files for you to settle; `ours` keeps what is here,"
    " `theirs` takes what the bundle renders"
)
SETTLE_ELSEWHERE = (
    "`--on-conflict ours` keeps what is here, `theirs` takes what the bundle renders; to settle it line by line, use"
    " `cicdpack apply` with `--on-conflict markers`"
)
"""What to do about edits that conflict: where files are written, and where they are only proposed."""


def outcome_text(prepared: Prepared, *, applied: bool) -> Iterator[Line]:
    """Say what came of the plan, and what to do next."""
    if prepared.conflicts:
        yield from refused_text(prepared, settle=SETTLE_HERE)
        return
    if not prepared.plan.writes:
        return
    changes = count(len(prepared.writes), "change")
    if not applied:
        yield f"{changes if prepared.writes else 'a record'} to make; nothing was written"
        return
    if prepared.plan.marks:
        yield (("not done yet:", "bold red"), f" {count(prepared.plan.marks, 'conflict')} marked in the files")
        yield hint_line("settle what stands between `<<<<<<<` and `>>>>>>>`, then run the command again")
        return
    paths = (change.path for change in prepared.plan.writes)
    done = f"applied {changes}" if prepared.writes else "recorded what is applied"
    yield f"{done}. next: `{commit_command(paths, (project.folder for project in prepared.projects))}`"


def plan_findings(prepared: Prepared) -> Iterator[Problem]:
    """Return what is to be shown at the files: findings, and every place in conflict."""
    yield from prepared.problems
    for project in prepared.projects:
        yield from project.problems
    for conflict in prepared.conflicts:
        lines = (hunk.line for hunk in conflict.hunks) if conflict.hunks else (None,)
        for line in lines:
            place = Location(path=conflict.path, line=line)
            yield Problem(rule="conflict", message=conflict.reason, location=place, hint=conflict.hint)


def refused_text(prepared: Prepared, *, settle: str) -> Iterator[Line]:
    """Say that conflicts are in the way; `settle` is the way out for edits."""
    total = len(prepared.conflicts)
    yield (("nothing was written:", "bold red"), f" {count(total, 'file')} in conflict")
    for hint in dict.fromkeys(conflict.hint for conflict in prepared.conflicts if conflict.hint):
        yield hint_line(hint)
    yield from _about_unknown_files(prepared)
    if any(not conflict.hint for conflict in prepared.conflicts):
        yield hint_line(settle)


def _about_unknown_files(prepared: Prepared) -> Iterator[Line]:
    """Say how to find out what made the files that were there before anything was recorded of their projects."""
    new = [
        project
        for project in prepared.projects
        if project.is_new and any(isinstance(change, Conflict) and change.theirs for change in project.plan.changes)
    ]
    if not new:
        return
    name = new[0].name if len(new) == 1 else "PROJECT"
    if all(problem.rule != CONFIGURATION_FILE for project in new for problem in project.problems):
        yield hint_line(
            f"`{command('cicdpack adopt', name)}` finds the archive that made the files: then those that nobody edited"
            " are updated"
        )
    else:
        yield no_archive_line(name)


def _hunks(conflict: Conflict, theirs: str) -> Iterator[Line]:
    """Show the lines in dispute: what was applied before, what is here, what the bundle wants."""
    for hunk in conflict.hunks:
        yield ((f"{conflict.path}:{hunk.line}", "bold"),)
        sides = (("applied before", "dim", hunk.base), ("here", "red", hunk.ours), (theirs, "green", hunk.theirs))
        for name, style, lines in sides:
            yield (f"  {name}:", " nothing" if not lines else "")
            for line in lines or ():
                yield ("    ", (line.rstrip("\r\n"), style))
        yield ""


def _shown(project: ProjectPlan) -> tuple[Change, ...]:
    """Leave out what is simply as wanted."""
    return tuple(change for change in project.plan.changes if not isinstance(change, Keep) or change.reason)


def _table(changes: tuple[Change, ...]) -> Iterator[Line]:
    width = max(len(change.path) for change in changes)
    for change in changes:
        effect = effect_of(change)
        added, removed = line_counts(_before(change), _after(change))
        counts = " ".join(part for part in (f"+{added}" if added else "", f"-{removed}" if removed else "") if part)
        note = _note(change)
        tail = f"  {counts:>9}" + (f"   {note}" if note else "") if not isinstance(change, Conflict) else f"  {note}"
        yield ("  ", (f"{effect:<9}", EFFECT_STYLES[effect]), f"{change.path:<{width}}", tail)


def _note(change: Change) -> str:
    match change:
        case Merge():
            return change.summary
        case Keep() | Conflict():
            return change.reason
        case Create() | Update() | Delete():
            return ""


def _before(change: Change) -> bytes | None:
    match change:
        case Update() | Merge() | Delete():
            return change.before.data
        case Conflict():
            return change.current.data if isinstance(change.current, Present) else None
        case Create() | Keep():
            return None


def _after(change: Change) -> bytes | None:
    match change:
        case Create() | Update() | Merge():
            return change.after.data
        case Conflict():
            return change.theirs.data if change.theirs else _before(change)
        case Delete() | Keep():
            return None


def _diff(change: Change) -> Iterator[Line]:
    lines = unified(_before(change), _after(change), path=change.path)
    if lines:
        for line in lines:
            yield styled_diff_line(line)
        yield ""


def plan_json(prepared: Prepared, *, applied: bool) -> dict[str, object]:
    """Return the plan and what came of it as a JSON value."""
    return {
        "bundle": prepared.bundle,
        "version": prepared.version,
        "content_digest": f"sha256:{prepared.digest}",
        "applied": applied,
        "changes": len(prepared.writes),
        "conflicts": len(prepared.conflicts),
        "marked": prepared.plan.marks,
        "records": [{"path": change.path, "effect": effect_of(change)} for change in prepared.records],
        "problems": [problem_json(problem) for problem in prepared.problems],
        "projects": [_project_json(project) for project in prepared.projects],
    }


def _project_json(project: ProjectPlan) -> dict[str, object]:
    return {
        "name": project.name,
        "folder": project.folder,
        "platform": project.platform,
        "cloud": project.cloud,
        "problems": [problem_json(problem) for problem in project.problems],
        "changes": [_change_json(change) for change in project.plan.changes],
    }


def _change_json(change: Change) -> dict[str, object]:
    added, removed = line_counts(_before(change), _after(change))
    return {
        "path": change.path,
        "effect": effect_of(change),
        "lines_added": added,
        "lines_removed": removed,
        "note": _note(change) or None,
        "hunks": [_hunk_json(hunk) for hunk in change.hunks] if isinstance(change, Conflict) else [],
    }


def _hunk_json(hunk: Hunk) -> dict[str, object]:
    return {
        "line": hunk.line,
        "base": None if hunk.base is None else list(hunk.base),
        "ours": list(hunk.ours),
        "theirs": list(hunk.theirs),
    }
