"""Where a repository's own marks are, and the projects in it: folders found by the files that they hold."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cicdpack.disk.ignoring import IgnoreFile
from cicdpack.disk.paths import UnreadableFileError, reason_of
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT_FILES = frozenset({"databricks.yml", "project_params.json"})
"""What makes a folder a project, as mlops-stacks lays it out."""

NEVER_ENTERED = frozenset(
    {".git", ".databricks", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox", ".terraform"}
)
"""Folders of tools: large, and nobody's projects."""

DEEPEST_PROJECT = 12
"""Levels below the root at which a project may be."""

MOST_FOLDERS = 200_000
"""Folders that are looked into; a repository with more needs its projects named."""


class TooManyFoldersError(CicdpackError):
    """A repository has more folders than are searched."""

    def __init__(self, root: str) -> None:
        super().__init__(f"`{root}` has more than {MOST_FOLDERS:,} folders", hint="name the projects instead")
        self.root = root


def find_upwards(start: Path, name: str) -> Path | None:
    """Return the nearest folder, from `start` (a folder, or a file in one) upwards, that holds a file of that name.

    The search ends, without going further up, at a folder with a `.git` in it, because what is above belongs to
    another repository, and where another file system begins, as git's own search does.
    """
    folder = Path(os.path.abspath(start))  # noqa: PTH100 (links in the user's own path stay as they were typed)
    if not folder.is_dir():
        folder = folder.parent
    try:
        device = folder.stat().st_dev
        for place in (folder, *folder.parents):
            if place.stat().st_dev != device:
                return None
            if (place / name).is_file():
                return place
            if os.path.lexists(place / ".git"):
                return None
    except OSError as error:
        raise UnreadableFileError(str(start), f"cannot be searched: {reason_of(error)}") from None
    return None


def list_projects(root: Path) -> tuple[PurePosixPath, ...]:
    """Return the folders below a root (itself included, as `.`) that hold all of `PROJECT_FILES`, in path order.

    Left out are `NEVER_ENTERED`, what the `.gitignore` files from the root down exclude (git's other lists of
    exclusions are a user's own, and do not count), nested repositories, links, and what lies deeper than
    `DEEPEST_PROJECT`. Folders without permission are passed over: what cannot be read is no project.
    """
    return tuple(sorted((PurePosixPath(path) for path in _search(root)), key=str))


def _search(root: Path) -> Iterator[str]:
    pending: list[tuple[str, tuple[IgnoreFile, ...]]] = [("", ())]
    seen = 0
    while pending:
        above, ignores = pending.pop()
        seen += 1
        if seen > MOST_FOLDERS:
            raise TooManyFoldersError(str(root))
        files, folders = _names(root / above)
        if above and ".git" in files | folders:
            continue
        if files >= PROJECT_FILES:
            yield above or "."
        if ".gitignore" in files:
            ignores = (*ignores, IgnoreFile(root, above))
        if above.count("/") + bool(above) >= DEEPEST_PROJECT:
            continue
        for name in sorted(folders - NEVER_ENTERED, reverse=True):
            path = f"{above}/{name}" if above else name
            if not _is_ignored(path, ignores):
                pending.append((path, ignores))


def _names(folder: Path) -> tuple[set[str], set[str]]:
    """Return the names of the files and of the folders in a folder; links to files count, links to folders do not."""
    files, folders = set(), set()
    try:
        with os.scandir(folder) as listing:
            for item in listing:
                if item.is_dir(follow_symlinks=False):
                    folders.add(item.name)
                elif item.is_file():
                    files.add(item.name)
    except OSError:
        return set(), set()
    return files, folders


def _is_ignored(path: str, ignores: tuple[IgnoreFile, ...]) -> bool:
    """The innermost file that speaks of a path decides (gitignore(5))."""
    for ignore in reversed(ignores):
        verdict = ignore.says(path)
        if verdict is not None:
            return verdict
    return False
