"""Merging texts line by line, and the markers that are left where that fails."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cicdpack.planning.textmerge import MAX_LINES, has_markers, merge_texts

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d", "\n", "e\r\n"]), max_size=8).map(
    lambda lines: "".join(lines).encode()
)


@given(base=TEXTS, changed=TEXTS)
def test_one_side_alone_wins(base: bytes, changed: bytes) -> None:
    """Where one side is the base, or both are the same, there is nothing to dispute."""
    for ours, theirs in ((changed, base), (base, changed), (changed, changed)):
        merged = merge_texts(base, ours, theirs)
        assert not merged.hunks
        assert merged.settled("ours") == changed


@given(base=st.none() | TEXTS, ours=TEXTS, theirs=TEXTS)
def test_a_merge_without_hunks_is_one_text(base: bytes | None, ours: bytes, theirs: bytes) -> None:
    """Sides differ only in hunks; without a base each side is itself."""
    merged = merge_texts(base, ours, theirs)

    if not merged.hunks:
        assert merged.settled("ours") == merged.settled("theirs")
    if base is None:
        assert (merged.settled("ours"), merged.settled("theirs")) == (ours, theirs)


BASE = b"".join(b"line %d\n" % number for number in range(12))
PAIRS = {
    "far apart": (BASE.replace(b"line 2\n", b"ours\n"), BASE.replace(b"line 9\n", b"theirs\n")),
    "the same change": (BASE.replace(b"line 5\n", b"x\n"), BASE.replace(b"line 5\n", b"x\n")),
    "added and removed": (BASE.replace(b"line 1\n", b""), BASE + b"more\n"),
    "in dispute": (BASE.replace(b"line 5\n", b"ours\n"), BASE.replace(b"line 5\n", b"theirs\n")),
    "changed and removed": (BASE.replace(b"line 5\n", b"ours\n"), BASE.replace(b"line 5\n", b"")),
    "no newline at the end": (BASE[:-1], BASE.replace(b"line 2\n", b"theirs\n")),
}


@pytest.mark.parametrize("name", PAIRS)
def test_git_merges_to_the_same(name: str, tmp_path: Path) -> None:
    """`git merge-file --diff3` is the reference, markers included."""
    ours, theirs = PAIRS[name]
    for file, data in (("ours", ours), ("base", BASE), ("theirs", theirs)):
        (tmp_path / file).write_bytes(data)

    done = subprocess.run(
        ["git", "merge-file", "-p", "--diff3", "ours", "base", "theirs"], cwd=tmp_path, capture_output=True, check=False
    )

    merged = merge_texts(BASE, ours, theirs)
    assert merged.marked(ours="ours", base="base", theirs="theirs") == done.stdout
    assert len(merged.hunks) == done.returncode


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (b"<<<<<<< here\na\n=======\nb\n>>>>>>> there\n", True),
        (b"<<<<<<< here\r\na\r\n=======\r\nb\r\n>>>>>>> there\r\n", True),
        (b"Title\n=======\n", False),
        (b"cat <<<<<<< x\n=======\n>>>>>>> y\n", False),
        (b"<<<<<<< here\n>>>>>>> there\n", False),
        (b"", False),
    ],
)
def test_markers_are_told_from_other_text(text: bytes, answer: bool) -> None:
    """All three kinds, in order, at the start of a line."""
    assert has_markers(text) is answer


def test_a_side_without_a_last_newline_keeps_the_markers_on_their_lines() -> None:
    """A marker never stands behind other text."""
    marked = merge_texts(b"a", b"b", b"c").marked(ours="x", base="y", theirs="z")

    assert marked == b"<<<<<<< x\nb\n||||||| y\na\n=======\nc\n>>>>>>> z\n"


def test_very_long_texts_are_one_hunk() -> None:
    """Nobody waits for a comparison whose cost grows with the square."""
    long = b"x\n" * (MAX_LINES + 1)

    assert len(merge_texts(long, b"a\n", b"b\n").hunks) == 1
