"""Unified diffs and line counts."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from cicdpack.planning.diffs import is_text, line_counts, unified

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = {
    "one line changed": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "appended": (b"a\n", b"a\nb\n"),
    "emptied": (b"a\nb\n", b""),
    "filled": (b"", b"a\nb\n"),
    "no newline at the end before": (b"a\nhost:", b"a\nhost: x\nb\n"),
    "no newline at the end after": (b"a\nb\n", b"a\nb"),
    "far apart": (
        b"".join(b"%d\n" % n for n in range(40)),
        b"".join(b"%d\n" % n for n in range(40) if n not in (3, 33)),
    ),
    "many equal lines": (b"a\n" + b"\n" * 3_000 + b"b\n", b"a\nx\n" + b"\n" * 3_100 + b"b\nc\n"),
    "too many lines to match": (
        b"".join(b"%d\n" % n for n in range(9_000)),
        b"".join(b"%d\n" % n for n in range(9_000) if n not in (30, 7_000)),
    ),
    "many lines at the end": (b"\n" * 6_000, b"\n" * 6_001),
    "many lines, none before": (b"x\n" * 3, b"x\n" * 12_000),
    "a form feed ends no line": (b"a\x0cb\nc\n", b"a\x0cb\nd\n"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_git_applies_what_unified_prints(name: str, tmp_path: Path) -> None:
    """`git apply` turns the old content into the new with the diff alone."""
    before, after = PAIRS[name]
    (tmp_path / "f.txt").write_bytes(before)
    patch = "\n".join(unified(before, after, path="f.txt")) + "\n"

    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True, capture_output=True)

    assert (tmp_path / "f.txt").read_bytes() == after


def test_equal_content_has_no_diff() -> None:
    """Nothing is printed, not even a header, where nothing changed."""
    assert unified(b"a\n", b"a\n", path="f") == ()
    assert line_counts(b"a\n", b"a\n") == (0, 0)


def test_carriage_returns_are_shown() -> None:
    """A change of line ends alone is visible."""
    lines = unified(b"a\r\n", b"a\n", path="f")

    assert "-a^M" in lines
    assert "+a" in lines


def test_binary_content_is_named_not_shown() -> None:
    """Bytes that are no text never reach the terminal."""
    lines = unified(b"\x00\x1b[31m", b"text\n", path="f")

    assert lines[2:] == ("binary files differ (6 and 5 bytes)",)
    assert not is_text(b"\xff")


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        (None, b"a\nb\n", (2, 0)),
        (b"a\nb", None, (0, 2)),
        (b"a\nb\nc\n", b"a\nc\nd\n", (1, 1)),
        (b"host:", b"host: x\n", (1, 1)),
        (b"+++ x\n", b"--- y\n", (1, 1)),
    ],
)
def test_line_counts(before: bytes | None, after: bytes | None, counts: tuple[int, int]) -> None:
    """Added and removed lines are counted as git counts them."""
    assert line_counts(before, after) == counts


def test_paths_that_appear_and_vanish_are_dev_null() -> None:
    """A new file has no old side, a deleted file no new side."""
    assert unified(None, b"a\n", path="f")[:2] == ("--- /dev/null", "+++ b/f")
    assert unified(b"a\n", None, path="f")[:2] == ("--- a/f", "+++ /dev/null")


def test_what_would_take_too_long_is_one_hunk() -> None:
    """Beyond the limits everything between the first and the last difference is replaced, in linear time."""
    before = b"head\n" + b"\n" * 200_000
    after = b"head\n" + b"x\n" + b"\n" * 100_000 + b"y\n"

    lines = unified(before, after, path="f")

    assert [line for line in lines if line.startswith("@@")] == ["@@ -1,200001 +1,100003 @@"]
    assert line_counts(before, after) == (100_002, 200_000)
