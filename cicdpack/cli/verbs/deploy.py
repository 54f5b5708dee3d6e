"""The verb that proposes instead of writing."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from cicdpack.cli.options import Json, Repo, Settings, read_settings
from cicdpack.cli.printing import EXIT_OK, annotate, print_report
from cicdpack.cli.summary import summarize
from cicdpack.errors import EXIT_NO


class OnConflict(Enum):
    """What becomes of a conflict: as for apply, but a request holds no markers."""

    FAIL = "fail"
    OURS = "ours"
    THEIRS = "theirs"


def deploy(
    projects: Annotated[list[str], typer.Argument(metavar="PROJECT...", help="Names (bundle.name) or folders.")],
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="BRANCH", help="Where the request goes; default: the branch checked out."),
    ] = None,
    no_push: Annotated[bool, typer.Option("--no-push", help="Make a local branch; ask no server.")] = False,
    no_request: Annotated[bool, typer.Option("--no-request", help="Push, but open no request.")] = False,
    repo: Repo = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", metavar="FILE", help="The archive; default: cicd.tar.gz of the base branch."),
    ] = None,
    settings: Settings = None,
    on_conflict: Annotated[
        OnConflict,
        typer.Option(
            "--on-conflict",
            help="Where an edit and the bundle disagree: propose nothing, keep what is there, or take the bundle's.",
        ),
    ] = OnConflict.FAIL,
    json: Json = False,
) -> int:
    """Propose what apply does as one pull or merge request, from a branch of its own; your files stay as they are."""
    from cicdpack.cli.show import deploy as show
    from cicdpack.cli.show.apply import plan_findings
    from cicdpack.cli.show.summary import plan_summary
    from cicdpack.commands.base_branch import DeployRequest
    from cicdpack.commands.deploy import deploy as command

    report = command(
        DeployRequest(
            projects=tuple(projects),
            repo=repo,
            bundle=bundle,
            settings=read_settings(settings),
            on_conflict=on_conflict.value,
            base=base,
            pushes=not no_push,
            requests=not no_request,
        )
    )
    print_report(show.deploy_json(report) if json else show.deploy_text(report))
    annotate(plan_findings(report.prepared))
    summarize(lambda: plan_summary("deploy", report.prepared))
    return EXIT_NO if report.prepared.conflicts else EXIT_OK
