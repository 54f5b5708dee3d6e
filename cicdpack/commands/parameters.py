"""The parameters of one project, layer on layer: who says what, and what of it cannot be.

schema defaults < hosts of the project's targets < baked-in hosts < `cicd_params.json` < `project_params.json`
< facts of the project < `--set` of earlier runs, as the receipt keeps it < `--set`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._shell import quoted
from cicdpack.bundle.binding import Layer
from cicdpack.commands.cli_versions import is_known_bad, minimum_cli_version
from cicdpack.commands.hosts import hosts_of_targets
from cicdpack.commands.repository import REPOSITORY_PARAMETERS, Project, Repository
from cicdpack.errors import CicdpackError
from cicdpack.problems import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.bundle.schema import Schema

STAGING_HOST = "input_databricks_staging_workspace_host"
PROD_HOST = "input_databricks_prod_workspace_host"
CLI_VERSION = "input_cli_version"
PLATFORM = "input_cicd_platform"
CLOUD = "input_cloud"
FACTS = "the project"
SETTINGS = "--set"


class CloudsDiffer(CicdpackError):
    """The repository and the project name different clouds."""

    def __init__(self, ours: object, theirs: object, path: str) -> None:
        super().__init__(
            f"`{CLOUD}` is `{ours}`, but {path} says `{theirs}`",
            location=Location(path=REPOSITORY_PARAMETERS),
            hint="the pipelines of one repo serve one cloud; fix the wrong one,"
            f" or pass `--set {quoted(f'{CLOUD}={theirs}')}`",
        )


class NoWorkspaceHost(CicdpackError):
    """Nobody says where staging or prod is."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"`{name}` is not set, and neither a deploy-cicd.yml nor the project's targets name the workspace",
            location=Location(path=REPOSITORY_PARAMETERS),
            hint=f'add `"{name}": "https://..."` to {REPOSITORY_PARAMETERS}, or pass `--set {name}=https://...`',
        )
        self.name = name


def layers_of(
    repository: Repository,
    project: Project,
    settings: Mapping[str, str],
    schema: Schema,
    *,
    kept: Mapping[str, object] | None = None,
) -> tuple[tuple[Layer, ...], tuple[Problem, ...]]:
    """Return the layers, lowest first, and what was noticed. Raises `CloudsDiffer` and `NoWorkspaceHost`.

    `kept` are values that `--set` gave on earlier runs; one that the bundle knows no more is left out.
    """
    kept = {name: value for name, value in (kept or {}).items() if name in schema.properties}
    set_by_hand = {**kept, **settings}
    _check_clouds(repository, project, set_by_hand)
    _check_hosts(repository, project, set_by_hand, schema)
    facts: dict[str, object] = {
        "input_project_name": project.name,
        "input_project_folder": project.folder,
        "input_include_models_in_unity_catalog": "yes" if project.declares_catalog else "no",
    }
    bump, problems = _bump(repository, project, set_by_hand, schema)
    known = {name: value for name, value in (facts | bump).items() if name in schema.properties}
    return (
        _targets_layer(project, schema),
        _baked_layer(repository, schema),
        repository.parameters,
        project.parameters,
        Layer(origin=FACTS, source=project.file_path, values=known),
        Layer(origin=SETTINGS, values=kept),
        Layer(origin=SETTINGS, values=dict(settings), strict=True),
    ), problems


def _targets_layer(project: Project, schema: Schema) -> Layer:
    """What is deployed already stays where it is, where nobody says otherwise."""
    hosts = hosts_of_targets(project.targets)
    named = {STAGING_HOST: hosts.get("staging"), PROD_HOST: hosts.get("prod")}
    known = {name: host for name, host in named.items() if host and name in schema.properties}
    return Layer(origin=project.file_path, source=project.file_path, values=known)


def _baked_layer(repository: Repository, schema: Schema) -> Layer:
    hosts = repository.baked_hosts
    if hosts is None:
        return Layer(origin="deploy-cicd.yml", values={})
    values = {STAGING_HOST: hosts.staging, PROD_HOST: hosts.prod}
    known = {name: value for name, value in values.items() if name in schema.properties}
    return Layer(origin=hosts.source, source=hosts.source, values=known)


def _check_clouds(repository: Repository, project: Project, settings: Mapping[str, object]) -> None:
    ours, theirs = repository.parameters.values.get(CLOUD), project.parameters.values.get(CLOUD)
    if CLOUD not in settings and ours is not None and theirs is not None and ours != theirs:
        raise CloudsDiffer(ours, theirs, project.parameters_path)


def _check_hosts(repository: Repository, project: Project, settings: Mapping[str, object], schema: Schema) -> None:
    named = _targets_layer(project, schema).values
    given = {**named, **repository.parameters.values, **project.parameters.values, **settings}
    for name in (STAGING_HOST, PROD_HOST):
        if name in schema.properties and not given.get(name) and repository.baked_hosts is None:
            raise NoWorkspaceHost(name)


def _bump(
    repository: Repository, project: Project, settings: Mapping[str, object], schema: Schema
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """Replace a CLI version that cannot deploy, unless `--set` asked for it by name."""
    if CLI_VERSION not in schema.properties or CLI_VERSION in settings:
        return {}, ()
    default = str(schema.properties[CLI_VERSION].default or "")
    asked = str(project.parameters.values.get(CLI_VERSION) or repository.parameters.values.get(CLI_VERSION) or default)
    if not is_known_bad(asked):
        return {}, ()
    bump = minimum_cli_version() if is_known_bad(default) else default
    return {CLI_VERSION: bump}, (
        Problem(
            rule="cli-cannot-deploy",
            severity="warning",
            message=f"`{CLI_VERSION}` `{asked}` fails every deployment since 2026-04-18: `{bump}` is rendered instead",
            location=Location(path=REPOSITORY_PARAMETERS),
            hint=f'write `"{CLI_VERSION}": "{bump}"` there;'
            f" `--set {quoted(f'{CLI_VERSION}={asked}')}` keeps the old one",
        ),
    )
