from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from cicdpack.disk import project
from cicdpack.disk.project import TooManyFoldersError, find_upwards, list_projects

if TYPE_CHECKING:
    from pathlib import Path


def make_project(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "databricks.yml").write_bytes(b"")
    (folder / "project_params.json").write_bytes(b"{}")


def listed(root: Path) -> list[str]:
    return [str(path) for path in list_projects(root)]


def test_the_nearest_folder_upwards(tmp_path: Path) -> None:
    """The folder itself counts, a file's own folder too, and the nearest wins; a folder of that name does not count."""
    (tmp_path / "mark").write_bytes(b"")
    (tmp_path / "a/b/c").mkdir(parents=True)
    (tmp_path / "a/b/mark").write_bytes(b"")
    (tmp_path / "a/b/c/mark").mkdir()
    (tmp_path / "a/b/c/file").write_bytes(b"")

    assert find_upwards(tmp_path / "a/b/c", "mark") == tmp_path / "a/b"
    assert find_upwards(tmp_path / "a/b", "mark") == tmp_path / "a/b"
    assert find_upwards(tmp_path / "a/b/c/file", "mark") == tmp_path / "a/b"
    assert find_upwards(tmp_path / "a", "mark") == tmp_path
    assert find_upwards(tmp_path / "a/b/c", "nowhere-to-be-found") is None


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_the_search_ends_with_the_repository(tmp_path: Path, kind: str) -> None:
    """Above a folder with `.git`, a worktree's or a submodule's file included, everything is another repository's."""
    (tmp_path / "mark").write_bytes(b"")
    (tmp_path / "repository/inner").mkdir(parents=True)
    git = tmp_path / "repository/.git"
    git.mkdir() if kind == "folder" else git.write_text("gitdir: x")

    assert find_upwards(tmp_path / "repository/inner", "mark") is None
    (tmp_path / "repository/mark").write_bytes(b"")
    assert find_upwards(tmp_path / "repository/inner", "mark") == tmp_path / "repository"


def test_a_relative_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start without a root is taken from the current folder."""
    from pathlib import Path

    (tmp_path / "mark").write_bytes(b"")
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")

    assert find_upwards(Path(), "mark") == tmp_path
    assert find_upwards(Path("..") / "a", "mark") == tmp_path


def test_projects_are_found_by_their_files(tmp_path: Path) -> None:
    """Both files make a project, at any depth, the root and folders in projects included, in the order of paths."""
    for folder in ("ml/fraud_detector", "b", "b/inner", "a-b"):
        make_project(tmp_path / folder)
    (tmp_path / "half").mkdir()
    (tmp_path / "half/databricks.yml").write_bytes(b"")
    (tmp_path / "folders/databricks.yml").mkdir(parents=True)
    (tmp_path / "folders/project_params.json").mkdir()

    assert list_projects(tmp_path) == tuple(PurePosixPath(p) for p in ("a-b", "b", "b/inner", "ml/fraud_detector"))
    make_project(tmp_path)
    assert listed(tmp_path)[0] == "."


def test_what_is_never_a_project(tmp_path: Path) -> None:
    """Folders of tools, links, nested repositories and submodules are not entered."""
    make_project(tmp_path / "real")
    for name in project.NEVER_ENTERED:
        make_project(tmp_path / name / "x")
    make_project(tmp_path / "nested")
    (tmp_path / "nested/.git").mkdir()
    make_project(tmp_path / "module")
    (tmp_path / "module/.git").write_text("gitdir: x")
    (tmp_path / "link").symlink_to("real")

    assert listed(tmp_path) == ["real"]


def test_gitignore_files_are_obeyed(tmp_path: Path) -> None:
    """At every level, the innermost deciding, with negation and anchors."""
    for folder in ("keep", "build/x", "sub/build/y", "sub/only-here", "only-here", "tmp-1", "tmp-2"):
        make_project(tmp_path / folder)
    (tmp_path / ".gitignore").write_text("# comment\n/build/\ntmp-*\n!tmp-2\n")
    (tmp_path / "sub/.gitignore").write_text("only-here\n")

    assert listed(tmp_path) == ["keep", "only-here", "sub/build/y", "tmp-2"]
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\0\n*\n")
    assert listed(tmp_path) == []


def test_the_search_has_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project deeper than the limit is not seen; too many folders are an error."""
    monkeypatch.setattr(project, "DEEPEST_PROJECT", 2)
    make_project(tmp_path / "a/b")
    make_project(tmp_path / "c/d/e")

    assert listed(tmp_path) == ["a/b"]
    monkeypatch.setattr(project, "MOST_FOLDERS", 3)
    with pytest.raises(TooManyFoldersError, match=r"has more than 3 folders"):
        list_projects(tmp_path)


def test_a_name_that_is_not_unicode(tmp_path: Path) -> None:
    """Such a folder is a folder like any other."""
    name = os.fsdecode(b"caf\xe9")
    try:
        make_project(tmp_path / name)
    except (OSError, UnicodeError):
        pytest.skip("this file system has no names that are not UTF-8")

    assert listed(tmp_path) == [name]
