from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cicdpack.disk.anchor import Anchor
from cicdpack.disk.folder import read_to_end
from cicdpack.disk.paths import UnreadableFileError, UnsafePathError, split_path
from cicdpack.disk.snapshot import snapshot
from cicdpack.planning.changes import Absent, Blocked, Present

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "path `` has an empty component"),
        ("/etc/passwd", "path `/etc/passwd` is absolute"),
        ("a//b", "path `a//b` has an empty component"),
        ("a/", "path `a/` has an empty component"),
        ("..", "path `..` has a component `..`"),
        ("a/../b", "path `a/../b` has a component `..`"),
        ("./a", "path `./a` has a component `.`"),
        ("a\0b", r"path `a\x00b` holds a NUL character"),
        (".git", "path `.git` leads into the data of a git repository"),
        (".git/config", "path `.git/config` leads into the data of a git repository"),
        ("a/.Git/hooks", "path `a/.Git/hooks` leads into the data of a git repository"),
        (".git. ./x", "path `.git. ./x` leads into the data of a git repository"),
        ("GIT~1/x", "path `GIT~1/x` leads into the data of a git repository"),
        (".g\u200cit/x", r"path `.g\u200cit/x` leads into the data of a git repository"),
        (".git::$INDEX_ALLOCATION/x", "path `.git::$INDEX_ALLOCATION/x` leads into the data of a git repository"),
        ("/".join("a" * 129), f"path `{'/'.join('a' * 129)}` is more than 128 levels deep"),
    ],
)
def test_paths_that_are_refused(path: str, message: str) -> None:
    """Whatever could lead out of the root or into git's own data, by the rules of any file system."""
    with pytest.raises(UnsafePathError) as caught:
        split_path(path)

    assert caught.value.message == message


@pytest.mark.parametrize(
    "path",
    [
        "a",
        ".github/workflows/x.yml",
        ".gitignore",
        ".gitlab-ci.yml",
        "git",
        "a.git",
        "...",
        "..a",
        "a b",
        "ä/ß",
        "-x",
        "git~",
        "{{.x}}/y",
    ],
)
def test_paths_that_are_fine(path: str) -> None:
    """What looks a little like something bad, and is not."""
    assert split_path(path) == tuple(path.split("/"))


@pytest.mark.skipif(os.sep == "\\", reason="a separator here")
def test_a_backslash_is_a_character() -> None:
    """Files with one in their name exist in real repositories, and must be removable."""
    assert split_path("project\\databricks.yml") == ("project\\databricks.yml",)


@pytest.mark.usefixtures("both_ways")
def test_every_state_that_a_path_can_be_in(tmp_path: Path) -> None:
    """Nothing, a file, an executable one, and each kind of thing in the way, at the path or on the way to it."""
    (tmp_path / "folder/inner").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"\0x")
    (tmp_path / "file").chmod(0o674)
    (tmp_path / "script").write_bytes(b"")
    (tmp_path / "script").chmod(0o711)
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "linked").symlink_to("folder")
    os.mkfifo(tmp_path / "pipe")

    states = snapshot(
        tmp_path,
        [
            "nothing",
            "no/thing/at/all",
            "folder/nothing",
            "file",
            "script",
            "folder",
            "folder/inner",
            "link",
            "dangling",
            "pipe",
            "linked",
            "linked/inner",
            "file/below",
            "pipe/below/it",
        ],
    )

    assert states == {
        "nothing": Absent(),
        "no/thing/at/all": Absent(),
        "folder/nothing": Absent(),
        "file": Present(data=b"\0x"),
        "script": Present(data=b"", executable=True),
        "folder": Blocked(what="a folder", where="folder"),
        "folder/inner": Blocked(what="a folder", where="folder/inner"),
        "link": Blocked(what="a symbolic link", where="link"),
        "dangling": Blocked(what="a symbolic link", where="dangling"),
        "pipe": Blocked(what="a named pipe", where="pipe"),
        "linked": Blocked(what="a symbolic link", where="linked"),
        "linked/inner": Blocked(what="a symbolic link", where="linked"),
        "file/below": Blocked(what="a file", where="file"),
        "pipe/below/it": Blocked(what="a named pipe", where="pipe"),
    }


@pytest.mark.usefixtures("both_ways")
def test_a_snapshot_has_a_limit(tmp_path: Path) -> None:
    """Exactly the limit is read, one byte more is an error that names the file and the limit."""
    (tmp_path / "a").write_bytes(b"12345")

    assert snapshot(tmp_path, ["a"], limit=5) == {"a": Present(data=b"12345")}
    with pytest.raises(UnreadableFileError, match="`a` holds 5 bytes, more than the limit of 4"):
        snapshot(tmp_path, ["a"], limit=4)


def test_names_that_are_too_long(tmp_path: Path) -> None:
    """The file system's own limits are errors that name the path."""
    with pytest.raises(UnreadableFileError, match="cannot be read: file name too long"):
        snapshot(tmp_path, ["x" * 300])


def test_a_root_may_be_reached_through_a_link(tmp_path: Path) -> None:
    """Users put links to their repositories where they like; a root that is no folder is an error."""
    (tmp_path / "root").mkdir()
    (tmp_path / "root/a").write_bytes(b"x")
    (tmp_path / "alias").symlink_to("root")

    assert snapshot(tmp_path / "alias", ["a"]) == {"a": Present(data=b"x")}
    with pytest.raises(UnreadableFileError, match="a` is not a folder"):
        snapshot(tmp_path / "root/a", ["a"])
    with pytest.raises(UnreadableFileError, match="missing` cannot be opened: no such file or directory"):
        snapshot(tmp_path / "missing", ["a"])


def test_a_file_that_grows_while_it_is_read(tmp_path: Path) -> None:
    """All of it is read up to the limit, whatever size was promised."""
    (tmp_path / "a").write_bytes(b"x" * 100)
    fd = os.open(tmp_path / "a", os.O_RDONLY)
    try:
        assert read_to_end(fd, "a", size=10, limit=100) == b"x" * 100
        os.lseek(fd, 0, os.SEEK_SET)
        with pytest.raises(UnreadableFileError, match="`a` holds more than the limit of 99 bytes"):
            read_to_end(fd, "a", size=10, limit=99)
    finally:
        os.close(fd)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_descriptors_are_bounded_and_given_back(tmp_path: Path) -> None:
    """However many folders are visited, few are open at once, and none afterwards, also after errors."""
    for number in range(200):
        (tmp_path / f"f{number}/a/b").mkdir(parents=True)
    before = len(os.listdir("/proc/self/fd"))

    with Anchor(tmp_path) as anchor:
        for number in range(200):
            assert anchor.folder(f"f{number}/a/b") is not None
        most = len(os.listdir("/proc/self/fd")) - before
    with Anchor(tmp_path) as anchor, pytest.raises(UnsafePathError):
        anchor.folder("f1/../x")

    assert 10 < most <= 70
    assert len(os.listdir("/proc/self/fd")) == before
