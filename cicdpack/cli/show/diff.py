"""`diff` reports -> text and JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cicdpack.cli.show.members import difference_json, headline, styled_diff_line
from cicdpack.cli.show.problems import problem_json
from cicdpack.cli.show.units import count
from cicdpack.commands.diffs import unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.diff import DiffReport


def diff_text(report: DiffReport) -> Iterator[Line]:
    """Show every difference in full, member by member, and count them in the last line."""
    for one in report.differences:
        yield headline(one)
        for line in unified(one.before, one.after, path=one.path, old_path=one.old_path):
            yield styled_diff_line(line)
    if not report.differences:
        yield f"{report.before} and {report.after} hold the same {count(report.members, 'member')}"
        return
    kinds = Counter(one.kind for one in report.differences)
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    yield f"{count(len(report.differences), 'difference')} between {report.before} and {report.after}: {counts}"


def diff_names(report: DiffReport) -> Iterator[Line]:
    """List the members that differ, one path a line, and nothing else."""
    yield from (one.path for one in report.differences)


def diff_json(report: DiffReport) -> dict[str, object]:
    """Return the comparison as a JSON value; `diff` holds the lines of a unified diff."""
    return {
        "before": report.before,
        "after": report.after,
        "same": not report.differences,
        "members": report.members,
        "differences": [
            {
                **difference_json(one),
                "diff": list(unified(one.before, one.after, path=one.path, old_path=one.old_path)),
            }
            for one in report.differences
        ],
        "problems": [problem_json(problem) for problem in report.problems],
    }
