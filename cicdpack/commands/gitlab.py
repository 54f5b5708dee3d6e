"""What changes in GitLab itself where the pipelines of MLOps Stacks are replaced: a setting, and who sees variables.

Upstream has no `.gitlab-ci.yml`: its triggers file is a whole pipeline, which people name in GitLab's settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.commands.pipelines import GITLAB, pipelines_of
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Present
from cicdpack.problems import Location, Problem
from cicdpack.yamledit.loading import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cicdpack.commands.repository import Project

ENVIRONMENTS = {
    "bundle-ci": "input_environment_test",
    "bundle-cd-staging": "input_environment_staging",
    "bundle-cd-prod": "input_environment_prod",
}
"""The parameter that says which environment the jobs of a pipeline belong to."""


def notice_gitlab(root: Path, project: Project, values: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what a person has to do in GitLab; nothing once the triggers file is no pipeline of its own."""
    if values.get("input_cicd_platform") != "gitlab":
        return
    paths = {kind: path for path, kind in pipelines_of(project.name, GITLAB).items()}
    states = snapshot(root, paths.values())
    found = {kind: _mapping(states[path], path) for kind, path in paths.items()}
    if "stages" not in found["triggers-cicd"]:
        return
    yield Problem(
        rule="gitlab-configuration-file",
        severity="note",
        message="it was a pipeline of its own; from now on `.gitlab-ci.yml` includes it",
        location=Location(path=paths["triggers-cicd"]),
        hint="if GitLab's setting `CI/CD configuration file` (Settings, CI/CD, General pipelines) names it, empty that",
    )
    for kind, parameter in ENVIRONMENTS.items():
        new = values.get(parameter)
        for old in sorted(_environments(found[kind]) - {str(new)}):
            yield Problem(
                rule="gitlab-environment",
                severity="warning",
                message=f"its jobs belong to the environment `{old}`, from now on to `{new}`, with other variables",
                location=Location(path=paths[kind]),
                hint=f'write `"{parameter}": "{old}"` into cicd_params.json, or give variables the scope `{new}` too',
            )


def _mapping(state: object, path: str) -> Mapping[object, object]:
    """Return what a file holds; an empty mapping for whatever is no YAML mapping."""
    try:
        value = load(state.data, source=path).value if isinstance(state, Present) else None
    except CicdpackError:
        return {}
    return value if isinstance(value, dict) else {}


def _environments(pipeline: Mapping[object, object]) -> set[str]:
    """Return the environments that jobs name, in either spelling."""
    given = (job.get("environment") for job in pipeline.values() if isinstance(job, dict))
    named = (value.get("name") if isinstance(value, dict) else value for value in given)
    return {name for name in named if isinstance(name, str)}
