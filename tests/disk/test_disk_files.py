from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

import pytest

from cicdpack.disk.files import read_file, replace_file
from cicdpack.disk.paths import UnreadableFileError, UnwritableFileError
from tests.disk.disk_faults import FaultyOs, Killed, identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """Every byte counts, NUL and line ends too, up to exactly the limit; links lead to what the user named."""
    (tmp_path / "f").write_bytes(b"\0\r\n\x1a" * 1000)
    (tmp_path / "link").symlink_to("f")

    assert read_file(tmp_path / "f", limit=4000) == b"\0\r\n\x1a" * 1000
    assert read_file(tmp_path / "link") == b"\0\r\n\x1a" * 1000


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    place = os.getcwd()
    os.chdir(path.parent)  # The path of a socket must be short.
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(place)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "f` does not exist"),
        (make_folder, "f` is a folder, not a file"),
        (make_pipe, "f` is a named pipe, not a file"),
        (make_socket, "f` cannot be read: no such device or address"),
        (lambda path: path.symlink_to("nowhere"), "f` does not exist"),
        (lambda path: path.symlink_to("f"), "f` cannot be read: too many levels of symbolic links"),
        (lambda path: path.symlink_to("/dev/null"), "f` is a device, not a file"),
        (lambda path: path.write_bytes(b"123456"), "f` holds 6 bytes, more than the limit of 5"),
        (lambda path: path.symlink_to("/proc/self/status"), "f` holds more than the limit of 5 bytes"),
    ],
    ids=["missing", "folder", "pipe", "socket", "dangling", "loop", "device", "large", "larger-than-it-says"],
)
def test_what_is_no_readable_file(tmp_path: Path, make: Callable[[Path], None], message: str) -> None:
    """Each kind has an error of its own that names the path; none makes us wait."""
    make(tmp_path / "f")

    with pytest.raises(UnreadableFileError) as caught:
        read_file(tmp_path / "f", limit=5)

    assert caught.value.message == f"`{tmp_path}/{message}"


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system forbids is said in its words."""
    (tmp_path / "f").write_bytes(b"x")

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("cicdpack.disk.files.os.open", refuse)

    with pytest.raises(UnreadableFileError, match="cannot be read: permission denied"):
        read_file(tmp_path / "f")


@pytest.mark.usefixtures("umask", "both_ways")
def test_a_new_file(tmp_path: Path) -> None:
    """The chunks are joined, the mode loses what the umask takes, and nothing else is left in the folder."""
    assert replace_file(tmp_path / "f", [b"a", b"", b"bc"], mode=0o666) is True

    assert (tmp_path / "f").read_bytes() == b"abc"
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.usefixtures("umask", "both_ways")
@pytest.mark.parametrize("old", [b"", b"ab", b"abcd", b"abd"])
def test_an_old_file_is_replaced_and_keeps_its_permissions(tmp_path: Path, old: bytes) -> None:
    """A shorter, a longer and a different content all give way; readers of the old file keep it."""
    (tmp_path / "f").write_bytes(old)
    (tmp_path / "f").chmod(0o640)

    with (tmp_path / "f").open("rb") as reader:
        assert replace_file(tmp_path / "f", [b"ab", b"c"], mode=0o644) is True
        assert reader.read() == old

    assert (tmp_path / "f").read_bytes() == b"abc"
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize("chunks", [[b"abc"], [b"a", b"bc"], [b"", b"abc", b""]])
def test_the_same_bytes_leave_the_file_untouched(tmp_path: Path, chunks: list[bytes]) -> None:
    """However they are cut: same inode, same times, and the answer is no."""
    (tmp_path / "f").write_bytes(b"abc")
    before = identity(tmp_path / "f")

    assert replace_file(tmp_path / "f", chunks, mode=0o600) is False

    assert identity(tmp_path / "f") == before
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (make_folder, "it is a folder"),
        (make_pipe, "it is a named pipe"),
        (lambda path: path.symlink_to("nowhere"), "it is a symbolic link"),
    ],
    ids=["folder", "pipe", "link"],
)
def test_what_is_never_replaced(tmp_path: Path, make: Callable[[Path], None], message: str) -> None:
    """A link, a folder or a pipe stays what it is."""
    make(tmp_path / "f")

    with pytest.raises(UnwritableFileError, match=f"`{tmp_path}/f` cannot be written: {message}"):
        replace_file(tmp_path / "f", [b"x"])

    assert os.listdir(tmp_path) == ["f"]


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    """The error names the folder and says what to do."""
    with pytest.raises(UnwritableFileError, match="no such file or directory") as caught:
        replace_file(tmp_path / "no/f", [b"x"])

    assert caught.value.hint == f"make the folder `{tmp_path}/no` first"
    assert os.listdir(tmp_path) == []


def test_chunks_that_fail_leave_the_old_file(tmp_path: Path) -> None:
    """An error of the producer goes through, and the half written file is gone."""
    (tmp_path / "f").write_bytes(b"old")

    def chunks() -> Iterator[bytes]:
        yield b"new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        replace_file(tmp_path / "f", chunks())

    assert (tmp_path / "f").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]


STEPS = ("open", "write", "write", "fchmod", "fsync", "replace", "fsync", "unlink")


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_an_error_at_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The file is wholly old before the rename and wholly new after it, and nothing else is left."""
    (tmp_path / "f").write_bytes(b"old")

    with monkeypatch.context() as patch:
        FaultyOs(step, error=OSError(errno.ENOSPC, "No space left on device")).install(patch)
        with pytest.raises(UnwritableFileError, match="cannot be written: no space left on device"):
            replace_file(tmp_path / "f", [b"new", b"er"])

    assert (tmp_path / "f").read_bytes() == (b"old" if step <= STEPS.index("replace") else b"newer")
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_a_death_at_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The file is wholly old or wholly new; at most one other file is left, with a name that says whose it is."""
    (tmp_path / "f").write_bytes(b"old")

    with monkeypatch.context() as patch:
        FaultyOs(step).install(patch)
        with pytest.raises(Killed):
            replace_file(tmp_path / "f", [b"new", b"er"])

    assert (tmp_path / "f").read_bytes() == (b"old" if step <= STEPS.index("replace") else b"newer")
    left = [name for name in os.listdir(tmp_path) if name != "f"]
    assert len(left) <= 1
    assert all(name.startswith(".cicdpack-") and name.endswith(".new") for name in left)
