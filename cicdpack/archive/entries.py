"""`Entry`, the one value that a folder and an archive have in common, and `Tree`, its kin with folders and modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One regular file: relative POSIX path, whole content, whether it may be executed.

    The path bears no `cicd/` prefix; that belongs to the archive's encoding.
    """

    path: str
    data: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFile:
    """One regular file of a template tree: relative POSIX path, whole content, permission bits (0 to 0o777)."""

    path: str
    data: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A folder as a template engine sees it: files in path order, and every folder (empty ones too), links followed.

    Folder paths are relative, POSIX, without a trailing slash; the root itself is not listed.
    """

    files: tuple[TreeFile, ...] = ()
    folders: tuple[str, ...] = ()


def sort_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries in the one order there is: ascending by the bytes of the UTF-8 path."""
    return tuple(sorted(entries, key=lambda entry: entry.path.encode("utf-8", "surrogateescape")))
