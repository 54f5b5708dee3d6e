"""GitHub Actions: workflow files and an event -> jobs, with the secrets that GitHub would hand to each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.pipelines.conditions import Value, evaluate
from tests.pipelines.globs import has_match
from tests.pipelines.model import BUILD, REQUEST, Event, Job, Places, Step, Vault, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDER = ".github/workflows"
EVENTS = {"pull request": "pull_request", "push": "push", "manual": "workflow_dispatch"}
OIDC = ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
"""What a job gets that may ask for a token of its own."""


def jobs_of(repo: Path, event: Event, vault: Vault, places: Places) -> Iterator[Job]:
    """Read every workflow that the event starts, in the order of their names."""
    for path in sorted((repo / FOLDER).glob("*.yml")):
        workflow = load(path.read_text(encoding="utf-8"))
        if _starts(path.name, workflow["on"], event):
            for name, job in workflow["jobs"].items():
                yield from _job(f"{path.stem}/{name}", job, event, vault, places)


def _starts(file: str, on: Mapping[str, Any], event: Event) -> bool:
    filters = on.get(EVENTS[event.kind])
    if filters is None:
        return False
    if event.kind == "manual":
        return file == event.pipeline
    assert set(filters) <= {"branches", "paths"}, filters
    branch = event.base if event.kind == "pull request" else event.branch
    return has_match(filters["branches"], [branch]) and has_match(filters["paths"], event.changed)


def _job(name: str, job: Mapping[str, Any], event: Event, vault: Vault, places: Places) -> Iterator[Job]:
    environment = job.get("environment", "")
    assert environment in ("", *vault.scoped), environment
    secrets = {} if event.is_fork else {**vault.shared, **vault.scoped.get(environment, {})}
    values = _context(event, secrets, vault.job_token, places)

    def named(name: str) -> Value:
        assert name in values or name.startswith(("secrets.", "vars.", "github.event.pull_request.")), name
        return values.get(name)

    if not evaluate(job.get("if", "'yes'"), named):
        return
    steps = [step for each in job["steps"] for step in _step(each, named, places)]
    needs = job.get("needs", [])
    prefix = name.rpartition("/")[0]
    yield Job(
        name=name,
        steps=tuple(steps),
        env=dict.fromkeys(OIDC, vault.job_token) if job["permissions"].get("id-token") == "write" else {},
        options=("-e",),
        needs=tuple(f"{prefix}/{need}" for need in ([needs] if isinstance(needs, str) else needs)),
        environment=environment,
    )


def _context(event: Event, secrets: Mapping[str, str], token: str, places: Places) -> dict[str, str]:
    values = {
        "runner.temp": str(places.temp),
        "runner.tool_cache": str(places.temp / "tool-cache"),
        "github.event_name": EVENTS[event.kind],
        "github.ref": f"refs/pull/{REQUEST}/merge" if event.kind == "pull request" else f"refs/heads/{event.branch}",
        "github.repository": "org/repo",
        "github.run_id": BUILD,
        "steps.app.outputs.token": token,
        **{f"inputs.{name}": value for name, value in event.inputs.items()},
        **{f"{kind}.{name}": value for kind in ("secrets", "vars") for name, value in secrets.items()},
    }
    if event.kind == "pull request":
        values["github.event.pull_request.number"] = REQUEST
        values["github.event.pull_request.user.login"] = event.author
        values["github.event.pull_request.head.repo.full_name"] = "fork/repo" if event.is_fork else "org/repo"
    return values


def _step(step: Mapping[str, Any], named: Any, places: Places) -> Iterator[Step]:
    """Read a step that runs a script; actions prepare what the machine has anyway."""
    if "run" not in step:
        assert step["uses"].split("@")[0] in {
            "actions/checkout",
            "actions/setup-python",
            "actions/create-github-app-token",
        }
        return
    condition = step.get("if", "success()")
    assert condition in ("success()", "always()"), condition
    assert "${{" not in step["run"], "an expression is pasted into a script"

    def fill(match: re.Match[str]) -> str:
        return str(evaluate(match[1], named) or "")

    yield Step(
        script=step["run"],
        env={key: re.sub(r"\$\{\{(.*?)\}\}", fill, value) for key, value in step.get("env", {}).items()},
        folder=places.checkout / step.get("working-directory", "."),
        is_always=condition == "always()",
    )
