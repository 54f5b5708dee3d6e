"""`build` reports -> text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.cli.show.members import difference_json, difference_lines
from cicdpack.cli.show.problems import hint_line, problem_json, problem_lines
from cicdpack.cli.show.units import count, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.build import BuildReport, CheckReport


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


def check_text(report: CheckReport) -> Iterator[Line]:
    """Say whether the archive is up to date; if not, which members differ and how."""
    yield from problem_lines(report.problems)
    if report.is_fresh:
        yield f"{report.output} is up to date with {report.source} ({count(report.members, 'member')})"
        return
    if report.missing:
        yield f"{report.output} is missing"
    elif report.differences:
        differing = len(report.differences)
        verb = "differs" if differing == 1 else "differ"
        yield f"{report.output} is stale: {differing} of {count(report.members, 'member')} {verb} from {report.source}"
        yield ""
        yield from difference_lines(report.differences)
        yield ""
    if report.not_canonical:
        yield f"{report.output} is not canonical: {report.not_canonical}"
    yield hint_line("`cicdpack build` and commit the archive with the sources")


def check_json(report: CheckReport) -> dict[str, object]:
    """Return the comparison as a JSON value."""
    return {
        "output": report.output,
        "source": report.source,
        "fresh": report.is_fresh,
        "missing": report.missing,
        "not_canonical": report.not_canonical,
        "differences": [difference_json(difference) for difference in report.differences],
        "problems": [problem_json(problem) for problem in report.problems],
    }
