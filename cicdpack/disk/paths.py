"""Which paths may be used below a root, and how what is found there is named; the errors about both."""

from __future__ import annotations

import os
import re
import stat

from cicdpack.errors import CicdpackError

DEEPEST_PATH = 128
"""Components of a path: archives hold at most 64, and a project's own folders come on top."""

# Code points that HFS+ leaves out when it compares names, as git's `core.protectHFS` has them.
_IGNORABLE = "[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]"
_GIT_NAME = re.compile(r"(\.git|git~[0-9]+)[. ]*(:.*)?", re.IGNORECASE | re.DOTALL)


class UnsafePathError(CicdpackError):
    """A path that is no plain relative path below its root, or that reaches into a repository's own data."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"path `{_printable(path)}` {reason}")
        self.path = path
        self.reason = reason


class BlockedPathError(CicdpackError):
    """Something on the way to a file is no folder: a link, a file, a device. `where` is its path below the root."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(
            f"`{_printable(where)}` is {what}, not a folder",
            hint=f"make `{_printable(where)}` a folder of its own; links are never followed when files are written",
        )
        self.what = what
        self.where = where


class UnreadableFileError(CicdpackError):
    """A file or folder that cannot be read: missing, too large, without permission; `reason` is a clause."""

    def __init__(self, path: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"`{_printable(path)}` {reason}", hint=hint)
        self.path = path
        self.reason = reason


class UnwritableFileError(CicdpackError):
    """A file that could not be written: it is as it was before, unless the hint says otherwise."""

    def __init__(self, path: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"`{_printable(path)}` cannot be written: {reason}", hint=hint)
        self.path = path
        self.reason = reason


def _printable(path: str) -> str:
    """Return the path with everything escaped that a terminal or an encoder could choke on."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in path)


def split_path(path: str) -> tuple[str, ...]:
    """Return the components of a relative POSIX path; refuse whatever could lead out of its root or into `.git`.

    A backslash is a character like any other where the system says so, and refused on Windows, as is a colon there.
    """
    parts = tuple(path.split("/"))
    if path.startswith("/"):
        raise UnsafePathError(path, "is absolute")
    if "\0" in path:
        raise UnsafePathError(path, "holds a NUL character")
    if len(parts) > DEEPEST_PATH:
        raise UnsafePathError(path, f"is more than {DEEPEST_PATH} levels deep")
    for part in parts:
        if part in ("", ".", ".."):
            raise UnsafePathError(path, "has an empty component" if not part else f"has a component `{part}`")
        if _GIT_NAME.fullmatch(part if part.isascii() else re.sub(_IGNORABLE, "", part)):
            raise UnsafePathError(path, "leads into the data of a git repository")
        if os.sep == "\\" and ("\\" in part or ":" in part):
            raise UnsafePathError(path, "holds a backslash or a colon")
    return parts


def kind_of(status: os.stat_result) -> str:
    """Return what an `lstat` found, in words, as in "a symbolic link"."""
    mode = status.st_mode
    if stat.S_ISLNK(mode) or is_reparse_point(status):
        return "a symbolic link"
    for test, words in (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISREG, "a file"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if test(mode):
            return words
    return "a device"


def is_reparse_point(status: os.stat_result) -> bool:
    """Whether Windows would go elsewhere from here (junctions and mount points are no symbolic links to `lstat`)."""
    return bool(getattr(status, "st_file_attributes", 0) & 0x400)  # FILE_ATTRIBUTE_REPARSE_POINT in winnt.h


def reason_of(error: OSError) -> str:
    """Return the system's words for an error, in lower case as the package's own messages are."""
    words = error.strerror or type(error).__name__
    return words[:1].lower() + words[1:]
