"""The command that stages what was written."""

from __future__ import annotations

import pytest

from cicdpack.cli.show.staging import MAX_PLACES, commit_command


@pytest.mark.parametrize(
    ("paths", "folders", "places"),
    [
        ([".azure/a.yml", ".cicdpack/receipts/x.json", "fraud/databricks.yml"], ["fraud"], ".azure .cicdpack fraud"),
        (["ml/fraud/databricks.yml", "ml/fraud/ci/a.yml"], ["ml/fraud"], "ml/fraud"),
        (["ml/fraud/databricks.yml", "ml/churn/databricks.yml"], ["ml", "ml/fraud", "ml/churn"], "ml/churn ml/fraud"),
        (["databricks.yml", ".gitlab-ci.yml"], ["."], ".gitlab-ci.yml databricks.yml"),
        (["docs/ci/a.md", "docs/ci/b.md", "README.md"], ["fraud"], "README.md docs/ci"),
        (["my fraud/databricks.yml"], ["my fraud"], "'my fraud'"),
        (["-x/databricks.yml", ".azure/a.yml"], ["-x"], "-- -x .azure"),
    ],
)
def test_places_are_projects_and_hidden_folders(paths: list[str], folders: list[str], places: str) -> None:
    """A project in a folder of projects is staged alone, and every place as the shell takes it for one."""
    assert commit_command(paths, folders) == f"git add {places} && git commit"


def test_many_places_are_all() -> None:
    """A line that nobody reads is left out."""
    folders = [f"p{number}" for number in range(MAX_PLACES + 1)]

    assert commit_command([f"{name}/databricks.yml" for name in folders], folders) == "git add --all && git commit"
