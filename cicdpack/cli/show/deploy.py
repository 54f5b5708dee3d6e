"""`deploy` reports -> text and JSON: the plan as `apply` shows it, then the branch and its request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._shell import command
from cicdpack.cli.show.apply import SETTLE_ELSEWHERE, plan_json, plan_text, refused_text
from cicdpack.cli.show.problems import hint_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.deploy import DeployReport


def deploy_text(report: DeployReport) -> Iterator[Line]:
    """Show the plan, then where it is now; for conflicts, what to settle first."""
    yield from plan_text(report.prepared, diff=False)
    if report.prepared.conflicts:
        yield from refused_text(report.prepared, settle=SETTLE_ELSEWHERE)
        return
    if report.state != "none":
        yield _branch_line(report)
        yield from _request_lines(report)


def _branch_line(report: DeployReport) -> Line:
    where = f" on {report.remote}" if report.remote else ""
    words = {"pushed": f"pushed to {report.remote}", "kept": f"is as it was{where}", "local": "made"}[report.state]
    commit = (report.commit or "")[:12]
    return ("branch ", (report.branch, "bold"), f" {words}: commit {commit}, for {report.base}")


def _request_lines(report: DeployReport) -> Iterator[Line]:
    if report.settled is not None:
        request = report.settled.request
        done = "is as it was" if report.settled.outcome == "unchanged" else report.settled.outcome
        yield f"{report.noun} {request.number} {done}: {request.url}"
    elif report.remote is None:
        yield hint_line(f"look at it with `{command('git show', report.branch)}`; without `--no-push` it is pushed")
    else:
        yield hint_line(
            f"open a request from `{report.branch}` to `{report.base}`; without `--no-request` it is opened"
        )


def deploy_json(report: DeployReport) -> dict[str, object]:
    """Return the plan, the branch and its request as a JSON value; `request` is null where none was asked for."""
    settled = report.settled
    return {
        **plan_json(report.prepared, applied=False),
        "base": report.base,
        "branch": report.branch if report.state != "none" else None,
        "branch_state": report.state,
        "remote": report.remote,
        "commit": report.commit,
        "request": None
        if settled is None
        else {"number": settled.request.number, "url": settled.request.url, "outcome": settled.outcome},
    }
