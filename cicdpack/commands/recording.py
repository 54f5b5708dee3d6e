"""A decided plan -> the changes that record it: receipts, the bundles that they name, and bundles that none names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack import __version__
from cicdpack._values import replace
from cicdpack.archive.canonical import encode
from cicdpack.commands.records import bundle_path, named_digests, receipt_path, says_the_same, stored_digests
from cicdpack.disk.snapshot import snapshot
from cicdpack.planning.bases import Accepted, ValuesBase
from cicdpack.planning.changes import (
    Absent,
    Blocked,
    Change,
    Create,
    Delete,
    Keep,
    Merge,
    Present,
    Update,
)
from cicdpack.planning.files import blocked
from cicdpack.planning.lineends import content_hash, with_ends_of
from cicdpack.planning.plan import WantedFile, WantedValues
from cicdpack.planning.receipts import FileRecord, OverlayRecord, Receipt
from cicdpack.planning.values import kept_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cicdpack.commands.bundles import ChosenBundle
    from cicdpack.commands.records import Book
    from cicdpack.commands.shares import Share
    from cicdpack.planning.changes import State
    from cicdpack.planning.values import Outcome


def record(
    root: Path,
    book: Book,
    chosen: ChosenBundle,
    shares: Sequence[Share],
    changes: Mapping[str, Change],
    outcomes: Iterable[Outcome],
) -> tuple[Change, ...]:
    """Return the changes below `.cicdpack` that go with a plan without conflicts."""
    following = iter(outcomes)
    made: list[Change] = []
    for share in shares:
        made += _receipt_changes(book, share, _receipt(chosen, share, changes, following))
    made += _bundle_changes(root, book, chosen, shares)
    return tuple(made)


def _receipt(chosen: ChosenBundle, share: Share, changes: Mapping[str, Change], outcomes: Iterator[Outcome]) -> Receipt:
    old = share.receipt
    files: dict[str, FileRecord] = {}
    overlays: dict[str, OverlayRecord] = {}
    for want in share.wanted:
        change = changes[want.path]
        if isinstance(want, WantedFile):
            files[want.path] = _file_record(want, change, old.files.get(want.path) if old else None)
            continue
        record = _overlay_record(want, change, next(outcomes))
        if record is not None:
            overlays[want.path] = record
    before = {path: item.rendered for path, item in old.files.items()} | dict(old.left_over) if old else {}
    return Receipt(
        tool=__version__,
        project=share.project.name,
        folder=share.project.folder,
        bundle=chosen.record,
        overlays_from=chosen.overlays_from,
        parameters=share.parameters,
        files=files,
        overlays=overlays,
        left_over={
            path: rendered
            for path, rendered in before.items()
            if path not in files and path not in overlays and _is_left(changes.get(path))
        },
    )


def _is_left(change: Change | None) -> bool:
    return isinstance(change, Keep) and not isinstance(change.current, Absent)


def _file_record(want: WantedFile, change: Change, old: FileRecord | None) -> FileRecord:
    rendered = content_hash(want.after.data)
    result = _hash_after(change)
    return FileRecord(
        rendered=rendered,
        result=result,
        executable=want.after.executable,
        accepted=_carried(old.accepted if old else None, change, result, rendered),
    )


def _carried(accepted: Accepted | None, change: Change, result: str | None, rendered: str) -> Accepted | None:
    """An accepted edit stays one when the bundle's changes are merged into it; it ends when the edit is gone."""
    if accepted is None or result == rendered:
        return None
    if isinstance(change, Merge) and not change.marks and content_hash(change.before.data) == accepted.sha256:
        return replace(accepted, sha256=result)
    return accepted


def _overlay_record(want: WantedValues, change: Change, outcome: Outcome) -> OverlayRecord | None:
    if not want.values:
        return None
    accepted = want.base.accepted if want.base else None
    base = ValuesBase(
        values=want.values,
        sets=outcome.sets,
        created=outcome.created,
        accepted=accepted if accepted and kept_hash(outcome.kept) == accepted.sha256 else None,
    )
    return OverlayRecord(base=base, result=None if outcome.kept else _hash_after(change))


def _hash_after(change: Change) -> str | None:
    state = state_after(change)
    return content_hash(state.data) if isinstance(state, Present) else None


def state_after(change: Change) -> State:
    """Return what a path holds once a change is carried out."""
    if isinstance(change, Create | Update | Merge):
        return change.after
    return Absent() if isinstance(change, Delete) else change.current


def _receipt_changes(book: Book, share: Share, new: Receipt) -> Iterator[Change]:
    path, found = receipt_path(share.project.folder), share.found
    if found.path != path and isinstance(found.state, Present):
        yield Delete(path=found.path, before=found.state)
        yield write_over(path, book.at(path).state, new.encode())
    elif found.receipt is not None and says_the_same(new, found.receipt):
        yield Keep(path=path, current=found.state)
    else:
        yield write_over(path, found.state, new.encode())


def write_over(path: str, state: State, data: bytes) -> Change:
    """Return the change that leaves a file with this content."""
    match state:
        case Blocked():
            return blocked(path, state, Present(data=data))
        case Absent():
            return Create(path=path, after=Present(data=data))
        case Present():
            after = Present(data=with_ends_of(data, state.data), executable=state.executable)
            return Keep(path=path, current=state) if after == state else Update(path=path, before=state, after=after)


def _bundle_changes(root: Path, book: Book, chosen: ChosenBundle, shares: Sequence[Share]) -> Iterator[Change]:
    stored = stored_digests(root)
    unused = [digest for digest in stored if digest not in chosen.contents]
    if unused:
        named = named_digests(book, without=[share.found.path for share in shares])
        unused = [] if named is None else [digest for digest in unused if digest not in named]
    states = snapshot(root, [bundle_path(digest) for digest in (*chosen.contents, *unused)])
    for digest, entries in chosen.contents.items():
        path = bundle_path(digest)
        yield write_over(path, states[path], encode(entries))
    for digest in unused:
        path = bundle_path(digest)
        state = states[path]
        if isinstance(state, Present):
            yield Delete(path=path, before=state)
