"""A root and the way to every name below it, component by component, without ever following a link.

Knows nothing of plans and journals.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from cicdpack.disk import folder as folders
from cicdpack.disk.folder import LARGEST_FILE, Folder
from cicdpack.disk.paths import BlockedPathError, UnreadableFileError, reason_of, split_path
from cicdpack.planning.changes import Absent, Blocked

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

    from cicdpack.planning.changes import State

FOLDERS_KEPT_OPEN = 64
"""Descriptors held at once: macOS grants a process 256 by default, and staging wants some too."""


class Anchor:
    """A root and the way to everything below it; the root itself may be reached through links, nothing below may."""

    def __init__(self, root: Path) -> None:
        """Open the root: as a descriptor where `folders.HAS_DIR_FD`, else by its path."""
        self.place = str(root)
        location = os.path.realpath(root)
        try:
            if not stat.S_ISDIR(os.stat(location).st_mode):  # noqa: PTH116
                raise UnreadableFileError(str(root), "is not a folder")
            fd = os.open(location, folders.OPEN_FOLDER) if folders.HAS_DIR_FD else None
        except OSError as error:
            raise UnreadableFileError(str(root), f"cannot be opened: {reason_of(error)}") from None
        self.root = Folder(root=location, location=location, fd=fd)
        self._open: dict[str, Folder] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for folder in self._open.values():
            folder.close()
        self._open.clear()
        self.root.close()

    def folder(self, path: str) -> Folder | None:
        """Return the folder at a path, `""` being the root, None where there is none; raise `BlockedPathError`.

        It stays open until `FOLDERS_KEPT_OPEN` others were asked for: use it at once, and ask again next time.
        """
        if not path:
            return self.root
        found = self._open.pop(path, None)
        if found is None:
            found = self._walk(path)
        if found is not None:
            self._open[path] = found
        return found

    def _walk(self, path: str) -> Folder | None:
        split_path(path)
        above, _, name = path.rpartition("/")
        parent = self.folder(above)
        found = parent.descend(name, path) if parent is not None else None
        if found is not None and len(self._open) >= FOLDERS_KEPT_OPEN:
            self._open.pop(next(iter(self._open))).close()
        return found

    def parent(self, path: str) -> tuple[Folder | None, str]:
        """Return the folder that a file is in, and the file's name there; the path is checked first."""
        split_path(path)
        above, _, name = path.rpartition("/")
        return self.folder(above), name

    def state(self, path: str, *, limit: int = LARGEST_FILE) -> State:
        """Return the state of a path; a parent that is missing means `Absent`, one that is no folder `Blocked`."""
        try:
            folder, name = self.parent(path)
            return folder.read(name, path, limit=limit) if folder is not None else Absent()
        except BlockedPathError as error:
            return Blocked(what=error.what, where=error.where)
        except OSError as error:
            raise UnreadableFileError(path, f"cannot be read: {reason_of(error)}") from None

    def forget(self, path: str) -> None:
        """Let go of a folder that is about to be removed."""
        if folder := self._open.pop(path, None):
            folder.close()
