"""Verbs about projects that have their CI/CD."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cicdpack.cli.options import Archive, Everything, Json, Repo, Selected, Settings, read_settings
from cicdpack.cli.printing import EXIT_OK, print_report, settle_earlier_run
from cicdpack.cli.summary import summarize
from cicdpack.errors import EXIT_NO


def status(
    projects: Annotated[
        list[str] | None, typer.Argument(metavar="[PROJECT...]", help="Names, folders or patterns; default: all.")
    ] = None,
    repo: Repo = None,
    bundle: Archive = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="List the files that are not current.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what was edited, line by line; implies -v.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 unless every project is current, accepted or merely bumped.")
    ] = False,
    json: Json = False,
) -> int:
    """Show how projects stand: not set up, current, outdated, edited, bumped, accepted, missing, in conflict."""
    from cicdpack.cli.show import status as show
    from cicdpack.cli.show.summary import status_summary
    from cicdpack.commands.status import StatusRequest
    from cicdpack.commands.status import status as command

    report = command(StatusRequest(projects=tuple(projects or ()), repo=repo, bundle=bundle, diffs=diff))
    print_report(show.status_json(report) if json else show.status_text(report, verbose=verbose or diff))
    summarize(lambda: status_summary("status", report))
    return EXIT_OK if report.is_good or not check else EXIT_NO


def accept(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Its name (bundle.name) or folder.")],
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Edited or deleted files.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; one line, kept in the receipt.")],
    repo: Repo = None,
    json: Json = False,
) -> int:
    """Record that an edit is intended: `status` calls it accepted from then on."""
    from cicdpack.cli.show import status as show
    from cicdpack.commands.accept import AcceptRequest
    from cicdpack.commands.accept import accept as command

    report = command(AcceptRequest(project=project, paths=tuple(paths), reason=reason, repo=repo))
    print_report(show.accept_json(report) if json else show.accept_text(report))
    return EXIT_OK


def remove(
    projects: Annotated[list[str], typer.Argument(metavar="PROJECT...", help="Names or folders; they may be gone.")],
    repo: Repo = None,
    force: Annotated[bool, typer.Option("--force", help="Take edited files and values as well.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what would go, write nothing, exit 0.")
    ] = False,
    json: Json = False,
) -> int:
    """Take back what was applied to projects, byte for byte; what was edited stays, and makes the exit code 1."""
    from cicdpack.cli.show import remove as show
    from cicdpack.commands import remove as command

    if not dry_run:
        settle_earlier_run(repo)
    removal = command.prepare_removal(command.RemoveRequest(projects=tuple(projects), repo=repo, force=force))
    if not dry_run:
        command.carry_out_removal(removal)
    print_report(show.remove_json(removal, done=not dry_run) if json else show.remove_text(removal, done=not dry_run))
    return EXIT_NO if removal.kept and not dry_run else EXIT_OK


def adopt(
    projects: Selected = None,
    everything: Everything = False,
    repo: Repo = None,
    bundle: Annotated[
        Path | None,
        typer.Option(
            "--bundle", metavar="FILE", help="The archive that made the pipelines; default: cicd.tar.gz, now or in git."
        ),
    ] = None,
    settings: Settings = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what would be recorded, write nothing, exit 0.")
    ] = False,
    json: Json = False,
) -> int:
    """Write receipts for pipelines that were made without one; exit 1 if some are like nothing that is rendered."""
    from cicdpack.cli.show import adopt as show
    from cicdpack.commands.adoptions import AdoptRequest, adopt_projects

    if not dry_run:
        settle_earlier_run(repo)
    request = AdoptRequest(
        projects=tuple(projects or ()),
        everything=everything,
        repo=repo,
        bundle=bundle,
        settings=read_settings(settings),
    )
    outcomes = []
    for outcome in adopt_projects(request, writes=not dry_run):
        outcomes.append(outcome)
        if not json:
            print_report(show.adopt_text(outcome, done=not dry_run))
    if json:
        print_report(show.adopt_json(outcomes, done=not dry_run))
    return EXIT_NO if any(map(show.is_left, outcomes)) and not dry_run else EXIT_OK


params = typer.Typer(help="Look at the parameters of a project.", no_args_is_help=True, rich_markup_mode=None)


@params.command()
def explain(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Its name (bundle.name) or folder.")],
    repo: Repo = None,
    bundle: Archive = None,
    settings: Settings = None,
    json: Json = False,
) -> int:
    """Show each parameter's value, who gives it, and which templates use it; what is unused, what is unknown."""
    from cicdpack.cli.show import explain as show
    from cicdpack.commands.explain import ExplainRequest
    from cicdpack.commands.explain import explain as command

    report = command(ExplainRequest(project=project, repo=repo, bundle=bundle, settings=read_settings(settings)))
    print_report(show.explain_json(report) if json else show.explain_text(report))
    return EXIT_OK
