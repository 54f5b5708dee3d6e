"""Paths below a root -> what is there now, as the values that plans are made from. Never follows a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.disk.anchor import Anchor
from cicdpack.disk.folder import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cicdpack.planning.changes import State


def snapshot(root: Path, paths: Iterable[str], *, limit: int = LARGEST_FILE) -> dict[str, State]:
    """Return the state of each path (relative, POSIX), in the order given.

    A file is `Present` with its bytes and its owner's x bit; nothing at all, or a parent that is missing, is `Absent`;
    a folder, a link, a device, or a parent that is no folder is `Blocked`.

    Raises `UnsafePathError` for a path that is not plainly below the root, `UnreadableFileError` for a file of more
    than `limit` bytes or without permission.
    """
    with Anchor(root) as anchor:
        return {path: anchor.state(path, limit=limit) for path in paths}
