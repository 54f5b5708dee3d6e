"""What may have made a project's pipelines: archives at hand x the parameters that they may have been given."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from cicdpack._values import dataclass, replace
from cicdpack.bundle.binding import LEGACY_NAMES, bind
from cicdpack.bundle.render import render
from cicdpack.commands.archives import open_place
from cicdpack.commands.bundles import ARCHIVE_NAME, choose_bundle, use_bundle
from cicdpack.commands.parameters import CLI_VERSION, FACTS, layers_of
from cicdpack.commands.places import Committed, inside_repository
from cicdpack.commands.seeds import seed_of
from cicdpack.disk import git
from cicdpack.errors import CicdpackError
from cicdpack.planning.receipts import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cicdpack.bundle.binding import Layer
    from cicdpack.bundle.rendering import Rendering
    from cicdpack.bundle.schema import Schema
    from cicdpack.commands.bundles import ChosenBundle
    from cicdpack.commands.repository import Project, Repository

MOST_ARCHIVES = 20
"""Older commits of `cicd.tar.gz` that are looked at, the newest first: each is opened and rendered twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One rendering for a project; `source` names the archive for people."""

    source: str
    chosen: ChosenBundle
    parameters: Mapping[str, Parameter]
    rendering: Rendering


def find_candidates(
    repository: Repository, project: Project, given: Path | None, settings: Mapping[str, str]
) -> Iterator[Candidate]:
    """Yield what the archive renders and, unless one was named, what its older versions in git render.

    Each with the parameters that `apply` would use, then with those that the deploy workflow of MLOps Stacks passes.
    An older version that cannot be used is passed over; the first archive's errors are raised.
    """
    first = choose_bundle(repository.root, given)
    yield from _renderings(str(given or ARCHIVE_NAME), first, repository, project, settings)
    if given is not None:
        return
    for source, chosen in _older(repository.root, first.digest):
        with suppress(CicdpackError):
            yield from list(_renderings(source, chosen, repository, project, settings))


def _older(root: Path, known: str) -> Iterator[tuple[str, ChosenBundle]]:
    """Yield the other contents that `cicd.tar.gz` had in git, newest first; none without git."""
    place = inside_repository(root / ARCHIVE_NAME)
    if place is None:
        return
    top, path = place
    seen = {known}
    commits: tuple[git.Commit, ...] = ()
    with suppress(git.GitError):
        commits = git.commits_by_path(top, None).get(path, ())
    for commit in commits[:MOST_ARCHIVES]:
        with suppress(CicdpackError):
            opened, _ = open_place(Committed(repo=top, revision=commit.sha, path=path))
            if opened.content_digest not in seen:
                seen.add(opened.content_digest)
                yield f"{ARCHIVE_NAME} of commit {commit.short}", use_bundle(opened)


def _renderings(
    source: str, chosen: ChosenBundle, repository: Repository, project: Project, settings: Mapping[str, str]
) -> Iterator[Candidate]:
    """Yield each variant once. What overlays want is what `apply` wants: upstream's workflow knew none."""
    schema = chosen.bundle.parameters
    layers, _ = layers_of(repository, project, settings, schema)
    first: Candidate | None = None
    for variant in (layers, _as_upstream(repository, project, settings, schema)):
        bound = bind(chosen.bundle, variant)
        parameters = {
            name: Parameter(value=value, origin=bound.origins[name]) for name, value in sorted(bound.values.items())
        }
        if first is not None and parameters == first.parameters:
            return
        rendering = render(chosen.bundle, bound.values, seed=seed_of(chosen.digest, project.name))
        if first is not None:
            rendering = replace(rendering, overlays=first.rendering.overlays)
        candidate = Candidate(source=source, chosen=chosen, parameters=parameters, rendering=rendering)
        first = first or candidate
        yield candidate


def _as_upstream(
    repository: Repository, project: Project, settings: Mapping[str, str], schema: Schema
) -> tuple[Layer, ...]:
    """Return the layers as that workflow sees them: names without their prefix are lost, an old CLI version stays."""
    values = {name: value for name, value in repository.parameters.values.items() if name not in LEGACY_NAMES}
    plain = replace(repository, parameters=replace(repository.parameters, values=values))
    layers, _ = layers_of(plain, project, settings, schema)
    return tuple(_without_bump(layer) if layer.origin == FACTS else layer for layer in layers)


def _without_bump(layer: Layer) -> Layer:
    return replace(layer, values={name: value for name, value in layer.values.items() if name != CLI_VERSION})
