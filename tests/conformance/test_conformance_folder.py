"""The runner refuses folders that it would not check in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.harness import check_folder, load

if TYPE_CHECKING:
    from pathlib import Path


def test_the_folder_in_use_is_accepted(vectors: Path) -> None:
    """The folder of this run holds known files only, and at least one."""
    assert check_folder(vectors)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no vectors in"),
        ({"other.json": "[]"}, "unknown file of vectors"),
        ({"snippets.json": "\n"}, "empty file of vectors"),
    ],
)
def test_folder_is_refused(tmp_path: Path, files: dict[str, str], message: str) -> None:
    """A folder without vectors, with an unknown file or with an empty one is refused."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    with pytest.raises(pytest.UsageError, match=message):
        check_folder(tmp_path)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    """A folder that is not there is refused."""
    with pytest.raises(pytest.UsageError, match="no folder of vectors"):
        check_folder(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("gotemplate.jsonl", "{", "cannot read vectors"),
        ("gotemplate.jsonl", '{"id": "a"}', "cannot read vectors"),
        ("snippets.json", "{}", "no cases in"),
        ("snippets.json", "[]", "no cases in"),
        ("snippets.json", '["a"]', "cannot read vectors"),
    ],
)
def test_file_is_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    """A file that cannot be read, or holds no cases, is refused."""
    (tmp_path / name).write_text(text)

    with pytest.raises(pytest.UsageError, match=message):
        load(tmp_path, name)


def test_file_that_is_not_there_has_no_cases(tmp_path: Path) -> None:
    """A known file that is missing beside others is not run."""
    (tmp_path / "snippets.json").write_text('[{"template": "a", "data": {}, "output": "a"}]')

    assert load(tmp_path, "gotemplate.jsonl") == []
