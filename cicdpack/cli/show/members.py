"""Differences between two sets of members -> lines and JSON, the same for `build --check`, `verify` and `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.commands.diffs import line_counts, unified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.differences import MemberDifference

MAX_DIFF_LINES = 12
"""Lines of a diff shown under a member in a summary; the whole is for `cicdpack diff`."""

DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}
KIND_STYLES = {"added": "green", "removed": "red", "changed": "yellow", "mode": "yellow", "renamed": "cyan"}


def difference_lines(
    differences: Iterable[MemberDifference],
    *,
    limit: int | None = MAX_DIFF_LINES,
    below: Callable[[str], Iterable[Line]] = lambda _path: (),
) -> Iterator[Line]:
    """Name each member with how it differs and, for changed text, the changed lines; `limit` None shows all.

    `below` gives what else is to be said of a member, by its path.
    """
    for difference in differences:
        yield headline(difference)
        if difference.kind in ("changed", "renamed"):
            yield from changed_lines(difference, limit=limit)
        yield from below(difference.path)


def headline(difference: MemberDifference) -> Line:
    """Return the line that names a member and how it differs."""
    kind = (f"{difference.kind:<8}", KIND_STYLES[difference.kind])
    if difference.kind == "mode":
        return ("  ", kind, difference.path, "  now executable" if difference.executable else "  no longer executable")
    if difference.kind == "renamed":
        return ("  ", kind, f"{difference.old_path} => {difference.path}")
    return ("  ", kind, difference.path)


def changed_lines(difference: MemberDifference, *, limit: int | None) -> Iterator[Line]:
    """Return the added and removed lines of a diff, without headers and context when a limit asks for brevity."""
    lines = unified(difference.before, difference.after, path=difference.path, old_path=difference.old_path)
    if limit is None:
        for line in lines:
            yield styled_diff_line(line)
        return
    changed = [line for line in lines[2:] if line.startswith(("+", "-"))]
    for line in changed[:limit]:
        yield ("           ", styled_diff_line(line)[0])
    if len(changed) > limit:
        yield f"           … {len(changed) - limit} more lines"


def styled_diff_line(line: str) -> tuple[tuple[str, str]]:
    """Return a diff line with the colour of its kind."""
    is_header = line.startswith(("+++ ", "--- "))
    return ((line, "bold" if is_header else DIFF_STYLES.get(line[:1], "")),)


def difference_json(difference: MemberDifference) -> dict[str, object]:
    """Return one difference as a JSON value; `old_path` is there for renamed members only."""
    added, removed = line_counts(difference.before, difference.after)
    value = {"path": difference.path, "kind": difference.kind, "lines_added": added, "lines_removed": removed}
    return value if difference.old_path is None else {**value, "old_path": difference.old_path}
