"""The targets that a project's `databricks.yml` has already, beside those that the pipelines deploy to.

A deployment is known by who deployed it, the bundle's name and the target: a second set of targets, or a target that
gets another path, deploys everything once more beside the old. Nothing here reads or writes files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.errors import EXIT_NO, CicdpackError
from cicdpack.problems import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cicdpack.commands.repository import Project

CATALOGS = {
    "staging": "input_staging_catalog_name",
    "prod": "input_prod_catalog_name",
    "test": "input_test_catalog_name",
}
"""The parameters with the catalog of each target. MLOps Stacks of 2024 gave the targets these names."""

_MOVING = ("root_path", "state_path")
"""What of a target's `workspace` says where its deployment, and so what it knows of it, is kept."""


class TargetsOfCatalogs(CicdpackError):
    """The project has targets already, under the names of catalogs."""

    exit_code = EXIT_NO

    def __init__(self, path: str, renamed: Mapping[str, str]) -> None:
        listed = ", ".join(f"`{old}`" for old in renamed)
        wanted = ", ".join(f"`{new}`" for new in renamed.values())
        super().__init__(
            f"the targets {listed} are named after catalogs: with {wanted} beside them, all would be deployed twice",
            location=Location(path=path),
            hint=f"rename them to {wanted}; each is a new deployment then, so read docs/moving-over.md before",
        )
        self.renamed = dict(renamed)


def check_target_names(project: Project, values: Mapping[str, object]) -> None:
    """Refuse to put targets beside those that MLOps Stacks named after catalogs. Raises `TargetsOfCatalogs`.

    A catalog may well be called as one of the usual targets: these are what they are called.
    """
    others = project.targets.keys() - {"dev", *CATALOGS}
    renamed = {
        str(values[parameter]): target
        for target, parameter in CATALOGS.items()
        if values.get(parameter) in others and target not in project.targets
    }
    if renamed:
        raise TargetsOfCatalogs(project.file_path, renamed)


def notice_moves(project: Project, wanted: Mapping[str, object]) -> Iterator[Problem]:
    """Yield a warning for each target that is there and, by what is wanted of its file, gets a path that it lacks."""
    targets = wanted.get("targets")
    for name, target in targets.items() if isinstance(targets, dict) else ():
        new, old = _workspace(target), _workspace(project.targets.get(name))
        moving = [key for key in _MOVING if key in new and key not in old]
        if name in project.targets and moving:
            yield _move(project, name, moving)


def notice_empty_hosts(project: Project, values: Mapping[str, object]) -> Iterator[Problem]:
    """Yield a warning for each target with an empty `host:`, as MLOps Stacks writes it for `dev`.

    The CLI warns of it whatever the target is, and with `--strict` a warning fails.
    """
    for name, target in project.targets.items() if values.get("input_validate_strict") == "yes" else ():
        workspace = _workspace(target)
        if "host" in workspace and workspace["host"] is None:
            yield Problem(
                rule="empty-host",
                severity="warning",
                message=f"the `host` of the target `{name}` is empty: `bundle validate --strict` fails in pipelines",
                location=Location(path=project.file_path),
                hint="write the workspace there or remove the line; or set `input_validate_strict` to `no`",
            )


def _workspace(target: object) -> Mapping[str, object]:
    workspace = target.get("workspace") if isinstance(target, dict) else None
    return workspace if isinstance(workspace, dict) else {}


def _move(project: Project, name: str, moving: list[str]) -> Problem:
    listed = " and ".join(f"`{key}`" for key in moving)
    return Problem(
        rule="deployment-moves",
        severity="warning",
        message=f"the target `{name}` gets a {listed} of its own: what was deployed to it before stays, and runs on",
        location=Location(path=project.file_path),
        hint=f"if it was deployed, destroy that with the file as it was: `databricks bundle destroy -t {name}`"
        if name == "test"
        else "for a project that was deployed, leave `input_deployment_identity` at `deployer`: docs/pipelines.md",
    )
