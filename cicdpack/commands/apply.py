"""`apply`: bundle + projects -> a plan, and the plan -> disk. A dry run is a plan that nobody commits."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.binding import bind
from cicdpack.bundle.render import render
from cicdpack.commands.bundles import ChosenBundle, choose_bundle
from cicdpack.commands.names import check_name
from cicdpack.commands.parameters import layers_of
from cicdpack.commands.repository import Project, Repository, find_project, open_repository, project_names
from cicdpack.disk.commit import commit
from cicdpack.disk.recovery import recover
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Conflict, Plan, Present
from cicdpack.planning.plan import Wanted, WantedFile, WantedValues, make_plan
from cicdpack.validate.rendering import check_rendering

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cicdpack.bundle.rendering import Rendering
    from cicdpack.problems import Problem


class NothingRendered(CicdpackError):
    """The bundle has no pipelines for this project's platform: success would be a lie."""

    def __init__(self, project: str, platform: str, platforms: tuple[str, ...]) -> None:
        offered = ", ".join(f"`{name}`" for name in platforms) or "no platform"
        super().__init__(
            f"the bundle renders no file for `{project}` on `{platform}`: it offers {offered}",
            hint="set `input_cicd_platform` in cicd_params.json to one of these, or build a bundle that offers it",
        )


class InvalidRendering(CicdpackError):
    """What was rendered cannot work; `findings` says where and why. Nothing was written."""

    exit_code = 1

    def __init__(self, project: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"the pipelines rendered for `{project}` cannot work; nothing was written")
        self.findings = problems


class SharedFile(CicdpackError):
    """Two projects render the same file."""

    def __init__(self, path: str, projects: tuple[str, str]) -> None:
        super().__init__(
            f"`{path}` would be written for `{projects[0]}` and for `{projects[1]}`",
            hint="file names below `template/` have to contain `{{.input_project_name}}`",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest:
    """Names or folders of projects; `repo` None: found from the working folder; `bundle` None: `cicd.tar.gz` in it."""

    projects: tuple[str, ...]
    repo: Path | None = None
    bundle: Path | None = None
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPlan:
    """One project's share of the plan, with the facts that head it."""

    name: str
    folder: str
    platform: str
    cloud: str
    plan: Plan
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan for some projects of one repository, from one bundle; `digest` is the bundle's content digest in hex."""

    root: Path
    bundle: str
    version: str
    digest: str
    projects: tuple[ProjectPlan, ...]
    plan: Plan
    problems: tuple[Problem, ...]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What has to be settled by hand before anything is written."""
        return self.plan.conflicts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    project: Project
    platform: str
    cloud: str
    wanted: tuple[Wanted, ...]
    problems: tuple[Problem, ...]


def prepare(request: ApplyRequest) -> Prepared:
    """Render and plan; read the repository, write nothing."""
    repository = open_repository(request.repo)
    chosen = choose_bundle(repository.root, request.bundle)
    names = project_names(repository)
    projects = [find_project(repository, wanted, names) for wanted in dict.fromkeys(request.projects)]
    shares = [_share(repository, chosen, project, names, request.settings) for project in projects]
    wanted = _together(shares)
    current = snapshot(repository.root, {want.path for want in wanted})
    plan = make_plan(wanted, current)
    return Prepared(
        root=repository.root,
        bundle=chosen.name,
        version=chosen.version,
        digest=chosen.digest,
        projects=tuple(_project_plan(share, plan) for share in shares),
        plan=plan,
        problems=chosen.problems,
    )


def carry_out(prepared: Prepared) -> None:
    """Write a plan without conflicts; all of it, or nothing."""
    commit(prepared.root, prepared.plan)


def finish_earlier_run(root: Path | None) -> bool:
    """Finish or undo what a killed run left half done; tell whether there was anything."""
    return recover(open_repository(root).root) is not None


def _share(
    repository: Repository,
    chosen: ChosenBundle,
    project: Project,
    names: Mapping[str, str],
    settings: Mapping[str, str],
) -> _Share:
    check_name(project, names)
    layers, noticed = layers_of(repository, project, settings, chosen.bundle.parameters)
    bound = bind(chosen.bundle, layers)
    seed = hashlib.sha256(f"{chosen.digest}\0{project.name}".encode()).digest()
    rendering = render(chosen.bundle, bound.values, seed=seed)
    platform = str(bound.values.get("input_cicd_platform", ""))
    if not rendering.files:
        raise NothingRendered(project.name, platform, chosen.platforms)
    found = check_rendering(rendering)
    if any(problem.severity == "error" for problem in found):
        raise InvalidRendering(project.name, found)
    return _Share(
        project=project,
        platform=platform,
        cloud=str(bound.values.get("input_cloud", "")),
        wanted=_wanted(rendering),
        problems=(*noticed, *bound.problems, *found),
    )


def _wanted(rendering: Rendering) -> tuple[Wanted, ...]:
    files = (
        WantedFile(path=file.path, after=Present(data=file.data, executable=file.executable))
        for file in rendering.files
    )
    values = (
        WantedValues(path=overlay.path, values=overlay.value(), creates=overlay.create, origin=overlay.source)
        for overlay in rendering.overlays
    )
    return (*files, *values)


def _together(shares: list[_Share]) -> tuple[Wanted, ...]:
    """Join what all projects want; a file may be wanted by one of them only, values by any number."""
    owners: dict[str, str] = {}
    for share in shares:
        for want in share.wanted:
            if isinstance(want, WantedFile) and want.path in owners:
                raise SharedFile(want.path, (owners[want.path], share.project.name))
            owners[want.path] = share.project.name
    return tuple(want for share in shares for want in share.wanted)


def _project_plan(share: _Share, plan: Plan) -> ProjectPlan:
    paths = {want.path for want in share.wanted}
    return ProjectPlan(
        name=share.project.name,
        folder=share.project.folder,
        platform=share.platform,
        cloud=share.cloud,
        plan=Plan(changes=tuple(change for change in plan.changes if change.path in paths)),
        problems=share.problems,
    )
