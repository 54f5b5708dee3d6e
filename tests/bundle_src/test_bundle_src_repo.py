"""The workflow that sets up projects: from which branch, with which rights, and that a project's name stays a name."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import pytest

from cicdpack.bundle.errors import BundleError
from tests.bundle_src.deploy_steps import PLATFORMS, load, scripts_of

HOSTILE = ('x"; touch pwned; echo "', "$(touch pwned)", "`touch pwned`", "--help", "a b'c", "fraud-detector")
TOOL = """#!/usr/bin/env bash
printf '%s|' "$@" >> "$RECORD"
echo "$GIT_AUTHOR_NAME|${SYSTEM_ACCESSTOKEN:-}${GITHUB_TOKEN:-}${GITLAB_TOKEN:-}" >> "$RECORD"
"""
PYTHON = """#!/usr/bin/env bash
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin"
  cp "$TOOL_FILE" "$3/bin/cicdpack"
  cp "$0" "$3/bin/python"
elif [ "$1" = -m ]; then
  echo "$*" >> "$RECORD"
else
  shift
  exec "$TOOL_FILE" "$@"
fi
"""


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_file(repo_renderer: Any, platform: str) -> None:
    """Each platform gets its one workflow, under MLOps Stacks' name; GitLab's is included by the root's pipeline."""
    assert list(repo_renderer.files(input_cicd_platform=platform)) == [PLATFORMS[platform]]
    included = {".gitlab-ci.yml"} if platform == "gitlab" else set()
    assert set(repo_renderer.overlays(input_cicd_platform=platform)) == included


@pytest.mark.parametrize("source", ["requirements", "pyz"])
@pytest.mark.parametrize("platform", ["azure_devops", "github_actions", "gitlab"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(site: Any, repo_renderer: Any, platform: str, source: str, name: str) -> None:
    """Whatever the project is called, cicdpack gets the name as one argument, and nothing else runs."""
    tool = site.repo / "tool"
    tool.write_text(TOOL, encoding="utf-8")
    tool.chmod(0o755)
    site.tool("python3", PYTHON)
    settings = {"input_install_from": source, "input_pyz_file": "tool"}
    settings["input_pyz_sha256"] = sha256(TOOL.encode()).hexdigest()
    text = repo_renderer.files(input_cicd_platform=platform, **settings)[PLATFORMS[platform]]

    output = ""
    for script, env in scripts_of(platform, text, name, str(site.temp)):
        done = site.run(script, {**env, "TOOL_FILE": str(tool)}, str(site.repo), "-eo", "pipefail")
        output += done.stdout + done.stderr
        assert done.returncode == 0, output

    options = "--require-hashes --only-binary :all: --index-url https://pypi.org/simple -r .cicdpack/requirements.txt"
    installed = [f"-m pip install {options}"] if source == "requirements" else []
    assert site.record == [*installed, f"deploy|--base|main|--|{name}|cicdpack|t0ken"]
    assert "t0ken" not in output
    assert not (site.repo / "pwned").exists()


@pytest.mark.parametrize("platform", ["azure_devops", "github_actions", "gitlab"])
def test_a_changed_file_is_not_run(site: Any, repo_renderer: Any, platform: str) -> None:
    """A vendored file whose digest is another stops the workflow before it runs."""
    (site.repo / "tool").write_text(TOOL, encoding="utf-8")
    site.tool("python3", PYTHON)
    files = repo_renderer.files(
        input_cicd_platform=platform, input_install_from="pyz", input_pyz_file="tool", input_pyz_sha256="0" * 64
    )
    script, env = scripts_of(platform, files[PLATFORMS[platform]], "fraud-detector", str(site.temp))[0]

    done = site.run(script, {**env, "TOOL_FILE": str(site.repo / "tool")}, str(site.repo), "-eo", "pipefail")

    assert done.returncode != 0
    assert site.record == []


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
