"""Verbs that look at an archive or make one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cicdpack.cli.options import Json
from cicdpack.cli.printing import EXIT_OK, annotate, now, print_report
from cicdpack.errors import EXIT_NO, CicdpackError


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
        print_report(show.check_json(checked) if json else show.check_text(checked, now()))
        annotate(checked.problems)
        return EXIT_OK if checked.is_good else EXIT_NO
    built = command.build(request)
    print_report(show.build_json(built) if json else show.build_text(built))
    annotate(built.problems)
    return EXIT_OK


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
    print_report(show.verify_json(report) if json else show.verify_text(report))
    return EXIT_OK if report.is_good else EXIT_NO


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
        print_report(show.textconv_lines(report))
        return EXIT_OK
    print_report(show.inspect_json(report) if json else show.inspect_text(report))
    return EXIT_OK if report.is_good else EXIT_NO


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A folder, an archive, REV:path, or REV; or a PROJECT.")],
    after: Annotated[
        str | None,
        typer.Argument(
            metavar="[B]", help="The same; REV alone means the other place then. Without it, A is a project."
        ),
    ] = None,
    name_only: Annotated[bool, typer.Option("--name-only", help="List the members that differ.")] = False,
    json: Json = False,
) -> int:
    """Compare two bundles member by member, or a project with what was applied to it; exit 1 if they differ."""
    if after is None:
        return _diff_project(before, json=json)
    from cicdpack.cli.show import diff as show
    from cicdpack.commands.diff import DiffRequest
    from cicdpack.commands.diff import diff as command

    report = command(DiffRequest(before=before, after=after))
    if json:
        print_report(show.diff_json(report))
    else:
        print_report(show.diff_names(report) if name_only else show.diff_text(report))
    return EXIT_NO if report.differences else EXIT_OK


def _diff_project(project: str, *, json: bool) -> int:
    """Show what was edited in a project since it was applied; an edit that is accepted is one all the same."""
    from cicdpack.cli.show import status as show
    from cicdpack.commands.status import StatusRequest, status

    if Path(project).is_file():
        raise CicdpackError(f"`{project}` alone is nothing to compare", hint="`cicdpack diff A B`, or a project's name")

    report = status(StatusRequest(projects=(project,), diffs=True))
    print_report(show.status_json(report) if json else show.status_text(report, verbose=True))
    return EXIT_NO if any(file.state != "current" for found in report.projects for file in found.files) else EXIT_OK
