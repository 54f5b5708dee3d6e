"""What the overlays want of `databricks.yml` and `.gitlab-ci.yml`."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from cicdpack.bundle.errors import BundleError

PLATFORMS = ("azure_devops", "github_actions", "github_actions_for_github_enterprise_servers", "gitlab")
PATH = "fraud_detector/databricks.yml"
FIXED = {
    "input_deployment_identity": "fixed",
    "input_run_as_staging": "11111111-aaaa-bbbb-cccc-000000000000",
    "input_run_as_prod": "22222222-aaaa-bbbb-cccc-000000000000",
}


def wanted(renderer: Any, **settings: str) -> dict[str, Any]:
    settings.setdefault("input_cicd_platform", "azure_devops")
    value: dict[str, Any] = yaml.safe_load(renderer.overlays(**settings)[PATH])
    return value


def test_targets_have_upstreams_shape(renderer: Any) -> None:
    """By default staging and prod get a host and nothing else, so targets that MLOps Stacks wrote stay as they are."""
    targets = wanted(renderer)["targets"]

    assert targets["staging"] == {"workspace": {"host": "https://staging.example.com"}}
    assert targets["prod"] == {"workspace": {"host": "https://prod.example.com"}}
    assert list(targets) == ["staging", "prod", "test"]


def test_the_target_test_is_apart(renderer: Any) -> None:
    """Test deployments go to the staging workspace, to a path that carries their name, with their schedules paused."""
    value = wanted(renderer)

    assert value["targets"]["test"] == {
        "workspace": {
            "host": "https://staging.example.com",
            "root_path": "/Workspace/Users/${workspace.current_user.userName}/.bundle/${bundle.name}/${bundle.target}"
            "/${var.test_instance}",
        },
        "presets": {"trigger_pause_status": "PAUSED"},
    }
    assert value["variables"]["test_instance"]["default"] == "local"


def test_catalogs_only_where_declared(renderer: Any) -> None:
    """Each target sets `catalog_name` where the project declares it, and only there."""
    with_catalog = wanted(
        renderer,
        input_include_models_in_unity_catalog="yes",
        input_prod_catalog_name="on",
        input_test_catalog_name="t-1",
    )

    found = {name: target["variables"] for name, target in with_catalog["targets"].items()}
    assert found == {
        "staging": {"catalog_name": "staging"},
        "prod": {"catalog_name": "on"},
        "test": {"catalog_name": "t-1"},
    }
    assert not any("variables" in target for target in wanted(renderer)["targets"].values())


def test_fixed_identity(renderer: Any) -> None:
    """A fixed identity adds mode, path and run_as to staging and prod; `test` stays as it is."""
    plain, fixed = wanted(renderer)["targets"], wanted(renderer, **FIXED)["targets"]

    for name in ("staging", "prod"):
        principal = FIXED[f"input_run_as_{name}"]
        assert fixed[name] == {
            "mode": "production",
            "workspace": {
                "host": f"https://{name}.example.com",
                "root_path": f"/Workspace/Users/{principal}/.bundle/${{bundle.name}}/${{bundle.target}}",
            },
            "run_as": {"service_principal_name": principal},
        }
    assert fixed["test"] == plain["test"]


@pytest.mark.parametrize("missing", ["input_run_as_staging", "input_run_as_prod"])
def test_fixed_identity_needs_principals(renderer: Any, missing: str) -> None:
    """Without a principal to run as there is no fixed identity: the error names the parameter."""
    with pytest.raises(BundleError, match=missing):
        renderer(**{**FIXED, missing: ""})


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(("cloud", "auth"), [("aws", "oauth-m2m"), ("gcp", "pat"), ("azure", "federation")])
def test_the_same_targets_everywhere(renderer: Any, platform: str, cloud: str, auth: str) -> None:
    """Platform, cloud and the way to sign in change nothing in `databricks.yml`."""
    assert wanted(renderer, input_cicd_platform=platform, input_cloud=cloud, input_auth=auth) == wanted(renderer)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_gitlab_includes_the_project(renderer: Any, platform: str) -> None:
    """On GitLab, and only there, the root's pipeline includes the project's, and may be created for it."""
    rendering = renderer(input_cicd_platform=platform)
    found = [overlay for overlay in rendering.overlays if overlay.path == ".gitlab-ci.yml"]

    if platform == "gitlab":
        (overlay,) = found
        assert overlay.create
        assert yaml.safe_load(overlay.text) == {
            "include": [{"local": ".gitlab/pipelines/fraud-detector-triggers-cicd.yml"}]
        }
    else:
        assert not found
