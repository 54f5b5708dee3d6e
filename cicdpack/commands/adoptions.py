"""`adopt` for many projects, one after another, because they share kept bundles; each wholly or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass, field
from cicdpack.commands.adopt import NothingToAdopt, carry_out_adoption, prepare_adoption
from cicdpack.commands.repository import open_repository, project_names
from cicdpack.commands.selection import select_projects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cicdpack.commands.adopt import Adoption


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptRequest:
    """Names, folders or patterns of projects, or `everything`; `bundle` and `settings` as for one project."""

    projects: tuple[str, ...]
    everything: bool = False
    repo: Path | None = None
    bundle: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


def adopt_projects(request: AdoptRequest, *, writes: bool) -> Iterator[Adoption | NothingToAdopt]:
    """Yield each project's adoption after it was carried out, if `writes`; or that there was nothing to adopt.

    For a single project that is an error: raises `NothingToAdopt`, beside what selecting projects raises.
    """
    repository = open_repository(request.repo)
    names = project_names(repository)
    projects = select_projects(repository, names, request.projects, everything=request.everything)
    for project in projects:
        try:
            adoption = prepare_adoption(repository, names, project, bundle=request.bundle, settings=request.settings)
        except NothingToAdopt as nothing:
            if len(projects) == 1:
                raise
            yield nothing
            continue
        if writes:
            carry_out_adoption(adoption)
        yield adoption
