"""Before and after, as people read them: unified diffs and line counts. Pure text work, no disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONTEXT_LINES = 3
"""Lines of context around a hunk, as `diff -u` and git show by default."""

MAX_LINES = 10_000
"""Lines of both sides together that are matched one by one: the time grows with their square at worst."""

MAX_MATCHES = 2_000_000
"""Pairs of equal lines up to which they are: a thousand blank lines on either side make a million."""

NO_NEWLINE = "\\ No newline at end of file"


def is_text(data: bytes) -> bool:
    """Whether the content can be shown line by line: no NUL byte in it, and valid UTF-8."""
    if b"\0" in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def unified(before: bytes | None, after: bytes | None, *, path: str, old_path: str | None = None) -> tuple[str, ...]:
    r"""Return the lines of a unified diff, without line ends; None stands for a file that is not there.

    The two header lines name the paths as git does (`a/...`, `b/...`, `/dev/null`). A last line without a newline is
    followed by git's `\ No newline at end of file`. Carriage returns at line ends are shown as `^M`. Content that is
    not text gives one line that says so.
    """
    if before == after:
        return ()
    old, new = f"a/{old_path or path}", f"b/{path}"
    header = (f"--- {old if before is not None else '/dev/null'}", f"+++ {new if after is not None else '/dev/null'}")
    if not (is_text(before or b"") and is_text(after or b"")):
        return (*header, f"binary files differ ({len(before or b'')} and {len(after or b'')} bytes)")
    return (*header, *_hunks(_lines(before or b""), _lines(after or b"")))


def line_counts(before: bytes | None, after: bytes | None) -> tuple[int, int]:
    """Return how many lines an edit adds and removes; a file that appears or vanishes counts whole."""
    if not before:
        return len(_lines(after or b"")), 0
    if not after:
        return 0, len(_lines(before))
    added = removed = 0
    for line in _hunks(_lines(before), _lines(after)):
        added += line.startswith("+")
        removed += line.startswith("-")
    return added, removed


def _lines(data: bytes) -> list[str]:
    """Split at newlines only, keeping them: a carriage return alone ends no line in git either."""
    text = data.decode("utf-8", "replace")
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _hunks(before: list[str], after: list[str]) -> Iterator[str]:
    groups = _matched(before, after) if _is_cheap(before, after) else _replaced(before, after)
    for group in groups:
        first, last = group[0], group[-1]
        yield f"@@ -{_span(first[1], last[2])} +{_span(first[3], last[4])} @@"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from _marked(" ", before[i1:i2])
                continue
            yield from _marked("-", before[i1:i2])
            yield from _marked("+", after[j1:j2])


def _is_cheap(before: list[str], after: list[str]) -> bool:
    from collections import Counter

    if len(before) + len(after) > MAX_LINES:
        return False
    ours, theirs = Counter(before), Counter(after)
    return sum(times * theirs[line] for line, times in ours.items()) <= MAX_MATCHES


def _matched(before: list[str], after: list[str]) -> Iterator[Sequence[tuple[str, int, int, int, int]]]:
    import difflib

    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    yield from matcher.get_grouped_opcodes(CONTEXT_LINES)


def _replaced(before: list[str], after: list[str]) -> Iterator[Sequence[tuple[str, int, int, int, int]]]:
    """Yield one hunk that replaces everything between the first and the last line that differ."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = next((n for n in range(shorter - head) if before[-1 - n] != after[-1 - n]), shorter - head)
    i1, j1 = max(head - CONTEXT_LINES, 0), max(head - CONTEXT_LINES, 0)
    i2, j2 = len(before) - tail, len(after) - tail
    if i2 == head == j2:
        return
    yield (
        ("equal", i1, head, j1, head),
        ("replace", head, i2, head, j2),
        ("equal", i2, min(i2 + CONTEXT_LINES, len(before)), j2, min(j2 + CONTEXT_LINES, len(after))),
    )


def _marked(sign: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        ended = line.endswith("\n")
        text = line[:-1] if ended else line
        yield sign + (text[:-1] + "^M" if text.endswith("\r") else text)
        if not ended:
            yield NO_NEWLINE


def _span(start: int, stop: int) -> str:
    """Return a range as POSIX `diff -u` writes it: 1-based start and length, the length left out when it is 1."""
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"
