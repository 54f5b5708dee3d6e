"""The journal of one commit: what is about to happen, written down before it does, so that any kill can be repaired.

It is one JSON file in `.cicdpack/` below the root, on the file system that it speaks of, and gone after success; an
empty `.cicdpack` is not left behind. Its name is its phase, and a rename carries it from one to the next:

- `journal.stage`: new files are being written beside their targets; no target was touched.
- `journal.replace`: every new file is complete and durable; targets are being replaced one after another.
- `journal.finish`: every target is replaced; what remains is to remove the old files that were kept beside them.

For change number n the new file is `.cicdpack-TOKEN-n.new`, the old one `.cicdpack-TOKEN-n.old`, both in the target's
folder. A journal found on the disk is data of unknown origin: its form is checked here, its paths where they are used,
and nothing is touched whose digest is not the one noted.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._values import dataclass
from cicdpack.disk.folder import sync_file, write_all
from cicdpack.disk.paths import UnreadableFileError, UnsafePathError, reason_of, split_path
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Absent, Create, Delete, Present

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cicdpack.disk.anchor import Anchor
    from cicdpack.disk.folder import Folder
    from cicdpack.planning.changes import Merge, Update

HOME = ".cicdpack"
"""The folder below the root that the journal lives in."""

FORMAT = 1
_DRAFT = "journal.new"
_TOKEN = re.compile(r"[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")

Phase: TypeAlias = Literal["stage", "replace", "finish"]
PHASES: tuple[Phase, ...] = ("finish", "replace", "stage")


class BrokenJournalError(CicdpackError):
    """A journal that this version cannot read: nothing is repaired, and nothing written, until a person has looked."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"journal `{path}` cannot be read: {reason}",
            hint=f"an earlier run was cut off; look at `git status`, put right what is wrong, then remove `{path}`",
        )
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One file's way: SHA-256 of its content before and after, None where it is absent, and the two names beside it."""

    path: str
    before: str | None
    after: str | None
    new: str
    old: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """All steps of one commit in path order, and the folders to be made for them, parents first."""

    token: str
    folders: tuple[str, ...]
    steps: tuple[Step, ...]


def digest(state: Present) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal digits."""
    return hashlib.sha256(state.data).hexdigest()


def draw_up(anchor: Anchor, changes: Iterable[Create | Update | Merge | Delete]) -> Journal:
    """Write down, in memory, what the changes will do and which folders they need."""
    token = os.urandom(6).hex()
    steps = tuple(
        _step(
            change.path,
            None if isinstance(change, Create) else digest(change.before),
            None if isinstance(change, Delete) else digest(change.after),
            token,
            number,
        )
        for number, change in enumerate(changes)
    )
    wanted = {above for step in steps if step.before is None for above in folders_above(step.path)}
    return Journal(
        token=token, folders=tuple(sorted(path for path in wanted if anchor.folder(path) is None)), steps=steps
    )


def folders_above(path: str) -> list[str]:
    """Return the folders that a path is in, the nearest first, the root left out."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _step(path: str, before: str | None, after: str | None, token: str, number: int) -> Step:
    stem = f".cicdpack-{token}-{number}"
    return Step(path=path, before=before, after=after, new=f"{stem}.new", old=f"{stem}.old")


def store(anchor: Anchor, journal: Journal) -> None:
    """Write the journal in its first phase; it is durable when this returns."""
    text = json.dumps(
        {
            "format": FORMAT,
            "token": journal.token,
            "folders": journal.folders,
            "steps": [[step.path, step.before, step.after] for step in journal.steps],
        }
    )
    if anchor.root.look(HOME) is None:
        anchor.root.make_folder(HOME)
        anchor.root.sync()
    home = _home(anchor)
    home.remove(_DRAFT)
    fd = home.create(_DRAFT, 0o644)
    try:
        write_all(fd, text.encode("utf-8", "surrogateescape"))
        sync_file(fd)
    finally:
        os.close(fd)
    home.replace(_DRAFT, "journal.stage")
    home.sync()


def _home(anchor: Anchor) -> Folder:
    home = anchor.folder(HOME)
    if home is None:
        raise FileNotFoundError(2, "the folder of the journal vanished", HOME)
    return home


def advance(anchor: Anchor, before: Phase, after: Phase) -> None:
    """Carry the journal into its next phase, durably, in one instant."""
    home = _home(anchor)
    home.replace(f"journal.{before}", f"journal.{after}")
    home.sync()


def discard(anchor: Anchor) -> None:
    """Remove the journal, whatever its phase, and its folder if nothing else is in it."""
    home = anchor.folder(HOME)
    if home is None:
        return
    for name in (_DRAFT, *(f"journal.{phase}" for phase in PHASES)):
        home.remove(name)
    home.sync()
    anchor.forget(HOME)
    anchor.root.remove_folder(HOME)


def load(anchor: Anchor) -> tuple[Phase, Journal] | None:
    """Return the journal that a commit left behind, and its phase; None if there is none."""
    try:
        if anchor.folder(HOME) is None:
            return None
    except OSError as error:
        raise UnreadableFileError(HOME, f"cannot be opened: {reason_of(error)}") from None
    for phase in PHASES:
        path = f"{HOME}/journal.{phase}"
        try:
            state = anchor.state(path)
        except UnreadableFileError as error:
            raise BrokenJournalError(path, error.reason) from None
        if isinstance(state, Present):
            return phase, _parse(state.data, path)
        if not isinstance(state, Absent):
            raise BrokenJournalError(path, f"it is {state.what}")
    return None


def phase_of(anchor: Anchor) -> Phase | None:
    """Return how far the disk says that a commit has come; None if its journal was never complete."""
    home = anchor.folder(HOME)
    if home is None:
        return None
    return next((phase for phase in PHASES if home.look(f"journal.{phase}") is not None), None)


def is_litter(anchor: Anchor) -> bool:
    """Whether a commit died before its journal was complete, or after it was removed: only `.cicdpack` tells."""
    home = anchor.folder(HOME)
    return home is not None and (home.look(_DRAFT) is not None or home.is_empty())


def _parse(data: bytes, path: str) -> Journal:
    try:
        record = json.loads(data)
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            raise BrokenJournalError(path, f"it is not of format {FORMAT}")
        token, folders, steps = record["token"], record["folders"], record["steps"]
        if not (isinstance(token, str) and _TOKEN.fullmatch(token)):
            raise BrokenJournalError(path, "its token is not one of ours")
        if not all(isinstance(folder, str) for folder in folders):
            raise BrokenJournalError(path, "its folders are not texts")
        for item in (*folders, *(step[0] for step in steps)):
            split_path(item)
        if any(before is None and after is None for _, before, after in steps):
            raise BrokenJournalError(path, "one of its steps does nothing")
        parsed = tuple(
            _step(name, _digest(before, path), _digest(after, path), token, number)
            for number, (name, before, after) in enumerate(steps)
        )
        return Journal(token=token, folders=tuple(folders), steps=parsed)
    except UnsafePathError as error:
        raise BrokenJournalError(path, str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise BrokenJournalError(path, f"it is not what this version writes ({type(error).__name__})") from None


def _digest(value: object, path: str) -> str | None:
    if value is None or (isinstance(value, str) and _DIGEST.fullmatch(value)):
        return value
    raise BrokenJournalError(path, "a digest in it is not one")
