"""The workflow that sets up projects, as it is written; `tests/pipelines` runs it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cicdpack.bundle.errors import BundleError
from tests.pipelines.model import load

PLATFORMS = {
    "azure_devops": ".azure/devops-pipelines/deploy-cicd.yml",
    "github_actions": ".github/workflows/deploy-cicd.yml",
    "github_actions_for_github_enterprise_servers": ".github/workflows/deploy-cicd.yml",
    "gitlab": ".gitlab/pipelines/deploy-cicd.yml",
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_file(repo_renderer: Any, platform: str) -> None:
    """Each platform gets its one workflow, under MLOps Stacks' name; GitLab's is included by the root's pipeline."""
    assert list(repo_renderer.files(input_cicd_platform=platform)) == [PLATFORMS[platform]]
    included = {".gitlab-ci.yml"} if platform == "gitlab" else set()
    assert set(repo_renderer.overlays(input_cicd_platform=platform)) == included


def test_a_vendored_file_needs_a_digest(repo_renderer: Any) -> None:
    """Without a digest there is no workflow that runs a vendored file: the error names the parameter."""
    with pytest.raises(BundleError, match="input_pyz_sha256"):
        repo_renderer(input_cicd_platform="azure_devops", input_install_from="pyz")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_only_the_default_branch(repo_renderer: Any, platform: str) -> None:
    """The workflow runs on the default branch alone, when it is started, never for a change."""
    text = repo_renderer.files(input_cicd_platform=platform, input_default_branch="trunk")[PLATFORMS[platform]]
    pipeline = load(text)

    if platform == "azure_devops":
        assert pipeline["trigger"] == pipeline["pr"] == "none"
        assert "'refs/heads/trunk'" in pipeline["jobs"][0]["condition"]
    elif platform == "gitlab":
        (rule,) = pipeline["deploy_cicd"]["rules"]
        assert rule["if"] == (
            '$project_name && $CI_PIPELINE_SOURCE =~ /^(web|api|trigger)$/ && $CI_COMMIT_BRANCH == "trunk"'
        )
    else:
        assert list(pipeline["on"]) == ["workflow_dispatch"]
        assert pipeline["jobs"]["deploy_cicd"]["if"] == "github.ref == 'refs/heads/trunk'"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_workspace(repo_renderer: Any, platform: str) -> None:
    """Setting up a project needs no Databricks CLI, no workspace and none of their secrets."""
    text = repo_renderer.files(input_cicd_platform=platform)[PLATFORMS[platform]]

    assert not re.search(r"(?i)databricks|DATABRICKS_|ARM_|jq |tar ", text)


def test_the_app_is_preferred(repo_renderer: Any) -> None:
    """With an app there is no personal token, and the app's has the three rights it needs."""
    text = repo_renderer.files(input_cicd_platform="github_actions", input_github_token="app")[
        PLATFORMS["github_actions"]
    ]
    steps = load(text)["jobs"]["deploy_cicd"]["steps"]
    (app,) = (step for step in steps if step.get("id") == "app")

    assert "WORKFLOW_TOKEN" not in text
    assert {name: value for name, value in app["with"].items() if name.startswith("permission-")} == {
        "permission-contents": "write",
        "permission-pull-requests": "write",
        "permission-workflows": "write",
    }
    assert steps[-1]["env"]["GITHUB_TOKEN"] == "${{ steps.app.outputs.token }}"
