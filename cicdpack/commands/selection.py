"""What was typed as projects -> the projects: names, folders, patterns such as `ml/*`, or all there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.commands.repository import Project, Repository, find_project, load_project
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATTERN = frozenset("*?[")


class NoProjects(CicdpackError):
    """Nothing to work on."""

    def __init__(self, pattern: str | None) -> None:
        message = f"no project matches `{pattern}`" if pattern else "there is no project in this repository"
        hint = "a project is a folder with `databricks.yml` and `project_params.json`; `cicdpack status` lists them"
        super().__init__(message, hint=hint)
        self.pattern = pattern


class NothingNamed(CicdpackError):
    """No project was named, and not all were asked for."""

    def __init__(self) -> None:
        super().__init__("no project is named", hint="name one, give a pattern such as `'ml/*'`, or pass `--all`")


def select_projects(
    repository: Repository, names: Mapping[str, str], typed: Sequence[str], *, everything: bool = False
) -> tuple[Project, ...]:
    """Return the projects meant, each once, in the order typed; all of them in folder order.

    `names` is folder -> `bundle.name`. Patterns match folders and names as the shell would; a name that is spelt
    like a pattern counts as a name first. Raises `NoProjects`, `NothingNamed` and what `find_project` raises.
    """
    if everything:
        if not names:
            raise NoProjects(None)
        return tuple(load_project(repository, folder) for folder in names)
    if not typed:
        raise NothingNamed
    found: dict[str, Project] = {}
    for word in dict.fromkeys(typed):
        for project in _matching(repository, names, word):
            found.setdefault(project.folder, project)
    return tuple(found.values())


def _matching(repository: Repository, names: Mapping[str, str], word: str) -> tuple[Project, ...]:
    if not _PATTERN & set(word) or word in names or word in names.values():
        return (find_project(repository, word, names),)
    pattern = word.removeprefix("./").rstrip("/").split("/")
    folders = [folder for folder, name in names.items() if _fits(folder.split("/"), pattern) or _fits([name], pattern)]
    if not folders:
        raise NoProjects(word)
    return tuple(load_project(repository, folder) for folder in folders)


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Match part by part, so that `*` stays within one folder; `**` is any number of folders."""
    from fnmatch import fnmatchcase

    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[skipped:], pattern[1:]) for skipped in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])
