"""The example monorepo is what it claims to be: whole, consistent, and the shape that MLOps Stacks leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
REPO = ROOT / "examples" / "monorepo"
BUNDLE = ROOT / "bundle_src" / "cicd"
PROJECTS = ("fraud_detector", "churn_model")

CICD_PARAMS = {
    "cloud_specific_node_type_id",
    "input_cicd_platform",
    "input_cloud",
    "input_databricks_prod_workspace_host",
    "input_databricks_staging_workspace_host",
    "input_default_branch",
    "input_prod_catalog_name",
    "input_release_branch",
    "input_root_dir",
    "input_staging_catalog_name",
    "input_test_catalog_name",
    "input_variable_group_prod",
    "input_variable_group_staging",
}


def load_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def load_json(path: Path) -> dict[str, str]:
    """A file of parameters: an object of strings."""
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert all(isinstance(item, str) for item in value.values()), path
    return value


def jobs_of(project: str) -> dict[str, Any]:
    """The jobs that the project's bundle deploys: those of the resource files that `include` names."""
    bundle = load_yaml(REPO / project / "databricks.yml")
    jobs: dict[str, Any] = {}
    for name in bundle["include"]:
        jobs |= load_yaml(REPO / project / name)["resources"].get("jobs", {})
    return jobs


def test_example_has_no_archive() -> None:
    """The example carries no archive that could go stale: whoever uses it builds one."""
    assert not list(REPO.rglob("*.tar.gz"))


def test_repository_parameters() -> None:
    """`cicd_params.json` holds exactly the documented keys, the hosts included, and strings only."""
    params = load_json(REPO / "cicd_params.json")

    assert set(params) == CICD_PARAMS
    assert all(params.values())
    assert params["input_databricks_staging_workspace_host"] != params["input_databricks_prod_workspace_host"]


def test_shipped_bundle_knows_every_parameter() -> None:
    """Nothing in the example's parameter files would be warned about: the bundle's schema, or its overlays', has it."""
    schemas = [BUNDLE / "databricks_template_schema.json", BUNDLE / "merge" / "databricks_template_schema.json"]
    known = {name for schema in schemas for name in json.loads(schema.read_text(encoding="utf-8"))["properties"]}

    used = set(load_json(REPO / "cicd_params.json"))
    for project in PROJECTS:
        used |= set(load_json(REPO / project / "project_params.json"))

    assert used <= known


@pytest.mark.parametrize(("project", "feature_store"), [("fraud_detector", "no"), ("churn_model", "yes")])
def test_project_parameters(project: str, feature_store: str) -> None:
    """A project's parameters are the two that MLOps Stacks writes, and the repository has the same cloud."""
    params = load_json(REPO / project / "project_params.json")

    assert params == {
        "input_cloud": load_json(REPO / "cicd_params.json")["input_cloud"],
        "input_include_feature_store": feature_store,
    }


@pytest.mark.parametrize(("project", "name"), [("fraud_detector", "fraud-detector"), ("churn_model", "churn-model")])
def test_bundle_has_the_shape_of_a_project_without_pipelines(project: str, name: str) -> None:
    """`databricks.yml` has the raw name, a UUID and the target `dev` alone: the others are for cicdpack to add."""
    bundle = load_yaml(REPO / project / "databricks.yml")

    assert bundle["bundle"]["name"] == name
    assert len(bundle["bundle"]["uuid"]) == 36
    assert list(bundle["targets"]) == ["dev"]
    assert list(bundle["targets"]["dev"])[-1] == "workspace"


def test_one_project_ends_without_a_newline() -> None:
    """The bundle of fraud-detector ends in an empty `host:` and no newline, as the original template leaves it."""
    assert (REPO / "fraud_detector" / "databricks.yml").read_bytes().endswith(b"\n      host:")


def test_one_project_declares_a_catalog_without_default() -> None:
    """churn-model uses Unity Catalog: each target has to name the catalog. fraud-detector knows of none."""
    churn = load_yaml(REPO / "churn_model" / "databricks.yml")["variables"]
    fraud = load_yaml(REPO / "fraud_detector" / "databricks.yml")["variables"]

    assert set(churn["catalog_name"]) == {"description"}
    assert "catalog_name" not in fraud


@pytest.mark.parametrize("project", PROJECTS)
def test_include_lists_every_resource_file(project: str) -> None:
    """What is in `resources/` is included, and what is included is there."""
    included = load_yaml(REPO / project / "databricks.yml")["include"]

    assert included == sorted(f"./resources/{path.name}" for path in (REPO / project / "resources").iterdir())


@pytest.mark.parametrize(
    ("project", "keys"),
    [
        ("fraud_detector", {"batch_inference_job", "model_training_job"}),
        ("churn_model", {"batch_inference_job", "model_training_job", "write_feature_table_job"}),
    ],
)
def test_jobs_have_the_keys_that_the_pipelines_run(project: str, keys: set[str]) -> None:
    """Job keys are an interface: pipelines run `model_training_job` and, if there is one, the feature table job."""
    assert set(jobs_of(project)) == keys


@pytest.mark.parametrize("project", PROJECTS)
def test_tasks_point_at_things_that_exist(project: str) -> None:
    """Every task's notebook, cluster and predecessor exists, and the notebook has a widget for each parameter."""
    tasks = [(job, task) for job in jobs_of(project).values() for task in job["tasks"]]

    assert len(tasks) >= 4
    for job, task in tasks:
        notebook = REPO / project / "resources" / task["notebook_task"]["notebook_path"]
        source = notebook.read_text(encoding="utf-8")
        assert source.startswith("# Databricks notebook source\n")
        assert all(f'("{name}"' in source for name in task["notebook_task"]["base_parameters"]), notebook
        assert task["job_cluster_key"] in {cluster["job_cluster_key"] for cluster in job["job_clusters"]}
        earlier = {other["task_key"] for other in job["tasks"]}
        assert {before["task_key"] for before in task.get("depends_on", [])} <= earlier - {task["task_key"]}


@pytest.mark.parametrize("project", PROJECTS)
def test_variables_that_resources_use_are_declared(project: str) -> None:
    """Each `${var.x}` in a resource file is declared in `databricks.yml`."""
    declared = load_yaml(REPO / project / "databricks.yml")["variables"]

    for path in (REPO / project / "resources").iterdir():
        parts = path.read_text(encoding="utf-8").split("${var.")[1:]
        assert {part.split("}")[0] for part in parts} <= set(declared), path


@pytest.mark.parametrize("path", sorted(REPO.rglob("*.py")), ids=lambda path: path.relative_to(REPO).as_posix())
def test_python_compiles(path: Path) -> None:
    """Every module and notebook is valid Python, magic commands being comments."""
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)

    assert code.co_filename == str(path)


@pytest.mark.parametrize("project", PROJECTS)
def test_unit_tests_of_the_project_pass(project: str, tmp_path: Path) -> None:
    """The project's own tests pass where its pipeline runs them: in its folder, with pytest and nothing else."""
    shutil.copytree(REPO / project, tmp_path / project)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error"],
        cwd=tmp_path / project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout


def test_links_in_the_guides_resolve() -> None:
    """Every relative link in the example's Markdown files leads somewhere."""
    links = [
        (page, target.split("#")[0])
        for page in REPO.rglob("*.md")
        for target in (part.split(")")[0] for part in page.read_text(encoding="utf-8").split("](")[1:])
        if not target.startswith("http")
    ]

    assert links
    assert [(page.name, target) for page, target in links if not (page.parent / target).exists()] == []
