"""One file that the user names, such as an archive or a parameter file: read it whole, replace it in one instant."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from cicdpack.disk.anchor import Anchor
from cicdpack.disk.folder import LARGEST_FILE, read_to_end, set_mode, sync_file, write_all
from cicdpack.disk.paths import UnreadableFileError, UnwritableFileError, is_reparse_point, kind_of, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cicdpack.disk.folder import Folder

_READ: int = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def read_file(path: Path, *, limit: int = LARGEST_FILE) -> bytes:
    """Return the content of a regular file (through links: the user named it) of at most `limit` bytes.

    Raises `UnreadableFileError` for what is missing, a folder, a pipe or device, too large, or not ours to read.
    """
    shown = str(path)
    try:
        fd = os.open(path, _READ)
    except FileNotFoundError:
        raise UnreadableFileError(shown, "does not exist") from None
    except IsADirectoryError:
        raise UnreadableFileError(shown, "is a folder, not a file") from None
    except OSError as error:
        # Windows answers "permission denied" for a folder.
        reason = "is a folder, not a file" if path.is_dir() else f"cannot be read: {reason_of(error)}"
        raise UnreadableFileError(shown, reason) from None
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFileError(shown, f"is {kind_of(status)}, not a file")
        return read_to_end(fd, shown, size=status.st_size, limit=limit)
    except OSError as error:
        raise UnreadableFileError(shown, f"cannot be read: {reason_of(error)}") from None
    finally:
        os.close(fd)


def replace_file(path: Path, chunks: Iterable[bytes], *, mode: int = 0o644) -> bool:
    """Write a file so that it is wholly old or wholly new at every instant; return whether anything changed.

    The bytes go to a new file beside it, are made durable and then take the name. If they are what the file holds
    already, the file stays untouched, modification time included. A new file gets `mode` less the umask, an existing
    one keeps its permission bits. Folders are not made. Raises `UnwritableFileError`, also for links, folders, devices.
    A kill leaves at most a file `.cicdpack-*.new` behind.
    """
    try:
        with Anchor(path.parent) as anchor:
            return _replace(anchor.root, path, chunks, mode)
    except UnreadableFileError as error:
        hint = f"make the folder `{path.parent}` first"
        raise UnwritableFileError(str(path), f"`{error.path}` {error.reason}", hint=hint) from None
    except OSError as error:
        raise UnwritableFileError(str(path), reason_of(error)) from None


def _replace(folder: Folder, path: Path, chunks: Iterable[bytes], mode: int) -> bool:
    status = folder.look(path.name)
    if status is not None and (not stat.S_ISREG(status.st_mode) or is_reparse_point(status)):
        raise UnwritableFileError(str(path), f"it is {kind_of(status)}")
    temporary = f".cicdpack-{os.urandom(6).hex()}.new"
    fd = folder.create(temporary, mode)
    try:
        try:
            same = _write(fd, chunks, path if status is not None else None)
            if same:
                return False
            if status is not None:
                set_mode(fd, stat.S_IMODE(status.st_mode))
            sync_file(fd)
        finally:
            os.close(fd)
        folder.replace(temporary, path.name)
        folder.sync()
    finally:
        folder.remove(temporary)
    return True


def _write(fd: int, chunks: Iterable[bytes], current: Path | None) -> bool:
    """Write the chunks; return whether they are, all in all, what the current file holds."""
    if current is None:
        for chunk in chunks:
            write_all(fd, chunk)
        return False
    same = True
    with current.open("rb") as old:
        for chunk in chunks:
            write_all(fd, chunk)
            same = same and old.read(len(chunk)) == chunk
        return same and not old.read(1)
