"""What happens when: event, branch and path -> which jobs, as whom, on which target; the same on every platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.pipelines.conftest import PLATFORMS, SIDES, Make
from tests.pipelines.model import Event

if TYPE_CHECKING:
    from tests.pipelines.machine import Ran

ROLES = {
    "tests-ci/unit_tests": "unit tests",
    "tests-ci/integration_test": "integration test",
    "bundle-cicd/validate_staging": "validation",
    "bundle-cicd/deploy_staging": "deployment",
    "bundle-cicd/deploy_prod": "deployment",
    "run-tests/unit_tests": "unit tests",
    "run-tests/integration_test": "integration test",
    "bundle-ci/validate_staging": "validation",
    "bundle-cd-staging/deploy": "deployment",
    "bundle-cd-prod/deploy": "deployment",
    "bundle-ci/unit_tests": "unit tests",
    "bundle-ci/integration_test": "integration test",
    "bundle-ci/destroy_test": "integration test",
    "bundle-cd-staging/deploy_staging": "deployment",
    "bundle-cd-prod/deploy_prod": "deployment",
}
"""What each job is for, by the end of its name; on GitLab the integration test is two jobs."""
FRAUD, CHURN = ("fraud_detector/training/notebooks/Train.py",), ("churn_model/databricks.yml",)
ON_REQUEST = [
    "fraud-detector: integration test as staging on test: validate deploy run model_training_job destroy",
    "fraud-detector: unit tests",
    "fraud-detector: validation as staging on staging: validate",
]
CHURN_ON_REQUEST = [
    (
        "churn-model: integration test as staging on test:"
        " validate deploy run write_feature_table_job run model_training_job destroy"
    ),
    "churn-model: unit tests",
    "churn-model: validation as staging on staging: validate",
]
DEPLOYED = "fraud-detector: deployment as {0} on {0}: validate deploy"


def summary(ran: list[Ran]) -> list[str]:
    """One line for each project and role, calls in order; a line says so where a job did not succeed."""
    roles: dict[str, str] = {}
    for each in ran:
        project = next(name for name in ("fraud-detector", "churn-model") if each.job.name.startswith(name))
        role = f"{project}: {ROLES[each.job.name.removeprefix(f'{project}-')]}"
        said = str(each).removeprefix(each.job.name)
        together = roles.get(role)
        # Two jobs of one role: the second goes on where the first ended.
        roles[role] = together + " " + said.rpartition(": ")[2] if together is not None else said
    return sorted(role + said for role, said in roles.items())


def request(*changed: str, base: str = "main", branch: str = "feature") -> Event:
    return Event(kind="pull request", branch=branch, base=base, changed=changed)


def push(branch: str, *changed: str) -> Event:
    return Event(kind="push", branch=branch, changed=changed)


EVENTS: dict[str, tuple[Event, list[str]]] = {
    "request, a file of the project": (request(*FRAUD), ON_REQUEST),
    "request, the project's databricks.yml": (request("fraud_detector/databricks.yml"), ON_REQUEST),
    "request, a file deep below": (request("fraud_detector/a/b/c/d/e.py"), ON_REQUEST),
    "request, a hidden file": (request("fraud_detector/.gitignore"), ON_REQUEST),
    "request, the other project": (request(*CHURN), CHURN_ON_REQUEST),
    "request, both projects": (request(*FRAUD, *CHURN), [*CHURN_ON_REQUEST, *ON_REQUEST]),
    "request, what every test needs": (
        request("test-requirements.txt"),
        [line for line in (*CHURN_ON_REQUEST, *ON_REQUEST) if "validation" not in line],
    ),
    "request, a file of the root": (request("README.md", "cicd_params.json"), []),
    "request, a folder that begins alike": (request("fraud_detector_v2/a.py", "ml/fraud_detector/a.py"), []),
    "request to the release branch": (request(*FRAUD, base="release"), []),
    "request to another branch": (request(*FRAUD, base="feature-2"), []),
    "request from the release branch": (request(*FRAUD, branch="release"), ON_REQUEST),
    "push to the default branch": (push("main", *FRAUD), [DEPLOYED.format("staging")]),
    "push to the release branch": (push("release", *FRAUD), [DEPLOYED.format("prod")]),
    "push to the default branch, a file of the root": (push("main", "README.md", "test-requirements.txt"), []),
    "push to the release branch, a file of the root": (push("release", "README.md"), []),
    "push to the release branch, the other project": (
        push("release", *CHURN),
        ["churn-model: deployment as prod on prod: validate deploy"],
    ),
    "push to another branch": (push("feature", *FRAUD), []),
    "push to a branch that begins alike": (push("release-2", *FRAUD), []),
    "push to a branch below": (push("main/x", *FRAUD), []),
}


ELSEWHERE = {
    # Tests and validation are one child pipeline there.
    ("gitlab", "request, what every test needs"): [*CHURN_ON_REQUEST, *ON_REQUEST],
}
"""Where a platform does something else than the table says."""


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("event", EVENTS)
def test_what_happens(make: Make, platform: str, event: str) -> None:
    """Which jobs run, as whom, on which target; what was deployed for a test is gone afterwards."""
    repo = make(platform)
    what, expected = EVENTS[event]

    ran = repo.happens(what)

    assert summary(ran) == ELSEWHERE.get((platform, event), expected), repo.machine.log
    assert not [one for one in repo.machine.deployed if "@test" in one]


FILES = {
    "azure_devops": (".azure/devops-pipelines", ("tests-ci", "bundle-cicd", "bundle-cicd", "bundle-cicd")),
    "github_actions": (".github/workflows", ("run-tests", "bundle-ci", "bundle-cd-staging", "bundle-cd-prod")),
    "gitlab": (".gitlab/pipelines", ("bundle-ci", "bundle-ci", "bundle-cd-staging", "bundle-cd-prod")),
}
"""Where the pipelines of tests, validation, staging and prod are."""


@pytest.mark.parametrize("platform", FILES)
def test_a_pipeline_tries_itself(make: Make, platform: str) -> None:
    """Whoever changes a pipeline sees it run: its own file counts as part of the project, and no other's does."""
    repo = make(platform)
    folder, (tests, validation, staging, prod) = FILES[platform]

    def lines(event: Event) -> list[str]:
        return [line.removeprefix("fraud-detector: ").partition(" as ")[0] for line in summary(repo.happens(event))]

    def path(name: str, project: str = "fraud-detector") -> str:
        return f"{folder}/{project}-{name}.yml"

    both = ["integration test", "unit tests"] + (["validation"] if tests == validation else [])
    assert lines(request(path(tests))) == both
    assert "validation" in lines(request(path(validation)))
    assert lines(push("main", path(staging))) == ["deployment"]
    assert lines(push("release", path(prod))) == ["deployment"]
    assert lines(request(path(tests, "fraud"))) == lines(push("main", path(staging, "fraud"))) == []


BY_HAND = {
    ("azure_devops", "tests-ci", "feature"): ["integration test", "unit tests"],
    ("azure_devops", "bundle-cicd", "main"): ["deployment as staging on staging"],
    ("azure_devops", "bundle-cicd", "release"): ["deployment as prod on prod"],
    ("azure_devops", "bundle-cicd", "feature"): [],
    ("github_actions", "run-tests", "feature"): ["integration test", "unit tests"],
    ("github_actions", "bundle-ci", "feature"): ["validation as staging on staging"],
    ("github_actions", "bundle-cd-staging", "main"): ["deployment as staging on staging"],
    ("github_actions", "bundle-cd-staging", "release"): [],
    ("github_actions", "bundle-cd-prod", "release"): ["deployment as prod on prod"],
    ("github_actions", "bundle-cd-prod", "main"): [],
    ("github_actions", "bundle-cd-prod", "feature"): [],
    ("gitlab", "triggers-cicd", "main"): [],
    ("gitlab", "triggers-cicd", "release"): [],
}


@pytest.mark.parametrize(("platform", "pipeline", "branch"), BY_HAND)
def test_started_by_hand(make: Make, platform: str, pipeline: str, branch: str) -> None:
    """A run that somebody starts deploys from its own branch alone, as its own side; tests do on any."""
    repo = make(platform)
    event = Event(kind="manual", branch=branch, pipeline=f"fraud-detector-{pipeline}.yml")

    lines = [line.removeprefix("fraud-detector: ") for line in summary(repo.happens(event))]

    expected = BY_HAND[platform, pipeline, branch]
    assert [line[: len(want)] for line, want in zip(lines, expected, strict=True)] == expected, lines


@pytest.mark.parametrize("event", [{"is_fork": True}, {"author": "dependabot[bot]"}], ids=["a fork", "Dependabot"])
def test_who_gets_no_secrets_on_github(make: Make, event: dict[str, Any]) -> None:
    """A pull request from there is unit-tested; what needs a workspace does not start."""
    repo = make("github_actions")
    what = Event(kind="pull request", branch="feature", base="main", changed=FRAUD, **event)

    assert summary(repo.happens(what)) == ["fraud-detector: unit tests"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_branches_that_were_chosen(make: Make, platform: str) -> None:
    """Other names than `main` and `release` work the same, and those two then mean nothing."""
    repo = make(platform, input_default_branch="trunk", input_release_branch="rel/prod")

    assert summary(repo.happens(request(*FRAUD, base="trunk"))) == ON_REQUEST
    assert summary(repo.happens(push("trunk", *FRAUD))) == [DEPLOYED.format("staging")]
    assert summary(repo.happens(push("rel/prod", *FRAUD))) == [DEPLOYED.format("prod")]
    for event in (request(*FRAUD), push("main", *FRAUD), push("release", *FRAUD)):
        assert summary(repo.happens(event)) == []


def test_one_branch_for_both_on_azure(make: Make) -> None:
    """Where one branch serves staging and prod, prod waits for staging, and does not start where that failed."""
    repo = make("azure_devops", input_release_branch="main")
    good = [str(each) for each in repo.happens(push("main", *FRAUD))]
    repo.machine.fail_on = "deploy"
    bad = [each.state for each in repo.happens(push("main", *FRAUD))]

    assert good == [f"fraud-detector-bundle-cicd/deploy_{one} as {one} on {one}: validate deploy" for one in SIDES]
    assert bad == ["failed", "skipped"]
