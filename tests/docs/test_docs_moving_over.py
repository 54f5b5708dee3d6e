"""The page about moving over: its commands are run in repositories of that shape, and print what the page says."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.commands import upstream
from tests.commands.small import committed
from tests.docs.console import check_steps, steps

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "moving-over.md").read_text(encoding="utf-8")
TITLE = re.compile(r"^## (.+)$", re.MULTILINE)
SHAPES: dict[str, tuple[str, dict[str, bool]]] = {
    "Azure DevOps": ("azure_devops", {"catalogs": True}),
    "GitHub Actions": ("github_actions", {}),
    "GitLab": ("gitlab", {"together": True}),
}
LAST = "When every project has moved"


def sections() -> dict[str, str]:
    """Return title -> text."""
    parts = TITLE.split(PAGE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def follow(title: str, root: Path, environment: dict[str, str]) -> None:
    """Type the commands of a section, and read what they print."""
    check_steps(steps(sections()[title]), root, environment)


@pytest.mark.parametrize("title", SHAPES)
def test_a_section_does_what_it_shows(title: str, tmp_path: Path, environment: dict[str, str]) -> None:
    """Each platform's commands run one after another, and leave nothing that is not committed."""
    platform, shape = SHAPES[title]
    root = committed(upstream.repository(tmp_path / "monorepo", platform, **shape))

    follow(title, root, environment)

    status = subprocess.run(["git", "status", "--short"], cwd=root, capture_output=True, text=True, check=True)
    assert status.stdout == ""


def test_tidy_parameters_leave_nothing_to_remark(tmp_path: Path, environment: dict[str, str]) -> None:
    """With the parameters of the page, and without the old workflow, everything is as it was, and quiet."""
    platform, shape = SHAPES["Azure DevOps"]
    root = committed(upstream.repository(tmp_path / "monorepo", platform, **shape))
    follow("Azure DevOps", root, environment)
    (text,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    old = json.loads((root / "cicd_params.json").read_text())
    (root / "cicd_params.json").write_text(text)
    (root / ".azure/devops-pipelines/deploy-cicd.yml").unlink()
    before = {path: (root / path).read_bytes() for path in (*upstream.pipelines(platform), upstream.DATABRICKS)}

    follow(LAST, root, environment)

    assert {path: (root / path).read_bytes() for path in before} == before
    assert {f"input_{name}" if name in upstream.CATALOGS else name for name in old} - set(json.loads(text)) == {
        "input_docker_image",
        "input_cli_version",
        "cloud_specific_node_type_id",
    }


def test_what_is_different_is_true(tmp_path: Path, archive: Any) -> None:
    """The table's values are the defaults of the bundle, and the values that the old repository had."""
    schema = json.loads((ROOT / "bundle_src/cicd/databricks_template_schema.json").read_text())["properties"]
    rows = {cells[0]: cells[1:] for cells in re.findall(r"^\| ([^|]+) \| ([^|]*) \| ([^|]*) \|$", PAGE, re.MULTILINE)}

    assert schema["input_cli_version"]["default"] in rows["CLI"][1]
    assert schema["input_python_version"]["default"] in rows["Python of the unit tests"][1]
    assert schema["input_validate_strict"]["default"] == "no"
    assert upstream.parameters("gitlab")["input_cli_version"] in rows["CLI"][0]


def test_names_of_github_jobs_are_true(tmp_path: Path, environment: dict[str, str]) -> None:
    """The status checks that the page names are the names of jobs, before and after."""
    root = committed(upstream.repository(tmp_path / "monorepo", "github_actions"))
    kinds = ("run-tests", "bundle-ci")

    def jobs() -> set[str]:
        texts = [(root / upstream.path_of("github_actions", kind)).read_text() for kind in kinds]
        return {job.get("name", key) for text in texts for key, job in yaml.safe_load(text)["jobs"].items()}

    before = jobs()
    follow("GitHub Actions", root, environment)

    assert before == {"unit_tests", "integration_test", "staging", "prod"}
    assert jobs() == {"Unit tests", "Integration test", "Validate the target staging"}
    for name in before | jobs():
        assert f"`{name}`" in sections()["GitHub Actions"].replace("\n  ", " ")
