"""`verify` reports -> text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.cli.show.members import difference_json, difference_lines
from cicdpack.cli.show.problems import hint_line
from cicdpack.cli.show.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.verify import VerifyReport


def verify_text(report: VerifyReport) -> Iterator[Line]:
    """Say what the archive is, and yes or no to each question that was asked."""
    members = count(report.members, "member")
    name = f"{report.name} {report.version}" if report.name else "no manifest"
    if report.not_canonical is None:
        yield f"{report.archive} is canonical · {name} · {members}"
    else:
        yield (f"{report.archive} is ", ("not canonical", "bold red"), f": {report.not_canonical} · {name} · {members}")
    yield f"content  sha256:{report.content_digest}" + _mark(report, "content")
    yield f"file     sha256:{report.file_digest}" + _mark(report, "file")
    if report.expected is not None and report.matches is None:
        yield (("expected", "bold red"), f" sha256:{report.expected}: neither digest is that")
        yield hint_line("this is another archive than the one you trust: compare the two with `cicdpack diff`")
    if report.not_canonical is not None:
        yield hint_line("another tool wrote this archive: `cicdpack build` writes the canonical form")
    if report.source is None:
        return
    if not report.differences:
        yield f"equal to {report.source}, member by member"
        return
    differing = len(report.differences)
    yield f"{differing} of {members} {'differs' if differing == 1 else 'differ'} from {report.source}"
    yield ""
    yield from difference_lines(report.differences)


def _mark(report: VerifyReport, kind: str) -> str:
    return "  as expected" if report.matches == kind else ""


def verify_json(report: VerifyReport) -> dict[str, object]:
    """Return the report as a JSON value."""
    return {
        "archive": report.archive,
        "good": report.is_good,
        "canonical": report.not_canonical is None,
        "not_canonical": report.not_canonical,
        "name": report.name,
        "version": report.version,
        "members": report.members,
        "content_digest": f"sha256:{report.content_digest}",
        "file_digest": f"sha256:{report.file_digest}",
        "expected": f"sha256:{report.expected}" if report.expected else None,
        "matches": report.matches,
        "source": report.source,
        "differences": [difference_json(difference) for difference in report.differences],
    }
