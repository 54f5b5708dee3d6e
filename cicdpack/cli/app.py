"""Arguments -> request, report -> text or JSON, the exit code: the only place that prints or exits.

Each verb imports its command when it runs, so that nothing is imported that is not used.
"""

from __future__ import annotations

import os
import sys
from copy import copy
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from cicdpack.cli.console import stderr, stdout
from cicdpack.errors import EXIT_NO, CicdpackError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from typer.models import CommandInfo

    from cicdpack.cli.console import Line

EXIT_OK = 0
EXIT_BUG = 3
EXIT_INTERRUPTED = 130
"""As a shell reports a process that SIGINT ended: 128 + 2."""

EXIT_BROKEN_PIPE = 141
"""As a shell reports a process that SIGPIPE ended: 128 + 13."""

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
Settings: TypeAlias = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; may be given several times.")
]


class OnConflict(Enum):
    """What becomes of a conflict."""

    FAIL = "fail"
    MARKERS = "markers"
    OURS = "ours"
    THEIRS = "theirs"


app = typer.Typer(
    name="cicdpack",
    help="Build, verify and apply the CI/CD bundle of Databricks MLOps Stacks repositories, reproducibly and offline.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        from cicdpack import __version__

        stdout().print([f"cicdpack {__version__}"])
        raise typer.Exit


@app.command()
def build(
    source: Annotated[
        Path | None,
        typer.Argument(help="The bundle source; default: bundle_src/cicd, this folder, or the one shipped."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The archive.")] = Path("cicd.tar.gz"),
    ref: Annotated[
        str | None, typer.Option("--ref", metavar="REV", help="Take the source from this commit, from git alone.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if members differ, and say since when.")
    ] = False,
    json: Json = False,
) -> int:
    """Assemble and validate cicd.tar.gz from a bundle source: the same bytes on every machine."""
    from cicdpack.cli.show import build as show
    from cicdpack.commands import build as command

    request = command.BuildRequest(source=source, output=output, revision=ref)
    if check:
        checked = command.check(request)
        _report(show.check_json(checked) if json else show.check_text(checked, _now()))
        return EXIT_OK if checked.is_good else EXIT_NO
    built = command.build(request)
    _report(show.build_json(built) if json else show.build_text(built))
    return EXIT_OK


@app.command()
def verify(
    archive: Annotated[Path, typer.Argument(metavar="FILE", help="The archive.")],
    source: Annotated[
        str | None, typer.Option("--source", metavar="DIR", help="Compare with this source: a folder, or REV:folder.")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option("--sha256", metavar="HEX", help="The digest to expect: the content's or the file's.")
    ] = None,
    json: Json = False,
) -> int:
    """Check that an archive is canonical, is the one you trust, and equals its source."""
    from cicdpack.cli.show import verify as show
    from cicdpack.commands.verify import VerifyRequest
    from cicdpack.commands.verify import verify as command

    report = command(VerifyRequest(archive=archive, source=source, sha256=sha256))
    _report(show.verify_json(report) if json else show.verify_text(report))
    return EXIT_OK if report.is_good else EXIT_NO


@app.command()
def inspect(
    archive: Annotated[str, typer.Argument(metavar="FILE", help="The archive, or REV:FILE for a committed one.")],
    textconv: Annotated[
        bool, typer.Option("--textconv", help="Write the contents out as text, for `git diff`.")
    ] = False,
    json: Json = False,
) -> int:
    """Show what is in an archive: members, digests, parameters, pins, and how it is not canonical."""
    from cicdpack.cli.show import inspect as show
    from cicdpack.commands.inspect import InspectRequest
    from cicdpack.commands.inspect import inspect as command

    report = command(InspectRequest(archive=archive))
    if textconv:
        _report(show.textconv_lines(report))
        return EXIT_OK
    _report(show.inspect_json(report) if json else show.inspect_text(report))
    return EXIT_OK if report.is_good else EXIT_NO


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A folder, an archive, REV:path, or REV.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The same; REV alone means the other place then.")],
    name_only: Annotated[bool, typer.Option("--name-only", help="List the members that differ.")] = False,
    json: Json = False,
) -> int:
    """Compare two bundles member by member; exit 1 if they differ."""
    from cicdpack.cli.show import diff as show
    from cicdpack.commands.diff import DiffRequest
    from cicdpack.commands.diff import diff as command

    report = command(DiffRequest(before=before, after=after))
    if json:
        _report(show.diff_json(report))
    else:
        _report(show.diff_names(report) if name_only else show.diff_text(report))
    return EXIT_NO if report.differences else EXIT_OK


@app.command()
def render(
    template: Annotated[Path, typer.Argument(metavar="TEMPLATE", help="A template folder, or an archive of one.")],
    output_dir: Annotated[Path, typer.Option("--output-dir", metavar="DIR", help="Where to write.")] = Path(),
    config_file: Annotated[
        Path | None, typer.Option("--config-file", metavar="FILE", help="Parameters, as a JSON object.")
    ] = None,
    settings: Settings = None,
    json: Json = False,
) -> int:
    """Render a bundle template as `databricks bundle init` does: offline, and wholly or not at all."""
    from cicdpack.cli.show import render as show
    from cicdpack.commands.render import RenderRequest
    from cicdpack.commands.render import render as command

    report = command(
        RenderRequest(template=template, config_file=config_file, settings=_settings(settings), output_dir=output_dir)
    )
    _report(show.render_json(report) if json else show.render_text(report))
    stderr().print(show.message_lines(report))
    return EXIT_OK


@app.command()
def apply(
    projects: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROJECT...]", help="Names (bundle.name), folders, or patterns such as 'ml/*'."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All projects of the repository.")] = False,
    repo: Annotated[
        Path | None,
        typer.Option("--repo", metavar="DIR", help="The repository; default: the parent with cicd_params.json."),
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", metavar="FILE", help="The archive; default: cicd.tar.gz in the repository."),
    ] = None,
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
        settings=_settings(settings),
        everything=everything,
        on_conflict=on_conflict.value,
        unset=tuple(unset or ()),
        restore=restore,
    )
    writes = not (dry_run or check)
    if writes and command.finish_earlier_run(repo):
        stderr().print(["an earlier run was cut off: what it had begun was put in order first"])
    prepared = command.prepare(request)
    applied = writes and not prepared.conflicts
    if not json:
        stdout().print(show.plan_text(prepared, diff=diff))
    if applied:
        command.carry_out(prepared)
    _report(show.plan_json(prepared, applied=applied) if json else show.outcome_text(prepared, applied=applied))
    if dry_run:
        return EXIT_OK
    is_open = prepared.conflicts or prepared.plan.marks
    return EXIT_NO if is_open or (check and prepared.plan.writes) else EXIT_OK


def _apply_plan(plan_file: Path, repo: Path | None, *, json: bool) -> int:
    from cicdpack.cli.show import planfile as show
    from cicdpack.commands.apply import finish_earlier_run
    from cicdpack.commands.planfile import carry_out_plan

    if finish_earlier_run(repo):
        stderr().print(["an earlier run was cut off: what it had begun was put in order first"])
    carried = carry_out_plan(plan_file, repo=repo)
    _report(show.carried_json(carried) if json else show.carried_text(carried))
    return EXIT_OK


@app.command()
def plan(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the plan goes.")],
    projects: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROJECT...]", help="Names (bundle.name), folders, or patterns such as 'ml/*'."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All projects of the repository.")] = False,
    repo: Annotated[
        Path | None,
        typer.Option("--repo", metavar="DIR", help="The repository; default: the parent with cicd_params.json."),
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", metavar="FILE", help="The archive; default: cicd.tar.gz in the repository."),
    ] = None,
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
            settings=_settings(settings),
            everything=everything,
            on_conflict=on_conflict.value,
        )
    )
    stdout().print(show.plan_text(prepared, diff=diff))
    write_plan(prepared, output, bundle=bundle)
    stdout().print([f"wrote {output}. next: `cicdpack apply --plan {output}`"])
    return EXIT_OK


@app.command()
def status(
    projects: Annotated[
        list[str] | None, typer.Argument(metavar="[PROJECT...]", help="Names, folders or patterns; default: all.")
    ] = None,
    repo: Annotated[
        Path | None,
        typer.Option("--repo", metavar="DIR", help="The repository; default: the parent with cicd_params.json."),
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", metavar="FILE", help="The archive; default: cicd.tar.gz in the repository."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="List the files that are not current.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what was edited, line by line; implies -v.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 unless every project is current, accepted or merely bumped.")
    ] = False,
    json: Json = False,
) -> int:
    """Show how projects stand: not set up, current, outdated, edited, bumped, accepted, missing, in conflict."""
    from cicdpack.cli.show import status as show
    from cicdpack.commands.status import StatusRequest
    from cicdpack.commands.status import status as command

    report = command(StatusRequest(projects=tuple(projects or ()), repo=repo, bundle=bundle, diffs=diff))
    _report(show.status_json(report) if json else show.status_text(report, verbose=verbose or diff))
    return EXIT_OK if report.is_good or not check else EXIT_NO


@app.command()
def accept(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Its name (bundle.name) or folder.")],
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Edited or deleted files.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; one line, kept in the receipt.")],
    repo: Annotated[
        Path | None,
        typer.Option("--repo", metavar="DIR", help="The repository; default: the parent with cicd_params.json."),
    ] = None,
    json: Json = False,
) -> int:
    """Record that an edit is intended: `status` calls it accepted from then on."""
    from cicdpack.cli.show import status as show
    from cicdpack.commands.accept import AcceptRequest
    from cicdpack.commands.accept import accept as command

    report = command(AcceptRequest(project=project, paths=tuple(paths), reason=reason, repo=repo))
    _report(show.accept_json(report) if json else show.accept_text(report))
    return EXIT_OK


@app.command()
def remove(
    projects: Annotated[list[str], typer.Argument(metavar="PROJECT...", help="Names or folders; they may be gone.")],
    repo: Annotated[
        Path | None,
        typer.Option("--repo", metavar="DIR", help="The repository; default: the parent with cicd_params.json."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Take edited files and values as well.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what would go, write nothing, exit 0.")
    ] = False,
    json: Json = False,
) -> int:
    """Take back what was applied to projects, byte for byte; what was edited stays, and makes the exit code 1."""
    from cicdpack.cli.show import remove as show
    from cicdpack.commands import remove as command
    from cicdpack.commands.apply import finish_earlier_run

    if not dry_run and finish_earlier_run(repo):
        stderr().print(["an earlier run was cut off: what it had begun was put in order first"])
    removal = command.prepare_removal(command.RemoveRequest(projects=tuple(projects), repo=repo, force=force))
    if not dry_run:
        command.carry_out_removal(removal)
    _report(show.remove_json(removal, done=not dry_run) if json else show.remove_text(removal, done=not dry_run))
    return EXIT_NO if removal.kept and not dry_run else EXIT_OK


@app.command()
def deploy(
    projects: Annotated[list[str], typer.Argument(metavar="PROJECT...", help="Names (bundle.name) or folders.")],
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="BRANCH", help="Where the request goes; default: the branch checked out."),
    ] = None,
    no_push: Annotated[bool, typer.Option("--no-push", help="Make a local branch; ask no server.")] = False,
    no_request: Annotated[bool, typer.Option("--no-request", help="Push, but open no request.")] = False,
    repo: Annotated[
        Path | None,
        typer.Option("--repo", metavar="DIR", help="The repository; default: the parent with cicd_params.json."),
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", metavar="FILE", help="The archive; default: cicd.tar.gz of the base branch."),
    ] = None,
    settings: Settings = None,
    json: Json = False,
) -> int:
    """Propose what apply does as one pull or merge request, from a branch of its own; your files stay as they are."""
    from cicdpack.cli.show import deploy as show
    from cicdpack.commands.base_branch import DeployRequest
    from cicdpack.commands.deploy import deploy as command

    report = command(
        DeployRequest(
            projects=tuple(projects),
            repo=repo,
            bundle=bundle,
            settings=_settings(settings),
            base=base,
            pushes=not no_push,
            requests=not no_request,
        )
    )
    _report(show.deploy_json(report) if json else show.deploy_text(report))
    return EXIT_NO if report.prepared.conflicts else EXIT_OK


def _settings(given: Sequence[str] | None) -> dict[str, str]:
    """Split `NAME=VALUE`s; the last one of a name wins."""
    settings: dict[str, str] = {}
    for item in given or ():
        name, separator, value = item.partition("=")
        if not (name and separator):
            raise CicdpackError(f"`--set {item}` is no NAME=VALUE", hint="as in `--set input_cloud=aws`")
        settings[name] = value
    return settings


def _now() -> datetime:
    """Return the time: ages of commits are shown, and nothing else asks for it."""
    from datetime import datetime, timezone

    return datetime.now(tz=timezone.utc)


def _report(report: Mapping[str, object] | Iterable[Line]) -> None:
    """Print a result: JSON values as one document, text line by line."""
    if isinstance(report, dict):
        import json

        sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=True) + "\n")
    else:
        stdout().print(report)


def _program(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line with the one verb that is called, else (for help, or a slip) with all of them.

    Typer works out the parameters of every verb that it knows, which takes longer than many verbs do.
    """
    called = [command for command in app.registered_commands if _is_called(command, list(arguments))]
    if not called:
        return app
    program = copy(app)
    program.registered_commands = called
    return program


def _is_called(command: CommandInfo, arguments: list[str]) -> bool:
    name = command.name or getattr(command.callback, "__name__", "").replace("_", "-")
    return arguments[:1] == [name]


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code; every error that a user can act on is printed on stderr."""
    try:
        program = _program(arguments)
        code = program(args=list(arguments) or ["--help"], prog_name="cicdpack", standalone_mode=False)
        sys.stdout.flush()
    except CicdpackError as error:
        return _print_error(error)
    except (KeyboardInterrupt, typer.Abort):
        stderr().print(["interrupted"])
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except typer.Exit as stop:
        return stop.exit_code
    except _CLICK_ERROR as error:
        return _print_error(_usage_error(error))
    except Exception:  # noqa: BLE001 - whatever else comes up here is a bug, and bugs have an exit code of their own
        return _print_bug()
    return code if isinstance(code, int) else EXIT_OK


_CLICK_ERROR: type[Exception] = typer.BadParameter.__mro__[2]
"""`ClickException`: newer versions of Typer bring their own copy of Click, older ones import it."""


def _usage_error(error: Exception) -> CicdpackError:
    """Put an error of the argument parser into our form."""
    message = str(error.format_message() if hasattr(error, "format_message") else error).rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "cicdpack"
    return CicdpackError(message[:1].lower() + message[1:], hint=f"`{path} --help` shows what there is")


def _print_error(error: CicdpackError) -> int:
    from cicdpack.cli.show.problems import error_lines, problem_lines

    sys.stdout.flush()
    screen = stderr()
    screen.print(problem_lines(getattr(error, "findings", ())))
    screen.print(error_lines(error))
    return error.exit_code


def _print_bug() -> int:
    import traceback

    from cicdpack import __version__

    sys.stdout.flush()
    traceback.print_exc()
    stderr().print([f"this is a bug in cicdpack {__version__}: please report it with the lines above"])
    return EXIT_BUG
