"""What stands against a project's pipelines on GitLab: in its settings, in who sees variables, in the root pipeline.

Upstream has no `.gitlab-ci.yml`: its triggers file is a whole pipeline, which people name in GitLab's settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.commands.parameters import PLATFORM
from cicdpack.commands.pipelines import GITLAB, pipelines_of
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Present
from cicdpack.planning.schemas import GITLAB_ROOT, INCLUDE, local_path
from cicdpack.problems import Location, Problem
from cicdpack.yamledit.lists import items_of
from cicdpack.yamledit.loading import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cicdpack.bundle.rendering import Rendering
    from cicdpack.commands.repository import Project
    from cicdpack.yamledit.loading import Loaded

ENVIRONMENTS = {
    "bundle-ci": "input_environment_test",
    "bundle-cd-staging": "input_environment_staging",
    "bundle-cd-prod": "input_environment_prod",
}
"""The parameter that says which environment the jobs of a pipeline belong to."""

ALWAYS_THERE = (".pre", ".post")
"""Stages that need not be listed. A pipeline whose jobs are all in them does not run, so they are none for triggers.

https://docs.gitlab.com/ci/yaml/#stages
"""

CONFIGURATION_FILE = "gitlab-configuration-file"
"""The rule that tells a project with the pipelines of MLOps Stacks for GitLab from all others."""

DEFAULT_STAGE = "test"
"""The stage of a job that names none (https://docs.gitlab.com/ci/yaml/#stage)."""


def notice_gitlab(root: Path, project: Project, values: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what a person has to do in GitLab; nothing once the triggers file is no pipeline of its own."""
    if values.get(PLATFORM) != "gitlab":
        return
    paths = {kind: path for path, kind in pipelines_of(project.name, GITLAB).items()}
    states = snapshot(root, paths.values())
    found = {kind: _mapping(states[path], path) for kind, path in paths.items()}
    if "stages" not in found["triggers-cicd"]:
        return
    yield Problem(
        rule=CONFIGURATION_FILE,
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


def notice_root_pipeline(root: Path, project: Project, rendering: Rendering) -> Iterator[Problem]:
    """Yield what in the root's `.gitlab-ci.yml` keeps the files from running that it is to include.

    What other included files say is not looked at: where both say something, the root counts.
    """
    wanted = [overlay for overlay in rendering.overlays if overlay.path == GITLAB_ROOT]
    state = snapshot(root, [GITLAB_ROOT])[GITLAB_ROOT] if wanted else None
    if not isinstance(state, Present):
        return
    try:
        loaded = load(state.data, source=GITLAB_ROOT, is_tolerant=True)
    except CicdpackError:
        return
    if isinstance(loaded.value, dict):
        paths = {local_path(item) for overlay in wanted for item in items_of(overlay.value().get(INCLUDE))}
        jobs = [job for file in rendering.files if file.path in paths for job in _jobs(file.data, file.path)]
        yield from _stages(loaded, project, jobs)
        yield from _workflow(loaded, project, jobs)


def _stages(loaded: Loaded, project: Project, jobs: list[Mapping[object, object]]) -> Iterator[Problem]:
    listed = loaded.value.get("stages") if isinstance(loaded.value, dict) else None
    if not isinstance(listed, list) or not all(isinstance(stage, str) for stage in listed):
        return
    needed = [job.get("stage", DEFAULT_STAGE) for job in jobs if "extends" not in job or "stage" in job]
    for stage in dict.fromkeys(needed):
        if isinstance(stage, str) and stage not in (*listed, *ALWAYS_THERE):
            yield Problem(
                rule="gitlab-stages",
                severity="warning",
                message=f"`stages` lacks `{stage}`, the stage of what starts the pipelines of `{project.name}`:"
                " GitLab refuses the whole file",
                location=loaded.location(("stages",)),
                hint=f"add `{stage}` to `stages:` before you push",
            )


def _workflow(loaded: Loaded, project: Project, jobs: list[Mapping[object, object]]) -> Iterator[Problem]:
    value = loaded.value if isinstance(loaded.value, dict) else {}
    workflow, variables = value.get("workflow"), value.get("variables")
    rules = workflow.get("rules") if isinstance(workflow, dict) else None
    if not isinstance(rules, list) or not any(_is_for_merge_requests(job) for job in jobs):
        return
    from cicdpack.commands.gitlab_rules import MERGE_REQUEST, Unknown, lets_run

    own = dict.fromkeys(variables, Unknown) if isinstance(variables, dict) else {}
    if lets_run(rules, {**MERGE_REQUEST, **own}) is False:
        yield Problem(
            rule="gitlab-workflow",
            severity="warning",
            message=f"`workflow: rules:` lets no pipeline of a merge request run, so `{project.name}` is never tested",
            location=loaded.location(("workflow", "rules")),
            hint='add the rule `- if: $CI_PIPELINE_SOURCE == "merge_request_event"` before you push',
        )


def _is_for_merge_requests(job: Mapping[object, object]) -> bool:
    return any(
        isinstance(rule, dict) and "merge_request_event" in str(rule.get("if")) for rule in items_of(job.get("rules"))
    )


def _jobs(data: bytes, path: str) -> Iterator[Mapping[object, object]]:
    """Yield the jobs of a file that run or start something; templates (`.name`) and keywords are none."""
    for name, job in _mapping(Present(data=data), path).items():
        if (
            isinstance(job, dict)
            and not str(name).startswith(".")
            and {"script", "trigger", "run", "extends"} & job.keys()
        ):
            yield job
