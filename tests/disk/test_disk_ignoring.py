from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cicdpack.disk import ignoring
from cicdpack.disk.ignoring import IgnoreFile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "verdict"), [("sub/a", True), ("sub/b", False), ("sub/c", None), ("sub/[", True), ("sub/d", None)]
)
def test_a_file_speaks_of_what_is_below_its_folder(path: str, verdict: bool | None, tmp_path: Path) -> None:
    """The last line that fits decides; lines that are no patterns say nothing."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/.gitignore").write_text("# d\n!\nd\\\n\na\n[[]\nb\n!b\n[b-a]\n")

    assert IgnoreFile(tmp_path, "sub").says(path) is verdict


def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    """It may be gone by now."""
    assert IgnoreFile(tmp_path, "").says("a") is None


@pytest.mark.parametrize(
    ("line", "names", "may"),
    [
        ("build", ["build", "builds", "a"], [True, False, False]),
        ("/build/", ["build", "rebuild"], [True, False]),
        ("!docs/build", ["build", "docs"], [True, False]),
        ("**/build", ["build", "a"], [True, False]),
        ("build/**", ["build", "a"], [True, True]),
        ("*.py[cod]", ["a.pyc", ".py", "churn"], [True, True, False]),
        ("tmp-?", ["tmp-1", "tmp"], [True, False]),
        ("[ab]", ["a", "c"], [True, True]),
        ("*", ["a"], [True]),
        (r"\#a", ["#a", "b"], [True, True]),
        ("a ", ["a", "b"], [True, True]),
        ("# a", ["a", "# a"], [False, False]),
        ("", ["a"], [False]),
    ],
)
def test_lines_that_may_speak_of_a_name(line: str, names: list[str], may: list[bool]) -> None:
    """Only about such names the library for patterns is asked: never too few, seldom too many."""
    hint = ignoring._hint(line)

    assert [hint is not None and ignoring._may_speak([hint], f"above/{name}") for name in names] == may


@given(
    lines=st.lists(st.text("ab/*?[]!\\# -", max_size=8), max_size=4),
    path=st.lists(st.text("ab[]!# -", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join),
)
def test_no_line_that_speaks_is_passed_over(lines: list[str], path: str) -> None:
    """Where the library finds a verdict, it would have been asked."""
    hints = [hint for line in lines if (hint := ignoring._hint(line)) is not None]
    verdict = ignoring._spec_of(lines).check_file(f"{path}/").include

    assert verdict is None or ignoring._may_speak(hints, path)
