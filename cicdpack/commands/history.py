"""Members of an archive that are stale -> the commits that made them so. Asks git, and takes no for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.commands.places import Committed, inside_repository
from cicdpack.disk import git
from cicdpack.disk.git import Commit

__all__ = ["Cause", "Commit", "History", "explain"]

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cicdpack.commands.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why one member is stale: commits that changed its source, newest first; `uncommitted`: edited since the last."""

    commits: tuple[Commit, ...]
    uncommitted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What git knows: when the archive was last committed (None: not known), and the cause for each member asked for.

    `tracked` says that the archive is in git at all; `is_cut` that the clone is shallow, so that commits may lack.
    """

    archive: Commit | None
    tracked: bool
    is_cut: bool
    causes: Mapping[str, Cause]


def explain(source: Source, archive: Path, members: Iterable[str]) -> History | None:
    """Return the history of an archive beside its source; None where git has none of both together."""
    at_source = _place_of(source)
    at_archive = inside_repository(archive)
    if at_source is None or at_archive is None or at_source[0] != at_archive[0]:
        return None
    root, folder, until = at_source
    origins = {
        member: tuple(f"{folder}/{path}" if folder else path for path in source.config.origins(member))
        for member in members
    }
    if not git.is_tracked(root, at_archive[1]):
        return History(archive=None, tracked=False, is_cut=False, causes={})
    since = git.commits_touching(root, at_archive[1], (), until=until)
    by_path = {} if since.archive is None else git.commits_by_path(root, since.archive.sha, until)
    edited = frozenset[str]() if isinstance(source.place, Committed) else git.uncommitted(root, (folder or ".",))
    return History(
        archive=since.archive,
        tracked=True,
        is_cut=since.is_cut,
        causes={
            member: Cause(
                commits=tuple(dict.fromkeys(commit for path in paths for commit in by_path.get(path, ()))),
                uncommitted=any(path in edited for path in paths),
            )
            for member, paths in origins.items()
        },
    )


def _place_of(source: Source) -> tuple[Path, str, str] | None:
    """Return the top of the source's repository, its folder in there, and the revision to look back from."""
    if isinstance(source.place, Committed):
        return source.place.repo, source.place.path, source.place.revision
    found = inside_repository(source.place)
    return None if found is None else (*found, "HEAD")
