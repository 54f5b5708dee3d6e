from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.entries import Entry, Tree, TreeFile
from cicdpack.disk import tree as trees
from cicdpack.disk.paths import UnreadableFileError
from cicdpack.disk.tree import TreeTooLargeError, UnusableTreeError, read_template_tree, read_tree

if TYPE_CHECKING:
    from pathlib import Path


def test_files_come_in_archive_order_with_their_bit(tmp_path: Path) -> None:
    """Ascending by the bytes of the whole path, so that `a-b` precedes `a/b`; empty folders do not appear."""
    for path, mode in (("a/b", 0o644), ("a-b", 0o755), ("ä", 0o100), ("Z", 0o655), ("a/c.sh", 0o744)):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(path.encode())
        (tmp_path / path).chmod(mode | 0o400)
    (tmp_path / "empty/inner").mkdir(parents=True)

    entries = read_tree(tmp_path)

    assert entries == (
        Entry(path="Z", data=b"Z"),
        Entry(path="a-b", data=b"a-b", executable=True),
        Entry(path="a/b", data=b"a/b"),
        Entry(path="a/c.sh", data=b"a/c.sh", executable=True),
        Entry(path="ä", data="ä".encode(), executable=True),
    )


def test_what_is_ignored_is_not_even_looked_at(tmp_path: Path) -> None:
    """The caller decides by path and kind; an ignored folder is not entered, an ignored link is no problem."""
    (tmp_path / "keep").write_bytes(b"")
    (tmp_path / "out/deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to("keep")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_bytes(b"")
    asked: list[tuple[str, bool]] = []

    def is_ignored(path: str, is_folder: bool) -> bool:
        asked.append((path, is_folder))
        return path in ("out", "link")

    entries = read_tree(tmp_path, is_ignored=is_ignored)

    assert [entry.path for entry in entries] == ["keep"]
    assert asked == [("keep", False), ("link", False), ("out", True)]


def test_all_that_is_no_plain_file_is_named_at_once(tmp_path: Path) -> None:
    """Links to files and folders, dangling ones, pipes and names that are not UTF-8: one error names them all."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").write_bytes(b"")
    (tmp_path / "a/link").symlink_to("file")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").symlink_to("nowhere")
    os.mkfifo(tmp_path / "d")
    try:
        (tmp_path / os.fsdecode(b"e\xff")).write_bytes(b"")
    except (OSError, UnicodeError):
        pytest.skip("this file system has no names that are not UTF-8")

    with pytest.raises(UnusableTreeError) as caught:
        read_tree(tmp_path)

    assert [(problem.rule, str(problem)) for problem in caught.value.problems] == [
        ("link", "b: is a symbolic link"),
        ("link", "c: is a symbolic link"),
        ("special-file", "d: is a named pipe"),
        ("undecodable-name", "e\\xff: the name is not valid UTF-8"),
        ("link", "a/link: is a symbolic link"),
    ]
    assert all(str(problem) in caught.value.message for problem in caught.value.problems)
    assert caught.value.message.startswith(f"`{tmp_path}` holds 5 things that cannot be read as a plain file: ")


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly the limit is fine; one file or one byte more is an error that says which limit."""
    monkeypatch.setattr(trees, "MOST_FILES", 2)
    monkeypatch.setattr(trees, "LARGEST_TREE", 3 * 1024 * 1024)
    (tmp_path / "a").write_bytes(b"x" * 1024 * 1024)
    (tmp_path / "b").write_bytes(b"x" * 2 * 1024 * 1024)

    assert len(read_tree(tmp_path)) == 2
    with (tmp_path / "b").open("ab") as file:
        file.write(b"x")
    with pytest.raises(TreeTooLargeError, match=f"`{tmp_path}` holds more than 3 MiB"):
        read_tree(tmp_path)
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "c").write_bytes(b"")
    with pytest.raises(TreeTooLargeError, match="holds more than 2 files"):
        read_tree(tmp_path)


@pytest.mark.parametrize("read", [read_tree, read_template_tree])
def test_a_root_that_is_no_folder(tmp_path: Path, read: object) -> None:
    """Missing, or a file: the error names it."""
    assert callable(read)
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(UnreadableFileError, match=r"`.*/missing` cannot be read: no such file or directory"):
        read(tmp_path / "missing")
    with pytest.raises(UnreadableFileError, match=r"`.*/file` cannot be read: not a directory"):
        read(tmp_path / "file")


def test_a_template_tree_follows_links_to_files_and_lists_folders(tmp_path: Path) -> None:
    """A link becomes a file with the content and permission bits of its target, even outside; all bits are kept."""
    outside = tmp_path / "outside"
    outside.write_bytes(b"far")
    outside.chmod(0o751)
    root = tmp_path / "root"
    (root / "template/empty").mkdir(parents=True)
    (root / "template/ln").symlink_to(outside)
    (root / "template/ro").write_bytes(b"x")
    (root / "template/ro").chmod(0o4444)
    (root / "schema.json").write_bytes(b"{}")
    (root / "schema.json").chmod(0o600)

    tree = read_template_tree(root)

    assert tree == Tree(
        files=(
            TreeFile(path="schema.json", data=b"{}", mode=0o600),
            TreeFile(path="template/ln", data=b"far", mode=0o751),
            TreeFile(path="template/ro", data=b"x", mode=0o444),
        ),
        folders=("template", "template/empty"),
    )


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (".", "`template/ln` cannot be read: it leads to a folder"),
        ("nowhere", "`template/ln` cannot be read: open template/ln: no such file or directory"),
        ("ln", "`template/ln` cannot be read: open template/ln: too many levels of symbolic links"),
        ("/dev/null", "`template/ln` cannot be read: it leads to a device"),
    ],
)
def test_a_template_link_that_leads_to_no_file(tmp_path: Path, target: str, message: str) -> None:
    """Folders, nothing, itself, a device: an error each, before anything is rendered."""
    (tmp_path / "template").mkdir()
    (tmp_path / "template/ln").symlink_to(target)

    with pytest.raises(UnreadableFileError) as caught:
        read_template_tree(tmp_path)

    assert caught.value.message == message


def test_only_what_matters_of_a_template_is_read(tmp_path: Path) -> None:
    """Beside the named files and folders there may be anything, broken links too."""
    (tmp_path / "library").mkdir()
    (tmp_path / "library/a.tmpl").write_bytes(b"")
    (tmp_path / "other").mkdir()
    (tmp_path / "broken").symlink_to("nowhere")

    tree = read_template_tree(tmp_path, within=("library", "template"))

    assert [file.path for file in tree.files] == ["library/a.tmpl"]
    assert tree.folders == ("library",)


def test_a_template_with_a_pipe_is_refused(tmp_path: Path) -> None:
    """Special files are named, not read."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UnusableTreeError, match="pipe: is a named pipe"):
        read_template_tree(tmp_path)


def test_a_linked_folder_at_the_top_is_followed_where_it_matters(tmp_path: Path) -> None:
    """`template` may be a link to a folder; one that nobody named, or one further down, may not."""
    (tmp_path / "real/sub").mkdir(parents=True)
    (tmp_path / "real/a").write_bytes(b"1")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/template").symlink_to(tmp_path / "real")
    (tmp_path / "root/other").symlink_to(tmp_path / "real")

    tree = read_template_tree(tmp_path / "root", within=("template",))

    assert [file.path for file in tree.files] == ["template/a"]
    assert tree.folders == ("template", "template/sub")
    with pytest.raises(UnreadableFileError):
        read_template_tree(tmp_path / "root")
