"""Files and folders that are all new -> the disk, wholly or not at all: what `render` writes.

Nothing is replaced: every file is made with `O_CREAT | O_EXCL` through the descriptor of its folder, and an error takes
everything back that was made, folders included. A folder that is there already is used; a link on the way is refused.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cicdpack.disk.anchor import Anchor
from cicdpack.disk.folder import sync_file, write_all
from cicdpack.disk.paths import UnwritableFileError, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cicdpack.archive.entries import Tree, TreeFile

FOLDER_MODE = 0o755
"""Permission bits of new folders, less the umask, whatever the template's folder has (Databricks CLI)."""


def write_new_tree(root: Path, tree: Tree) -> None:
    """Write a tree below a root, which is made if need be; an empty tree leaves everything as it is.

    Files get the permission bits of the tree less the umask, folders 0755 less the umask. Raises `UnwritableFileError`
    (what was made is gone again) and the errors of `Anchor` for paths that leave the root or lead through links.
    """
    if not (tree.files or tree.folders):
        return
    made_above = _make_root(root)
    try:
        with Anchor(root) as anchor:
            _write(anchor, tree)
    except BaseException:
        for folder in reversed(made_above):
            folder.rmdir()
        raise


def _make_root(root: Path) -> list[Path]:
    """Make the root and what is missing above it; return what was made, outermost first."""
    missing: list[Path] = []
    folder = root
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made: list[Path] = []
    for folder in reversed(missing):
        try:
            folder.mkdir()
        except OSError as error:
            for done in reversed(made):
                done.rmdir()
            raise UnwritableFileError(str(folder), reason_of(error)) from error
        made.append(folder)
    return made


def _write(anchor: Anchor, tree: Tree) -> None:
    files: list[str] = []
    folders: list[str] = []
    try:
        for path in _folders_of(tree):
            parent, name = anchor.parent(path)
            if parent is not None and parent.look(name) is None:
                parent.make_folder(name, FOLDER_MODE)
                folders.append(path)
        for file in tree.files:
            _write_file(anchor, file, files)
    except BaseException as error:
        _take_back(anchor, files, folders)
        if isinstance(error, OSError):
            place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(anchor.root)
            raise UnwritableFileError(place, reason_of(error), hint="nothing was written") from error
        raise


def _write_file(anchor: Anchor, file: TreeFile, made: list[str]) -> None:
    parent, name = anchor.parent(file.path)
    if parent is None:
        raise FileNotFoundError(2, "its folder vanished", file.path)
    fd = parent.create(name, file.mode)
    made.append(file.path)
    try:
        write_all(fd, file.data)
        sync_file(fd)
    finally:
        os.close(fd)


def _take_back(anchor: Anchor, files: Iterable[str], folders: Iterable[str]) -> None:
    for path in files:
        parent, name = anchor.parent(path)
        if parent is not None:
            parent.remove(name)
    for path in reversed(list(folders)):
        anchor.forget(path)
        parent, name = anchor.parent(path)
        if parent is not None:
            parent.remove_folder(name)


def _folders_of(tree: Tree) -> list[str]:
    """Return every folder the tree needs, parents before children."""
    needed = set(tree.folders)
    for path in (*tree.folders, *(file.path for file in tree.files)):
        while "/" in path:
            path = path.rpartition("/")[0]
            needed.add(path)
    return sorted(needed, key=lambda path: (path.count("/"), path))
