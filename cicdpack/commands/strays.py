"""Files that slips in MLOps Stacks left in a repository: found, and said what they are; nothing is removed here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.commands.names import folder_for
from cicdpack.commands.pipelines import GITLAB, pipelines_of
from cicdpack.commands.repository import PROJECT_FILE
from cicdpack.disk.snapshot import snapshot
from cicdpack.planning.changes import Delete, Present

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from cicdpack.commands.repository import Project

NOBODY = ("my_mlops_project", "placeholder")
"""Names that CICD_Only, which asks for none, made GitLab's pipelines for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A file that goes, and what it is, in a few lower-case words."""

    change: Delete
    reason: str


def find_strays(root: Path, project: Project, names: Collection[str]) -> tuple[Stray, ...]:
    """Return what lies around, in path order; `names` are those of all projects."""
    reasons = dict.fromkeys(_misplaced(project), "left by a slip in an older deploy workflow")
    nobody = [name for name in NOBODY if name not in names]
    reasons |= {
        path: f"a pipeline of `{name}`, which is no project here"
        for name in nobody
        for path in pipelines_of(name, GITLAB)
    }
    states = snapshot(root, sorted(reasons))
    return tuple(
        Stray(change=Delete(path=path, before=state), reason=reasons[path])
        for path, state in states.items()
        if isinstance(state, Present)
    )


def _misplaced(project: Project) -> set[str]:
    r"""Return what the deploy workflow wrote in place of `<project>/databricks.yml`.

    It put a backslash for the slash; in one version the folder's name was empty besides. Where a backslash separates
    folders, no file can be called so.
    """
    if os.sep == "\\":
        return set()
    as_the_workflow_has_it = project.name.replace(" ", "_").replace("-", "_")
    folders = ("", project.folder, folder_for(project.name), as_the_workflow_has_it)
    return {f"{folder}\\{PROJECT_FILE}" for folder in folders if "/" not in folder}
