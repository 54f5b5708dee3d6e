"""A plan -> the disk, wholly or not at all.

1. Every path is compared with the state that the plan was made from; a difference is `StaleError`.
2. The journal is written, every new file is written beside its target and made durable: no target was touched yet.
3. Targets are replaced one after another by renames. The old file keeps a second name beside the new one until all is
   done, so that going back needs no space: it is renamed back, the very same file.
4. The journal moves to its last phase, in one instant: from here on the commit is done, and only tidied up.

An error at any point restores everything, folders included; after a kill `recover` does. What one cannot promise: an
editor that saves a file between the last look at it and the rename, some microseconds later, loses that save. And as
with any editor that saves by renaming, further hard links keep the old content, and access lists are not carried over.

Durability: each new file is synced before any target is touched, each folder and each phase of the journal when it
changes. A power cut is then like a kill at some earlier instant.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING

from cicdpack.disk import journal as journals
from cicdpack.disk.anchor import Anchor
from cicdpack.disk.folder import begin_to_sync, set_mode, sync_file, write_all
from cicdpack.disk.lock import locked
from cicdpack.disk.paths import UnwritableFileError, reason_of
from cicdpack.disk.recovery import finish, named, naming, undo
from cicdpack.errors import EXIT_NO, CicdpackError
from cicdpack.planning.changes import MODE_EXECUTABLE, MODE_FILE, Absent, Conflict, Create, Delete, Keep, Present

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import TypeAlias

    from cicdpack.disk.folder import Folder
    from cicdpack.disk.journal import Journal, Step
    from cicdpack.planning.changes import Merge, Plan, State, Update

    Write: TypeAlias = Create | Update | Merge | Delete

SYNCED_TOGETHER = 64
"""New files that are open at once, to be synced in one go: the file system then writes them in fewer transactions."""


WRITTEN = "all files are written, only tidying up failed; the next run does that"


class StaleError(CicdpackError):
    """A file is not what it was when the plan was made; nothing was written."""

    exit_code = EXIT_NO

    def __init__(self, path: str, found: State) -> None:
        what = "gone" if isinstance(found, Absent) else "there" if isinstance(found, Present) else found.what
        super().__init__(
            f"`{path}` changed since the plan was made: it is {what} now"
            if not isinstance(found, Present)
            else f"`{path}` changed since the plan was made",
            hint="run the command again to plan with what is there now",
        )
        self.path = path
        self.found = found


class UnfinishedCommitError(CicdpackError):
    """A commit was cut off here, or could not be undone: `recover` comes first."""

    def __init__(self, root: str) -> None:
        super().__init__(f"an earlier run was cut off while it wrote to `{root}`", hint="run the command again")
        self.root = root


def commit(root: Path, plan: Plan) -> None:
    """Write a plan below a root; see the module for what is promised. Nothing to write leaves everything untouched.

    New files get 0644 or 0755 less the umask; existing ones keep their permission bits, their owner where we may, and
    gain or lose x. Folders that a deletion leaves empty go too. Every path of the plan is checked, kept ones included.

    Raises `StaleError`, `UnsafePathError`, `BlockedPathError`, `UnwritableFileError`, `LockedError` or
    `UnfinishedCommitError`, with all files as they were. A plan with a conflict or with a path twice is a bug:
    `ValueError`.
    """
    if plan.conflicts:
        raise ValueError(f"a plan with {len(plan.conflicts)} conflicts must not be committed")
    if len({change.path for change in plan.changes}) != len(plan.changes):
        raise ValueError("a plan must not hold a path twice")
    writes = tuple(change for change in plan.writes if isinstance(change, Create | Delete) or _differs(change))
    if not writes:
        return
    with locked(root), Anchor(root) as anchor:
        if journals.load(anchor) is not None:
            raise UnfinishedCommitError(str(root))
        _check(anchor, plan)
        _commit(anchor, writes)


def _differs(change: Update | Merge) -> bool:
    return change.before != change.after


def _check(anchor: Anchor, plan: Plan) -> None:
    """Compare every path with what the plan says it is."""
    for change in plan.changes:
        if isinstance(change, Conflict):
            continue
        expected: State
        if isinstance(change, Create):
            expected = Absent()
        elif isinstance(change, Keep):
            expected = change.current
        else:
            expected = change.before
        found = anchor.state(change.path)
        if found != expected:
            raise StaleError(change.path, found)


def _commit(anchor: Anchor, writes: tuple[Write, ...]) -> None:
    journal = journals.draw_up(anchor, writes)
    work = tuple(zip(writes, journal.steps, strict=True))
    try:
        with naming(journals.HOME):
            journals.store(anchor, journal)
        _stage(anchor, journal, work)
        journals.advance(anchor, "stage", "replace")
        for change, step in work:
            with naming(step.path):
                _replace(*_at(anchor, step), change, step)
        _sync_folders(anchor, journal)
        journals.advance(anchor, "replace", "finish")
    except BaseException as error:
        done = _settle(anchor, journal)
        if isinstance(error, OSError):
            hint = WRITTEN if done else "nothing was changed"
            raise UnwritableFileError(named(error, anchor), reason_of(error), hint=hint) from error
        raise
    try:
        finish(anchor, journal)
    except OSError as error:
        raise UnwritableFileError(named(error, anchor), reason_of(error), hint=WRITTEN) from error


def _settle(anchor: Anchor, journal: Journal) -> bool:
    """After an error, go back, or forward where the journal was in its last phase already; return whether forward.

    If that fails too, the journal stays, and `recover` goes on from it in the next run.
    """
    try:
        phase = journals.phase_of(anchor)
        if phase == "finish":
            finish(anchor, journal)
        else:
            undo(anchor, journal, replacing=phase == "replace")
    except OSError as error:
        hint = "an unfinished commit stays behind: put that right, then run the command again, and it is repaired first"
        raise UnwritableFileError(named(error, anchor), reason_of(error), hint=hint) from error
    return phase == "finish"


def _at(anchor: Anchor, step: Step) -> tuple[Folder, str]:
    folder, name = anchor.parent(step.path)
    if folder is None:
        raise FileNotFoundError(2, "its folder vanished")
    return folder, name


def _stage(anchor: Anchor, journal: Journal, work: Iterable[tuple[Write, Step]]) -> None:
    """Make the folders and write every new file beside its target, durably."""
    for path in journal.folders:
        with naming(path):
            folder, name = anchor.parent(path)
            if folder is None:
                raise FileNotFoundError(2, "its folder vanished")
            folder.make_folder(name)
    opened: list[int] = []
    try:
        for change, step in work:
            if isinstance(change, Delete):
                continue
            with naming(step.path):
                opened.append(_stage_file(*_at(anchor, step), change, step))
            if len(opened) == SYNCED_TOGETHER:
                _sync_and_close(opened)
        _sync_and_close(opened)
    finally:
        for fd in opened:
            os.close(fd)


def _stage_file(folder: Folder, name: str, change: Create | Update | Merge, step: Step) -> int:
    """Write one new file, with its permissions; return it open."""
    status = None if isinstance(change, Create) else folder.look(name)
    mode = MODE_EXECUTABLE if change.after.executable else MODE_FILE
    fd = folder.create(step.new, mode if status is None else 0o600)
    try:
        write_all(fd, change.after.data)
        if status is not None:
            _take_after(fd, status, executable=change.after.executable)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _take_after(fd: int, status: os.stat_result, *, executable: bool) -> None:
    """Give a new file the owner and the permission bits of the one that it replaces, but for x as wanted.

    Who may read gains x, as `chmod +x` has it without a umask.
    """
    if hasattr(os, "fchown") and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):  # Only root may give files away: else it is ours from now on.
            os.fchown(fd, status.st_uid, status.st_gid)
    mode = stat.S_IMODE(status.st_mode) & 0o777
    if executable != bool(mode & 0o100):
        mode = mode | (mode & 0o444) >> 2 | 0o100 if executable else mode & ~0o111
    set_mode(fd, mode)


def _sync_and_close(opened: list[int]) -> None:
    for fd in opened:
        begin_to_sync(fd)
    for fd in opened:
        sync_file(fd)
    while opened:
        os.close(opened.pop())


def _replace(folder: Folder, name: str, change: Write, step: Step) -> None:
    """Put one target in place, after a last look at what stands there."""
    if isinstance(change, Create):
        try:
            folder.place(step.new, name)
        except FileExistsError:
            raise StaleError(change.path, folder.read(name, change.path)) from None
        return
    if isinstance(change, Delete):
        folder.replace(name, step.old)
    elif not folder.link(name, step.old):
        _copy(folder, step.old, change.before)
    found = folder.read(step.old if isinstance(change, Delete) else name, change.path)
    if found != change.before:
        raise StaleError(change.path, found)
    if not isinstance(change, Delete):
        folder.replace(step.new, name)


def _copy(folder: Folder, name: str, state: Present) -> None:
    """Keep the old content in a file of its own, where a second name cannot be had."""
    fd = folder.create(name, MODE_EXECUTABLE if state.executable else MODE_FILE)
    try:
        write_all(fd, state.data)
        sync_file(fd)
    finally:
        os.close(fd)


def _sync_folders(anchor: Anchor, journal: Journal) -> None:
    """Make every new name durable, those of new folders included."""
    paths = {step.path.rpartition("/")[0] for step in journal.steps}
    for path in sorted(paths | {path.rpartition("/")[0] for path in journal.folders}):
        if folder := anchor.folder(path):
            folder.sync()
