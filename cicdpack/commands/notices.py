"""What a person should know about a project's new pipelines that no file of theirs says: never an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.bundle.binding import DEFAULT_ORIGIN
from cicdpack.commands.branch_parameters import notice_one_branch
from cicdpack.commands.gitlab import notice_gitlab, notice_root_pipeline
from cicdpack.commands.parameters import PLATFORM
from cicdpack.commands.repository import REPOSITORY_PARAMETERS
from cicdpack.commands.targets import notice_empty_hosts, notice_moves
from cicdpack.planning.plan import Wanted, WantedValues
from cicdpack.problems import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cicdpack.bundle.binding import Bound
    from cicdpack.bundle.rendering import Rendering
    from cicdpack.commands.repository import Project, Repository


def notices_of(
    repository: Repository,
    project: Project,
    bound: Bound,
    rendering: Rendering,
    wanted: Iterable[Wanted],
    *,
    is_news: bool,
) -> Iterator[Problem]:
    """Yield them in a fixed order; `is_news` where the bundle is new to the project."""
    yield from _notice_platform(bound)
    for want in wanted:
        if isinstance(want, WantedValues) and want.path == project.file_path:
            yield from notice_moves(project, want.values)
    if is_news:
        yield from notice_empty_hosts(project, bound.values)
        yield from notice_one_branch(bound.values)
    yield from notice_gitlab(repository.root, project, bound.values)
    yield from notice_root_pipeline(repository.root, project, rendering)


def _notice_platform(bound: Bound) -> Iterator[Problem]:
    """Which platform a repository is on should not be a matter of a default, or of a name that was spelt wrong."""
    if bound.origins.get(PLATFORM) == DEFAULT_ORIGIN:
        platform = bound.values[PLATFORM]
        yield Problem(
            rule="platform-by-default",
            severity="warning",
            message=f"`{PLATFORM}` is not set: the pipelines are for `{platform}`, the bundle's default",
            location=Location(path=REPOSITORY_PARAMETERS),
            hint=f'write `"{PLATFORM}": "{platform}"` there, or the platform that it is',
        )
