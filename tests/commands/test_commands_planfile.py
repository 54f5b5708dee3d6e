"""A plan that is written, reviewed and then carried out as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cicdpack.cli.app import run
from cicdpack.commands.planfile import PlanInConflict, StalePlan, UnusablePlan, carry_out_plan, write_plan
from tests.commands.small import (
    CI,
    DATABRICKS,
    PIPELINE,
    PIPELINE_TEMPLATE,
    SCRIPT_TEMPLATE,
    SH,
    applied,
    bundle,
    planned,
    repository,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two projects, set up, and a newer bundle that changes one file and drops another."""
    made = repository(tmp_path / "repo")
    applied(made, "alpha", "beta")
    files = {PIPELINE_TEMPLATE: PIPELINE.replace("make lint", "make lint-all"), SCRIPT_TEMPLATE: None}
    (made / "cicd.tar.gz").write_bytes(bundle("1.1.0", files))
    return made


def test_a_plan_does_what_apply_would_have_done(root: Path, tmp_path: Path) -> None:
    """Files, receipts and bundles; nothing is left to do, and the same plan is stale the second time."""
    write_plan(planned(root, "alpha", "beta"), tmp_path / "plan.json")
    before = tree(root)

    carried = carry_out_plan(tmp_path / "plan.json", repo=root)

    assert carried.projects == ("alpha", "beta")
    assert tree(root) != before
    assert not (root / SH).exists()
    assert not planned(root, "alpha", "beta").plan.writes
    with pytest.raises(StalePlan):
        carry_out_plan(tmp_path / "plan.json", repo=root)


def test_making_a_plan_writes_nothing_else(root: Path, tmp_path: Path) -> None:
    """The same state gives the same plan, byte for byte."""
    before = tree(root)

    for name in ("a.json", "b.json"):
        write_plan(planned(root), tmp_path / name)

    assert tree(root) == before
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize(
    "path",
    [CI, DATABRICKS, "cicd_params.json", "alpha/project_params.json", "cicd.tar.gz", ".cicdpack/receipts/alpha.json"],
)
def test_whatever_changed_since_makes_a_plan_stale(path: str, root: Path, tmp_path: Path) -> None:
    """Files to be written, files that stay, and what the plan was made from."""
    write_plan(planned(root), tmp_path / "plan.json")
    (root / path).write_bytes((root / path).read_bytes() + b"\n")
    before = tree(root)

    with pytest.raises(StalePlan, match=path):
        carry_out_plan(tmp_path / "plan.json", repo=root)

    assert tree(root) == before


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda text: text[:100], "no JSON"),
        (lambda text: "{}", "`format` is missing"),
        (lambda text: json.dumps({**json.loads(text), "format": 2}), "`format` is 2"),
        (lambda text: text.replace("make lint-all", "make evil"), "it was edited"),
        (lambda text: "[" * 100_000, "no JSON"),
    ],
)
def test_plans_that_cannot_be_relied_on_are_refused(make: object, reason: str, root: Path, tmp_path: Path) -> None:
    """Nothing is written."""
    path = tmp_path / "plan.json"
    write_plan(planned(root), path)
    path.write_text(make(path.read_text()))  # type: ignore[operator]
    before = tree(root)

    with pytest.raises(UnusablePlan, match=reason):
        carry_out_plan(path, repo=root)

    assert tree(root) == before


def test_conflicts_are_no_plan(root: Path, tmp_path: Path) -> None:
    """Nor are markers: a plan is something that can be done to its end."""
    (root / CI).write_text((root / CI).read_text().replace("make lint", "make mine"))

    for mode in ("fail", "markers"):
        with pytest.raises(PlanInConflict):
            write_plan(planned(root, on_conflict=mode), tmp_path / "plan.json")

    assert not (tmp_path / "plan.json").exists()


def test_from_the_command_line(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Written, carried out; other options do not go with a plan."""
    monkeypatch.chdir(root)

    assert run(["plan", "--all", "-o", "plan.json"]) == 0
    assert "next: `cicdpack apply --plan plan.json`" in capsys.readouterr().out
    assert run(["apply", "alpha", "--plan", "plan.json"]) == 2
    assert run(["apply", "--plan", "plan.json"]) == 0
    assert run(["apply", "--plan", "plan.json"]) == 1
    assert run(["apply", "--all", "--check"]) == 0
