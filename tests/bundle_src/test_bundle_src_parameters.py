"""The parameters: what existing repositories rely on, what new ones get, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cicdpack.bundle.binding import InvalidParameters

SOURCE = Path(__file__).resolve().parents[2] / "bundle_src" / "cicd"

UPSTREAM = (
    ("input_root_dir", None),
    ("input_cloud", "azure"),
    ("input_cicd_platform", "github_actions"),
    ("input_default_branch", "main"),
    ("input_release_branch", "release"),
    ("cloud_specific_node_type_id", None),
    ("input_cli_version", None),
    ("input_staging_catalog_name", "staging"),
    ("input_prod_catalog_name", "prod"),
    ("input_test_catalog_name", "test"),
    ("input_project_name", "my_mlops_project"),
    ("input_include_feature_store", "no"),
)
"""Names in order, with the defaults that are the same for everyone."""


def properties(name: str = "databricks_template_schema.json") -> dict[str, dict[str, Any]]:
    value: dict[str, dict[str, Any]] = json.loads((SOURCE / name).read_text(encoding="utf-8"))["properties"]
    return value


def test_upstream_parameters_stay() -> None:
    """The first twelve parameters are those of MLOps Stacks, in its order, with its defaults."""
    found = sorted(properties().items(), key=lambda item: item[1]["order"])[:12]

    assert [(name, prop["order"]) for name, prop in found] == [
        (name, order) for order, (name, _) in enumerate(UPSTREAM, start=1)
    ]
    for (name, prop), (_, default) in zip(found, UPSTREAM, strict=True):
        assert default in (None, prop["default"]), name


def test_new_parameters_need_no_action() -> None:
    """Every parameter of the templates is a text with a description and a default."""
    for name, prop in properties().items():
        assert prop["type"] == "string", name
        assert prop["description"].endswith("."), name
        assert isinstance(prop["default"], str), name


def test_workspace_hosts_have_no_default() -> None:
    """A workspace's address is never a placeholder: the overlay's schema has none for it."""
    hosts = {name: prop for name, prop in properties("merge/databricks_template_schema.json").items() if "host" in name}

    assert len(hosts) == 2
    assert not any("default" in prop for prop in hosts.values())


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("fraud-detector", "fraud_detector"),
        ("fraud+model", "fraudmodel"),
        ("my@proj", "myproj"),
        ("projet-é", "projet_"),
        ("modèle-x", "modle_x"),
        ("A_b-C9", "A_b_C9"),
    ],
)
def test_folder_follows_from_the_name(renderer: Any, name: str, folder: str) -> None:
    """The default folder is the one that MLOps Stacks makes: other characters go, hyphens become underscores."""
    overlays = renderer.overlays(input_project_name=name, input_cicd_platform="azure_devops")

    assert list(overlays) == [f"{folder}/databricks.yml"]


@pytest.mark.parametrize("folder", ["ml/fraud_detector", "Models/EU Fraud", "a/b/c-d", "modèles/x", "x@2"])
def test_any_folder_serves(renderer: Any, folder: str) -> None:
    """The folder is a fact of the repository, not a rule."""
    files = renderer.files(input_cicd_platform="azure_devops", input_project_folder=folder)

    assert all(f"/{folder}" in text for text in files.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("input_cloud", "azur"),
        ("input_cicd_platform", "githb"),
        ("input_include_feature_store", "true"),
        ("input_auth", "token"),
        ("input_project_name", "ab"),
        ("input_project_name", "my proj"),
        ("input_project_name", 'my-proj"; touch pwned; echo "'),
        ("input_project_name", "x$(touch)"),
        ("input_project_name", "${{github}}"),
        ("input_project_name", "a\nb: c"),
        ("input_project_name", "../up"),
        ("input_project_folder", "../up"),
        ("input_project_folder", "/abs"),
        ("input_project_folder", "a//b"),
        ("input_project_folder", "a/"),
        ("input_project_folder", ".git/hooks"),
        ("input_project_folder", 'a"b'),
        ("input_project_folder", "a$(b)"),
        ("input_default_branch", "it's"),
        ("input_default_branch", "a b"),
        ("input_release_branch", "feature/*"),
        ("input_cli_version", "latest"),
        ("input_cli_version", "1.12.1"),
        ("input_cli_sha256", "abc"),
        ("input_cli_download_url", "ftp://example.com"),
        ("input_cli_download_url", "https://example.com/"),
        ("input_python_version", "3"),
        ("input_runner_image", "ubuntu 24"),
        ("input_variable_group_prod", "a\nb"),
        ("input_environment_prod", "$(x)"),
        ("input_databricks_prod_workspace_host", "prod.example.com"),
    ],
)
def test_refused(renderer: Any, name: str, value: str) -> None:
    """A typo or a hostile value is refused by name, before anything is rendered."""
    with pytest.raises(InvalidParameters, match=name):
        renderer(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("input_project_name", "a[b]c"),
        ("input_project_name", "it's"),
        ("input_project_name", "a&b,c"),
        ("input_default_branch", "trunk"),
        ("input_release_branch", "release/prod-1.0"),
        ("input_variable_group_staging", "my group: staging (2)"),
        ("input_cli_version", "v0.236.0"),
        ("cloud_specific_node_type_id", "v0.236.0"),
        ("input_cli_download_url", "http://127.0.0.1:8080/mirror"),
    ],
)
def test_accepted(renderer: Any, name: str, value: str) -> None:
    """Unusual values that existing repositories may have still render."""
    settings = {"input_project_folder": "x", name: value}
    if name == "input_project_name":
        settings["input_project_folder"] = "some_folder"

    for platform in ("azure_devops", "github_actions", "gitlab"):
        assert renderer.files(input_cicd_platform=platform, **settings)


def test_repository_of_upstreams_shape(renderer: Any) -> None:
    """What MLOps Stacks writes into `cicd_params.json` is enough, its mistakes included."""
    written = {
        "input_cloud": "azure",
        "input_cicd_platform": "azure_devops",
        "input_default_branch": "main",
        "input_release_branch": "release",
        "cloud_specific_node_type_id": "v0.236.0",
        "input_cli_version": "v0.236.0",
        "test_catalog_name": "test",
        "staging_catalog_name": "staging",
        "prod_catalog_name": "prod",
        "input_docker_image": "databricksfieldeng/mlopsstacks:latest",
    }

    assert len(renderer.files(**written)) == 2


@pytest.mark.parametrize(
    ("platform", "names"),
    [
        (
            "azure_devops",
            {".azure/devops-pipelines/fraud-detector-" + end for end in ("tests-ci.yml", "bundle-cicd.yml")},
        ),
        *(
            (
                platform,
                {
                    ".github/workflows/fraud-detector-" + end
                    for end in ("run-tests.yml", "bundle-ci.yml", "bundle-cd-staging.yml", "bundle-cd-prod.yml")
                },
            )
            for platform in ("github_actions", "github_actions_for_github_enterprise_servers")
        ),
        (
            "gitlab",
            {
                ".gitlab/pipelines/fraud-detector-" + end
                for end in ("triggers-cicd.yml", "bundle-ci.yml", "bundle-cd-staging.yml", "bundle-cd-prod.yml")
            },
        ),
    ],
)
def test_files_of_each_platform(renderer: Any, platform: str, names: set[str]) -> None:
    """A platform gets its own files, under the names of MLOps Stacks, and no other platform's."""
    assert set(renderer.files(input_cicd_platform=platform)) == names
