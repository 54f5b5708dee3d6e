"""Trees of files that are all new."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.entries import Tree, TreeFile
from cicdpack.disk.new_tree import write_new_tree
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from pathlib import Path

TREE = Tree(
    files=(
        TreeFile(path="a", data=b"1"),
        TreeFile(path="d/run.sh", data=b"#!/bin/sh\n", mode=0o755),
        TreeFile(path="d/private", data=b"2", mode=0o600),
    ),
    folders=("empty/deep", "d"),
)


def listing(root: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }


def test_everything_is_written(tmp_path: Path) -> None:
    """Files with their content and modes, and folders without files, below a root that is made with its parents."""
    old = os.umask(0o022)
    try:
        write_new_tree(tmp_path / "x/out", TREE)
    finally:
        os.umask(old)

    root = tmp_path / "x/out"
    assert listing(root) == {
        "a": b"1",
        "d": None,
        "d/private": b"2",
        "d/run.sh": b"#!/bin/sh\n",
        "empty": None,
        "empty/deep": None,
    }
    assert [stat.S_IMODE((root / file.path).stat().st_mode) for file in TREE.files] == [0o644, 0o755, 0o600]


def test_nothing_to_write_makes_no_folder(tmp_path: Path) -> None:
    """An empty tree leaves even the root unmade."""
    write_new_tree(tmp_path / "out", Tree())

    assert not (tmp_path / "out").exists()


def test_an_existing_file_is_never_replaced(tmp_path: Path) -> None:
    """One file in the way, and nothing is left of the others; what was there stays as it was."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d/private").write_bytes(b"mine")
    before = listing(tmp_path)

    with pytest.raises(CicdpackError, match="private"):
        write_new_tree(tmp_path, TREE)

    assert listing(tmp_path) == before


def test_a_failure_takes_the_root_back(tmp_path: Path) -> None:
    """A path that cannot be written undoes the folders above the root as well."""
    tree = Tree(files=(TreeFile(path="a", data=b"1"), TreeFile(path="x" * 300, data=b"2")))

    with pytest.raises(CicdpackError, match=r"x{255}"):
        write_new_tree(tmp_path / "p/q", tree)

    assert listing(tmp_path) == {}


@pytest.mark.parametrize("path", ["../evil", "d/../../evil", "/evil", ".git/hooks/pre-commit"])
def test_nothing_leaves_the_root(path: str, tmp_path: Path) -> None:
    """Paths that lead out, and git's own folder, are refused, and nothing is written."""
    root = tmp_path / "out"
    root.mkdir()

    with pytest.raises(CicdpackError):
        write_new_tree(root, Tree(files=(TreeFile(path="a", data=b"1"), TreeFile(path=path, data=b"2"))))

    assert listing(tmp_path) == {"out": None}


def test_a_linked_folder_is_refused(tmp_path: Path) -> None:
    """A link on the way is not followed, even to a folder."""
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out/d").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CicdpackError, match="symbolic link"):
        write_new_tree(tmp_path / "out", TREE)

    assert listing(tmp_path / "elsewhere") == {}
    assert not (tmp_path / "out/a").exists()


def test_new_folders_are_0755_less_the_umask(tmp_path: Path) -> None:
    """No umask makes a folder writable for everyone: the Databricks CLI asks for 0755 whatever the template has."""
    old = os.umask(0)
    try:
        write_new_tree(tmp_path / "out", TREE)
    finally:
        os.umask(old)

    assert stat.S_IMODE((tmp_path / "out/d").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "out/empty/deep").stat().st_mode) == 0o755
