"""Azure DevOps: pipeline files and an event -> jobs, with the variable groups and connections that each names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.pipelines.conditions import Value, evaluate
from tests.pipelines.globs import has_match, has_match_below
from tests.pipelines.model import BUILD, REQUEST, Event, Job, Places, Step, Vault, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

FOLDER = ".azure/devops-pipelines"
REASONS = {"pull request": "PullRequest", "push": "IndividualCI", "manual": "Manual"}
SIGNED_IN = "AZURE_CONFIG_DIR"
"""Where AzureCLI@2 keeps who it has signed in."""


def jobs_of(repo: Path, event: Event, vault: Vault, places: Places) -> Iterator[Job]:
    """Read every pipeline that the event starts, in the order of their names.

    Azure Repos starts pull requests by a branch policy; `pr:` says the same, and is what is read here.
    """
    for path in sorted((repo / FOLDER).glob("*.yml")):
        pipeline = load(path.read_text(encoding="utf-8"))
        if _starts(path.name, pipeline, event):
            yield from _Pipeline(path.stem, event, vault, places).jobs(pipeline)


def _starts(file: str, pipeline: Mapping[str, Any], event: Event) -> bool:
    if event.kind == "manual":
        return file == event.pipeline
    trigger = pipeline["pr" if event.kind == "pull request" else "trigger"]
    if trigger == "none":
        return False
    branch = event.base if event.kind == "pull request" else event.branch
    return has_match(trigger["branches"]["include"], [branch]) and has_match_below(
        trigger["paths"]["include"], event.changed
    )


class _Pipeline:
    def __init__(self, name: str, event: Event, vault: Vault, places: Places) -> None:
        self.name, self.vault, self.places = name, vault, places
        self.inputs = event.inputs
        is_request = event.kind == "pull request"
        self.variables = {
            "Build.Reason": REASONS[event.kind],
            "Build.SourceBranch": f"refs/pull/{REQUEST}/merge" if is_request else f"refs/heads/{event.branch}",
            "Build.SourcesDirectory": str(places.checkout),
            "Build.BuildId": BUILD,
            "Agent.TempDirectory": str(places.temp),
            "Agent.ToolsDirectory": str(places.temp / "tool-cache"),
            "System.AccessToken": vault.job_token,
        }
        self.env = {
            "BUILD_BUILDID": BUILD,
            "SYSTEM_OIDCREQUESTURI": "https://token.example.com",
            **({"SYSTEM_PULLREQUEST_PULLREQUESTID": REQUEST} if is_request else {}),
        }

    def jobs(self, pipeline: Mapping[str, Any]) -> Iterator[Job]:
        """Read the jobs of all stages whose condition holds; a stage that depends on another waits for its jobs."""
        by_stage: dict[str, list[str]] = {}
        for stage in pipeline.get("stages", [pipeline]):
            if not self._holds(stage):
                continue
            before = _listed(stage.get("dependsOn", []))
            waits = [job for name in before for job in by_stage.get(name, [])]
            made = [self._job(job, waits) for job in stage["jobs"] if self._holds(job)]
            by_stage[stage.get("stage", "")] = [job.name for job in made]
            yield from made

    def _holds(self, thing: Mapping[str, Any]) -> bool:
        functions: dict[str, Callable[..., Value]] = {
            "and": lambda *all_: all(all_),
            "eq": lambda left, right: left.lower() == right.lower(),
            "ne": lambda left, right: left.lower() != right.lower(),
            "succeeded": lambda: True,
        }
        return bool(evaluate(thing.get("condition", "succeeded()"), self._named, functions))

    def _named(self, name: str) -> Value:
        return self.variables[name]

    def _job(self, job: Mapping[str, Any], waits: list[str]) -> Job:
        is_deployment = "deployment" in job
        groups = [each["group"] for each in job.get("variables", [])]
        stored = {name: value for group in groups for name, value in self.vault.scoped[group].items()}
        steps = job["strategy"]["runOnce"]["deploy"]["steps"] if is_deployment else job["steps"]
        needs = [f"{self.name}/{name}" for name in _listed(job.get("dependsOn", []))]
        return Job(
            name=f"{self.name}/{job['deployment'] if is_deployment else job['job']}",
            steps=tuple(step for each in steps for step in self._step(each, stored)),
            env=self.env,
            options=(),
            needs=(*waits, *needs),
            environment=job.get("environment", ""),
        )

    def _step(self, step: Mapping[str, Any], stored: Mapping[str, str]) -> Iterator[Step]:
        """Read a step that runs a script; other tasks prepare what the machine has anyway, or publish."""
        inputs = step.get("inputs", {})
        script, folder, env = step.get("bash"), step.get("workingDirectory", "."), dict(step.get("env", {}))
        if step.get("task") == "AzureCLI@2":
            script, folder = inputs["inlineScript"], inputs["workingDirectory"]
            env[SIGNED_IN] = self.vault.connections[inputs["azureSubscription"]]
        if script is None:
            assert "checkout" in step or step["task"] in {"UsePythonVersion@0", "PublishTestResults@2"}, step
            return
        condition = step.get("condition", "succeeded()")
        assert condition in ("succeeded()", "always()"), condition
        assert not re.search(r"\$\([\w.]+\)|\$\{\{|\$\[", script), "an expression is pasted into a script"
        yield Step(
            script=script,
            env={name: self._expand(value, stored) for name, value in env.items()},
            folder=self.places.checkout / self._expand(folder, stored),
            is_always=condition == "always()",
        )

    def _expand(self, text: str, stored: Mapping[str, str]) -> str:
        """Fill in parameters and macros; a macro without a value stays as it is, as on Azure DevOps."""
        known = {**self.variables, **stored}
        text = re.sub(r"\$\{\{ parameters\.(\w+) \}\}", lambda match: self.inputs[match[1]], text)
        return re.sub(r"\$\(([\w.]+)\)", lambda match: known.get(match[1], match[0]), text)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
