"""The rendered `deploy-cicd.yml`: its shell steps run as an agent runs them, in a fresh detached checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.deploy_site import PLATFORMS, Site, make_pattern, make_site
from tests.forge.fake_forge import TOKEN, Fault
from tests.pipelines.deploying import repo_files, start
from tests.pipelines.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
    pytest.mark.skipif(shutil.which("bash") is None, reason="the steps are bash scripts"),
]

ROOT = Path(__file__).parents[2]
BRANCH = "cicdpack/fraud-detector"
HOSTILE = ('x"; touch pwned; echo "', "$(touch pwned)", "`touch pwned`", "--help")
OPTIONS = "--require-hashes --only-binary :all: --index-url https://pypi.org/simple -r .cicdpack/requirements.txt"


@dataclass
class Agent:
    """A machine of the platform that runs the workflow of the remote's default branch."""

    site: Site
    platform: str
    base: Path
    machines: list[Machine] = field(default_factory=list)
    is_isolated: bool = False

    @property
    def installed(self) -> list[str]:
        """What pip was asked for, in all runs."""
        return [line for machine in self.machines for line in machine.lines("installed")]

    def run(self, name: str) -> tuple[int | None, str]:
        """Check out as the platforms do, run the workflow for a project; return its exit code and the log."""
        number = len(self.machines)
        work = self.base / f"work-{number}"
        self.site.git("clone", "--quiet", str(self.site.remote), str(work))
        self.site.git("checkout", "--quiet", "--detach", folder=work)
        machine = Machine(self.base / f"machine-{number}", work)
        tool = machine.tool("cicdpack-under-test", f'#!/bin/sh\nexec {sys.executable} -m cicdpack "$@"\n')
        if self.is_isolated:
            machine.tool("python3", f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
        machine.env = {**self._environment(), "CICDPACK": str(tool)}
        self.machines.append(machine)
        (ran,) = start(machine, self.platform, name, token=TOKEN)
        assert not self.site.git("status", "--porcelain", folder=work)
        assert not list(self.base.rglob("pwned"))
        return ran.code, machine.log

    def _environment(self) -> dict[str, str]:
        """The variables of a job, without the token: the steps get that by themselves."""
        variables = self.site.forge.environment(self.platform)
        return {
            **{key: value for key, value in variables.items() if value != TOKEN},
            "PYTHONPATH": str(ROOT),
            "NO_PROXY": "*",
            "CI": "true",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }


@pytest.fixture
def agent(
    request: pytest.FixtureRequest, tmp_path: Path, bundles: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Agent]:
    """An agent of the platform, and a repository whose default branch has the workflow."""
    platform = str(request.param)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    (tmp_path / "pattern").mkdir()
    make_pattern(tmp_path / "pattern", bundles[0], ROOT / "examples" / "monorepo", platform)
    site = make_site(tmp_path / "pattern", tmp_path, bundles)
    site.change_base({**repo_files(platform)}, "the workflow that sets up projects")
    yield Agent(site=site, platform=platform, base=tmp_path)
    site.forge.close()


@pytest.mark.parametrize("agent", PLATFORMS, indirect=True)
def test_the_workflow_from_the_first_run_on(agent: Agent) -> None:
    """A request; the same again; the next bundle in the same request; merged; nothing; no token in any log."""
    site = agent.site
    logs = []

    code, log = agent.run("fraud-detector")
    assert (code, len(site.forge.requests)) == (0, 1), log
    logs.append(log)

    site.bump()
    code, log = agent.run("fraud-detector")
    assert (code, len(site.forge.requests)) == (0, 1), log
    assert "1.1.0" in site.forge.requests[0].title
    logs.append(log)

    site.git("fetch", "--quiet", "origin", f"{BRANCH}:{BRANCH}")
    site.merge()
    before = site.facts()
    code, log = agent.run("fraud-detector")
    assert (code, len(site.forge.requests)) == (0, 1), log
    assert "fraud-detector is up to date" in log
    assert site.facts() == before
    logs.append(log)

    assert TOKEN not in "".join(logs)
    assert agent.installed == [f"-m pip install {OPTIONS}"] * 3
    author = site.git("log", "--format=%an <%ae>", "-1", "HEAD^2")
    assert author == "cicdpack <cicdpack@noreply.invalid>"


@pytest.mark.parametrize("agent", PLATFORMS, indirect=True)
def test_a_hostile_name_runs_nothing(agent: Agent) -> None:
    """Whatever is typed as a name stays a name: no such project, exit 2, nothing ran, nothing was pushed."""
    before = agent.site.facts()

    for name in HOSTILE:
        code, log = agent.run(name)
        assert (code, f"no project `{name}`" in log) == (2, True), log

    assert agent.site.facts() == before
    assert agent.site.forge.calls == []
    assert not list(agent.base.rglob("pwned"))


@pytest.mark.parametrize("agent", PLATFORMS, indirect=True)
def test_a_refused_push_fails_the_job(agent: Agent) -> None:
    """The step's exit code is cicdpack's, and the log says why once."""
    agent.site.reject("error: GH006: Protected branch update failed")

    code, log = agent.run("fraud-detector")

    assert code == 2
    assert [line for line in log.splitlines() if line.startswith("error:")] == [
        f"error: the push of `{BRANCH}` was refused: GH006: Protected branch update failed"
    ]
    assert agent.site.forge.requests == []


REFUSALS = {
    "401": Fault(status=401, body={"message": "bad credentials"}),
    "403": Fault(method="POST", status=403, body={"message": "no right"}),
    "404": Fault(status=404, body={"message": "not found"}),
    "409": Fault(method="POST", status=409, body={"message": "in conflict"}),
    "422": Fault(method="POST", status=422, body={"message": "no such base"}),
    "500": Fault(method="POST", status=500, body={"message": "oops"}),
    "cut off": Fault(kind="cut", method="POST"),
    "carried out, and cut off": Fault(kind="lost", method="POST"),
}


@pytest.mark.parametrize("fault", REFUSALS)
@pytest.mark.parametrize("agent", PLATFORMS, indirect=True)
def test_a_server_that_refuses(agent: Agent, fault: str) -> None:
    """The job fails with one error that names what the server said; the next run finishes what is left to do."""
    agent.site.forge.faults.append(REFUSALS[fault])

    code, log = agent.run("fraud-detector")
    (error,) = (line for line in log.splitlines() if line.startswith("error:"))
    assert (code, f"HTTP {fault}:" in error or "cut off" in error) == (2, True), log
    assert "hint:" in log

    code, log = agent.run("fraud-detector")
    assert (code, len(agent.site.forge.requests)) == (0, 1), log


@pytest.mark.parametrize("agent", PLATFORMS, indirect=True)
def test_a_server_that_is_busy(agent: Agent) -> None:
    """It is waited for: one that breaks off, is down for a moment, limits calls, or is slow."""
    limit = Fault(method="POST", status=429, headers={"Retry-After": "1"}, body={"message": "slow down"})
    agent.site.forge.faults += [Fault(kind="cut"), Fault(status=503), limit, Fault(kind="late", method="POST")]

    code, log = agent.run("fraud-detector")

    assert (code, len(agent.site.forge.requests)) == (0, 1), log
    assert agent.site.forge.methods == ["GET", "GET", "GET", "POST", "POST"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the one file is for Python 3.11 and newer")
@pytest.mark.parametrize("agent", ["azure_devops"], indirect=True)
def test_from_one_file_in_the_repository(agent: Agent) -> None:
    """Vendored and named by its digest, cicdpack runs without an index; a changed file does not run at all."""
    vendored = agent.base / "cicdpack.pyz"
    make = [sys.executable, str(ROOT / "tools" / "make_pyz.py"), str(vendored)]
    made = [subprocess.run(make, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    digest = made[0].split()[0]
    agent.is_isolated = True
    files = repo_files("azure_devops", input_install_from="pyz", input_pyz_sha256=digest)
    agent.site.change_base({**files, ".cicdpack/cicdpack.pyz": vendored.read_bytes()})

    code, log = agent.run("fraud-detector")

    assert (code, len(agent.site.forge.requests)) == (0, 1), log
    assert made[0] == made[1]
    assert agent.installed == []

    agent.site.change_base({".cicdpack/cicdpack.pyz": vendored.read_bytes() + b"x"})
    code, log = agent.run("churn-model")

    assert (code, len(agent.site.forge.requests)) == (1, 1), log
