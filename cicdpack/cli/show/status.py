"""`status` and `accept` reports -> text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._shell import command
from cicdpack.cli.show.members import styled_diff_line
from cicdpack.cli.show.units import count, short_digest
from cicdpack.commands.diffs import unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.accept import AcceptReport
    from cicdpack.commands.drift import FileStatus
    from cicdpack.commands.status import ProjectStatus, StatusReport

STYLES = {
    "current": "green",
    "accepted": "green",
    "bumped": "green",
    "edited": "yellow",
    "missing": "yellow",
    "outdated": "yellow",
    "not set up": "dim",
    "conflict": "bold red",
    "unknown": "bold red",
}


def status_text(report: StatusReport, *, verbose: bool) -> Iterator[Line]:
    """One line for each project; `verbose` adds the files that are not simply current, with their diffs if there."""
    yield f"bundle {report.version} ({short_digest(report.digest)}) · {count(len(report.projects), 'project')}"
    yield ""
    width = max([len("project"), *(len(project.name) for project in report.projects)])
    yield ((f"{'project':<{width}}  {'state':<10}  {'bundle':<8}  files  note", "dim"),)
    for project in report.projects:
        files = str(len(project.files)) if project.version is not None else "-"
        yield (
            f"{project.name:<{width}}  ",
            (f"{project.state:<10}", STYLES[project.state]),
            f"  {project.version or '-':<8}  {files:>5}  {_note(project)}".rstrip(),
        )
        if verbose:
            for item in project.files:
                yield from _file_lines(item)


def _note(project: ProjectStatus) -> str:
    conflicts = [item.path for item in project.files if item.state == "conflict"]
    return ", ".join(conflicts) if conflicts else project.note


def _file_lines(item: FileStatus) -> Iterator[Line]:
    if item.state != "current":
        note = f"   {item.note}" if item.note else ""
        yield ("  ", (f"{item.state:<9}", STYLES[item.state]), f" {item.path}{note}")
    if item.before is not None and item.after is not None:
        for line in unified(item.before, item.after, path=item.path):
            yield styled_diff_line(line)


def status_json(report: StatusReport) -> dict[str, object]:
    """Return the report as a JSON value."""
    return {
        "bundle": report.bundle,
        "version": report.version,
        "content_digest": f"sha256:{report.digest}",
        "good": report.is_good,
        "projects": [_project_json(project) for project in report.projects],
    }


def _project_json(project: ProjectStatus) -> dict[str, object]:
    return {
        "name": project.name,
        "folder": project.folder,
        "state": project.state,
        "version": project.version,
        "content_digest": None if project.digest is None else f"sha256:{project.digest}",
        "versions_behind": project.behind,
        "note": project.note or None,
        "files": [{"path": item.path, "state": item.state, "note": item.note or None} for item in project.files],
    }


def accept_text(report: AcceptReport) -> Iterator[Line]:
    """Say what is accepted now."""
    verb = "accepted" if report.written else "accepted before"
    for path in report.paths:
        yield f"{verb}  {path}   {report.reason}"
    if report.written:
        yield f"next: `{command('git add', report.receipt)} && git commit`"


def accept_json(report: AcceptReport) -> dict[str, object]:
    """Return the report as a JSON value."""
    return {
        "project": report.project,
        "receipt": report.receipt,
        "paths": list(report.paths),
        "reason": report.reason,
        "written": report.written,
    }
