"""`build` reports -> text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.cli.show.members import difference_json, difference_lines
from cicdpack.cli.show.problems import hint_line, problem_json, problem_lines
from cicdpack.cli.show.units import age, count, size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cicdpack.cli.console import Line
    from cicdpack.commands.build import BuildReport, CheckReport
    from cicdpack.commands.history import Commit, History

MAX_COMMITS = 3
"""Commits named under a stale member: the newest says most."""


def build_text(report: BuildReport) -> Iterator[Line]:
    """Say what was built, with both digests."""
    yield from problem_lines(report.problems)
    facts = (
        count(report.members, "member"),
        size(report.size),
        ", ".join(report.platforms) or "no platform",
        count(report.parameters, "parameter"),
    )
    verb = "built" if report.written else "unchanged"
    yield (f"{verb} ", (report.output, "bold"), f" · {report.name} {report.version} · ", " · ".join(facts))
    yield f"content  sha256:{report.content_digest}  (the same on every machine)"
    yield f"file     sha256:{report.file_digest}"


def build_json(report: BuildReport) -> dict[str, object]:
    """Return what was built as a JSON value."""
    return {
        "output": report.output,
        "source": report.source,
        "written": report.written,
        "name": report.name,
        "version": report.version,
        "members": report.members,
        "size": report.size,
        "platforms": list(report.platforms),
        "parameters": report.parameters,
        "content_digest": f"sha256:{report.content_digest}",
        "file_digest": f"sha256:{report.file_digest}",
        "problems": [problem_json(problem) for problem in report.problems],
    }


def check_text(report: CheckReport, now: datetime) -> Iterator[Line]:
    """Say whether the archive is up to date; if not, which members differ, how, and since which commits.

    `now` is what the age of a commit is counted from.
    """
    if report.is_fresh:
        yield f"{report.output} is up to date with {report.source} ({count(report.members, 'member')})"
        yield from problem_lines(report.problems)
        return
    if report.missing:
        yield f"{report.output} is missing"
    elif report.differences:
        differing = len(report.differences)
        verb = "differs" if differing == 1 else "differ"
        yield f"{report.output} is stale: {differing} of {count(report.members, 'member')} {verb} from {report.source}"
        yield ""
        yield from difference_lines(report.differences, below=lambda path: _cause_lines(report.history, path, now))
        yield ""
        yield from _history_lines(report)
    if report.not_canonical:
        yield f"{report.output} is not canonical: {report.not_canonical}"
    yield from problem_lines(report.problems)
    yield hint_line("`cicdpack build` and commit the archive with the sources")


def _cause_lines(history: History | None, path: str, now: datetime) -> Iterator[Line]:
    """Name the commits that made a member stale, newest first."""
    cause = history.causes.get(path) if history else None
    if cause is None:
        return
    if cause.uncommitted:
        yield "           since an edit that is not committed"
    for commit in cause.commits[:MAX_COMMITS]:
        yield (f"           since {commit.short} ({age(commit.date, now)}) ", commit.subject)
    if len(cause.commits) > MAX_COMMITS:
        yield f"           … {count(len(cause.commits) - MAX_COMMITS, 'older commit')}"


def _history_lines(report: CheckReport) -> Iterator[Line]:
    """Say what git cannot tell, and why."""
    history = report.history
    if history is None:
        return
    if not history.tracked:
        yield f"{report.output} is not in git: nothing is known of when it was built"
    elif history.is_cut:
        yield "this clone is shallow: the history that would tell since when is missing (`git fetch --unshallow`)"
    elif history.archive is not None:
        yield (f"{report.output} was last committed in {history.archive.short}: ", history.archive.subject)


def check_json(report: CheckReport) -> dict[str, object]:
    """Return the comparison as a JSON value."""
    return {
        "output": report.output,
        "source": report.source,
        "fresh": report.is_fresh,
        "good": report.is_good,
        "missing": report.missing,
        "not_canonical": report.not_canonical,
        "differences": [
            {**difference_json(difference), **_cause_json(report.history, difference.path)}
            for difference in report.differences
        ],
        "history": _history_json(report.history),
        "problems": [problem_json(problem) for problem in report.problems],
    }


def _cause_json(history: History | None, path: str) -> dict[str, object]:
    cause = history.causes.get(path) if history else None
    if cause is None:
        return {}
    return {"uncommitted": cause.uncommitted, "commits": [_commit_json(commit) for commit in cause.commits]}


def _history_json(history: History | None) -> dict[str, object] | None:
    if history is None:
        return None
    last = history.archive
    return {
        "tracked": history.tracked,
        "shallow": history.is_cut,
        "last_committed": None if last is None else _commit_json(last),
    }


def _commit_json(commit: Commit) -> dict[str, object]:
    return {"sha": commit.sha, "date": commit.date, "subject": commit.subject}
