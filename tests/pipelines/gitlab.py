"""GitLab: the root's pipeline with what it includes and triggers, and an event -> jobs, with their variables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.pipelines.conditions import Value, evaluate
from tests.pipelines.globs import has_match
from tests.pipelines.model import BUILD, REQUEST, Event, Job, Places, Step, Vault, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT_FILE = ".gitlab-ci.yml"
SOURCES = {"pull request": "merge_request_event", "push": "push", "manual": "web"}
KEYWORDS = {"include", "stages", "variables", "default", "workflow", "image"}


def jobs_of(repo: Path, event: Event, vault: Vault, places: Places) -> Iterator[Job]:
    """Read the root's pipeline, and every child pipeline whose trigger's rules hold."""
    variables = {"CI_PIPELINE_SOURCE": SOURCES[event.kind], **event.inputs}
    if event.kind == "pull request":
        variables["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = event.base
        variables["CI_MERGE_REQUEST_IID"] = REQUEST
    else:
        variables["CI_COMMIT_BRANCH"] = event.branch
    for name, job in jobs_in(whole(repo, ROOT_FILE)).items():
        rule = rule_for(job, variables, event.changed)
        if rule is None:
            continue
        if "trigger" not in job:
            yield _job(name, "gitlab-ci", job, rule, variables, vault, places)
            continue
        (child,) = job["trigger"]["include"]
        assert job["trigger"]["strategy"] == "depend"
        yield from _child(repo, child["local"], variables, event.changed, vault, places)


def _child(
    repo: Path, file: str, variables: Mapping[str, str], changed: tuple[str, ...], vault: Vault, places: Places
) -> Iterator[Job]:
    """Read a child pipeline: it knows the merge request of its parent, and its source is the parent."""
    inherited = {**variables, "CI_PIPELINE_SOURCE": "parent_pipeline"}
    pipeline = whole(repo, file)
    jobs = jobs_in(pipeline)
    order = pipeline.get("stages", ["test"])
    for name, job in sorted(jobs.items(), key=lambda item: order.index(item[1].get("stage", "test"))):
        rule = rule_for(job, inherited, changed)
        if rule is not None:
            yield _job(name, Path(file).stem, job, rule, inherited, vault, places)


def whole(repo: Path, file: str) -> dict[str, Any]:
    """Read a pipeline with what it includes merged in."""
    pipeline = load((repo / file).read_text(encoding="utf-8"))
    merged: dict[str, Any] = {}
    for each in pipeline.get("include", []):
        merged = merge(merged, whole(repo, each["local"]))
    return merge(merged, pipeline)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as `extends` and `include` do: maps by key, everything else is replaced."""
    out = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = merge(out[key], value) if both else value
    return out


def jobs_in(pipeline: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The jobs of a pipeline, what they extend merged in, without the hidden ones."""

    def extended(name: str) -> dict[str, Any]:
        job = dict(pipeline[name])
        base = job.pop("extends", None)
        return merge(extended(base), job) if base else job

    return {name: extended(name) for name in pipeline if name not in KEYWORDS and not name.startswith(".")}


def rule_for(job: Mapping[str, Any], variables: Mapping[str, str], changed: tuple[str, ...]) -> dict[str, Any] | None:
    """The first of a job's rules that holds."""

    def named(name: str) -> Value:
        assert name.startswith("$"), name
        return variables.get(name[1:])

    for rule in job["rules"]:
        assert set(rule) <= {"if", "changes", "when"}, rule
        if evaluate(rule["if"], named) and ("changes" not in rule or has_match(rule["changes"], changed)):
            return dict(rule)
    return None


def _job(
    name: str,
    pipeline: str,
    job: Mapping[str, Any],
    rule: Mapping[str, Any],
    variables: Mapping[str, str],
    vault: Vault,
    places: Places,
) -> Job:
    environment = job.get("environment", {}).get("name", "")
    assert environment in ("", *vault.scoped), environment
    known = {
        **variables,
        "CI_PIPELINE_ID": BUILD,
        "CI_PROJECT_DIR": str(places.checkout),
        "CI_ENVIRONMENT_NAME": environment,
        **vault.shared,
        **vault.scoped.get(environment, {}),
    }
    own = {key: expand(value, known) for key, value in job.get("variables", {}).items()}
    tokens = {key: f"platform:token for {value['aud']}" for key, value in job.get("id_tokens", {}).items()}
    script = "\n".join([*job.get("before_script", []), *job["script"]])
    when = rule.get("when", "on_success")
    assert when in ("on_success", "always"), when
    return Job(
        name=f"{pipeline}/{name}",
        steps=(Step(script=script, env={}, folder=places.checkout),),
        env={**known, **own, **tokens},
        options=("-eo", "pipefail"),
        needs=tuple(f"{pipeline}/{need}" for need in job.get("needs", [])),
        is_always=when == "always",
        environment=environment,
    )


def expand(text: str, known: Mapping[str, str]) -> str:
    """Fill in variables, as a runner does before it starts the shell; one without a value is empty."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda match: known.get(match[1] or match[2], ""), text)
