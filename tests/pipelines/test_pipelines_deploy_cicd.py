"""The workflow that sets up projects, run as an agent runs it: a name stays a name, and what was changed is not run."""

from __future__ import annotations

import sys
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from tests.pipelines.deploying import repo_files, start
from tests.pipelines.machine import Machine
from tests.pipelines.model import Event, Vault
from tests.pipelines.readers import READERS

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = ('x"; touch pwned; echo "', "$(touch pwned)", "`touch pwned`", "--help", "a b'c", "fraud-detector")
TOKEN = "t0ken"
TOOL = f"""#!{sys.executable}
# Stands for cicdpack, or for the one file that holds it: writes down what it was called with.
import os, sys
names = ("GIT_AUTHOR_NAME", "SYSTEM_ACCESSTOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN")
print(*sys.argv[1:], *filter(None, map(os.environ.get, names)), sep="|", file=open(os.environ["CALLED"], "a"))
"""
every_platform = pytest.mark.parametrize("platform", ["azure_devops", "github_actions", "gitlab"])
every_source = pytest.mark.parametrize("source", ["requirements", "pyz"])


def make(tmp_path: Path, platform: str, **settings: str) -> Machine:
    """Make a repository with the workflow alone, a vendored file, and the machine that runs it."""
    checkout = tmp_path / "repo"
    files = {**repo_files(platform, input_pyz_file="tool", **settings), "tool": TOOL.encode()}
    for path, data in files.items():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).write_bytes(data)
    machine = Machine(tmp_path / "machine", checkout)
    tool = machine.tool("cicdpack-under-test", TOOL)
    machine.env = {"CALLED": str(machine.base / "called"), "CICDPACK": str(tool)}
    return machine


@every_platform
@every_source
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(tmp_path: Path, platform: str, source: str, name: str) -> None:
    """Whatever the project is called, cicdpack gets the name as one argument, and nothing else runs."""
    digest = sha256(TOOL.encode()).hexdigest()
    machine = make(tmp_path, platform, input_install_from=source, input_pyz_sha256=digest)

    (ran,) = start(machine, platform, name, token=TOKEN)

    assert ran.state == "succeeded", machine.log
    options = "--require-hashes --only-binary :all: --index-url https://pypi.org/simple -r .cicdpack/requirements.txt"
    assert machine.lines("installed") == ([f"-m pip install {options}"] if source == "requirements" else [])
    assert machine.lines("called") == [f"deploy|--base|main|--|{name}|cicdpack|{TOKEN}"]
    assert TOKEN not in machine.log
    assert not list(tmp_path.rglob("pwned"))


@every_platform
def test_a_changed_file_is_not_run(tmp_path: Path, platform: str) -> None:
    """A vendored file whose digest is another stops the workflow before it runs."""
    machine = make(tmp_path, platform, input_install_from="pyz", input_pyz_sha256="0" * 64)

    (ran,) = start(machine, platform, "fraud-detector", token=TOKEN)

    assert ran.state == "failed"
    assert machine.lines("called") == []


@every_platform
def test_other_branches_do_nothing(tmp_path: Path, platform: str) -> None:
    """Started on another branch, whose bundle nobody has reviewed, it runs no step at all."""
    machine = make(tmp_path, platform)

    assert start(machine, platform, "fraud-detector", token=TOKEN, branch="feature") == []


def test_a_pipeline_without_a_name_on_gitlab(tmp_path: Path) -> None:
    """GitLab starts a pipeline for many reasons; without `project_name` the job is not in it."""
    machine = make(tmp_path, "gitlab")
    event = Event(kind="manual", branch="main")

    assert list(READERS["gitlab"](machine.checkout, event, Vault(), machine.places)) == []
