"""`params explain`: each parameter of a project with its value, who gave it, and the templates that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._values import dataclass, field
from cicdpack.bundle.binding import DEFAULT_ORIGIN, LEGACY_NAMES
from cicdpack.bundle.bundle import OVERLAYS
from cicdpack.bundle.gojson import locate
from cicdpack.bundle.schema import SCHEMA_NAME
from cicdpack.commands.bundles import choose_bundle
from cicdpack.commands.parameters import CLI_VERSION, FACTS, SETTINGS
from cicdpack.commands.records import Book
from cicdpack.commands.repository import open_repository, project_names
from cicdpack.commands.selection import select_projects
from cicdpack.commands.shares import bind_parameters
from cicdpack.commands.uses import find_uses
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cicdpack.bundle.binding import Layer
    from cicdpack.bundle.bundle import Bundle
    from cicdpack.commands.records import Found
    from cicdpack.commands.repository import Project, Repository
    from cicdpack.problems import Problem

Origin: TypeAlias = Literal[
    "default", "deploy workflow", "repository file", "project file", "project", "raised", "receipt", "--set"
]
"""Who gives a value, lowest first: the schema; the workspaces that an older `deploy-cicd.yml` bakes in;
`cicd_params.json`; `project_params.json`; the project's own `databricks.yml`; cicdpack, for a CLI version that cannot
deploy; `--set` of an earlier run, kept in the receipt; `--set`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainRequest:
    """One project (name or folder), with the settings that an `apply` would get."""

    project: str
    repo: Path | None = None
    bundle: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedParameter:
    """One parameter; `location` is where its value stands, if it stands in a file; `uses` are in path order."""

    name: str
    value: str | int | float | bool
    origin: Origin
    location: Location | None
    uses: tuple[Location, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All parameters in the order of the schema; `problems` are unknown and legacy names, and values replaced."""

    project: str
    folder: str
    bundle: str
    version: str
    parameters: tuple[ExplainedParameter, ...]
    problems: tuple[Problem, ...]

    @property
    def unused(self) -> tuple[str, ...]:
        """The parameters that no template uses."""
        return tuple(parameter.name for parameter in self.parameters if not parameter.uses)


def explain(request: ExplainRequest) -> Explanation:
    """Bind the parameters as `apply` would, and say where all of it comes from and goes to. Writes nothing."""
    repository = open_repository(request.repo)
    chosen = choose_bundle(repository.root, request.bundle)
    names = project_names(repository)
    (project,) = select_projects(repository, names, (request.project,))[:1]
    found = Book(repository.root, names).of(project.name, project.folder)
    bound, noticed = bind_parameters(repository, chosen, project, found.receipt, settings=request.settings)
    uses = find_uses(chosen.bundle)
    parameters = []
    for name, value in bound.values.items():
        origin = _origin(name, bound.origins[name], repository, project, request.settings)
        parameters.append(
            ExplainedParameter(
                name=name,
                value=value,
                origin=origin,
                location=_location(name, origin, chosen.bundle, repository, project, found),
                uses=uses[name],
            )
        )
    return Explanation(
        project=project.name,
        folder=project.folder,
        bundle=chosen.name,
        version=chosen.version,
        parameters=tuple(parameters),
        problems=(*noticed, *bound.problems),
    )


def _origin(name: str, layer: str, repository: Repository, project: Project, settings: Mapping[str, str]) -> Origin:
    if layer == DEFAULT_ORIGIN:
        return "default"
    if layer == SETTINGS:
        return "--set" if name in settings else "receipt"
    if layer == FACTS:
        return "raised" if name == CLI_VERSION else "project"
    if layer == repository.parameters.origin:
        return "repository file"
    return "project file" if layer == project.parameters.origin else "deploy workflow"


def _location(
    name: str, origin: Origin, bundle: Bundle, repository: Repository, project: Project, found: Found
) -> Location | None:
    """Return where a value stands."""
    match origin:
        case "default":
            path = SCHEMA_NAME if name in bundle.schema.properties else f"{OVERLAYS}/{SCHEMA_NAME}"
            data = next((entry.data for entry in bundle.content if entry.path == path), b"")
            return locate(name, data, path)
        case "repository file":
            return _in_layer(name, repository.parameters)
        case "project file":
            return _in_layer(name, project.parameters)
        case "deploy workflow":
            return Location(path=repository.baked_hosts.source) if repository.baked_hosts else None
        case "receipt":
            return Location(path=found.path)
        case "project":
            return Location(path=f"{project.folder}/databricks.yml")
        case "raised" | "--set":
            return None


def _in_layer(name: str, layer: Layer) -> Location | None:
    if layer.source is None or layer.data is None:
        return None
    legacy = next((old for old, new in LEGACY_NAMES.items() if new == name and old in layer.values), name)
    return locate(name if name in layer.values else legacy, layer.data, layer.source)
