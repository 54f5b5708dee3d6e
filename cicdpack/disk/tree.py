"""A folder -> the values that the rest works on: entries for an archive, or a tree for the template engine.

What goes in and what is executable are policies of the caller; here is only what the disk says. A repository's own
`.git` is never part of a tree.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from cicdpack._values import replace
from cicdpack.archive.entries import Entry, Tree, TreeFile, sort_entries
from cicdpack.disk.folder import read_to_end
from cicdpack.disk.paths import UnreadableFileError, is_reparse_point, kind_of, reason_of
from cicdpack.errors import CicdpackError
from cicdpack.problems import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

LARGEST_TREE = 256 * 1024 * 1024
"""Bytes of all files together: the largest archive that is accepted, uncompressed."""

MOST_FILES = 100_000
"""Files in one tree: the most members that an archive may have."""

_READ: int = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)


class UnusableTreeError(CicdpackError):
    """A folder holds things that are no plain files: links, devices, names that are not Unicode. All are named."""

    def __init__(self, root: str, problems: tuple[Problem, ...]) -> None:
        named = "; ".join(str(problem) for problem in problems)
        count = "1 thing" if len(problems) == 1 else f"{len(problems)} things"
        super().__init__(
            f"`{root}` holds {count} that cannot be read as a plain file: {named}",
            hint="replace links by what they lead to, or exclude these paths",
        )
        self.root = root
        self.problems = problems


class TreeTooLargeError(CicdpackError):
    """A folder holds more files, or more bytes, than an archive may."""

    def __init__(self, root: str, limit: str) -> None:
        super().__init__(f"`{root}` holds more than {limit}", hint="exclude what does not belong to the bundle")
        self.root = root
        self.limit = limit


class _Budget:
    """What may still be read of one tree."""

    __slots__ = ("_bytes", "_files", "_root")

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._bytes = LARGEST_TREE
        self._files = MOST_FILES

    def read(self, place: str, path: str, *, follow: bool) -> tuple[bytes, int]:
        """Return a file's content and its `st_mode`."""
        self._files -= 1
        if self._files < 0:
            raise TreeTooLargeError(self._root, f"{MOST_FILES:,} files")
        try:
            data, mode = self._read(place, path, _READ if follow else _READ | _NO_FOLLOW)
        except OSError as error:
            raise UnreadableFileError(path, f"cannot be read: open {path}: {reason_of(error)}") from None
        self._bytes -= len(data)
        return data, mode

    def _read(self, place: str, path: str, flags: int) -> tuple[bytes, int]:
        fd = os.open(place, flags)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFileError(path, f"cannot be read: it leads to {kind_of(status)}")
            if status.st_size > self._bytes:
                raise TreeTooLargeError(self._root, f"{LARGEST_TREE // 1024**2} MiB")
            return read_to_end(fd, path, size=status.st_size, limit=self._bytes), status.st_mode
        finally:
            os.close(fd)


def read_tree(root: Path, *, is_ignored: Callable[[str, bool], bool] | None = None) -> tuple[Entry, ...]:
    """Return every file below a folder, in archive order; `executable` is the owner's x bit.

    `is_ignored(path, is_folder)` gets relative POSIX paths; what it says yes to is left out, folders with all below.
    No link is followed. Raises `UnusableTreeError` with all links, special files and undecodable names at once,
    `TreeTooLargeError` above `LARGEST_TREE` or `MOST_FILES`, `UnreadableFileError` for what may not be read.
    """
    problems: list[Problem] = []
    budget = _Budget(root)
    entries = []
    for path, item in _walk(root, is_ignored or _nothing):
        problem = _check(path, item)
        if problem is not None:
            problems.append(problem)
        elif not item.is_dir(follow_symlinks=False):
            data, mode = budget.read(item.path, path, follow=False)
            entries.append(Entry(path=path, data=data, executable=bool(mode & 0o100)))
    if problems:
        raise UnusableTreeError(str(root), tuple(problems))
    return sort_entries(entries)


def read_template_tree(root: Path, *, within: Iterable[str] = ()) -> Tree:
    """Return a template's folder as the Databricks CLI sees it: links to files followed, empty folders listed.

    `within` names the files and folders at the top that matter, such as `library` and `template`; nothing else is
    looked at then, and what is missing is left out; a link to a folder among them is followed. A file has the
    permission bits of what a link leads to. Any other link to a folder, a link to nothing and a special file raise
    `UnreadableFileError`, worded as the CLI's own error; the limits are those of `read_tree`.
    """
    wanted = frozenset(within)
    linked = sorted(name for name in wanted if (root / name).is_symlink() and (root / name).is_dir())
    own = _read_template_tree(root, lambda top: bool(wanted) and (top not in wanted or top in linked))
    files, folders = [*own.files], [*own.folders, *linked]
    for name in linked:
        inner = _read_template_tree(root / name, lambda _top: False)
        files += [replace(file, path=f"{name}/{file.path}") for file in inner.files]
        folders += [f"{name}/{folder}" for folder in inner.folders]
    return Tree(files=tuple(sorted(files, key=lambda file: file.path.encode())), folders=tuple(sorted(folders)))


def _read_template_tree(root: Path, is_left_out: Callable[[str], bool]) -> Tree:
    """Read a folder but for some of the members at its top."""
    budget = _Budget(root)
    files, folders = [], []
    for path, item in _walk(root, lambda path, _: is_left_out(path.split("/")[0])):
        problem = _check(path, item)
        if item.is_dir(follow_symlinks=False) and problem is None:
            folders.append(path)
            continue
        if problem is not None and not item.is_symlink():
            raise UnusableTreeError(str(root), (problem,))
        data, mode = budget.read(item.path, path, follow=True)
        files.append(TreeFile(path=path, data=data, mode=mode & 0o777))
    return Tree(files=tuple(files), folders=tuple(folders))


def _nothing(path: str, is_folder: bool) -> bool:  # noqa: ARG001, FBT001
    return False


def _walk(root: Path, is_ignored: Callable[[str, bool], bool]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield everything below a folder, folders before what is in them, in the order of names; links are not entered."""
    pending = [""]
    while pending:
        above = pending.pop()
        try:
            with os.scandir(root / above) as listing:
                items = sorted(listing, key=lambda item: item.name)
        except OSError as error:
            raise UnreadableFileError(str(root / above), f"cannot be read: {reason_of(error)}") from None
        inner = []
        for item in items:
            path = f"{above}/{item.name}" if above else item.name
            is_folder = item.is_dir(follow_symlinks=False)
            if item.name == ".git" or is_ignored(path, is_folder):
                continue
            yield path, item
            if is_folder and not _is_junction(item):
                inner.append(path)
        pending.extend(reversed(inner))


def _is_junction(item: os.DirEntry[str]) -> bool:
    return os.name == "nt" and is_reparse_point(item.stat(follow_symlinks=False))


def _check(path: str, item: os.DirEntry[str]) -> Problem | None:
    """Return what stands against reading an item as a plain file or folder."""
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return Problem(rule="undecodable-name", message="the name is not valid UTF-8", location=Location(path=shown))
    if os.name != "nt" and (item.is_file(follow_symlinks=False) or item.is_dir(follow_symlinks=False)):
        return None  # What the listing said is enough, where it need not tell reparse points.
    status = item.stat(follow_symlinks=False)
    if (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)) and not is_reparse_point(status):
        return None
    rule = "link" if item.is_symlink() or is_reparse_point(status) else "special-file"
    return Problem(rule=rule, message=f"is {kind_of(status)}", location=Location(path=path))
