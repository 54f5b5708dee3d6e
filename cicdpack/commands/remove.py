"""`remove`: takes back what was applied to a project, byte for byte, where nobody touched it since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass, replace
from cicdpack.commands.records import Book, Found, bundle_path, named_digests, stored_digests
from cicdpack.commands.repository import open_repository, project_names
from cicdpack.disk.commit import commit
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Absent, Blocked, Change, Delete, Keep, Merge, Plan, Present
from cicdpack.planning.lineends import content_hash
from cicdpack.planning.ownership import insertions, value_at
from cicdpack.planning.summaries import describe_insertions, describe_kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cicdpack.planning.bases import ValuesBase
    from cicdpack.planning.changes import State
    from cicdpack.planning.receipts import Receipt
    from cicdpack.yamledit.changes import Inserted


class NothingApplied(CicdpackError):
    """No receipt tells of such a project."""

    def __init__(self, project: str, known: tuple[str, ...]) -> None:
        listed = ", ".join(f"`{name}`" for name in known[:10])
        hint = f"receipts are there for {listed}" if known else "nothing was applied in this repository yet"
        super().__init__(f"no receipt says that anything was applied to `{project}`", hint=hint)
        self.project = project


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRequest:
    """Names or folders of projects, which may be gone themselves; `force` takes edited files and values as well."""

    projects: tuple[str, ...]
    repo: Path | None = None
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What goes and what stays: `changes` in path order, the records below `.cicdpack` left out.

    `kept` are the paths of files that stay, or hold values that stay, although they were applied once.
    """

    root: Path
    projects: tuple[str, ...]
    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    plan: Plan


def prepare_removal(request: RemoveRequest) -> Removal:
    """Find out what can be taken back; write nothing."""
    root = open_repository(request.repo).root
    book = Book(root, project_names(open_repository(request.repo)))
    found = _receipts(book, request.projects)
    states = snapshot(root, dict.fromkeys(path for _, receipt in found for path in _paths(receipt)))
    changes: dict[str, Change] = {}
    kept: set[str] = set()
    for _, receipt in found:
        for change, is_left in _take_back(receipt, states, changes, force=request.force):
            changes[change.path] = change
            if is_left:
                kept.add(change.path)
    ordered = tuple(changes[path] for path in sorted(changes))
    records = (*_receipt_changes(found), *_bundle_changes(root, book, found))
    return Removal(
        root=root,
        projects=tuple(receipt.project for _, receipt in found),
        changes=ordered,
        kept=tuple(sorted(kept)),
        plan=Plan(changes=tuple(sorted((*ordered, *records), key=lambda change: change.path))),
    )


def carry_out_removal(removal: Removal) -> None:
    """Take everything back that the removal lists, or nothing."""
    commit(removal.root, removal.plan)


def _receipts(book: Book, wanted: tuple[str, ...]) -> list[tuple[Found, Receipt]]:
    known = [(found, found.receipt) for found in map(book.at, book.paths) if found.receipt is not None]
    chosen: dict[str, tuple[Found, Receipt]] = {}
    for word in wanted:
        plain = word.removeprefix("./").rstrip("/")
        matching = [pair for pair in known if word == pair[1].project or plain == pair[1].folder]
        if not matching:
            raise NothingApplied(word, tuple(sorted(receipt.project for _, receipt in known)))
        chosen |= {found.path: (found, receipt) for found, receipt in matching}
    return list(chosen.values())


def _paths(receipt: Receipt) -> Iterator[str]:
    yield from receipt.files
    yield from receipt.overlays
    yield from receipt.left_over


def _take_back(
    receipt: Receipt, states: Mapping[str, State], earlier: Mapping[str, Change], *, force: bool
) -> Iterator[tuple[Change, bool]]:
    """Yield each change, and whether something is left that was applied once."""
    rendered = {path: record.rendered for path, record in receipt.files.items()} | dict(receipt.left_over)
    for path, digest in rendered.items():
        change = _file(path, states[path], digest, force=force)
        yield change, isinstance(change, Keep) and bool(change.reason)
    for path, overlay in receipt.overlays.items():
        yield _values(path, states[path], earlier.get(path), overlay.base, force=force)


def _file(path: str, state: State, rendered: str, *, force: bool) -> Change:
    if isinstance(state, Present) and (force or content_hash(state.data) == rendered):
        return Delete(path=path, before=state)
    return Keep(path=path, current=state, reason=_why(state))


def _why(state: State) -> str:
    match state:
        case Absent():
            return ""
        case Present():
            return "edited here"
        case Blocked():
            return f"{state.what} is there now"


def _values(path: str, state: State, earlier: Change | None, base: ValuesBase, *, force: bool) -> tuple[Change, bool]:
    """Take values out of a file of the user's; the file goes if we made it and nothing is left in it."""
    from cicdpack.planning.schemas import lists_of, still_included
    from cicdpack.yamledit.removing import remove

    if isinstance(earlier, Delete):
        return earlier, False
    if not isinstance(state, Present):
        return Keep(path=path, current=state, reason=_why(state)), isinstance(state, Blocked)
    text = earlier.after.data if isinstance(earlier, Merge) else state.data
    removed = remove(text, _inserted(path, text, base, force=force), source=path, lists=lists_of(path))
    said = [describe_kept(removed.kept)] if removed.kept else []
    names = still_included(path, removed.text, base.values)
    if names:
        said.append(
            f"still includes {', '.join(f'`{name}`' for name in names)}, as it did before: take that out by hand"
        )
    if isinstance(earlier, Keep) and earlier.reason:
        said.insert(0, earlier.reason)
    is_left = bool(removed.kept or names)
    if removed.text == state.data:
        return Keep(path=path, current=state, reason=", ".join(said)), is_left
    if base.created and not removed.text.strip():
        return Delete(path=path, before=state), False
    gone = describe_insertions(removed.removed)
    summary = ", ".join([f"without {gone}" if gone else "values taken out", *said])
    return Merge(path=path, before=state, after=replace(state, data=removed.text), summary=summary), is_left


def _inserted(path: str, text: bytes, base: ValuesBase, *, force: bool) -> tuple[Inserted, ...]:
    inserted = insertions(base.sets, base.values)
    if not force:
        return inserted
    from cicdpack.yamledit.loading import load

    current = load(text, source=path).value
    return tuple(
        item if item.kind == "appended" else replace(item, value=value_at(current, item.path, item.value))
        for item in inserted
    )


def _receipt_changes(found: list[tuple[Found, Receipt]]) -> Iterator[Change]:
    for item, _ in found:
        if isinstance(item.state, Present):
            yield Delete(path=item.path, before=item.state)


def _bundle_changes(root: Path, book: Book, found: list[tuple[Found, Receipt]]) -> Iterator[Change]:
    named = named_digests(book, without=[item.path for item, _ in found])
    if named is None:
        return
    unused = [bundle_path(digest) for digest in stored_digests(root) if digest not in named]
    for path, state in snapshot(root, unused).items():
        if isinstance(state, Present):
            yield Delete(path=path, before=state)
