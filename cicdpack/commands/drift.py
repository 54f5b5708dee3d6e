"""A receipt + the disk -> the state of each file, by digests wherever they suffice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._values import dataclass
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Absent, Blocked, Present
from cicdpack.planning.files import DELETED, EDITED, LEFT_OVER, MARKERS
from cicdpack.planning.lineends import content_hash
from cicdpack.planning.textmerge import has_markers

if TYPE_CHECKING:
    from pathlib import Path

    from cicdpack.commands.rebase import Renderings
    from cicdpack.planning.changes import State
    from cicdpack.planning.receipts import FileRecord, OverlayRecord, Receipt

FileState: TypeAlias = Literal["current", "edited", "bumped", "accepted", "missing", "conflict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStatus:
    """One file of a project. `before` and `after` are contents to compare, where they were asked for and differ."""

    path: str
    state: FileState
    note: str = ""
    before: bytes | None = None
    after: bytes | None = None


def find_drift(
    root: Path, receipt: Receipt, renderings: Renderings, *, contents: bool = False
) -> tuple[FileStatus, ...]:
    """Return the state of every file of a receipt, in path order; edits of values count for the file they are in."""
    current = snapshot(root, dict.fromkeys([*receipt.files, *receipt.overlays, *receipt.left_over]))
    found = [
        _file(path, record, current[path], receipt, renderings, contents=contents)
        for path, record in receipt.files.items()
    ]
    found += [_overlay(path, record, current[path]) for path, record in receipt.overlays.items()]
    found += [
        FileStatus(path=path, state="edited", note=LEFT_OVER)
        for path in receipt.left_over
        if not isinstance(current[path], Absent)
    ]
    return tuple(sorted(found, key=lambda item: item.path))


def _file(
    path: str, record: FileRecord, state: State, receipt: Receipt, renderings: Renderings, *, contents: bool
) -> FileStatus:
    accepted = record.accepted
    if isinstance(state, Blocked):
        return FileStatus(path=path, state="conflict", note=f"{state.what} is in the way")
    found = None if isinstance(state, Absent) else content_hash(state.data)
    if accepted is not None and accepted.sha256 == found:
        return FileStatus(path=path, state="accepted", note=accepted.reason)
    if isinstance(state, Absent):
        return FileStatus(path=path, state="missing", note=DELETED)
    if found == record.rendered:
        if state.executable != record.executable:
            return FileStatus(path=path, state="edited", note="its mode was changed here")
        return FileStatus(path=path, state="current")
    if has_markers(state.data):
        return FileStatus(path=path, state="conflict", note=MARKERS)
    return _edited(path, state, receipt, renderings, contents=contents)


def _edited(path: str, state: Present, receipt: Receipt, renderings: Renderings, *, contents: bool) -> FileStatus:
    """Tell bumped pins from other edits. Where the base cannot be had, it is an edit."""
    from cicdpack.planning.pins import only_pins_differ

    try:
        base = renderings.files(receipt)[path]
    except CicdpackError:
        return FileStatus(path=path, state="edited", note=EDITED)
    is_bumped = only_pins_differ(base, state.data)
    return FileStatus(
        path=path,
        state="bumped" if is_bumped else "edited",
        note="pins bumped here" if is_bumped else EDITED,
        before=base if contents else None,
        after=state.data if contents else None,
    )


def _overlay(path: str, record: OverlayRecord, state: State) -> FileStatus:
    from cicdpack.planning.summaries import describe_kept
    from cicdpack.planning.values import find_edits, kept_hash

    if isinstance(state, Blocked):
        return FileStatus(path=path, state="conflict", note=f"{state.what} is in the way")
    if isinstance(state, Absent):
        return FileStatus(path=path, state="missing", note=DELETED)
    if content_hash(state.data) == record.result:
        return FileStatus(path=path, state="current")
    if has_markers(state.data):
        return FileStatus(path=path, state="conflict", note=MARKERS)
    edits = find_edits(path, state.data, record.base)
    if not edits:
        return FileStatus(path=path, state="current")
    accepted = record.base.accepted
    if accepted is not None and accepted.sha256 == kept_hash(edits):
        return FileStatus(path=path, state="accepted", note=accepted.reason)
    return FileStatus(path=path, state="edited", note=describe_kept(edits))
