"""The shell steps of a rendered `deploy-cicd.yml`, each with its environment, as the platforms hand them to bash."""

from __future__ import annotations

import re
from typing import Any

import yaml

PLATFORMS = {
    "azure_devops": ".azure/devops-pipelines/deploy-cicd.yml",
    "github_actions": ".github/workflows/deploy-cicd.yml",
    "github_actions_for_github_enterprise_servers": ".github/workflows/deploy-cicd.yml",
    "gitlab": ".gitlab/pipelines/deploy-cicd.yml",
}


def load(text: str) -> dict[str, Any]:
    value: dict[str, Any] = yaml.load(text, yaml.BaseLoader)
    return value


def scripts_of(
    platform: str, text: str, name: str, temp: str, token: str = "t0ken"
) -> list[tuple[str, dict[str, str]]]:
    """The scripts in order, each with its environment; expressions are filled in as values, never as text."""
    pipeline = load(text)
    values = {
        "$(Agent.TempDirectory)": temp,
        "${{ runner.temp }}": temp,
        "$(System.AccessToken)": token,
        "${{ secrets.WORKFLOW_TOKEN }}": token,
        "${{ steps.app.outputs.token }}": token,
        "${{ parameters.project_name }}": name,
        "${{ inputs.project_name }}": name,
    }

    def filled(env: dict[str, str]) -> dict[str, str]:
        pattern = "|".join(map(re.escape, values))
        return {key: re.sub(pattern, lambda match: values[match[0]], value) for key, value in env.items()}

    if platform == "gitlab":
        job = pipeline["deploy_cicd"]
        return [("\n".join(job["script"]), {**job["variables"], "project_name": name, "GITLAB_TOKEN": token})]
    steps = pipeline["jobs"][0]["steps"] if platform == "azure_devops" else pipeline["jobs"]["deploy_cicd"]["steps"]
    key = "bash" if platform == "azure_devops" else "run"
    scripts = [(step[key], filled(step["env"])) for step in steps if key in step]
    assert not any("${{" in script or "$(" in script for script, _ in scripts)
    return scripts
