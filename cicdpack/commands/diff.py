"""`diff`: two places, each a folder, an archive or a path in a commit -> how their members differ."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cicdpack.bundle.manifest import without_manifest
from cicdpack.commands.archives import open_place
from cicdpack.commands.differences import MemberDifference, compare, with_renames
from cicdpack.commands.places import Committed, NoPlace, Place, committed, locate
from cicdpack.commands.sources import is_source, read_source, reader, source_at

if TYPE_CHECKING:
    from cicdpack.archive.entries import Entry
    from cicdpack.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRequest:
    """Two places: a folder, an archive, `REV:path`, or `REV` for the other place as that commit holds it."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffReport:
    """How two sets of members differ, manifests aside; `members` counts those of `after`."""

    before: str
    after: str
    members: int
    differences: tuple[MemberDifference, ...]
    problems: tuple[Problem, ...]


def diff(request: DiffRequest) -> DiffReport:
    """Read both places and compare. Raises the reader's error for an archive that is hostile or broken."""
    before, after = _places(request.before, request.after)
    old, noticed_before = _read(before)
    new, noticed_after = _read(after)
    return DiffReport(
        before=request.before,
        after=request.after,
        members=len(new),
        differences=with_renames(compare(old, new)),
        problems=(*noticed_before, *noticed_after),
    )


def _places(before: str, after: str) -> tuple[Place, Place]:
    """Return both places; a revision alone stands for the other place, or for the default source where both are one."""
    first, second = _place(before), _place(after)
    if first is not None:
        return first, second if second is not None else _same_place(first, after)
    if second is not None:
        return _same_place(second, before), second
    return source_at(None, before), source_at(None, after)


def _place(text: str) -> Place | None:
    """Return the place that a text names, None for a revision. Raises `NoPlace`."""
    place = locate(text)
    if isinstance(place, Committed) or os.path.lexists(place):
        return place
    if not _is_revision(text):
        raise NoPlace(text)
    return None


def _is_revision(text: str) -> bool:
    from cicdpack.disk.git import UnknownRevisionError, repository_root, resolve

    root = repository_root(Path())
    if root is None:
        return False
    try:
        resolve(root, text)
    except UnknownRevisionError:
        return False
    return True


def _same_place(place: Place, revision: str) -> Committed:
    if isinstance(place, Committed):
        return Committed(repo=place.repo, revision=revision, path=place.path)
    return committed(place, revision)


def _read(place: Place) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """Return what counts of a source, an archive, or any other folder, and what was noticed on the way."""
    if not _is_folder(place):
        opened, _ = open_place(place)
        return without_manifest(opened.entries), opened.findings
    if is_source(place):
        assembled = read_source(place)
        return assembled.entries, assembled.warnings
    return without_manifest(reader(place)(_nothing)), ()


def _is_folder(place: Place) -> bool:
    if isinstance(place, Path):
        return place.is_dir()
    from cicdpack.disk.git_trees import kind_at

    kind = kind_at(place.repo, place.revision, place.path)
    if kind is None:
        raise NoPlace(str(place))
    return kind == "folder"


def _nothing(path: str, is_folder: bool) -> bool:  # noqa: ARG001, FBT001 - the shape that `read_tree` asks for
    return False
