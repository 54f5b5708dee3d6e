"""The GitLab pipelines in gitlab-ci-local, a runner that is not ours: rules, child pipelines, scopes and scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from cicdpack.planning.schemas import lists_of
from cicdpack.yamledit import merge
from tests.pipelines.conftest import SIDES, Repo, secrets_of
from tests.pipelines.model import Vault
from tests.pipelines.test_pipelines_deploy_cicd import TOKEN
from tests.pipelines.test_pipelines_deploy_cicd import make as workflow_machine
from tests.pipelines.test_pipelines_events import ELSEWHERE, EVENTS

if TYPE_CHECKING:
    from tests.pipelines.conftest import Make
    from tests.pipelines.machine import Machine
    from tests.pipelines.model import Event

ROOT = Path(__file__).parents[2]
RUNNER = ROOT / ".cache/gitlab-ci-local/node_modules/.bin/gitlab-ci-local"
IDENTITY = {f"GIT_{role}_{part}": "ada@example.com" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}

pytestmark = [
    pytest.mark.skipif(not RUNNER.exists(), reason="gitlab-ci-local is not installed: `make gitlab-ci-local`"),
    pytest.mark.skipif(shutil.which("rsync") is None, reason="gitlab-ci-local needs rsync"),
    pytest.mark.skipif(shutil.which("node") is None, reason="gitlab-ci-local needs node"),
]


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env={**os.environ, **IDENTITY})


def clone_with_change(repo: Repo, *changed: str) -> Path:
    """Clone the repository, and commit a change on a branch: the runner compares it with the remote's."""
    root = repo.machine.checkout
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "the repository")
    clone = root.with_name("clone")
    git(root.parent, "clone", "--quiet", str(root), str(clone))
    git(clone, "checkout", "--quiet", "-b", "feature")
    git(clone, "remote", "set-url", "origin", "https://gitlab.example.com/group/repo.git")
    for name in changed:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        with (clone / name).open("a") as file:
            file.write("\n# a change\n")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "a change")
    return clone


def variables_of(event: Event) -> dict[str, str]:
    """The predefined variables that an event gives to a pipeline."""
    if event.kind == "pull request":
        return {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": event.base}
    return {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": event.branch}


def run(machine: Machine, clone: Path, **variables: str) -> int:
    """Run the pipeline that an event with these variables starts; the secrets have the scopes of the environments."""
    kept = machine.base / "variables.yml"
    names = ("SP_CLIENT_ID", "SP_CLIENT_SECRET")
    kept.write_text(
        yaml.safe_dump({name: {"values": {side: secrets_of(side)[name] for side in SIDES}} for name in names})
    )
    given = {"CI_MERGE_REQUEST_IID": "12", **variables}
    done = subprocess.run(
        [
            str(RUNNER),
            "--force-shell-executor",
            f"--home={machine.base}",
            f"--variables-file={os.path.relpath(kept, clone)}",
            f"--state-dir={os.path.relpath(machine.base / 'state', clone)}",
            *(f"--variable={name}={value}" for name, value in given.items()),
        ],
        cwd=clone,
        env={
            **machine.environment,
            **machine.env,
            "PATH": os.pathsep.join((str(machine.tools), os.environ["PATH"])),
            "GCL_IGNORE_PREDEFINED_VARS": ",".join(given),
        },
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    machine.log += done.stdout + done.stderr
    return done.returncode


def done(machine: Machine) -> list[str]:
    """Which unit tests passed, and who called what, in the words of the table of events but for the roles."""
    tested = re.findall(r"PASS\s+\[([\w-]+):test\] -> unit_tests", machine.log)
    called: dict[str, str] = {}
    for call in map(json.loads, machine.lines("calls")):
        who = f"{call['project']}: {call['side']} on {call['target']}:"
        called[who] = " ".join(filter(None, (called.get(who, who), call["verb"], call["job"])))
    return sorted([*(f"{project}: unit tests" for project in tested), *called.values()])


EXPECTED = {
    name: sorted(re.sub(r": [\w ]+ as ", ": ", line) for line in ELSEWHERE.get(("gitlab", name), lines))
    for name, (_, lines) in EVENTS.items()
}


@pytest.mark.parametrize("name", EVENTS)
def test_what_happens(make: Make, name: str) -> None:
    """The table of events holds where somebody else reads rules, paths, includes, scopes and needs."""
    repo, event = make("gitlab"), EVENTS[name][0]
    clone = clone_with_change(repo, *event.changed)

    code = run(repo.machine, clone, **variables_of(event))

    assert code == 0, repo.machine.log
    assert done(repo.machine) == EXPECTED[name], repo.machine.log
    assert not [one for one in repo.machine.deployed if "@test" in one]


@pytest.mark.parametrize("fail_on", ["deploy", "run model_training_job"])
def test_a_failed_test_is_destroyed(make: Make, fail_on: str) -> None:
    """The test fails, and the last job destroys all the same. The runner's exit code does not know of children."""
    repo, event = make("gitlab", fail_on=fail_on), EVENTS["request, a file of the project"][0]

    run(repo.machine, clone_with_change(repo, *event.changed), **variables_of(event))

    (on_test,) = (line for line in done(repo.machine) if " on test: " in line)
    assert on_test.split()[-1] == "destroy", repo.machine.log
    assert re.search(r"FAIL\s+integration_test", repo.machine.log)
    assert repo.machine.deployed == []


@pytest.mark.parametrize("name", ['x"; touch pwned; echo "', "$(touch pwned)", "`touch pwned`", "a b'c"])
def test_a_name_stays_a_name(tmp_path: Path, name: str) -> None:
    """The workflow that sets up projects hands cicdpack the name as one argument, whatever a shell would make of it."""
    repo = Repo("gitlab", workflow_machine(tmp_path, "gitlab"), Vault())
    clone = clone_with_change(repo)

    code = run(
        repo.machine, clone, CI_PIPELINE_SOURCE="web", CI_COMMIT_BRANCH="main", project_name=name, GITLAB_TOKEN=TOKEN
    )

    assert code == 0, repo.machine.log
    assert repo.machine.lines("called") == [f"deploy|--base|main|--|{name}|cicdpack|{TOKEN}"]
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(
    "text",
    [
        "include: own.yml  # mine\n",
        "include:\n  local: /own.yml\n",
        "spec:\n  inputs:\n    x: {default: a}\n---\ninclude: own.yml\n",
    ],
)
def test_an_include_that_grew_is_read(make: Make, text: str) -> None:
    """What stood there is included beside ours, also below a header."""
    repo = make("gitlab")
    root = repo.machine.checkout
    (root / "own.yml").write_text("own_job:\n  script: [make lint]\n")
    path = root / ".gitlab-ci.yml"
    wanted = yaml.safe_load(path.read_text())
    path.write_bytes(merge(text.encode(), wanted, source=path.name, lists=lists_of(path.name)).text)
    clone = clone_with_change(repo)

    listed = subprocess.run([str(RUNNER), "--list-all"], cwd=clone, capture_output=True, text=True, check=False)

    assert listed.returncode == 0, listed.stderr
    jobs = {line.split()[0] for line in listed.stdout.splitlines()[1:]}
    assert "own_job" in jobs
    assert any(job.endswith(":deploy-prod") for job in jobs)
