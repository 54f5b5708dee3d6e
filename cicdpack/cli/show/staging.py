"""Written paths -> the command that stages and commits them, and little else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._shell import command

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PLACES = 12
"""Places that the command lists; with more, `git status` shows them better than one long line."""


def commit_command(paths: Iterable[str], folders: Iterable[str] = ()) -> str:
    """Return the command for paths from the root of the repository; `folders` are those of projects.

    A path is staged with the project that it is in, else with the hidden folder at the top (`.github`, `.cicdpack`),
    else with its own folder; a file at the top by itself.
    """
    known = sorted(folders, key=len, reverse=True)
    places = sorted({_place(path, known) for path in paths})
    add = command("git add", *places) if len(places) <= MAX_PLACES else "git add --all"
    return f"{add} && git commit"


def _place(path: str, folders: Iterable[str]) -> str:
    for folder in folders:
        if path.startswith(f"{folder}/"):
            return folder
    top = path.split("/", 1)[0]
    return top if top.startswith(".") else path.rpartition("/")[0] or path
