"""`apply`: bundle + projects -> a plan, and the plan -> disk. A dry run is a plan that nobody commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.commands.bundles import ChosenBundle, choose_bundle
from cicdpack.commands.names import check_names
from cicdpack.commands.parameters import CLOUD, PLATFORM
from cicdpack.commands.rebase import Renderings
from cicdpack.commands.recording import record
from cicdpack.commands.records import HOME, Book
from cicdpack.commands.repository import open_repository, project_names
from cicdpack.commands.selection import select_projects
from cicdpack.commands.shares import InvalidRendering, NothingRendered, Share, find_faults, make_share
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.bases import Base, Rules
from cicdpack.planning.changes import Change, Conflict, Plan
from cicdpack.planning.plan import Wanted, WantedFile, decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cicdpack.planning.bases import OnConflict
    from cicdpack.planning.changes import Create, Delete, Merge, Update
    from cicdpack.planning.plan import Decided
    from cicdpack.problems import Problem

__all__ = [
    "ApplyRequest",
    "InvalidRendering",
    "NothingRendered",
    "Prepared",
    "ProjectPlan",
    "SharedFile",
    "carry_out",
    "finish_earlier_run",
    "prepare",
]


class SharedFile(CicdpackError):
    """Two projects render the same file."""

    def __init__(self, path: str, projects: tuple[str, str]) -> None:
        super().__init__(
            f"`{path}` would be written for `{projects[0]}` and for `{projects[1]}`",
            hint="file names below `template/` have to contain `{{.input_project_name}}`",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest:
    """Names, folders or patterns of projects; `repo` None: found from the working folder; `bundle` None: `cicd.tar.gz`.

    `everything` means all projects. `unset` names parameters that `--set` gave on an earlier run and that are to be
    found elsewhere again. `restore` brings files back that were deleted here.
    """

    projects: tuple[str, ...]
    repo: Path | None = None
    bundle: Path | None = None
    settings: Mapping[str, str]
    everything: bool = False
    on_conflict: OnConflict = "fail"
    unset: tuple[str, ...] = ()
    restore: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPlan:
    """One project's share of the plan, with the facts that head it; the records below `.cicdpack` are left out.

    `is_new` says that nothing was recorded of it before.
    """

    name: str
    folder: str
    platform: str
    cloud: str
    is_new: bool
    plan: Plan
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan for some projects of one repository, from one bundle; `digest` is the bundle's content digest in hex.

    `plan` is everything that will be written, receipts and bundles below `.cicdpack` included.
    """

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

    @property
    def records(self) -> tuple[Change, ...]:
        """The changes of receipts and of the bundles that they name."""
        return tuple(change for change in self.plan.changes if change.path.startswith(f"{HOME}/"))

    @property
    def writes(self) -> tuple[Create | Update | Merge | Delete, ...]:
        """The changes that people look at: all that touch the disk but the records."""
        return tuple(change for change in self.plan.writes if not change.path.startswith(f"{HOME}/"))


def prepare(request: ApplyRequest) -> Prepared:
    """Render and plan; read the repository, write nothing."""
    repository = open_repository(request.repo)
    chosen = choose_bundle(repository.root, request.bundle)
    names = project_names(repository)
    projects = select_projects(repository, names, request.projects, everything=request.everything)
    check_names(projects, names)
    book = Book(repository.root, names)
    shares = [
        make_share(
            repository,
            chosen,
            project,
            book.of(project.name, project.folder),
            settings=request.settings,
            unset=request.unset,
        )
        for project in projects
    ]
    decided = _decide(repository.root, chosen, shares, request)
    changes = {change.path: change for change in decided.plan.changes}
    records = () if decided.plan.conflicts else record(repository.root, book, chosen, shares, changes, decided.outcomes)
    return Prepared(
        root=repository.root,
        bundle=chosen.name,
        version=chosen.version,
        digest=chosen.digest,
        projects=tuple(_project_plan(share, changes) for share in shares),
        plan=Plan(changes=tuple(sorted((*changes.values(), *records), key=lambda change: change.path))),
        problems=chosen.problems,
    )


def carry_out(prepared: Prepared) -> None:
    """Write a plan without conflicts; all of it, or nothing."""
    from cicdpack.disk.commit import commit

    commit(prepared.root, prepared.plan)


def finish_earlier_run(root: Path | None) -> bool:
    """Finish or undo what a killed run left half done; tell whether there was anything."""
    from cicdpack.disk.recovery import recover

    return recover(open_repository(root).root) is not None


def _decide(root: Path, chosen: ChosenBundle, shares: Sequence[Share], request: ApplyRequest) -> Decided:
    """Compare what all projects want with what is there and with what their receipts say."""
    wanted = _together(shares)
    renderings = Renderings(root, {} if chosen.overlays_from else {chosen.digest: chosen.bundle})
    bases: dict[str, Base] = {}
    left_over: dict[str, str] = {}
    for share in shares:
        receipt = share.receipt
        if receipt is not None:
            bases |= {path: renderings.base(receipt, path, item) for path, item in receipt.files.items()}
            left_over |= receipt.left_over
    current = snapshot(root, dict.fromkeys([*(want.path for want in wanted), *bases, *left_over]))
    rules = Rules(
        on_conflict=request.on_conflict,
        check=find_faults,
        restore=request.restore,
        theirs=f"bundle {chosen.version}",
    )
    return decide(wanted, current, bases, left_over=left_over, rules=rules)


def _together(shares: Sequence[Share]) -> tuple[Wanted, ...]:
    """Join what all projects want; a file may be wanted by one of them only, values by any number.

    Paths that differ in case alone are the same file on some systems, so they count as one.
    """
    owners: dict[str, str] = {}
    for share in shares:
        for want in share.wanted:
            key = want.path.casefold()
            if isinstance(want, WantedFile) and key in owners:
                raise SharedFile(want.path, (owners[key], share.project.name))
            owners[key] = share.project.name
    return tuple(want for share in shares for want in share.wanted)


def _project_plan(share: Share, changes: Mapping[str, Change]) -> ProjectPlan:
    paths = {want.path for want in share.wanted}
    if share.receipt is not None:
        paths |= share.receipt.files.keys() | share.receipt.left_over.keys()
    return ProjectPlan(
        name=share.project.name,
        folder=share.project.folder,
        platform=share.value(PLATFORM),
        cloud=share.value(CLOUD),
        is_new=share.receipt is None,
        plan=Plan(changes=tuple(changes[path] for path in sorted(paths))),
        problems=share.problems,
    )
