"""`accept`: an edit that is intended, noted in the receipt with the reason, so that nobody has to ask again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cicdpack._shell import command
from cicdpack._values import dataclass, replace
from cicdpack.commands.recording import write_over
from cicdpack.commands.records import Book
from cicdpack.commands.repository import open_repository, project_names
from cicdpack.commands.selection import select_projects
from cicdpack.disk.commit import commit
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.bases import Accepted
from cicdpack.planning.changes import Absent, Blocked, Keep, Plan, Present
from cicdpack.planning.lineends import content_hash
from cicdpack.planning.textmerge import has_markers
from cicdpack.planning.values import find_edits, kept_hash

if TYPE_CHECKING:
    from cicdpack.planning.changes import State
    from cicdpack.planning.receipts import Receipt

MAX_REASON_CHARACTERS = 200
"""A reason stands on one line of a report."""


class CannotAccept(CicdpackError):
    """There is nothing to accept, or not like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRequest:
    """One project (name or folder), paths from the root of the repository or the working folder, and why."""

    project: str
    paths: tuple[str, ...]
    reason: str
    repo: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReport:
    """What is accepted now: paths from the root; `written` is False where it was before, with this reason."""

    project: str
    receipt: str
    paths: tuple[str, ...]
    reason: str
    written: bool


def accept(request: AcceptRequest) -> AcceptReport:
    """Note the edits of all paths, or of none. Raises `CannotAccept`."""
    reason = request.reason.strip()
    if not reason or len(reason) > MAX_REASON_CHARACTERS or not reason.isprintable():
        raise CannotAccept(
            f"a reason is one line of at most {MAX_REASON_CHARACTERS} characters",
            hint="as in `--reason 'the runner pool of this team'`",
        )
    repository = open_repository(request.repo)
    names = project_names(repository)
    (project,) = select_projects(repository, names, (request.project,))[:1]
    found = Book(repository.root, names).of(project.name, project.folder)
    if found.receipt is None:
        hint = f"`{command('cicdpack apply', project.name)}`"
        raise CannotAccept(f"nothing was applied to `{project.name}` yet", hint=hint)
    paths = tuple(dict.fromkeys(_known(path, repository.root, found.receipt) for path in request.paths))
    current = snapshot(repository.root, paths)
    receipt = found.receipt
    for path in paths:
        receipt = _accepted(receipt, path, current[path], reason)
    change = write_over(found.path, found.state, receipt.encode())
    seen = (Keep(path=path, current=current[path]) for path in paths)
    commit(repository.root, Plan(changes=(change, *seen)))
    return AcceptReport(
        project=project.name,
        receipt=found.path,
        paths=paths,
        reason=reason,
        written=not isinstance(change, Keep),
    )


def _known(typed: str, root: Path, receipt: Receipt) -> str:
    """Read a path as one from the root, else as one from the working folder."""
    known = {**receipt.files, **receipt.overlays}
    plain = typed.replace("\\", "/").removeprefix("./")
    if plain in known:
        return plain
    place = Path(os.path.abspath(typed))  # noqa: PTH100 - a link at the place itself is not to be followed
    absolute = place.parent.resolve() / place.name
    below = absolute.relative_to(root.resolve()).as_posix() if absolute.is_relative_to(root.resolve()) else plain
    if below in known:
        return below
    listed = ", ".join(f"`{path}`" for path in sorted(known)[:10])
    raise CannotAccept(f"`{typed}` is no file that was applied to `{receipt.project}`", hint=f"it got {listed}")


def _accepted(receipt: Receipt, path: str, state: State, reason: str) -> Receipt:
    if isinstance(state, Blocked):
        raise CannotAccept(f"`{path}` is {state.what}", hint=f"move `{state.where}` away")
    if isinstance(state, Present) and has_markers(state.data):
        raise CannotAccept(f"`{path}` still holds conflict markers", hint="settle them first")
    if path in receipt.files:
        record = receipt.files[path]
        found = content_hash(state.data) if isinstance(state, Present) else None
        if found == record.rendered:
            raise CannotAccept(f"`{path}` is what the bundle renders: there is nothing to accept")
        files = {**receipt.files, path: replace(record, accepted=Accepted(sha256=found, reason=reason))}
        return replace(receipt, files=files)
    overlay = receipt.overlays[path]
    edits = () if isinstance(state, Absent) else find_edits(path, state.data, overlay.base)
    if not edits:
        raise CannotAccept(f"the values that were set in `{path}` are as they were: there is nothing to accept")
    base = replace(overlay.base, accepted=Accepted(sha256=kept_hash(edits), reason=reason))
    return replace(receipt, overlays={**receipt.overlays, path: replace(overlay, base=base)})
