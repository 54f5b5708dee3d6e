"""What jobs do: who signs in and how, what is installed, what is destroyed, and what a failure leaves behind."""

from __future__ import annotations

import dataclasses
import shutil

import pytest

from tests.pipelines.conftest import SECRET, SIDES, Make, vault_of
from tests.pipelines.model import Event

FRAUD = ("fraud_detector/databricks.yml",)
REQUEST = Event(kind="pull request", branch="feature", base="main", changed=FRAUD)
TO_STAGING = Event(kind="push", branch="main", changed=FRAUD)
TO_PROD = Event(kind="push", branch="release", changed=FRAUD)
ADDRESS = "https://github.com/databricks/cli/releases/download/v9.8.7/databricks_cli_9.8.7_linux_amd64.zip"
every_platform = pytest.mark.parametrize("platform", ["azure_devops", "github_actions", "gitlab"])

SIGN_IN = {
    ("auto", "azure"): {"gitlab": "oauth-m2m", "": "azure-client-secret"},
    ("auto", "aws"): {"gitlab": "oauth-m2m", "": "pat"},
    ("azure-client-secret", "azure"): {"": "azure-client-secret"},
    ("oauth-m2m", "aws"): {"": "oauth-m2m"},
    ("pat", "gcp"): {"": "pat"},
    ("federation", "azure"): {"azure_devops": "azure-cli", "gitlab": "env-oidc", "": "github-oidc"},
    ("federation", "gcp"): {"azure_devops": "azure-devops-oidc", "gitlab": "env-oidc", "": "github-oidc"},
}
"""DATABRICKS_AUTH_TYPE for `input_auth` and `input_cloud`, by platform; "" is every other."""


@every_platform
@pytest.mark.parametrize(("auth", "cloud"), SIGN_IN)
def test_who_signs_in(make: Make, platform: str, auth: str, cloud: str) -> None:
    """Every call says how it signs in, with all that this needs, as its own side; prod's is for prod's branch alone."""
    repo = make(platform, input_auth=auth, input_cloud=cloud)
    kinds = SIGN_IN[auth, cloud]

    ran = [each for event in (REQUEST, TO_STAGING, TO_PROD) for each in repo.happens(event)]

    assert {each.state for each in ran} == {"succeeded"}, repo.machine.log
    calls = [call for each in ran for call in each.calls]
    assert {call["auth"] for call in calls} == {kinds.get(platform, kinds.get(""))}
    sides = {(call["side"], call["target"]) for call in calls}
    assert sides == {("staging", "test"), ("staging", "staging"), ("prod", "prod")}
    for each in ran:
        seen = {value for step in each.job.steps for value in step.env.values()} | set(each.job.env.values())
        has_prod = any(value.startswith("prod:") for value in seen)
        assert has_prod == (each.calls != () and each.calls[0]["side"] == "prod"), each.job.name


@every_platform
def test_only_calls_to_a_workspace_see_secrets(make: Make, platform: str) -> None:
    """Unit tests and the installation of the CLI run without any, where the platform can give them to single steps."""
    repo = make(platform)

    for each in repo.happens(REQUEST):
        for step in each.job.steps:
            is_call = "databricks bundle" in step.script
            given = [value for value in {**each.job.env, **step.env}.values() if SECRET.match(value)]
            assert bool(given) is is_call, (each.job.name, step.script)


@every_platform
@pytest.mark.parametrize("event", [REQUEST, TO_STAGING, TO_PROD], ids=["request", "staging", "prod"])
def test_secrets_that_nobody_stored(make: Make, platform: str, event: Event) -> None:
    """A job without its secrets fails at the first call, which says what is missing."""
    repo = make(platform)
    empty: dict[str, dict[str, str]] = {name: {} for name in vault_of(platform).scoped}
    repo.vault = dataclasses.replace(repo.vault, shared={}, scoped=empty)

    ran = repo.happens(event)

    assert {each.state for each in ran if "unit_tests" not in each.job.name} == {"failed"}
    assert " has no value" in repo.machine.log
    assert all(not each.calls for each in ran if "destroy" not in each.job.name)


@every_platform
def test_prod_s_secrets_in_place_of_staging_s(make: Make, platform: str) -> None:
    """A workspace turns away who is not its own: nothing is deployed with the wrong side's secrets."""
    repo = make(platform)
    swapped = {name: vault_of(platform).scoped[other] for name, other in _crossed(platform)}
    renamed = {
        name: {key.replace("PROD_", "STAGING_") if "prod" not in name else key: value for key, value in values.items()}
        for name, values in swapped.items()
    }
    repo.vault = dataclasses.replace(repo.vault, shared={}, scoped=renamed)

    (ran,) = repo.happens(TO_STAGING)

    assert ran.state == "failed"
    assert "403: prod is no user of" in repo.machine.log
    assert repo.machine.deployed == []


def _crossed(platform: str) -> list[tuple[str, str]]:
    names = [name for name in vault_of(platform).scoped if name.endswith(SIDES)]
    return list(zip(names, reversed(names), strict=True))


FAILURES = {
    "deploy": ["validate", "deploy", "destroy"],
    "run model_training_job": ["validate", "deploy", "run", "destroy"],
    "validate": ["validate", "destroy"],
}


@every_platform
@pytest.mark.parametrize("fail_on", FAILURES)
def test_a_failed_test_is_destroyed(make: Make, platform: str, fail_on: str) -> None:
    """After a failure nothing goes on but the destruction, and the test stays failed."""
    repo = make(platform, fail_on=fail_on)

    ran = repo.happens(REQUEST)

    on_test = [call for each in ran for call in each.calls if call["target"] == "test"]
    assert [call["verb"] for call in on_test] == FAILURES[fail_on]
    assert on_test[-1]["options"] == ["--auto-approve", "--force-lock"]
    states = {each.job.name.rpartition("/")[2]: each.state for each in ran}
    assert states["integration_test"] == "failed"
    assert repo.machine.deployed == []


@every_platform
def test_unit_tests_that_fail(make: Make, platform: str) -> None:
    """Nothing is deployed for a change whose unit tests fail; what destroys finds nothing."""
    repo = make(platform)
    (repo.machine.checkout / "fraud_detector/tests/test_new.py").write_text("def test_it():\n    assert 0\n")

    ran = {each.job.name.rpartition("/")[2]: each for each in repo.happens(REQUEST)}

    assert (ran["unit_tests"].state, ran["integration_test"].state) == ("failed", "skipped")
    calls = [call["verb"] for each in ran.values() for call in each.calls if call["target"] == "test"]
    assert set(calls) <= {"destroy"}


@every_platform
def test_a_failed_validation_deploys_nothing(make: Make, platform: str) -> None:
    """A deployment validates first."""
    repo = make(platform, fail_on="validate")

    ran = [each for event in (TO_STAGING, TO_PROD) for each in repo.happens(event)]

    assert [(each.state, [call["verb"] for call in each.calls]) for each in ran] == [("failed", ["validate"])] * 2
    assert repo.machine.deployed == []


@every_platform
def test_requests_do_not_meet(make: Make, platform: str) -> None:
    """A test's deployment has a path, a model and an experiment of this request and this run."""
    repo = make(platform)

    calls = [call for each in repo.happens(REQUEST) for call in each.calls if call["target"] == "test"]

    assert len(calls) == 4
    for call in calls:
        assert call["path"].endswith("/test/pr_12_3456")
        assert call["variables"]["test_instance"] == "pr_12_3456"
        assert call["variables"]["model_name"] == "pr_12_3456_fraud_detector_model"
        assert call["variables"]["experiment_name"].endswith("/pr_12_3456_fraud_detector")


@every_platform
def test_a_catalog_that_every_target_names(make: Make, platform: str) -> None:
    """A project whose catalog has no default gets one from each target, as the parameters say."""
    names = {"staging": "stage", "prod": "live", "test": "qa"}
    repo = make(platform, **{f"input_{target}_catalog_name": name for target, name in names.items()})
    changed = ("churn_model/databricks.yml",)

    events = [dataclasses.replace(event, changed=changed) for event in (REQUEST, TO_STAGING, TO_PROD)]
    calls = [call for event in events for each in repo.happens(event) for call in each.calls]

    catalogs = {(call["target"], call["variables"]["catalog_name"]) for call in calls}
    assert catalogs == set(names.items()), repo.machine.log


@every_platform
@pytest.mark.parametrize("strict", ["no", "yes"])
def test_warnings(make: Make, platform: str, strict: str) -> None:
    """The empty `host:` that MLOps Stacks leaves is a warning: it fails a pipeline where that is wished for."""
    repo = make(platform, input_validate_strict=strict)

    states = {each.state for each in repo.happens(TO_STAGING)}

    assert states == {"failed" if strict == "yes" else "succeeded"}
    assert ("targets.dev.workspace.host is null" in repo.machine.log) is (strict == "yes")


@every_platform
def test_a_wrong_checksum_stops_everything(make: Make, platform: str) -> None:
    """An archive with another content is never unpacked, so the CLI is never called."""
    repo = make(platform, input_cli_sha256="0" * 64)

    (ran,) = repo.happens(TO_STAGING)

    assert (ran.state, ran.calls) == ("failed", ())
    assert "FAILED" in repo.machine.log
    assert not list(repo.machine.base.rglob("databricks"))


@every_platform
def test_another_architecture_needs_its_checksum(make: Make, platform: str) -> None:
    """On a runner of a kind whose checksum is not known, nothing is downloaded; where it is, its own archive."""
    repo = make(platform)
    repo.machine.tool("uname", "#!/bin/sh\necho aarch64\n")

    (ran,) = repo.happens(TO_STAGING)

    assert ran.state == "failed"
    assert "No checksum of the Databricks CLI v9.8.7 is pinned for Linux on aarch64." in repo.machine.log
    assert repo.machine.lines("downloads") == []


@every_platform
def test_where_the_cli_comes_from(make: Make, platform: str) -> None:
    """From the release by default, from a mirror where one is named."""
    plain, mirrored = make(platform), make(platform, input_cli_download_url="https://mirror.example.com/cli")

    for repo in (plain, mirrored):
        assert {each.state for each in repo.happens(TO_STAGING)} == {"succeeded"}

    assert plain.machine.lines("downloads") == [ADDRESS]
    assert mirrored.machine.lines("downloads") == [
        "https://mirror.example.com/cli/v9.8.7/databricks_cli_9.8.7_linux_amd64.zip"
    ]


@every_platform
def test_a_download_is_kept(make: Make, platform: str) -> None:
    """What one job has downloaded serves the next; a file in its place that is another is downloaded again."""
    repo = make(platform)
    repo.happens(REQUEST)
    assert repo.machine.lines("downloads") == [ADDRESS]
    (kept,) = (path for path in repo.machine.base.parent.rglob("databricks_cli_*.zip"))
    kept.write_bytes(b"something else")

    (ran,) = repo.happens(TO_STAGING)

    assert ran.state == "succeeded", repo.machine.log
    assert repo.machine.lines("downloads") == [ADDRESS] * 2


REQUIREMENTS = [("test-requirements.txt", "fraud_detector/requirements.txt"), ("test-requirements.txt",), ()]


@every_platform
@pytest.mark.parametrize("present", REQUIREMENTS, ids=len)
def test_requirements_that_exist_are_installed(make: Make, platform: str, present: tuple[str, ...]) -> None:
    """Both lists are installed in one go, each only where it exists."""
    repo = make(platform)
    for name in REQUIREMENTS[0]:
        if name not in present:
            (repo.machine.checkout / name).unlink()

    states = {each.job.name.rpartition("/")[2]: each.state for each in repo.happens(REQUEST)}

    lists = " ".join(f"-r {name}" for name in sorted(present))
    assert repo.machine.lines("installed") == ([f"-m pip install {lists}"] if present else [])
    assert states["unit_tests"] == "succeeded"


def test_environments_of_a_project(make: Make) -> None:
    """On GitLab each project may have environments of its own: the jobs use those, and their variables."""
    names = {side: f"{side}/fraud-detector" for side in SIDES}
    repo = make("gitlab", **{f"input_environment_{side}": name for side, name in names.items()})
    repo.vault = dataclasses.replace(
        repo.vault, scoped={names[side]: values for side, values in repo.vault.scoped.items()}
    )

    ran = [each for event in (REQUEST, TO_STAGING, TO_PROD) for each in repo.happens(event)]

    assert {each.state for each in ran} == {"succeeded"}, repo.machine.log
    assert {each.job.environment for each in ran} == {"", *names.values()}


@every_platform
def test_a_project_that_loses_its_targets(make: Make, platform: str) -> None:
    """The stand-in is as strict as the CLI: a target that databricks.yml does not have is no target."""
    repo = make(platform)
    path = repo.machine.checkout / "fraud_detector/databricks.yml"
    path.write_text(path.read_text().replace("  prod:", "  production:"))

    (ran,) = repo.happens(TO_PROD)

    assert (ran.state, ran.calls) == ("failed", ())
    assert "prod: no such target. Available targets: dev, staging, production, test" in repo.machine.log


@every_platform
def test_a_job_that_is_not_there(make: Make, platform: str) -> None:
    """A project without the job that is to be run fails its integration test, and leaves nothing behind."""
    repo = make(platform)
    shutil.copy(
        repo.machine.checkout / "fraud_detector/resources/batch-inference-workflow-resource.yml",
        repo.machine.checkout / "fraud_detector/resources/model-workflow-resource.yml",
    )

    states = {each.job.name.rpartition("/")[2]: each.state for each in repo.happens(REQUEST)}

    assert states["integration_test"] == "failed"
    assert "no such resource: model_training_job" in repo.machine.log
    assert repo.machine.deployed == []
