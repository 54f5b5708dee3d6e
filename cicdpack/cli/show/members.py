"""Differences between two sets of members -> lines and JSON, the same for `build --check`, `verify` and `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.commands.diffs import line_counts, unified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.differences import MemberDifference

MAX_DIFF_LINES = 12
"""Lines of a diff shown under a member in a summary; the whole is for `cicdpack diff`."""

DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}
KIND_STYLES = {"added": "green", "removed": "red", "changed": "yellow", "mode": "yellow"}


def difference_lines(differences: Iterable[MemberDifference], *, limit: int | None = MAX_DIFF_LINES) -> Iterator[Line]:
    """Name each member with how it differs and, for changed text, the changed lines; `limit` None shows all."""
    for difference in differences:
        kind = (f"{difference.kind:<8}", KIND_STYLES[difference.kind])
        if difference.kind == "mode":
            yield (
                "  ",
                kind,
                difference.path,
                "  now executable" if difference.executable else "  no longer executable",
            )
            continue
        yield ("  ", kind, difference.path)
        if difference.kind == "changed":
            yield from changed_lines(difference.before, difference.after, difference.path, limit=limit)


def changed_lines(before: bytes | None, after: bytes | None, path: str, *, limit: int | None) -> Iterator[Line]:
    """Return the added and removed lines of a diff, without headers and context when a limit asks for brevity."""
    lines = list(unified(before, after, path=path))
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
    """Return one difference as a JSON value; `diff` is null for what is not text on both sides."""
    added, removed = line_counts(difference.before, difference.after)
    return {"path": difference.path, "kind": difference.kind, "lines_added": added, "lines_removed": removed}
