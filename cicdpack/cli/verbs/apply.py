"""Verbs that bring a bundle to projects, at once or by a plan that is reviewed first."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from cicdpack._shell import quoted
from cicdpack.cli.console import stdout
from cicdpack.cli.options import Archive, Everything, Json, Repo, Selected, Settings, read_settings
from cicdpack.cli.printing import EXIT_OK, annotate, print_report, settle_earlier_run
from cicdpack.cli.summary import summarize
from cicdpack.errors import EXIT_NO, CicdpackError


class OnConflict(Enum):
    """What becomes of a conflict."""

    FAIL = "fail"
    MARKERS = "markers"
    OURS = "ours"
    THEIRS = "theirs"


def apply(
    projects: Selected = None,
    everything: Everything = False,
    repo: Repo = None,
    bundle: Archive = None,
    settings: Settings = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", metavar="NAME", help="Forget what --set gave on an earlier run.")
    ] = None,
    on_conflict: Annotated[
        OnConflict,
        typer.Option(
            "--on-conflict",
            help="Where an edit and the bundle disagree: write nothing, mark both sides in the file, keep what is here,"
            " or take the bundle's.",
        ),
    ] = OnConflict.FAIL,
    restore: Annotated[bool, typer.Option("--restore", help="Bring files back that were deleted here.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Show the plan, write nothing, exit 0.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if there is anything to do.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changes, line by line.")] = False,
    plan_file: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="Carry out what `cicdpack plan` wrote, exactly, or nothing."),
    ] = None,
    json: Json = False,
) -> int:
    """Set up or refresh the CI/CD of projects: pipelines and targets, wholly or not at all."""
    from cicdpack.cli.show import apply as show
    from cicdpack.cli.show.summary import plan_summary
    from cicdpack.commands import apply as command

    if plan_file is not None:
        others = (projects, everything, bundle, settings, unset, restore, dry_run, check, diff)
        if any(others) or on_conflict is not OnConflict.FAIL:
            raise CicdpackError("`--plan` goes with `--repo` and `--json` only", hint="what to do stands in the plan")
        return _apply_plan(plan_file, repo, json=json)
    request = command.ApplyRequest(
        projects=tuple(projects or ()),
        repo=repo,
        bundle=bundle,
        settings=read_settings(settings),
        everything=everything,
        on_conflict=on_conflict.value,
        unset=tuple(unset or ()),
        restore=restore,
    )
    writes = not (dry_run or check)
    if writes:
        settle_earlier_run(repo)
    prepared = command.prepare(request)
    applied = writes and not prepared.conflicts
    if not json:
        stdout().print(show.plan_text(prepared, diff=diff))
    if applied:
        command.carry_out(prepared)
    print_report(show.plan_json(prepared, applied=applied) if json else show.outcome_text(prepared, applied=applied))
    annotate(show.plan_findings(prepared))
    summarize(lambda: plan_summary("apply" if applied else "apply: nothing was written", prepared))
    if dry_run:
        return EXIT_OK
    is_open = prepared.conflicts or prepared.plan.marks
    return EXIT_NO if is_open or (check and prepared.plan.writes) else EXIT_OK


def _apply_plan(plan_file: Path, repo: Path | None, *, json: bool) -> int:
    from cicdpack.cli.show import planfile as show
    from cicdpack.cli.show.summary import carried_summary
    from cicdpack.commands.planfile import carry_out_plan

    settle_earlier_run(repo)
    carried = carry_out_plan(plan_file, repo=repo)
    print_report(show.carried_json(carried) if json else show.carried_text(carried))
    summarize(lambda: carried_summary("apply", carried))
    return EXIT_OK


def plan(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the plan goes.")],
    projects: Selected = None,
    everything: Everything = False,
    repo: Repo = None,
    bundle: Archive = None,
    settings: Settings = None,
    on_conflict: Annotated[
        OnConflict, typer.Option("--on-conflict", help="As for apply; a plan holds no markers.")
    ] = OnConflict.FAIL,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changes, line by line.")] = False,
) -> int:
    """Write to a file what `apply` would do, for review; `apply --plan` then does exactly that."""
    from cicdpack.cli.show import apply as show
    from cicdpack.commands import apply as command
    from cicdpack.commands.planfile import write_plan

    prepared = command.prepare(
        command.ApplyRequest(
            projects=tuple(projects or ()),
            repo=repo,
            bundle=bundle,
            settings=read_settings(settings),
            everything=everything,
            on_conflict=on_conflict.value,
        )
    )
    stdout().print(show.plan_text(prepared, diff=diff))
    write_plan(prepared, output, bundle=bundle)
    stdout().print([f"wrote {output}. next: `cicdpack apply --plan {quoted(str(output))}`"])
    return EXIT_OK
