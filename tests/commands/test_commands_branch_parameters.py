"""Branches that no branch can be, and one branch for both sides."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from cicdpack.cli.app import run
from cicdpack.commands.branch_parameters import UnusableBranch, check_branches, notice_one_branch

if TYPE_CHECKING:
    from tests.commands.conftest import Monorepo

BAD = {
    "refs/heads/release": "write `release`",
    "refs/tags/v1": "as in `main`",
    "HEAD": "as in `main`",
    "@": "as in `main`",
    "x..y": "as in `main`",
    "x@{1}": "as in `main`",
    "-x": "as in `main`",
    "x.": "as in `main`",
    "/x": "as in `main`",
    "x/": "as in `main`",
    "x//y": "as in `main`",
    ".x": "as in `main`",
    "x/.y": "as in `main`",
    "x.lock": "as in `main`",
    "x.lock/y": "as in `main`",
}
GOOD = ("main", "rel/prod", "release-2.x", "x.y", "a@b", "refs-x", "head", "feature/x.y_z", "x.locked", "@x")


@pytest.mark.parametrize(("name", "hint"), BAD.items())
@pytest.mark.parametrize("parameter", ["input_default_branch", "input_release_branch"])
def test_what_git_refuses_is_refused(parameter: str, name: str, hint: str) -> None:
    """Pipelines for such a branch would never run: the parameter, its value, who gave it, and what to write."""
    with pytest.raises(UnusableBranch, match=r"^cicd_params\.json: ") as caught:
        check_branches({parameter: name}, {parameter: "cicd_params.json"})

    assert f"`{parameter}` is `{name}`" in str(caught.value)
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize("name", GOOD)
def test_what_git_takes_is_taken(name: str) -> None:
    """Names that only look odd are branches; and git agrees about them in the other table's tests."""
    values = {"input_default_branch": name, "input_release_branch": name}

    check_branches(values, {})
    assert [problem.rule for problem in notice_one_branch(values)] == ["one-branch"]


@pytest.mark.parametrize("name", [*BAD, *GOOD])
def test_git_agrees(name: str) -> None:
    """`git check-ref-format` is the judge; it takes a ref's full name and `@`, which a pipeline cannot mean."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    done = subprocess.run(["git", "check-ref-format", "--branch", name], capture_output=True, check=False)

    assert (done.returncode == 0) is (name in GOOD or name == "@" or name.startswith("refs/"))


def test_apply_writes_nothing_for_such_a_branch(monorepo: Monorepo, capsys: pytest.CaptureFixture[str]) -> None:
    """One error, exit 2; with one branch for both, a warning."""
    root = monorepo(input_release_branch="refs/heads/release")

    assert run(["apply", "fraud-detector", "--repo", str(root)]) == 2
    assert "hint: write `release`" in capsys.readouterr().err
    assert not (root / ".azure").exists()
    run(["apply", "fraud-detector", "--repo", str(root), "--dry-run", "--set", "input_release_branch=main"])
    assert "are both `main`" in "".join(capsys.readouterr())
