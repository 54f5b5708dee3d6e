"""One project -> its share of a plan: parameters bound, pipelines rendered and checked, what an earlier run did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.binding import bind
from cicdpack.bundle.render import render
from cicdpack.bundle.rendering import RenderedFile
from cicdpack.commands.branch_parameters import check_branches
from cicdpack.commands.notices import notices_of
from cicdpack.commands.parameters import PLATFORM, SETTINGS, layers_of
from cicdpack.commands.records import Found, bases_of
from cicdpack.commands.seeds import seed_of
from cicdpack.commands.targets import check_target_names
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Present
from cicdpack.planning.plan import Wanted, WantedFile, WantedValues
from cicdpack.planning.receipts import Parameter
from cicdpack.validate.rendering import check_pipeline, check_rendering, is_pipeline

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cicdpack.bundle.binding import Bound
    from cicdpack.bundle.rendering import Rendering
    from cicdpack.commands.bundles import ChosenBundle
    from cicdpack.commands.repository import Project, Repository
    from cicdpack.planning.receipts import Receipt
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one project wants, with which parameters, and the receipt of what it got before."""

    project: Project
    parameters: Mapping[str, Parameter]
    wanted: tuple[Wanted, ...]
    problems: tuple[Problem, ...]
    found: Found

    @property
    def receipt(self) -> Receipt | None:
        """What was applied before, if anything was."""
        return self.found.receipt

    def value(self, name: str) -> str:
        """Return a parameter's value as a text, empty where there is none."""
        return str(self.parameters[name].value) if name in self.parameters else ""


def make_share(
    repository: Repository,
    chosen: ChosenBundle,
    project: Project,
    found: Found,
    *,
    settings: Mapping[str, str],
    unset: Collection[str] = (),
) -> Share:
    """Bind, render and check for one project. Raises `NothingRendered`, `InvalidRendering` and what those raise."""
    bound, noticed = bind_parameters(repository, chosen, project, found.receipt, settings=settings, unset=unset)
    check_branches(bound.values, bound.origins)
    check_target_names(project, bound.values)
    rendering = render(chosen.bundle, bound.values, seed=seed_of(chosen.digest, project.name))
    if not rendering.files:
        platform = str(bound.values.get(PLATFORM, ""))
        raise NothingRendered(project.name, platform, chosen.platforms)
    problems = check_rendering(rendering)
    if any(problem.severity == "error" for problem in problems):
        raise InvalidRendering(project.name, problems)
    wanted = _wanted(rendering, found.receipt)
    is_news = found.receipt is None or found.receipt.bundle.digest != chosen.digest
    return Share(
        project=project,
        parameters={
            name: Parameter(value=value, origin=bound.origins[name]) for name, value in sorted(bound.values.items())
        },
        wanted=wanted,
        problems=(
            *noticed,
            *bound.problems,
            *notices_of(repository, project, bound, rendering, wanted, is_news=is_news),
            *problems,
        ),
        found=found,
    )


def bind_parameters(
    repository: Repository,
    chosen: ChosenBundle,
    project: Project,
    receipt: Receipt | None,
    *,
    settings: Mapping[str, str],
    unset: Collection[str] = (),
) -> tuple[Bound, tuple[Problem, ...]]:
    """Give every parameter its value; what `--set` gave on earlier runs counts until it is unset."""
    kept = {name: value for name, value in kept_settings(receipt).items() if name not in unset}
    layers, noticed = layers_of(repository, project, settings, chosen.bundle.parameters, kept=kept)
    return bind(chosen.bundle, layers), noticed


def kept_settings(receipt: Receipt | None) -> dict[str, object]:
    """Return what `--set` gave on the runs that a receipt tells of."""
    parameters = receipt.parameters.items() if receipt is not None else ()
    return {name: parameter.value for name, parameter in parameters if parameter.origin == SETTINGS}


def find_faults(path: str, data: bytes) -> tuple[str, ...]:
    """Return what is wrong with a merged file, by the checks that a rendered one passes."""
    if is_pipeline(path):
        file = RenderedFile(path=path, data=data, source=path)
        return tuple(problem.message for problem in check_pipeline(file) if problem.severity == "error")
    if path.endswith((".yml", ".yaml")):
        from cicdpack.yamledit.loading import load

        try:
            load(data, source=path)
        except CicdpackError as error:
            return (error.message,)
    return ()


def _wanted(rendering: Rendering, receipt: Receipt | None) -> tuple[Wanted, ...]:
    """Return what is wanted, and for overlays that render no more, that their values go."""
    files = tuple(
        WantedFile(path=file.path, after=Present(data=file.data, executable=file.executable))
        for file in rendering.files
    )
    bases = bases_of(receipt)
    values = tuple(
        WantedValues(
            path=overlay.path,
            values=overlay.value(),
            creates=overlay.create,
            origin=overlay.source,
            base=bases.get(overlay.path),
        )
        for overlay in rendering.overlays
    )
    still = {want.path for want in files} | {want.path for want in values}
    gone = tuple(WantedValues(path=path, values={}, base=base) for path, base in bases.items() if path not in still)
    return (*files, *values, *gone)
