"""The root pipeline of a GitLab repository: what `apply` makes of an `include` that somebody wrote, in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cicdpack.cli.app import run
from cicdpack.commands.apply import ApplyRequest, carry_out, prepare
from cicdpack.commands.gitlab_rules import MERGE_REQUEST, evaluate
from cicdpack.commands.remove import RemoveRequest, carry_out_removal, prepare_removal

if TYPE_CHECKING:
    from pathlib import Path

    from cicdpack.commands.apply import Prepared
    from cicdpack.planning.bases import OnConflict
    from cicdpack.problems import Problem

ROOT_FILE = ".gitlab-ci.yml"
FRAUD, CHURN = ".gitlab/pipelines/fraud-detector-triggers-cicd.yml", ".gitlab/pipelines/churn-model-triggers-cicd.yml"

FORMS = {
    "a path": ("include: a.yml  # mine\n", ["a.yml"]),
    "a path below": ("include:\n  a.yml\n\njob: {script: x}\n", ["a.yml"]),
    "a mapping": ("include:\n  project: g/p\n  file: /x.yml\n", [{"project": "g/p", "file": "/x.yml"}]),
    "braces": ("include: {project: g/p, file: /x.yml}\n", [{"project": "g/p", "file": "/x.yml"}]),
    "a list": ("include: [a.yml]\n", ["a.yml"]),
    "below a header": ("spec:\n  inputs:\n    env:\n---\ninclude: a.yml\n", ["a.yml"]),
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
    return list(yaml.safe_load_all((root / ROOT_FILE).read_text()))[-1]["include"]


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
    """The file is not included twice, nothing of it is an edit, and `remove` says that it is not ours to take."""
    (root / ROOT_FILE).write_text(text)

    applied(root, "fraud-detector")

    assert (root / ROOT_FILE).read_text() == text
    assert not planned(root, "fraud-detector").plan.writes
    monkeypatch.chdir(root)
    assert run(["status", "fraud-detector", "--check"]) == 0, capsys.readouterr().out
    capsys.readouterr()
    is_pattern = "*" in text
    assert run(["remove", "fraud-detector"]) == (0 if is_pattern else 1)
    assert (f"still includes `{FRAUD}`" in capsys.readouterr().out) is not is_pattern
    assert (root / ROOT_FILE).read_text() == text


@pytest.mark.parametrize("text", NOT_THERE.values(), ids=NOT_THERE)
def test_another_include_is_another(root: Path, text: str) -> None:
    """What does not bring the file does not stand for it."""
    (root / ROOT_FILE).write_text(text)

    applied(root, "fraud-detector")

    assert {"local": FRAUD} in included(root)


JOB = "job: {stage: build, script: x}\n"

REFUSED_STAGES = {
    "a list": ("# mine\nstages: [build]\n" + JOB, 2),
    "a list in lines": ("stages:\n  - build\n  - deploy\n" + JOB, 1),
    "with an include": ("include: a.yml\nstages: [build]\n" + JOB, 2),
    "nothing but our include": (f"stages: [build]\ninclude:\n  - local: {FRAUD}\n", 1),
}

SOUND_STAGES = {
    "none listed": JOB,
    "the stage is listed": "stages: [build, test]\n" + JOB,
    "a reference": ".s: {x: [build]}\nstages: !reference [.s, x]\n",
    "something in the list that is no stage": "stages: [build, [test]]\n",
    "a text": "stages: build\n",
}

NO_MERGE_REQUESTS = {
    "branches": "[{if: $CI_COMMIT_BRANCH}]",
    "the default branch": "[{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]",
    "pushes and schedules": """[{if: '$CI_PIPELINE_SOURCE == "push" || $CI_PIPELINE_SOURCE == "schedule"'}]""",
    "tags and branches": "[{if: $CI_COMMIT_TAG}, {if: $CI_COMMIT_BRANCH =~ /^rel/, when: always}]",
    "never for them": """[{if: '$CI_PIPELINE_SOURCE == "merge_request_event"', when: never}, {when: always}]""",
    "never at all": "[{if: $DRAFT, when: never}, {when: never}, {when: always}]",
    "a branch with changes": "[{if: $CI_COMMIT_BRANCH, changes: [a]}]",
    "parentheses": "[{if: ($CI_COMMIT_BRANCH || $CI_COMMIT_TAG) && $ANY}]",
}

MERGE_REQUESTS = {
    "named": """[{if: '$CI_PIPELINE_SOURCE == "merge_request_event"'}, {if: $CI_COMMIT_BRANCH}]""",
    "by their number": "[{if: $CI_MERGE_REQUEST_IID}]",
    "always": "[{when: always}]",
    "with changes": "[{changes: [a]}]",
    "a variable of their own": "[{if: $RUN_ALL}]",
    "either": "[{if: $CI_COMMIT_BRANCH || $RUN_ALL}]",
    "no tag": "[{if: $CI_COMMIT_TAG == null}]",
    "not a tag": """[{if: '$CI_COMMIT_TAG !~ /^v/'}]""",
    "all but pushes": """[{if: '$CI_PIPELINE_SOURCE != "push"'}]""",
    "by a pattern": "[{if: $CI_PIPELINE_SOURCE =~ /^merge_request/}]",
    "maybe never": "[{if: $DRAFT, when: never}, {when: always}]",
    "what is not understood": "[{if: '! $CI_COMMIT_BRANCH'}]",
    "a reference": "[!reference [.rules, a]]",
    "no rules": "[]",
}


def noticed(root: Path, text: str) -> tuple[Problem, ...]:
    (root / ROOT_FILE).write_text(text)
    problems = planned(root, "fraud-detector").projects[0].problems
    return tuple(problem for problem in problems if problem.rule in ("gitlab-stages", "gitlab-workflow"))


@pytest.mark.parametrize(("text", "line"), REFUSED_STAGES.values(), ids=REFUSED_STAGES)
def test_a_stage_that_is_not_listed_is_told(root: Path, text: str, line: int) -> None:
    """GitLab would refuse the whole file, so its line and what to add are named before anything is written."""
    (problem,) = noticed(root, text)

    assert (problem.rule, problem.severity) == ("gitlab-stages", "warning")
    assert problem.location is not None
    assert (problem.location.path, problem.location.line) == (ROOT_FILE, line)
    assert "`stages` lacks `test`" in problem.message
    assert problem.hint == "add `test` to `stages:` before you push"


@pytest.mark.parametrize("text", SOUND_STAGES.values(), ids=SOUND_STAGES)
def test_no_false_alarm_about_stages(root: Path, text: str) -> None:
    """Where the stage is there, or nothing can be told for sure, nothing is said."""
    assert noticed(root, text) == ()


def test_every_run_tells_it(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Also `--check`, and once everything is applied: the file is still broken."""
    (root / ROOT_FILE).write_text("stages: [build]\n" + JOB)
    monkeypatch.chdir(root)

    for command in (["apply", "--check"], ["apply", "--dry-run"], ["apply"], ["apply", "--check"]):
        run([*command, "fraud-detector"])

        shown = capsys.readouterr()
        assert f"{ROOT_FILE}:1" in shown.out + shown.err, command
        assert "gitlab-stages" in shown.out + shown.err


@pytest.mark.parametrize("rules", NO_MERGE_REQUESTS.values(), ids=NO_MERGE_REQUESTS)
def test_rules_that_let_no_merge_request_run_are_told(root: Path, rules: str) -> None:
    """The tests would never start, and nobody would see why."""
    (problem,) = noticed(root, f"{JOB}workflow:\n  rules: {rules}\nstages: [build, test]\n")

    assert (problem.rule, problem.severity) == ("gitlab-workflow", "warning")
    assert problem.location is not None
    assert problem.location.line == 3
    assert problem.hint is not None
    assert "merge_request_event" in problem.hint


@pytest.mark.parametrize("rules", MERGE_REQUESTS.values(), ids=MERGE_REQUESTS)
def test_no_false_alarm_about_rules(root: Path, rules: str) -> None:
    """Where a pipeline of a merge request may run, or nothing can be told for sure, nothing is said."""
    assert noticed(root, f"workflow:\n  rules: {rules}\n") == ()


def test_a_variable_of_the_files_own_is_not_gitlabs(root: Path) -> None:
    """Whoever sets a predefined variable changes what is known of it."""
    text = "variables: {CI_COMMIT_BRANCH: main}\nworkflow:\n  rules: [{if: $CI_COMMIT_BRANCH}]\n"

    assert noticed(root, text) == ()


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ('$CI_COMMIT_BRANCH || $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_COMMIT_TAG', False),
        ('($CI_COMMIT_BRANCH || $CI_PIPELINE_SOURCE == "merge_request_event") && $CI_MERGE_REQUEST_IID', True),
        ('"a" == "a" && \n $CI_COMMIT_TAG != "v1"', True),
        ('"" || null', False),
        ("$CI_MERGE_REQUEST_IID == null", False),
        ("$CI_MERGE_REQUEST_IID == $CI_DEFAULT_BRANCH", None),
        ("$CI_COMMIT_BRANCH == $ANY", None),
        ("$CI_COMMIT_BRANCH && $ANY", False),
        ("$CI_MERGE_REQUEST_IID || $ANY", True),
        ("$ANY", None),
        ("", None),
        ("$A ==", None),
        ("($A", None),
        ("$CI_COMMIT_TAG $CI_COMMIT_TAG", None),
        ("$CI_COMMIT_TAG " + "&& $CI_COMMIT_TAG " * 500, None),
        ("(" * 1500, None),
    ],
)
def test_conditions(condition: str, answer: bool | None) -> None:
    """What is known decides, `&&` before `||`; the rest cannot be told."""
    assert evaluate(condition, MERGE_REQUEST) is answer
