"""A journal and the disk -> everything as it was, or everything done; the same code after an error and after a kill.

Each step can be repeated: a kill during the repair leaves a journal that the next run repairs. Every file is compared
with the digests in the journal first; a file that someone changed in the meantime stays as it is, and is named.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from cicdpack._values import dataclass
from cicdpack.disk.anchor import Anchor
from cicdpack.disk.journal import discard, folders_above, is_litter, load
from cicdpack.disk.lock import locked
from cicdpack.disk.paths import BlockedPathError, UnreadableFileError, UnwritableFileError, reason_of
from cicdpack.planning.changes import Present

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cicdpack.disk.folder import Folder
    from cicdpack.disk.journal import Journal, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of a commit that was cut off: all of it undone, or all of it finished.

    `paths` are the files it was about, in path order; `edited` those among them that someone changed in the meantime
    and that were therefore left as they are.
    """

    outcome: Literal["undone", "finished"]
    paths: tuple[str, ...]
    edited: tuple[str, ...] = ()


def recover(root: Path) -> Recovered | None:
    """Undo or finish what an earlier commit below this root left half done; None, the usual case, if nothing was.

    Call it before anything is read below the root. Raises `BrokenJournalError`, `LockedError`, and
    `UnwritableFileError` when the repair itself fails; the journal is still there then, and the next call goes on.
    """
    if not (root / ".cicdpack").is_dir():
        return None
    with Anchor(root) as anchor:
        if not _is_needed(anchor):
            return None
        with locked(root):
            return _recover(anchor)


def _is_needed(anchor: Anchor) -> bool:
    try:
        return load(anchor) is not None or is_litter(anchor)
    except BlockedPathError:
        return False


def _recover(anchor: Anchor) -> Recovered | None:
    found = load(anchor)
    try:
        if found is None:
            discard(anchor)
            return None
        phase, journal = found
        paths = tuple(step.path for step in journal.steps)
        if phase == "finish":
            finish(anchor, journal)
            return Recovered(outcome="finished", paths=paths)
        edited = undo(anchor, journal, replacing=phase == "replace")
        return Recovered(outcome="undone", paths=paths, edited=edited)
    except OSError as error:
        hint = "put that right, then run the command again"
        raise UnwritableFileError(named(error, anchor), reason_of(error), hint=hint) from None


def finish(anchor: Anchor, journal: Journal) -> None:
    """Remove the old files, the folders that are empty without them, and the journal."""
    for step in journal.steps:
        if step.before is not None and (folder := _reach(anchor, step.path)) is not None:
            with naming(step.path):
                folder.remove(step.old)
    for step in journal.steps:
        if step.after is None:
            _prune(anchor, folders_above(step.path))
    discard(anchor)


def undo(anchor: Anchor, journal: Journal, *, replacing: bool) -> tuple[str, ...]:
    """Bring every target back to what it was; return the paths that were left because someone changed them.

    `replacing` says whether targets may have been touched at all.
    """
    edited = []
    for step in reversed(journal.steps):
        folder = _reach(anchor, step.path)
        if folder is None:
            if step.before is not None:
                edited.append(step.path)
            continue
        with naming(step.path):
            if replacing and not _undo_step(folder, step.path.rpartition("/")[2], step):
                edited.append(step.path)
            folder.remove(step.new)
    for path in reversed(journal.folders):
        _prune(anchor, [path])
    discard(anchor)
    return tuple(reversed(edited))


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Give errors of the system the path that they are about: the names beside it tell a user nothing."""
    try:
        yield
    except OSError as error:
        error.filename = path
        raise


def named(error: OSError, anchor: Anchor) -> str:
    """Return the path that an error is about, the root where it is about none in particular."""
    return error.filename if isinstance(error.filename, str) else anchor.place


def _reach(anchor: Anchor, path: str) -> Folder | None:
    """Return the folder that a file is in; None where it has gone, or where someone put a link in its place."""
    try:
        return anchor.parent(path)[0]
    except BlockedPathError:
        return None


def _undo_step(folder: Folder, name: str, step: Step) -> bool:
    """Restore one target; False if it is neither what it was nor what we made of it."""
    if step.before is None:
        return _undo_create(folder, name, step)
    if folder.look(step.old) is None:  # Not reached yet, or restored already.
        return True
    return _undo_delete(folder, name, step) if step.after is None else _undo_update(folder, name, step)


def _undo_create(folder: Folder, name: str, step: Step) -> bool:
    """A new file is ours if it is the staged one, or if the staged one has gone, and if its content is still ours."""
    if folder.look(name) is None:
        return True
    if folder.look(step.new) is not None and not _is_same(folder, name, step.new):
        return True  # The name was taken before we came to it.
    if _digest(folder, name) != step.after:
        return False
    folder.remove(name)
    return True


def _undo_update(folder: Folder, name: str, step: Step) -> bool:
    """The target was replaced if the staged file has gone; the old one is the very file that stood there."""
    if folder.look(step.new) is not None or _is_same(folder, name, step.old):
        folder.remove(step.old)
        return True
    current = _digest(folder, name)
    if current == step.after:
        folder.replace(step.old, name)
        return True
    _remove_if(folder, step.old, step.before)
    return current == step.before


def _undo_delete(folder: Folder, name: str, step: Step) -> bool:
    """The old file goes back where it was, whatever it holds, unless there is something new."""
    if folder.look(name) is None:
        folder.place(step.old, name)
        return True
    if _is_same(folder, name, step.old):
        folder.remove(step.old)
        return True
    _remove_if(folder, step.old, step.before)
    return _digest(folder, name) == step.before


def _remove_if(folder: Folder, name: str, digest: str | None) -> None:
    """Remove an old file that holds what the plan knew; one with an edit of the last instant stays, oddly named."""
    if _digest(folder, name) == digest:
        folder.remove(name)


def _is_same(folder: Folder, name: str, other: str) -> bool:
    """Whether two names are one file."""
    first, second = folder.look(name), folder.look(other)
    if first is None or second is None:
        return False
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def _digest(folder: Folder, name: str) -> str | None:
    try:
        state = folder.read(name, name)
    except UnreadableFileError:  # Larger than anything that we write.
        return None
    return hashlib.sha256(state.data).hexdigest() if isinstance(state, Present) else None


def _prune(anchor: Anchor, paths: list[str]) -> None:
    """Remove folders, the innermost first, for as long as they are empty."""
    for path in paths:
        folder = _reach(anchor, path)
        anchor.forget(path)
        if folder is not None and not folder.remove_folder(path.rpartition("/")[2]):
            return
