"""One writer at a time for each root: an advisory lock that the system drops by itself when its holder dies.

The lock file is `cicdpack.lock` in the repository's git folder, where git never shows it. Without a git folder of its
own, or with one that cannot be written, it is in the temporary folder, in a folder of the user's own, named after the
root's device and inode; there it keeps apart the processes of one user only. It stays after use: removing a lock file
that others may be waiting on is a race.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cicdpack.disk.paths import UnreadableFileError, reason_of
from cicdpack.errors import EXIT_NO, CicdpackError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = "cicdpack.lock"
_OPEN: int = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_LONGEST_NOTE = 200
"""Bytes read of the note that says who holds a lock."""


class LockedError(CicdpackError):
    """Another process is writing below the same root; `holder` says which, as it described itself."""

    exit_code = EXIT_NO

    def __init__(self, root: str, holder: str) -> None:
        super().__init__(
            f"`{root}` is being written by {holder}",
            hint="wait until it is done, then run the command again",
        )
        self.root = root
        self.holder = holder


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the lock of a root; raise `LockedError` at once if another process, or another caller here, holds it."""
    fd = _open(root)
    try:
        if not _take(fd):
            raise LockedError(str(root), _holder(fd))
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"process {os.getpid()} on {_host()}".encode(), 0) if hasattr(os, "pwrite") else None
        yield
    finally:
        os.close(fd)


def _host() -> str:
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return name or "this machine"


def _holder(fd: int) -> str:
    try:
        note = os.read(fd, _LONGEST_NOTE).decode("utf-8", "replace")
    except OSError:  # Windows locks reading out as well.
        note = ""
    words = "".join(char for char in note if char.isprintable())
    return words or "another process"


def _open(root: Path) -> int:
    """Open the lock file of a root: in its git folder if that can be, else in the temporary folder."""
    folder = git_folder(root)
    if folder is not None:
        try:
            return os.open(folder / _NAME, _OPEN, 0o644)
        except OSError:  # For example a git folder that is mounted read-only.
            pass
    try:
        status = root.stat()
        return os.open(_private_folder() / f"{status.st_dev:x}-{status.st_ino:x}.lock", _OPEN, 0o600)
    except OSError as error:
        raise UnreadableFileError(str(root), f"cannot be locked: {reason_of(error)}") from None


def git_folder(root: Path) -> Path | None:
    """Return the git folder of a root that is a repository or a worktree of one; None if it is neither.

    A worktree or a submodule has a file `.git` with one line `gitdir: PATH` (gitrepository-layout(5)).
    """
    place = root / ".git"
    try:
        if place.is_dir():
            return place
        with place.open("rb") as file:
            line = file.read(4096)
    except OSError:
        return None
    if not line.startswith(b"gitdir: "):
        return None
    folder = root / os.fsdecode(line[len(b"gitdir: ") :].rstrip(b"\r\n"))
    return folder if folder.is_dir() else None


def _private_folder() -> Path:
    """Return a folder in the temporary folder that is the user's alone: others could plant links in a shared one."""
    import tempfile

    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir()) / f"cicdpack-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
        raise PermissionError(1, f"`{folder}` belongs to someone else")
    return folder


if sys.platform == "win32":

    def _take(fd: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _take(fd: int) -> bool:
        """Take the lock without waiting; it belongs to the open file, so that a dead holder cannot keep it."""
        import fcntl

        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
