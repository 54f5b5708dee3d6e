"""The root pipeline of a GitLab repository: what `apply` makes of an `include` that somebody wrote, in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cicdpack.cli.app import run
from cicdpack.commands.apply import ApplyRequest, carry_out, prepare
from cicdpack.commands.remove import RemoveRequest, carry_out_removal, prepare_removal

if TYPE_CHECKING:
    from pathlib import Path

    from cicdpack.commands.apply import Prepared
    from cicdpack.planning.bases import OnConflict

ROOT_FILE = ".gitlab-ci.yml"
FRAUD, CHURN = ".gitlab/pipelines/fraud-detector-triggers-cicd.yml", ".gitlab/pipelines/churn-model-triggers-cicd.yml"

FORMS = {
    "a path": ("include: a.yml  # mine\n", ["a.yml"]),
    "a path below": ("include:\n  a.yml\n\njob: {script: x}\n", ["a.yml"]),
    "a mapping": ("include:\n  project: g/p\n  file: /x.yml\n", [{"project": "g/p", "file": "/x.yml"}]),
    "braces": ("include: {project: g/p, file: /x.yml}\n", [{"project": "g/p", "file": "/x.yml"}]),
    "a list": ("include: [a.yml]\n", ["a.yml"]),
    "a list of paths": ("include:\n- a.yml\n", ["a.yml"]),
}

THERE = {
    "a slash before it": f"include:\n  - local: /{FRAUD}\n",
    "a plain path": f"include:\n  - {FRAUD}\n",
    "a plain path, alone": f"include: /{FRAUD}\n",
    "a mapping, alone": f"include:\n  local: {FRAUD}\n",
    "a pattern": "include:\n  - local: .gitlab/pipelines/*-triggers-cicd.yml\n",
    "a pattern for any folder": "include: '/.gitlab/**/*.yml'\n",
    "with a condition": f"include:\n  - local: {FRAUD}\n    rules:\n      - if: $CI_COMMIT_BRANCH\n",
}

NOT_THERE = {
    "a pattern for one folder": "include: .gitlab/*.yml\n",
    "a pattern of another name": "include: .gitlab/pipelines/churn-*.yml\n",
    "characters that mean nothing": "include: '.gitlab/pipelines/fraud-detecto?-triggers-cicd.yml'\n",
    "a file of another project": f"include:\n  - project: g/p\n    file: /{FRAUD}\n",
    "an address": f"include: https://example.com/{FRAUD}\n",
}


def planned(root: Path, *projects: str, on_conflict: OnConflict = "fail") -> Prepared:
    return prepare(ApplyRequest(projects=projects, repo=root, settings={}, on_conflict=on_conflict))


def applied(root: Path, *projects: str, **settings: str) -> None:
    prepared = prepare(ApplyRequest(projects=projects, repo=root, settings=settings))
    assert not prepared.conflicts
    carry_out(prepared)


def removed(root: Path, *projects: str) -> tuple[str, ...]:
    removal = prepare_removal(RemoveRequest(projects=projects, repo=root))
    carry_out_removal(removal)
    return removal.kept


def included(root: Path) -> Any:
    return yaml.safe_load((root / ROOT_FILE).read_text())["include"]


@pytest.fixture
def root(monorepo: Any) -> Path:
    path: Path = monorepo(input_cicd_platform="gitlab")
    return path


@pytest.mark.parametrize(("text", "items"), FORMS.values(), ids=FORMS)
def test_an_include_in_any_form_grows_and_shrinks(root: Path, text: str, items: list[object]) -> None:
    """Ours joins what is there, once; a second project joins it; the last one to leave gives the very bytes back."""
    (root / ROOT_FILE).write_text(text)

    applied(root, "fraud-detector")

    assert included(root) == [*items, {"local": FRAUD}]
    assert not planned(root, "fraud-detector").plan.writes
    applied(root, "churn-model")
    assert included(root) == [*items, {"local": FRAUD}, {"local": CHURN}]
    assert not planned(root, "fraud-detector", "churn-model").plan.writes
    assert not removed(root, "churn-model")
    assert not removed(root, "fraud-detector")
    assert (root / ROOT_FILE).read_text() == text


def test_the_first_project_may_leave_first(root: Path) -> None:
    """The list stays one then: valid, with what was there."""
    (root / ROOT_FILE).write_text("include: a.yml\n")
    applied(root, "fraud-detector", "churn-model")

    removed(root, "fraud-detector", "churn-model")

    assert (root / ROOT_FILE).read_text() == "include:\n  - a.yml\n"


@pytest.mark.parametrize("text", ["include: b.yml\n", "include: {project: g/p, file: /x.yml}\n"])
def test_no_side_of_a_conflict_drops_an_include(root: Path, text: str) -> None:
    """Where somebody put a single value in the place of the list, ours joins it when it moves, for either side."""
    applied(root, "fraud-detector")
    (root / ROOT_FILE).write_text(text)

    sides: tuple[OnConflict, ...] = ("fail", "ours", "theirs")
    for side in sides:
        prepared = planned(root, "fraud-detector", on_conflict=side)

        assert not prepared.conflicts
        assert ROOT_FILE not in {change.path for change in prepared.plan.writes}


def test_an_include_goes_with_its_platform(root: Path) -> None:
    """A project that moves to another platform takes its include along and leaves the rest."""
    (root / ROOT_FILE).write_text("include: a.yml\n")
    applied(root, "fraud-detector")

    applied(root, "fraud-detector", input_cicd_platform="github_actions")

    assert included(root) in ("a.yml", ["a.yml"])


@pytest.mark.parametrize("text", THERE.values(), ids=THERE)
def test_an_include_in_another_spelling_is_there(
    root: Path, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is not included twice, and nothing of it counts as an edit."""
    (root / ROOT_FILE).write_text(text)

    applied(root, "fraud-detector")

    assert (root / ROOT_FILE).read_text() == text
    assert not planned(root, "fraud-detector").plan.writes
    monkeypatch.chdir(root)
    assert run(["status", "fraud-detector", "--check"]) == 0, capsys.readouterr().out
    assert not removed(root, "fraud-detector")
    assert (root / ROOT_FILE).read_text() == text


@pytest.mark.parametrize("text", NOT_THERE.values(), ids=NOT_THERE)
def test_another_include_is_another(root: Path, text: str) -> None:
    """What does not bring the file does not stand for it."""
    (root / ROOT_FILE).write_text(text)

    applied(root, "fraud-detector")

    assert {"local": FRAUD} in included(root)
