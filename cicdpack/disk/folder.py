"""One open folder and what can be done to a single name in it: the only code that changes anything on the disk.

Where the system has `openat` and its kin (`os.supports_dir_fd`: Linux, macOS, the BSDs) a folder is a descriptor opened
with `O_DIRECTORY | O_NOFOLLOW`, so that nobody can exchange a folder for a link between the check and the use.
Elsewhere (Windows) the fallback looks at every component with `lstat` before every operation and refuses links and
reparse points; whoever wins the microseconds between look and use is not stopped there. That is the one gap.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from cicdpack.disk.paths import BlockedPathError, UnreadableFileError, is_reparse_point, kind_of
from cicdpack.planning.changes import Absent, Blocked, Present, State

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one file that are read into memory: far above any pipeline, far below what would hurt a build agent."""

_CHUNK = 64 * 1024
"""Bytes asked for at once where a file holds more than it promised."""

HAS_DIR_FD = {os.open, os.stat, os.mkdir, os.rename, os.unlink, os.rmdir, os.link} <= os.supports_dir_fd
"""Whether this system can work relative to an open folder (POSIX.1-2008 `openat`)."""

_CAN_LINK_LINKS = os.link in os.supports_follow_symlinks
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_BINARY: int = getattr(os, "O_BINARY", 0)
_READ: int = os.O_RDONLY | _NO_FOLLOW | _BINARY | getattr(os, "O_NONBLOCK", 0)  # a fifo must not make us wait
_NEW: int = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _BINARY
OPEN_FOLDER: int = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_DIRECTORY", 0)

# What file systems answer that have no hard links, or not this one: FAT and `protected_hardlinks` say EPERM.
_NO_LINKS = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK})

# What `open` answers to `O_DIRECTORY | O_NOFOLLOW` where a link or a file is; FreeBSD says EMLINK for ELOOP.
_NO_FOLDER = frozenset({errno.ENOTDIR, errno.ELOOP, errno.EMLINK})


class Folder:
    """One folder; every name given to it is a single component, and a link of that name is never followed.

    Methods raise `OSError` as the system does, unless they say otherwise.
    """

    __slots__ = ("_location", "_root", "fd")

    def __init__(self, *, root: str, location: str, fd: int | None) -> None:
        self._root = root
        self._location = location
        self.fd = fd

    def _at(self, name: str) -> str:
        """Return what to hand to the system for `name`; without descriptors, after a look at every component."""
        if self.fd is not None:
            return name
        below = Path(self._location).relative_to(self._root)
        for place in (*reversed(below.parents), below):
            status = os.lstat(self._root / place)
            if not stat.S_ISDIR(status.st_mode) or is_reparse_point(status):
                raise BlockedPathError(kind_of(status), place.as_posix())
        return os.path.join(self._location, name)  # noqa: PTH118

    def close(self) -> None:
        """Give the descriptor back."""
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None

    def look(self, name: str) -> os.stat_result | None:
        """Return what `lstat` says of a name, None where nothing is."""
        try:
            return os.stat(self._at(name), dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def descend(self, name: str, where: str) -> Folder | None:
        """Open the folder of that name, None where nothing is; raise `BlockedPathError` where something else is."""
        location = os.path.join(self._location, name)  # noqa: PTH118
        if self.fd is not None:
            try:
                return Folder(root=self._root, location=location, fd=os.open(name, OPEN_FOLDER, dir_fd=self.fd))
            except FileNotFoundError:
                return None
            except OSError as error:
                status = self.look(name)
                if status is not None and not stat.S_ISDIR(status.st_mode):
                    raise BlockedPathError(kind_of(status), where) from None
                if error.errno in _NO_FOLDER:
                    raise BlockedPathError("exchanged for something else right now", where) from None
                raise error from None
        status = self.look(name)
        if status is None:
            return None
        if not stat.S_ISDIR(status.st_mode) or is_reparse_point(status):
            raise BlockedPathError(kind_of(status), where)
        return Folder(root=self._root, location=location, fd=None)

    def read(self, name: str, where: str, *, limit: int = LARGEST_FILE) -> State:
        """Return the state of a name: nothing, a regular file's content and owner's x bit, or what is in the way."""
        seen = None if _NO_FOLLOW else self.look(name)
        if seen is not None and (not stat.S_ISREG(seen.st_mode) or is_reparse_point(seen)):
            return Blocked(what=kind_of(seen), where=where)
        try:
            fd = os.open(self._at(name), _READ, dir_fd=self.fd)
        except FileNotFoundError:
            return Absent()
        except OSError as error:
            status = self.look(name)
            if status is None or stat.S_ISREG(status.st_mode):
                raise error from None
            return Blocked(what=kind_of(status), where=where)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                return Blocked(what=kind_of(status), where=where)
            data = read_to_end(fd, where, size=status.st_size, limit=limit)
            return Present(data=data, executable=bool(status.st_mode & 0o100))
        finally:
            os.close(fd)

    def create(self, name: str, mode: int) -> int:
        """Open a new file for writing, which must not exist; the process's umask takes bits off `mode`."""
        return os.open(self._at(name), _NEW, mode, dir_fd=self.fd)

    def link(self, name: str, new: str) -> bool:
        """Give a file a second name that must not exist; False where the file system has no hard links."""
        try:
            if _CAN_LINK_LINKS:
                os.link(self._at(name), self._at(new), src_dir_fd=self.fd, dst_dir_fd=self.fd, follow_symlinks=False)
            else:
                os.link(self._at(name), self._at(new))
        except OSError as error:
            if error.errno in _NO_LINKS:
                return False
            raise
        return True

    def replace(self, name: str, new: str) -> None:
        """Rename a file, taking the place of what has the new name, in one instant."""
        os.replace(self._at(name), self._at(new), src_dir_fd=self.fd, dst_dir_fd=self.fd)

    def place(self, name: str, new: str) -> None:
        """Rename a file to a name that must not exist: `FileExistsError` where it does."""
        if self.link(name, new):
            self.remove(name)
        elif self.look(new) is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new)
        else:
            self.replace(name, new)

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""
        try:
            os.unlink(self._at(name), dir_fd=self.fd)
        except FileNotFoundError:
            return

    def make_folder(self, name: str, mode: int = 0o777) -> None:
        """Make a folder for everyone whom the umask lets in; nothing happens where something of that name is."""
        try:
            os.mkdir(self._at(name), mode, dir_fd=self.fd)
        except FileExistsError:
            return

    def remove_folder(self, name: str) -> bool:
        """Remove a folder if it is empty; False where it is not, or is no folder, or is not there."""
        try:
            os.rmdir(self._at(name), dir_fd=self.fd)
        except OSError as error:
            # POSIX lets a system answer EEXIST for a folder that is not empty.
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR):
                return False
            raise
        return True

    def is_empty(self) -> bool:
        """Whether nothing is in this folder."""
        with os.scandir(self.fd if self.fd is not None else self._at("")) as names:
            return next(names, None) is None

    def sync(self) -> None:
        """Make names in this folder durable, where the system can open folders at all."""
        if self.fd is not None:
            os.fsync(self.fd)


def read_to_end(fd: int, where: str, *, size: int, limit: int) -> bytes:
    """Return everything that an open file holds, at most `limit` bytes; `size` is what the system promised."""
    if size > limit:
        raise UnreadableFileError(where, f"holds {size} bytes, more than the limit of {limit}")
    chunk = os.read(fd, size + 1)
    if size and len(chunk) == size:  # One byte more was asked for: this was the end.
        return chunk
    chunks = [chunk]
    total = len(chunk)
    while chunk:
        if total > limit:
            raise UnreadableFileError(where, f"holds more than the limit of {limit} bytes")
        chunk = os.read(fd, _CHUNK)
        chunks.append(chunk)
        total += len(chunk)
    return b"".join(chunks)


def write_all(fd: int, data: bytes) -> None:
    """Write all of the data: one `write` may take less, as POSIX has it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def begin_to_sync(fd: int) -> None:
    """Ask the system to start writing an open file, so that many are on their way before `sync_file` waits for one.

    Promises nothing. Where files get their place only when they are written (ext4, XFS, Btrfs), each `fsync` would
    else need a transaction of its own: dpkg and PostgreSQL ask in the same way.
    """
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def sync_file(fd: int) -> None:
    """Make an open file's content durable."""
    os.fsync(fd)


def set_mode(fd: int, mode: int) -> None:
    """Set permission bits of an open file, where the system knows any."""
    if hasattr(os, "fchmod"):
        os.fchmod(fd, mode)
