"""The guide's commands against the pipelines that it is about."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pipelines.azure import FOLDER
from tests.pipelines.globs import has_match_below
from tests.pipelines.machine import Machine
from tests.pipelines.model import Job, Step, load

if TYPE_CHECKING:
    from tests.pipelines.conftest import Make

GUIDE = (Path(__file__).parents[2] / "docs" / "pipelines.md").read_text(encoding="utf-8")
AZ = """#!/usr/bin/env bash
{ printf '%q ' "$@"; echo; } >> "$RECORDED"
"""
PATHS = (
    "fraud_detector/databricks.yml",
    "fraud_detector/a/b/c.py",
    "fraud_detector_v2/a.py",
    "churn_model/a.py",
    "README.md",
    "test-requirements.txt",
    ".azure/devops-pipelines/fraud-detector-tests-ci.yml",
    ".azure/devops-pipelines/fraud-detector-bundle-cicd.yml",
    ".azure/devops-pipelines/churn-model-tests-ci.yml",
)


def recorded(tmp_path: Path) -> list[list[str]]:
    """Run the guide's block that calls `az`, with its placeholders filled in, and return the calls."""
    (block,) = (text for text in re.findall(r"```bash\n(.*?)```", GUIDE, re.DOTALL) if "az repos policy" in text)
    machine = Machine(tmp_path / "machine", tmp_path)
    machine.tool("az", AZ)
    machine.env = {"RECORDED": str(machine.base / "recorded")}
    script = re.sub(r"<(\w+)>", r"the-\1", block)
    (ran,) = machine.run([Job(name="guide", steps=(Step(script=script, env={}, folder=tmp_path),), env={}, options=())])
    assert ran.state == "succeeded", machine.log
    return [shlex.split(line) for line in machine.lines("recorded")]


@pytest.mark.parametrize("part", ["tests-ci", "bundle-cicd"])
def test_branch_policies_start_what_the_pipelines_say(make: Make, tmp_path: Path, part: str) -> None:
    """Azure Repos heeds the policy's path filter alone: it lets the same changes through as the file's `pr:`."""
    repo = make("azure_devops")
    policies = [call for call in recorded(tmp_path) if call[:3] == ["repos", "policy", "build"]]
    (policy,) = (call for call in policies if call[call.index("--display-name") + 1] == f"fraud-detector {part}")
    wanted = policy[policy.index("--path-filter") + 1].split(";")
    said = load((repo.machine.checkout / FOLDER / f"fraud-detector-{part}.yml").read_text())["pr"]

    by_policy = [path for path in PATHS if has_match_below([each.lstrip("/") for each in wanted], [path])]
    by_file = [path for path in PATHS if has_match_below(said["paths"]["include"], [path])]

    assert by_policy == by_file
    assert by_policy[:2] == list(PATHS[:2])
    assert policy[policy.index("--branch") + 1] == said["branches"]["include"][0]


def test_the_guide_creates_the_pipelines_that_are_there(make: Make, tmp_path: Path) -> None:
    """Each pipeline that the guide creates is a file of the project."""
    root = make("azure_devops").machine.checkout

    created = [
        call[call.index("--yaml-path") + 1] for call in recorded(tmp_path) if call[:2] == ["pipelines", "create"]
    ]

    assert len(created) == 2
    assert all((root / path).is_file() for path in created)
