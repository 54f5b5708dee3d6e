"""What one `.gitignore` says of folders (gitignore(5)), without a library where that is plain to see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

LARGEST_IGNORE_FILE = 1024 * 1024
"""Bytes of one `.gitignore` that are read."""

_WILDCARDS = frozenset("*?[")

_Hint = tuple[str, tuple[str, ...]]
"""The name that a pattern fits, or an empty text and the parts that such a name has."""


class IgnoreFile:
    """The `.gitignore` of one folder; read when the first path is asked about.

    The library that knows what patterns mean takes longer to import than most searches take, so it is asked only about
    paths that some line could speak of.
    """

    __slots__ = ("_folder", "_hints", "_lines", "_root", "_spec")

    def __init__(self, root: Path, folder: str) -> None:
        self._root = root
        self._folder = folder
        self._lines: list[str] | None = None
        self._hints: list[_Hint] = []
        self._spec: GitIgnoreSpec | None = None

    def says(self, path: str) -> bool | None:
        """Whether a folder is excluded; None if no line of this file speaks of it."""
        if self._lines is None:
            self._lines = self._read()
            self._hints = [hint for line in self._lines if (hint := _hint(line)) is not None]
        below = path[len(self._folder) + 1 :] if self._folder else path
        if not _may_speak(self._hints, below):
            return None
        if self._spec is None:
            self._spec = _spec_of(self._lines)
        return self._spec.check_file(f"{below}/").include

    def _read(self) -> list[str]:
        try:
            with (self._root / self._folder / ".gitignore").open("rb") as file:
                return file.read(LARGEST_IGNORE_FILE).decode("utf-8", "replace").splitlines()
        except OSError:
            return []


def _hint(line: str) -> _Hint | None:
    """Return what a name has to be, or else to contain, for a line to speak of it; None for a line that says nothing.

    A pattern fits a path only if its last part fits one of the path's names (gitignore(5)). What cannot be told so
    cheaply is taken to fit everything: escapes, what follows a bracket, a line with a blank at its end.
    """
    if not line or line.startswith("#"):
        return None
    last = line.removeprefix("!").rstrip("/").rpartition("/")[2]
    if "\\" in line or line[-1].isspace():
        return "", ()
    if not _WILDCARDS.intersection(last):
        return last, ()
    return "", tuple(last.partition("[")[0].replace("?", "*").split("*"))


def _may_speak(hints: list[_Hint], path: str) -> bool:
    names = path.split("/")
    for exact, parts in hints:
        if exact in names if exact else any(all(part in name for part in parts) for name in names):
            return True
    return False


def _spec_of(lines: list[str]) -> GitIgnoreSpec:
    """Read the patterns; those that are none (a lone `!`, a range upside down) fit nothing, as in git."""
    import warnings

    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        # A bracket in brackets is a character to git; `re` warns that it may mean something else one day.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return GitIgnoreSpec.from_lines(lines)
        except (ValueError, re.error):
            return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True
