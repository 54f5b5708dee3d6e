"""Project names that cannot be: they would give no folder, or share a folder or file names with another project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack.errors import CicdpackError
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cicdpack.commands.repository import Project

_DROPPED = re.compile(r"[^A-Za-z0-9_-]")


class UnusableName(CicdpackError):
    """A project's `bundle.name` that no pipeline can be named after."""

    def __init__(self, project: Project, reason: str) -> None:
        super().__init__(
            f"the name `{project.name}` {reason}",
            location=Location(path=f"{project.folder}/databricks.yml"),
            hint="give the project another `bundle.name`: letters, digits, `_` and `-`",
        )
        self.project = project


def folder_for(name: str) -> str:
    """Return the folder that MLOps Stacks derives from a name: other characters dropped, then `-` becomes `_`."""
    return _DROPPED.sub("", name).replace("-", "_")


def check_names(projects: Iterable[Project], all_names: Mapping[str, str]) -> None:
    """Refuse a name that leaves nothing for a folder, or the same as that of another project in the repository.

    `all_names` is folder -> name.
    """
    by_name: dict[str, list[str]] = {}
    by_folder: dict[str, list[str]] = {}
    for folder, name in all_names.items():
        by_name.setdefault(name.casefold(), []).append(folder)
        by_folder.setdefault(folder_for(name).casefold(), []).append(folder)
    for project in projects:
        derived = folder_for(project.name)
        if not derived.strip("_"):
            raise UnusableName(project, "leaves nothing for a folder name")
        for folder in by_name.get(project.name.casefold(), ()):
            if folder != project.folder:
                reason = f"is also that of the project in `{folder}`: their pipelines would share files"
                raise UnusableName(project, reason)
        for folder in by_folder.get(derived.casefold(), ()):
            if folder != project.folder:
                reason = f"gives the same folder `{derived}` as `{all_names[folder]}` in `{folder}`"
                raise UnusableName(project, reason)
