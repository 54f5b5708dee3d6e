"""Project names that cannot be: they would give no folder, or share a folder or file names with another project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack.errors import CicdpackError
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def check_name(project: Project, others: Mapping[str, str]) -> None:
    """Refuse a name that leaves nothing for a folder, or the same as another project's; `others` is folder -> name."""
    derived = folder_for(project.name)
    if not derived.strip("_"):
        raise UnusableName(project, "leaves nothing for a folder name")
    for folder, name in others.items():
        if folder == project.folder:
            continue
        if name.casefold() == project.name.casefold():
            raise UnusableName(project, f"is also that of the project in `{folder}`: their pipelines would share files")
        if folder_for(name).casefold() == derived.casefold():
            raise UnusableName(project, f"gives the same folder `{derived}` as `{name}` in `{folder}`")
