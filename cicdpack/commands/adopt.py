"""`adopt`: a receipt for pipelines that were made without one, by hand or by an earlier archive.

Nothing that is there is changed: what equals a rendering is recorded as applied, what nearly equals one as edited
since, and the next `apply` is an update. Only files go that slips in MLOps Stacks left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._shell import command
from cicdpack._values import dataclass
from cicdpack.commands.candidates import Candidate, find_candidates
from cicdpack.commands.names import check_names
from cicdpack.commands.recording import record
from cicdpack.commands.records import Book
from cicdpack.commands.shares import Share
from cicdpack.commands.strays import Stray, find_strays
from cicdpack.disk.commit import commit
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.bases import ValuesBase
from cicdpack.planning.changes import Absent, Keep, Plan, Present
from cicdpack.planning.diffs import is_text, line_counts
from cicdpack.planning.lineends import with_lf
from cicdpack.planning.plan import WantedFile, WantedValues
from cicdpack.planning.values import Outcome, find_edits

if TYPE_CHECKING:
    from pathlib import Path

    from cicdpack.commands.records import Found
    from cicdpack.commands.repository import Project, Repository
    from cicdpack.planning.changes import Change, State

LEAST_SIMILARITY = 0.6
"""Share of lines in common (twice those in both, by the lines of both) from which on a file is an edited rendering."""

Likeness: TypeAlias = Literal["equal", "edited", "unlike", "missing"]


class NothingToAdopt(CicdpackError):
    """None of the files is there that the bundle, or an older one, would render; or none renders any."""

    def __init__(self, project: str, sources: tuple[str, ...], *, rendered: bool = True) -> None:
        looked = ", ".join(f"`{source}`" for source in sources[:5])
        if not rendered:
            super().__init__(
                f"nothing to compare the pipelines of `{project}` with: {looked} renders no file for its platform",
                hint="replace `cicd.tar.gz` by a bundle that offers the platform; `cicdpack build` makes one",
            )
            return
        super().__init__(
            f"there are no pipelines of `{project}` to adopt: none of the files is there that {looked} renders",
            hint=f"`{command('cicdpack apply', project)}` makes them;"
            " `--bundle FILE` names the archive that made others",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFile:
    """One file that the archive renders, beside what is there; `similarity` is from 0 to 1."""

    path: str
    likeness: Likeness
    similarity: float
    rendered: bytes
    current: State


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedValues:
    """How many values of an overlay a file holds already, as leaves, and how many of these are not as wanted."""

    path: str
    taken: int
    edited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What was found; `source` is the archive that fits best, None for a project that has its receipt already."""

    root: Path
    project: str
    source: str | None
    version: str
    digest: str
    files: tuple[JudgedFile, ...]
    values: tuple[JudgedValues, ...]
    strays: tuple[Stray, ...]
    plan: Plan

    @property
    def left(self) -> tuple[JudgedFile, ...]:
        """The files that are there but are like no rendering: nothing was recorded of them."""
        return tuple(file for file in self.files if file.likeness == "unlike")


def prepare_adoption(
    repository: Repository,
    names: Mapping[str, str],
    project: Project,
    *,
    bundle: Path | None,
    settings: Mapping[str, str],
) -> Adoption:
    """Find the archive that fits best and what is to be recorded; write nothing. Raises `NothingToAdopt`.

    `names` is what `project_names` says; `bundle` the archive that made the pipelines, None to look for it.
    """
    check_names((project,), names)
    book = Book(repository.root, names)
    found = book.of(project.name, project.folder)
    strays = find_strays(repository.root, project, names.values())
    if found.receipt is not None:
        return _nothing_new(repository.root, project, found.receipt.bundle.version, found.receipt.bundle.digest, strays)
    tried: list[str] = []
    best: tuple[Candidate, tuple[JudgedFile, ...]] | None = None
    for candidate in find_candidates(repository, project, bundle, settings):
        tried.append(candidate.source)
        if not candidate.rendering.files:
            continue
        files = _judge(repository.root, candidate)
        if best is None or _fit(files) > _fit(best[1]):
            best = candidate, files
        if all(file.likeness == "equal" for file in files):
            break
    if best is None or (not strays and all(file.likeness == "missing" for file in best[1])):
        raise NothingToAdopt(project.name, tuple(dict.fromkeys(tried)), rendered=best is not None)
    return _adopt(repository.root, project, book, found, best, strays)


def carry_out_adoption(adoption: Adoption) -> None:
    """Write the receipt and the bundle that it names, and remove the strays; all of it, or nothing."""
    commit(adoption.root, adoption.plan)


def _nothing_new(root: Path, project: Project, version: str, digest: str, strays: tuple[Stray, ...]) -> Adoption:
    return Adoption(
        root=root,
        project=project.name,
        source=None,
        version=version,
        digest=digest,
        files=(),
        values=(),
        strays=strays,
        plan=Plan(changes=tuple(stray.change for stray in strays)),
    )


def _judge(root: Path, candidate: Candidate) -> tuple[JudgedFile, ...]:
    """Compare all files of a rendering with what is there, in path order."""
    files = {file.path: file.data for file in candidate.rendering.files}
    states = snapshot(root, sorted(files))
    return tuple(_judge_file(path, files[path], state) for path, state in states.items())


def _judge_file(path: str, rendered: bytes, current: State) -> JudgedFile:
    similarity = _similarity(rendered, current.data) if isinstance(current, Present) else 0.0
    likeness: Likeness = "unlike"
    if isinstance(current, Absent):
        likeness = "missing"
    elif isinstance(current, Present) and with_lf(current.data) == with_lf(rendered):
        likeness = "equal"
    elif similarity >= LEAST_SIMILARITY:
        likeness = "edited"
    return JudgedFile(path=path, likeness=likeness, similarity=similarity, rendered=rendered, current=current)


def _similarity(rendered: bytes, current: bytes) -> float:
    """Return the share of lines that two texts have in common, line ends aside; 0 for what is no text."""
    old, new = with_lf(rendered), with_lf(current)
    if old == new:
        return 1.0
    if not (is_text(old) and is_text(new)):
        return 0.0
    added, removed = line_counts(old, new)
    total = _lines(old) + _lines(new)
    return (total - added - removed) / total if total else 1.0


def _lines(text: bytes) -> int:
    return text.count(b"\n") + (bool(text) and not text.endswith(b"\n"))


def _fit(files: tuple[JudgedFile, ...]) -> tuple[int, float]:
    """Rank a rendering: by the files that are equal, then by how near the others are."""
    return sum(file.likeness == "equal" for file in files), sum(file.similarity for file in files)


def _adopt(
    root: Path,
    project: Project,
    book: Book,
    found: Found,
    best: tuple[Candidate, tuple[JudgedFile, ...]],
    strays: tuple[Stray, ...],
) -> Adoption:
    candidate, files = best
    taken = {file.path: file for file in files if file.likeness in ("equal", "edited")}
    wanted = [
        WantedFile(path=file.path, after=Present(data=file.data, executable=file.executable))
        for file in candidate.rendering.files
        if file.path in taken
    ]
    overlays = _values(root, candidate) if taken else []
    changes: dict[str, Change] = {file.path: Keep(path=file.path, current=file.current) for file in taken.values()}
    changes |= {want.path: outcome.change for want, outcome in overlays}
    share = Share(
        project=project,
        parameters=candidate.parameters,
        wanted=(*wanted, *(want for want, _ in overlays)),
        problems=(),
        found=found,
    )
    outcomes = [outcome for _, outcome in overlays]
    records = record(root, book, candidate.chosen, [share], changes, outcomes) if taken else ()
    gone = (stray.change for stray in strays)
    everything = sorted((*changes.values(), *records, *gone), key=lambda change: change.path)
    return Adoption(
        root=root,
        project=project.name,
        source=candidate.source,
        version=candidate.chosen.version,
        digest=candidate.chosen.digest,
        files=files,
        values=tuple(
            JudgedValues(path=want.path, taken=_leaves(want.values), edited=len(outcome.kept))
            for want, outcome in overlays
        ),
        strays=strays,
        plan=Plan(changes=tuple(everything)),
    )


def _values(root: Path, candidate: Candidate) -> list[tuple[WantedValues, Outcome]]:
    """Return, for each overlay, the part of its values that its file holds already, taken as nobody's insertion.

    The rest is wanted by the next `apply`.
    """
    from cicdpack.yamledit.loading import load

    taken: list[tuple[WantedValues, Outcome]] = []
    states = snapshot(root, [overlay.path for overlay in candidate.rendering.overlays])
    for overlay in candidate.rendering.overlays:
        state = states[overlay.path]
        if not isinstance(state, Present):
            continue
        there = _part(overlay.value(), load(state.data, source=overlay.path).value)
        if isinstance(there, Mapping):
            want = WantedValues(path=overlay.path, values=there, creates=overlay.create, origin=overlay.source)
            kept = find_edits(overlay.path, state.data, ValuesBase(values=there))
            taken.append((want, Outcome(change=Keep(path=overlay.path, current=state), kept=kept)))
    return taken


def _part(wanted: object, current: object) -> object | None:
    """Return what of the wanted values has a counterpart, equal or not; None for nothing."""
    if isinstance(wanted, Mapping):
        if not isinstance(current, Mapping):
            return None
        parts = {key: _part(value, current[key]) for key, value in wanted.items() if key in current}
        return {key: part for key, part in parts.items() if part is not None} or None
    if isinstance(wanted, (list, tuple)):
        return [item for item in wanted if item in current] or None if isinstance(current, (list, tuple)) else None
    return None if current is None or isinstance(current, (Mapping, list, tuple)) else wanted


def _leaves(value: object) -> int:
    if isinstance(value, Mapping):
        return sum(_leaves(item) for item in value.values())
    return len(value) if isinstance(value, (list, tuple)) else 1
