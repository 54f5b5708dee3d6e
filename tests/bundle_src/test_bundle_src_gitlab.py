"""The GitLab pipelines, as they are written; `tests/pipelines` runs them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.pipelines.gitlab import jobs_in
from tests.pipelines.model import load

PLATFORM_PREFIX = "gitlab"
FOLDER = ".gitlab/pipelines"
TRIGGERS, TESTS, STAGING, PROD = (
    f"{FOLDER}/fraud-detector-{end}.yml"
    for end in ("triggers-cicd", "bundle-ci", "bundle-cd-staging", "bundle-cd-prod")
)


def jobs_of(text: str) -> dict[str, dict[str, Any]]:
    """The jobs of a pipeline, what they extend merged in, without the hidden ones."""
    return jobs_in(load(text))


def commands_of(job: dict[str, Any]) -> list[str]:
    lines = (line for script in job["script"] for line in script.splitlines())
    return [line.removeprefix("databricks bundle ") for line in lines if line.startswith("databricks bundle ")]


def test_triggers(renderer: Any) -> None:
    """Merge requests to the default branch test; pushes deploy; each for everything below the project's folder."""
    files = renderer.files(
        input_cicd_platform="gitlab",
        input_default_branch="trunk",
        input_release_branch="rel/prod",
        input_project_folder="ml/fraud",
    )
    jobs = jobs_of(files[TRIGGERS])

    found = {
        name: (job["rules"][0]["if"], job["rules"][0]["changes"], job["trigger"]["include"])
        for name, job in jobs.items()
    }
    push = '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == '
    request = '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == '
    assert found == {
        "fraud-detector:test": (
            f'{request}"trunk"',
            ["ml/fraud/**/*", TESTS, "test-requirements.txt"],
            [{"local": TESTS}],
        ),
        "fraud-detector:deploy-staging": (f'{push}"trunk"', ["ml/fraud/**/*", STAGING], [{"local": STAGING}]),
        "fraud-detector:deploy-prod": (f'{push}"rel/prod"', ["ml/fraud/**/*", PROD], [{"local": PROD}]),
    }
    assert all(job["trigger"]["strategy"] == "depend" for job in jobs.values())


def test_every_job_has_an_image_a_limit_and_rules(renderer: Any, combination: Any) -> None:
    """Jobs run in an image that is pinned by content, not for ever, and in child pipelines of merge requests too."""
    files = renderer.files(**combination.settings)
    for path in (TESTS, STAGING, PROD):
        for job in jobs_of(files[path]).values():
            assert "@sha256:" in job["image"]
            assert job["timeout"].split()[1] in {"minutes", "hour", "hours"}
            assert job["rules"][0]["if"] == '$CI_PIPELINE_SOURCE == "parent_pipeline"'


EXPECTED_AUTH = {"auto": "oauth-m2m", "federation": "env-oidc"}


def test_identity_of_every_job(renderer: Any, combination: Any) -> None:
    """A job that calls a workspace says how it signs in and takes its environment's secrets; unit tests get none."""
    files = renderer.files(**combination.settings)
    expected = EXPECTED_AUTH.get(combination.auth, combination.auth)
    for path in (TESTS, STAGING, PROD):
        for name, job in jobs_of(files[path]).items():
            if name == "unit_tests":
                assert list(job["variables"]) == ["PROJECT_DIR"]
                assert "environment" not in job
                continue
            assert job["variables"]["DATABRICKS_AUTH_TYPE"] == expected
            assert job["environment"]["name"] == ("prod" if path == PROD else "staging")
            assert job["environment"].get("action") == ("verify" if path == TESTS else None)
            assert ("STAGING_" if path == PROD else "PROD_") not in yaml.dump(job)
            if expected == "env-oidc":
                assert job["id_tokens"] == {"DATABRICKS_OIDC_TOKEN": {"aud": "databricks"}}


@pytest.mark.parametrize(("path", "target"), [(STAGING, "staging"), (PROD, "prod")], ids=["staging", "prod"])
def test_deployments_queue(renderer: Any, path: str, target: str) -> None:
    """A deployment validates and deploys its target through its environment, one after the other."""
    jobs = jobs_of(renderer.files(input_cicd_platform="gitlab")[path])

    (job,) = jobs.values()
    assert commands_of(job) == [f"validate -t {target}", f"deploy -t {target}"]
    assert job["resource_group"] == f"fraud_detector-deploy-{target}"
    assert job["interruptible"] == "false"


def test_validation_of_merge_requests(renderer: Any, combination: Any) -> None:
    """A merge request validates staging, never prod."""
    files = renderer.files(**combination.settings)

    assert commands_of(jobs_of(files[TESTS])["validate_staging"]) == ["validate -t staging"]
    assert "-t prod" not in files[TESTS] + files[STAGING]


@pytest.mark.parametrize("given", ["", "review"])
def test_environment_of_merge_requests(renderer: Any, given: str) -> None:
    """Merge requests read the variables of staging, or of the environment that is named for them."""
    jobs = jobs_of(renderer.files(input_cicd_platform="gitlab", input_environment_test=given)[TESTS])

    assert jobs["integration_test"]["environment"] == {"name": given or "staging", "action": "verify"}


def test_own_image(renderer: Any) -> None:
    """`input_gitlab_image` takes the place of the pinned one."""
    image = "registry.example.com/ci/python:3.11@sha256:" + "a" * 64
    files = renderer.files(input_cicd_platform="gitlab", input_gitlab_image=image, input_python_version="3.11")

    assert jobs_of(files[PROD])["deploy_prod"]["image"] == image
