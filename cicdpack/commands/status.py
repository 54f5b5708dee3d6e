"""`status`: how each project stands to the bundle, and its files to what was applied. Writes nothing.

Digests in the receipts answer for whatever is as it was left. Only an edited file is compared with a rendering, and
only where an edit meets a newer bundle is the whole plan made, to know whether the two get along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._shell import command
from cicdpack._values import dataclass, replace
from cicdpack.commands.apply import ApplyRequest, prepare
from cicdpack.commands.bundles import ChosenBundle, choose_bundle
from cicdpack.commands.drift import FileState, FileStatus, find_drift
from cicdpack.commands.parameters import layers_of
from cicdpack.commands.pipelines import pipelines_of
from cicdpack.commands.rebase import Renderings
from cicdpack.commands.records import Book, receipt_path
from cicdpack.commands.repository import open_repository, project_names
from cicdpack.commands.selection import select_projects
from cicdpack.commands.shares import bind_parameters, kept_settings
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Present
from cicdpack.planning.receipts import Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cicdpack.commands.records import Found
    from cicdpack.commands.repository import Project, Repository
    from cicdpack.planning.receipts import Receipt

ProjectState: TypeAlias = Literal[
    "not set up", "unknown", "conflict", "outdated", "missing", "edited", "bumped", "accepted", "current"
]

GOOD: frozenset[ProjectState] = frozenset({"current", "accepted", "bumped"})
"""States in which there is nothing to do."""

_WORST_FIRST: tuple[FileState, ...] = ("conflict", "missing", "edited", "bumped", "accepted")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRequest:
    """Names, folders or patterns of projects, none for all; `diffs` asks for the contents of edited files."""

    projects: tuple[str, ...] = ()
    repo: Path | None = None
    bundle: Path | None = None
    diffs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStatus:
    """One project; `version` and `digest` are of the bundle that was applied, `behind` the versions since, if known."""

    name: str
    folder: str
    state: ProjectState
    version: str | None = None
    digest: str | None = None
    behind: int | None = None
    files: tuple[FileStatus, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """All projects asked for, in folder order, beside the bundle that is there now."""

    bundle: str
    version: str
    digest: str
    projects: tuple[ProjectStatus, ...]

    @property
    def is_good(self) -> bool:
        """Whether there is nothing to do anywhere."""
        return all(project.state in GOOD for project in self.projects)


def status(request: StatusRequest) -> StatusReport:
    """Look at projects, and at receipts whose project is gone."""
    repository = open_repository(request.repo)
    chosen = choose_bundle(repository.root, request.bundle)
    names = project_names(repository)
    book = Book(repository.root, names)
    projects = select_projects(repository, names, request.projects, everything=not request.projects)
    look = _Look(repository, chosen, book, request)
    found = [look.project(project) for project in projects]
    if not request.projects:
        found += look.orphans()
    return StatusReport(
        bundle=chosen.name,
        version=chosen.version,
        digest=chosen.digest,
        projects=tuple(sorted(found, key=lambda project: project.folder)),
    )


class _Look:
    """One look at a repository: what all projects have in common, and which receipts were used."""

    def __init__(self, repository: Repository, chosen: ChosenBundle, book: Book, request: StatusRequest) -> None:
        self.repository = repository
        self.chosen = chosen
        self.book = book
        self.request = request
        self.used: set[str] = set()
        known = {} if chosen.overlays_from else {chosen.digest: chosen.bundle}
        self.renderings = Renderings(repository.root, known)

    def project(self, project: Project) -> ProjectStatus:
        """Return how one project stands; an error on the way makes it unknown, and the others go on."""
        blank = ProjectStatus(name=project.name, folder=project.folder, state="unknown")
        try:
            found = self.book.of(project.name, project.folder)
            self.used.add(found.path)
            if found.receipt is None:
                return replace(blank, state="not set up", note=self.first_step(project))
            return self.applied(project, found, found.receipt, blank)
        except CicdpackError as error:
            return replace(blank, note=str(error))

    def first_step(self, project: Project) -> str:
        """Return what sets a project up: with pipelines that nothing is known of, that is to find out who made them."""
        states = snapshot(self.repository.root, pipelines_of(project.name))
        if any(isinstance(state, Present) for state in states.values()):
            return f"pipelines without a receipt: `{command('cicdpack adopt', project.name)}`"
        return f"`{command('cicdpack apply', project.name)}`"

    def applied(self, project: Project, found: Found, receipt: Receipt, blank: ProjectStatus) -> ProjectStatus:
        """Return how a project with a receipt stands."""
        files = find_drift(self.repository.root, receipt, self.renderings, contents=self.request.diffs)
        behind = self.behind(receipt)
        news = self.news(project, receipt, behind)
        if found.path != receipt_path(project.folder):
            news.append("moved here")
        state: ProjectState = next(
            (kind for kind in _WORST_FIRST if any(item.state == kind for item in files)), "current"
        )
        if news and state != "conflict":
            files = self.with_conflicts(project, files)
            state = "conflict" if any(item.state == "conflict" for item in files) else "outdated"
        return replace(
            blank,
            state=state,
            version=receipt.bundle.version,
            digest=receipt.bundle.digest,
            behind=behind,
            files=files,
            note="; ".join([*news, *_counts(files)]),
        )

    def news(self, project: Project, receipt: Receipt, behind: int | None) -> list[str]:
        """Say what moved on since a receipt was written: the bundle, or what it is given."""
        same = (receipt.bundle.digest, receipt.overlays_from) == (self.chosen.digest, self.chosen.overlays_from)
        if not same:
            return [self.distance(receipt, behind)]
        changed = self.changed_parameters(project, receipt)
        return [f"changed: {', '.join(changed)}"] if changed else []

    def distance(self, receipt: Receipt, behind: int | None) -> str:
        """Say how far the applied bundle is from the one that is there now."""
        if behind:
            return f"{behind} version{'s' * (behind != 1)} behind"
        if receipt.bundle.version == self.chosen.version:
            return f"another build of {self.chosen.version} was applied"
        return f"the bundle is {self.chosen.version} now"

    def behind(self, receipt: Receipt) -> int | None:
        """Count the versions since; None where the history does not know the one that was applied."""
        if receipt.bundle.digest == self.chosen.digest:
            return 0
        history = self.chosen.history
        for index, release in enumerate(history, 1):
            if release.digest == f"sha256:{receipt.bundle.digest}":
                return index
        versions = [release.version for release in history]
        is_known = receipt.bundle.name == self.chosen.name and receipt.bundle.version in versions
        return versions.index(receipt.bundle.version) + 1 if is_known else None

    def changed_parameters(self, project: Project, receipt: Receipt) -> list[str]:
        """Return the parameters that are given another value, or by somebody else, than when the bundle was applied."""
        schema = self.chosen.bundle.parameters
        layers, _ = layers_of(self.repository, project, {}, schema, kept=kept_settings(receipt))
        given = {
            name: Parameter(value=value, origin=layer.origin)
            for layer in layers
            for name, value in layer.values.items()
            if isinstance(value, (str, int, float))
        }
        if given == {name: item for name, item in receipt.parameters.items() if item.origin != "default"}:
            return []
        bound, _ = bind_parameters(self.repository, self.chosen, project, receipt, settings={})
        now = {name: Parameter(value=value, origin=bound.origins[name]) for name, value in bound.values.items()}
        return sorted(
            name for name in now.keys() | receipt.parameters.keys() if now.get(name) != receipt.parameters.get(name)
        )

    def with_conflicts(self, project: Project, files: Sequence[FileStatus]) -> tuple[FileStatus, ...]:
        """Find out, where something was edited, whether the edits and the newer bundle get along."""
        if not any(item.state in ("edited", "bumped", "accepted") for item in files):
            return tuple(files)
        request = ApplyRequest(
            projects=(project.folder,), repo=self.repository.root, bundle=self.request.bundle, settings={}
        )
        reasons = {conflict.path: conflict.reason for conflict in prepare(request).conflicts}
        known = [
            replace(item, state="conflict", note=reasons.pop(item.path)) if item.path in reasons else item
            for item in files
        ]
        new = [FileStatus(path=path, state="conflict", note=reason) for path, reason in reasons.items()]
        return tuple(sorted((*known, *new), key=lambda item: item.path))

    def orphans(self) -> list[ProjectStatus]:
        """Return the receipts whose project is gone."""
        gone: list[ProjectStatus] = []
        for path in self.book.orphans:
            if path in self.used:
                continue
            try:
                receipt = self.book.at(path).receipt
            except CicdpackError as error:
                gone.append(ProjectStatus(name=path, folder=path, state="unknown", note=str(error)))
                continue
            if receipt is not None:
                gone.append(
                    ProjectStatus(
                        name=receipt.project,
                        folder=receipt.folder,
                        state="unknown",
                        version=receipt.bundle.version,
                        digest=receipt.bundle.digest,
                        note=f"there is no project in `{receipt.folder}` any more",
                    )
                )
        return gone


_WORDS: dict[FileState, str] = {
    "conflict": "in conflict",
    "missing": "deleted here",
    "edited": "edited here",
    "bumped": "with pins bumped here",
    "accepted": "edited and accepted",
}


def _counts(files: Sequence[FileStatus]) -> list[str]:
    """Say how many files are in each state but the good one, as in `1 file edited here`."""
    counts = {kind: sum(item.state == kind for item in files) for kind in _WORST_FIRST}
    return [f"{number} file{'s' * (number != 1)} {_WORDS[kind]}" for kind, number in counts.items() if number]
