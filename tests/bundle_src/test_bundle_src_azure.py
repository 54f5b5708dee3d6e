"""The Azure DevOps pipelines, as they are written; `tests/pipelines` runs them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from tests.pipelines.model import load

if TYPE_CHECKING:
    from collections.abc import Iterator

PLATFORM_PREFIX = "azure_devops"
FOLDER = ".azure/devops-pipelines"
TESTS = f"{FOLDER}/fraud-detector-tests-ci.yml"
DEPLOYS = f"{FOLDER}/fraud-detector-bundle-cicd.yml"


def jobs_of(pipeline: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every job with its name, those of stages and deployments too."""
    for stage in pipeline.get("stages", [pipeline]):
        for job in stage["jobs"]:
            yield job.get("job") or job["deployment"], job


def steps_of(job: dict[str, Any]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = job["steps"] if "steps" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
    return steps


def script_of(step: dict[str, Any]) -> str:
    return str(step.get("bash") or step.get("inputs", {}).get("inlineScript", ""))


def calls_workspace(step: dict[str, Any]) -> bool:
    return "databricks bundle" in script_of(step)


def target_of(step: dict[str, Any]) -> str:
    found = re.search(r"databricks bundle .* -t (\w+)$", script_of(step), re.MULTILINE)
    assert found, script_of(step)
    return found[1]


def all_jobs(files: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    jobs = [pair for text in files.values() for pair in jobs_of(load(text))]
    assert [name for name, _ in jobs] == [
        "validate_staging",
        "deploy_staging",
        "deploy_prod",
        "unit_tests",
        "integration_test",
    ]
    return jobs


def test_every_job_has_pool_and_limit(renderer: Any, combination: Any) -> None:
    """No job falls to the default pool, none runs for ever."""
    for _, job in all_jobs(renderer.files(**combination.settings)):
        assert job["pool"] == {"vmImage": "ubuntu-24.04"}
        assert 0 < int(job["timeoutInMinutes"]) <= 120


def test_own_pool(renderer: Any) -> None:
    """`input_agent_pool` takes the place of Microsoft's agents, in every job."""
    files = renderer.files(input_cicd_platform="azure_devops", input_agent_pool="Build Farm")

    assert all(job["pool"] == {"name": "Build Farm"} for _, job in all_jobs(files))


def test_nothing_is_pasted_into_scripts(renderer: Any, combination: Any) -> None:
    """Neither a macro nor an expression stands in a script: values arrive through the environment."""
    for _, job in all_jobs(renderer.files(**combination.settings)):
        for step in steps_of(job):
            assert not re.search(r"\$\([\w.]+\)|\$\{\{|\$\[", script_of(step))


EXPECTED_AUTH = {
    ("azure", "auto"): "azure-client-secret",
    ("aws", "auto"): "pat",
    ("gcp", "auto"): "pat",
    ("azure", "federation"): "azure-cli",
    ("aws", "federation"): "azure-devops-oidc",
    ("gcp", "federation"): "azure-devops-oidc",
}


def test_identity_of_every_step(renderer: Any, combination: Any) -> None:
    """A step that calls a workspace says how it signs in, with the secrets of its side; no other gets any."""
    expected = EXPECTED_AUTH.get((combination.cloud, combination.auth), combination.auth)
    for _, job in all_jobs(renderer.files(**combination.settings)):
        for step in steps_of(job):
            env = step.get("env", {})
            if not calls_workspace(step):
                assert not re.search("STAGING_|PROD_|System.AccessToken", yaml.dump(step))
                continue
            side, other = ("PROD", "STAGING") if target_of(step) == "prod" else ("STAGING", "PROD")
            assert env["DATABRICKS_AUTH_TYPE"] == expected
            assert f"{other}_" not in yaml.dump(step)
            if expected == "azure-cli":
                assert step["task"] == "AzureCLI@2"
                assert step["inputs"]["azureSubscription"] == f"databricks-{side.lower()}"
            else:
                assert f"$({side}_" in yaml.dump(env)


def test_groups_belong_to_jobs(renderer: Any) -> None:
    """Unit tests see no variable group, prod's is seen by prod's job alone."""
    files = renderer.files(
        input_cicd_platform="azure_devops", input_variable_group_staging="s group", input_variable_group_prod="p group"
    )

    groups = {name: [each["group"] for each in job.get("variables", [])] for name, job in all_jobs(files)}
    assert groups == {
        "unit_tests": [],
        "integration_test": ["s group"],
        "validate_staging": ["s group"],
        "deploy_staging": ["s group"],
        "deploy_prod": ["p group"],
    }


def test_default_group_is_upstreams(renderer: Any) -> None:
    """Existing repositories keep their variable group."""
    text = renderer.files(input_cicd_platform="azure_devops")[DEPLOYS]

    assert text.count("group: 'my-monorepo variable group'") == 3


def test_branches_and_paths(renderer: Any) -> None:
    """Triggers name the branches that were asked for, the project's folder, and the pipeline itself."""
    files = renderer.files(
        input_cicd_platform="azure_devops",
        input_default_branch="trunk",
        input_release_branch="rel/prod",
        input_project_folder="ml/fraud",
    )
    tests, deploys = load(files[TESTS]), load(files[DEPLOYS])

    assert tests["trigger"] == "none"
    assert tests["pr"]["branches"]["include"] == ["trunk"]
    assert tests["pr"]["paths"]["include"] == ["ml/fraud", TESTS, "test-requirements.txt"]
    assert deploys["trigger"]["branches"]["include"] == ["trunk", "rel/prod"]
    assert deploys["pr"]["branches"]["include"] == ["trunk"]
    assert deploys["trigger"]["paths"]["include"] == deploys["pr"]["paths"]["include"] == ["ml/fraud", DEPLOYS]
    assert "refs/heads/trunk" in files[DEPLOYS]
    assert "refs/heads/rel/prod" in files[DEPLOYS]


def test_one_branch_for_both(renderer: Any) -> None:
    """Where one branch serves staging and prod, prod waits for staging."""
    files = renderer.files(input_cicd_platform="azure_devops", input_release_branch="main")
    pipeline = load(files[DEPLOYS])

    assert pipeline["trigger"]["branches"]["include"] == ["main"]
    assert pipeline["stages"][2]["dependsOn"] == "deploy_staging"
    assert pipeline["stages"][2]["condition"].startswith("and(succeeded(), ")


def test_deployments_go_through_environments(renderer: Any, combination: Any) -> None:
    """Each deployment is a deployment job of its environment, and waits for the one before."""
    pipeline = load(renderer.files(**combination.settings)[DEPLOYS])

    for stage, environment in zip(pipeline["stages"][1:], ("staging", "prod"), strict=True):
        (job,) = stage["jobs"]
        assert stage["lockBehavior"] == "sequential"
        assert job["environment"] == environment
        commands = [script_of(step).splitlines()[-1] for step in steps_of(job) if calls_workspace(step)]
        assert commands == [
            f"databricks bundle validate -t {environment}",
            f"databricks bundle deploy -t {environment}",
        ]


def test_approval_in_advance_is_asked_for(renderer: Any) -> None:
    """A deployment deletes without asking only where the parameter says so."""
    files = renderer.files(input_cicd_platform="azure_devops", input_deploy_auto_approve="yes")

    assert files[DEPLOYS].count("bundle deploy --auto-approve -t") == 2
    assert "bundle deploy --auto-approve" not in files[TESTS]
