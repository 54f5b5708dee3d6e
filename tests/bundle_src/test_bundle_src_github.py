"""The GitHub workflows, as they are written; `tests/pipelines` runs them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.pipelines.model import load

PLATFORM_PREFIX = "github_actions"
FOLDER = ".github/workflows"
TESTS, VALIDATION, STAGING, PROD = (
    f"{FOLDER}/fraud-detector-{end}.yml" for end in ("run-tests", "bundle-ci", "bundle-cd-staging", "bundle-cd-prod")
)


def all_jobs(files: dict[str, str]) -> dict[tuple[str, str], dict[str, Any]]:
    jobs = {(path, name): job for path, text in files.items() for name, job in load(text)["jobs"].items()}
    assert set(jobs) == {
        (TESTS, "unit_tests"),
        (TESTS, "integration_test"),
        (VALIDATION, "validate_staging"),
        (STAGING, "deploy"),
        (PROD, "deploy"),
    }
    return jobs


def commands_of(job: dict[str, Any]) -> list[str]:
    lines = (line for step in job["steps"] for line in step.get("run", "").splitlines())
    return [line.removeprefix("databricks bundle ") for line in lines if line.startswith("databricks bundle ")]


def test_every_job_has_a_runner_a_limit_and_few_rights(renderer: Any, combination: Any) -> None:
    """Jobs read the code, and with federation ask for a token where they call a workspace; nothing more."""
    ghes = combination.platform.endswith("enterprise_servers")
    for (_, name), job in all_jobs(renderer.files(**combination.settings)).items():
        token = {"id-token": "write"} if combination.auth == "federation" and name != "unit_tests" else {}
        assert job["permissions"] == {"contents": "read", **token}
        assert job["runs-on"] == ("ubuntu-latest" if ghes else "ubuntu-24.04")
        assert 0 < int(job["timeout-minutes"]) <= 120


def test_actions_are_pinned(renderer: Any, combination: Any) -> None:
    """Each action is named by commit, with its version in a comment, and no credentials stay behind."""
    for text in renderer.files(**combination.settings).values():
        assert re.findall(r"uses: (.*)", text)
        for used in re.findall(r"uses: (.*)", text):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)
        for job in load(text)["jobs"].values():
            assert job["steps"][0]["with"] == {"persist-credentials": "false"}


def test_nothing_is_pasted_into_scripts(renderer: Any, combination: Any) -> None:
    """No expression stands in a script: values arrive through the environment."""
    for job in all_jobs(renderer.files(**combination.settings)).values():
        assert not any("${{" in step.get("run", "") for step in job["steps"])


EXPECTED_AUTH = {
    ("azure", "auto"): "azure-client-secret",
    ("aws", "auto"): "pat",
    ("gcp", "auto"): "pat",
}


def test_identity_of_every_step(renderer: Any, combination: Any) -> None:
    """A step that calls a workspace says how it signs in, and gets the secrets of its side; no other step gets any."""
    expected = EXPECTED_AUTH.get((combination.cloud, combination.auth), combination.auth)
    for (path, _), job in all_jobs(renderer.files(**combination.settings)).items():
        side, other = ("PROD", "STAGING") if path == PROD else ("STAGING", "PROD")
        assert f"{other}_" not in yaml.dump(job)
        for step in job["steps"]:
            if "databricks bundle" not in step.get("run", ""):
                assert f"{side}_" not in yaml.dump(step)
                continue
            env = step["env"]
            assert env["DATABRICKS_AUTH_TYPE"] == ("github-oidc" if expected == "federation" else expected)
            assert f".{side}_" in yaml.dump(env)
            assert ("secrets." in yaml.dump(env)) == (expected != "federation")


def test_events(renderer: Any) -> None:
    """Pull requests to the default branch test and validate; pushes deploy; each for its folder and its own file."""
    files = renderer.files(
        input_cicd_platform="github_actions",
        input_default_branch="trunk",
        input_release_branch="rel/prod",
        input_project_folder="ml/fraud",
    )
    found = {path: load(text)["on"] for path, text in files.items()}

    assert found == {
        TESTS: {
            "workflow_dispatch": "",
            "pull_request": {"branches": ["trunk"], "paths": ["ml/fraud/**", TESTS, "test-requirements.txt"]},
        },
        VALIDATION: {
            "workflow_dispatch": "",
            "pull_request": {"branches": ["trunk"], "paths": ["ml/fraud/**", VALIDATION]},
        },
        STAGING: {"workflow_dispatch": "", "push": {"branches": ["trunk"], "paths": ["ml/fraud/**", STAGING]}},
        PROD: {"workflow_dispatch": "", "push": {"branches": ["rel/prod"], "paths": ["ml/fraud/**", PROD]}},
    }


@pytest.mark.parametrize(
    ("path", "branch", "environment"),
    [(STAGING, "main", "staging"), (PROD, "release", "prod")],
    ids=["staging", "prod"],
)
def test_deployments_go_through_environments(renderer: Any, path: str, branch: str, environment: str) -> None:
    """A deployment validates and deploys its target, from its branch alone, through its environment."""
    workflow = load(renderer.files(input_cicd_platform="github_actions")[path])
    job = workflow["jobs"]["deploy"]

    assert job["if"] == f"github.ref == 'refs/heads/{branch}'"
    assert job["environment"] == environment
    assert commands_of(job) == [f"validate -t {environment}", f"deploy -t {environment}"]


def test_no_pull_request_cancels_a_deployment(renderer: Any, combination: Any) -> None:
    """Each workflow has a group of its own, deployments one a branch; only validation gives way to a newer run."""
    found = {path: load(text)["concurrency"] for path, text in renderer.files(**combination.settings).items()}

    assert len({each["group"] for each in found.values()}) == 4
    assert {path for path, each in found.items() if each["cancel-in-progress"] == "true"} == {VALIDATION}
    for path in (STAGING, PROD):
        assert found[path]["group"].partition("${{")[2] == " github.ref }}"


def test_environment_of_pull_requests(renderer: Any) -> None:
    """Pull requests use an environment only where one is named for them."""
    plain = all_jobs(renderer.files(input_cicd_platform="github_actions"))
    named = all_jobs(renderer.files(input_cicd_platform="github_actions", input_environment_test="test"))

    for key in ((TESTS, "integration_test"), (VALIDATION, "validate_staging")):
        assert "environment" not in plain[key]
        assert named[key]["environment"] == "test"
    assert "environment" not in named[TESTS, "unit_tests"]
