"""Tables on the page that sums up a job, and conflicts at their files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cicdpack.cli.annotations import annotation_lines
from cicdpack.cli.app import run
from cicdpack.cli.show.apply import plan_findings
from cicdpack.cli.summary import summarize
from tests.commands.small import CI, SCRIPT, SCRIPT_TEMPLATE, SH, bundle, committed, planned, repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two projects, as the working folder of no job."""
    made = repository(tmp_path / "repo")
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def page(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that GitHub shows when the job is done, as another step left it."""
    path = tmp_path / "summary.md"
    path.write_text("before")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


@pytest.fixture
def folder(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for files of a job on Azure Pipelines."""
    path = tmp_path / "temp"
    path.mkdir()
    monkeypatch.setenv("TF_BUILD", "True")
    monkeypatch.setenv("AGENT_TEMPDIRECTORY", str(path))
    return path


def test_apply_and_status_are_summed_up(page: Path) -> None:
    """One row a project: what happened to its files, or how it stands; each run adds its table."""
    assert run(["apply", "alpha", "--dry-run"]) == 0
    assert run(["apply", "alpha", "--json"]) == 0
    assert run(["apply", "alpha", "beta"]) == 0
    assert run(["status"]) == 0

    assert page.read_text() == (
        "before\n"
        "### cicdpack apply: nothing was written\n\n"
        "| project | changes | bundle |\n| --- | --- | --- |\n"
        "| `alpha` | 2 create, 1 merge | `small 1.0.0` |\n\n"
        "### cicdpack apply\n\n"
        "| project | changes | bundle |\n| --- | --- | --- |\n"
        "| `alpha` | 2 create, 1 merge | `small 1.0.0` |\n\n"
        "### cicdpack apply\n\n"
        "| project | changes | bundle |\n| --- | --- | --- |\n"
        "| `alpha` | up to date | `small 1.0.0` |\n"
        "| `beta` | 2 create, 1 merge | `small 1.0.0` |\n\n"
        "### cicdpack status\n\n"
        "| project | state | bundle |\n| --- | --- | --- |\n"
        "| `alpha` | current | `1.0.0` |\n"
        "| `beta` | current | `1.0.0` |\n"
    )


def test_a_plan_that_is_carried_out_is_summed_up(page: Path) -> None:
    """What is written is told, whoever planned it."""
    assert run(["plan", "--all", "-o", "p.json"]) == 0
    assert page.read_text() == "before"
    assert run(["apply", "--plan", "p.json"]) == 0

    assert "| projects | changes |" in page.read_text()
    assert "| `alpha`, `beta` | " in page.read_text()


def test_deploy_is_summed_up(root: Path, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A branch that is only made here counts, too."""
    committed(root)
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "a@example.com")

    assert run(["deploy", "alpha", "--no-push"]) == 0

    assert "### cicdpack deploy\n\n| project | changes | bundle |" in page.read_text()
    assert "| `alpha` | 2 create, 1 merge | `small 1.0.0` |" in page.read_text()


def test_names_are_no_markdown(root: Path, page: Path) -> None:
    """A name with every mark that could end its cell, its line or its code is one cell of code."""
    name = "a|b`<b>c</b>\n## d"
    (root / "beta/databricks.yml").write_text(json.dumps({"bundle": {"name": name}}))

    assert run(["status", "beta"]) == 0

    assert page.read_text().splitlines()[-1] == "| `` a\\|b`<b>c</b>\\n## d `` | not set up |  |"


def test_azure_is_handed_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each run has a file of its own, named by a command on stderr."""
    assert run(["status"]) == 0
    assert run(["status"]) == 0

    files = sorted(folder.iterdir())
    lines = capsys.readouterr().err.splitlines()
    assert sorted(lines) == [f"##vso[task.uploadsummary]{path}" for path in files]
    assert [path.read_text().splitlines()[0] for path in files] == ["### cicdpack status"] * 2


@pytest.mark.parametrize("name", ["GITHUB_STEP_SUMMARY", "AGENT_TEMPDIRECTORY"])
def test_a_summary_that_cannot_be_written_is_no_error(
    name: str, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run is what counts."""
    monkeypatch.setenv("TF_BUILD", "True")
    monkeypatch.setenv(name, str(root / "nowhere/at/all"))

    assert run(["status"]) == 0
    assert capsys.readouterr().err == ""


def test_outside_of_jobs_no_summary_is_made(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would read it; a temporary folder alone is no job."""
    monkeypatch.setenv("AGENT_TEMPDIRECTORY", str(root))

    def unwanted() -> str:
        raise AssertionError

    summarize(unwanted)


def test_conflicts_stand_at_their_lines(root: Path) -> None:
    """Each place in dispute is an error at its line; a file that was there before is one as a whole."""
    assert run(["apply", "alpha"]) == 0
    (root / SH).write_text(SCRIPT.replace("echo one", "echo mine").replace("echo three", "echo drei"))
    theirs = SCRIPT.replace("echo one", "echo theirs").replace("echo three", "echo trois")
    (root / "cicd.tar.gz").write_bytes(bundle("1.1.0", {SCRIPT_TEMPLATE: theirs}))
    (root / CI.replace("alpha", "beta")).write_text("mine: true\n")

    findings = list(plan_findings(planned(root, "alpha", "beta")))

    new = CI.replace("alpha", "beta")
    assert list(annotation_lines(findings, {"GITHUB_ACTIONS": "true"})) == [
        f"::error file={SH},line=3,title=conflict::edited here and changed in the bundle",
        f"::error file={SH},line=7,title=conflict::edited here and changed in the bundle",
        f"::error file={new},title=conflict::is there already and differs from what the bundle renders",
    ]


def test_a_job_shows_the_conflict(root: Path, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr as other findings, and counted in the table."""
    (root / SH).parent.mkdir()
    (root / SH).write_text("mine\n")

    assert run(["apply", "alpha"]) == 1

    assert f"::error file={SH},title=conflict::is there already" in capsys.readouterr().err
    assert "| `alpha` | 1 conflict, 1 create, 1 merge | `small 1.0.0` |" in page.read_text()
