"""Exit codes and words of `apply`, `status` and `accept` over time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cicdpack.cli.app import run
from tests.commands.small import SCRIPT, SCRIPT_TEMPLATE, SH, bundle, repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A repository with an edit that the next bundle does not agree with; it is the working folder."""
    made = repository(tmp_path / "repo")
    monkeypatch.chdir(made)
    assert run(["apply", "alpha"]) == 0
    (made / SH).write_text(SCRIPT.replace("echo two", "echo mine"))
    (made / "cicd.tar.gz").write_bytes(bundle("1.1.0", {SCRIPT_TEMPLATE: SCRIPT.replace("echo two", "echo theirs")}))
    capsys.readouterr()
    return made


def test_a_conflict_is_shown_and_exits_1(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All three sides, and what can be done; nothing is written."""
    assert run(["apply", "alpha"]) == 1

    shown = capsys.readouterr().out
    for part in ("applied before:", "echo two", "here:", "echo mine", "bundle 1.1.0:", "echo theirs", "--on-conflict"):
        assert part in shown
    assert "nothing was written" in shown
    assert (root / SH).read_text() == SCRIPT.replace("echo two", "echo mine")


def test_markers_exit_1_until_they_are_settled(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A conflict that is left is never success, not on the next run either."""
    assert run(["apply", "alpha", "--on-conflict", "markers"]) == 1
    assert "1 conflict marked in the files" in capsys.readouterr().out
    assert run(["apply", "alpha", "--on-conflict", "ours"]) == 1
    assert run(["status", "--check", "alpha"]) == 1
    (root / SH).write_text(SCRIPT)

    assert run(["apply", "alpha"]) == 0


@pytest.mark.parametrize("mode", ["ours", "theirs"])
def test_a_side_settles_and_exits_0(root: Path, mode: str) -> None:
    """And the run after it has nothing to do."""
    assert run(["apply", "alpha", "--on-conflict", mode]) == 0
    assert run(["apply", "alpha", "--check"]) == 0


def test_a_conflict_as_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines in dispute are there for programs too."""
    assert run(["apply", "alpha", "--json"]) == 1

    report = json.loads(capsys.readouterr().out)
    (change,) = [change for change in report["projects"][0]["changes"] if change["effect"] == "conflict"]
    assert change["hunks"] == [
        {"line": 5, "base": ["echo two\n"], "ours": ["echo mine\n"], "theirs": ["echo theirs\n"]}
    ]
    assert (report["applied"], report["conflicts"], report["records"]) == (False, 1, [])


def test_status_lists_projects_and_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each project; a check says no by its exit code alone."""
    assert run(["status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["project", "state", "bundle", "files", "note"]
    assert lines[3].split() == ["alpha", "conflict", "1.0.0", "3", SH]
    assert lines[4].split()[:4] == ["beta", "not", "set", "up"]
    assert run(["status", "--check"]) == 1
    capsys.readouterr()
    assert run(["status", "--json", "alpha"]) == 0
    (project,) = json.loads(capsys.readouterr().out)["projects"]
    assert [(item["path"], item["state"]) for item in project["files"] if item["state"] != "current"] == [
        (SH, "conflict")
    ]


def test_an_accepted_edit_passes_the_check(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason is shown; the receipt is what has to be committed."""
    (root / "cicd.tar.gz").write_bytes(bundle())
    assert run(["status", "--check", "alpha"]) == 1

    assert run(["accept", "alpha", SH, "--reason", "our runner"]) == 0

    assert "git add .cicdpack/receipts/alpha.json" in capsys.readouterr().out
    assert run(["status", "--check", "alpha"]) == 0
    assert run(["status", "-v", "alpha"]) == 0
    assert "our runner" in capsys.readouterr().out


def test_a_project_is_compared_with_what_was_applied(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`diff PROJECT` shows the edits, line by line, and exits 1; without edits it exits 0."""
    assert run(["diff", "alpha"]) == 1
    shown = capsys.readouterr().out
    assert "-echo two" in shown
    assert "+echo mine" in shown

    (root / SH).write_text(SCRIPT)
    assert run(["diff", "alpha"]) == 0
    assert "echo" not in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], ["--check"], ["--dry-run"], ["--diff"]])
def test_what_is_kept_leaves_nothing_to_do(options: list[str], root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An edit that nobody disputes is listed, and the last line says that this was all."""
    (root / "cicd.tar.gz").write_bytes(bundle())
    assert run(["apply", "alpha"]) == 0
    capsys.readouterr()

    assert run(["apply", "alpha", *options]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:-1] if line] == [["keep", SH]]
    assert lines[-2:] == ["", "alpha is up to date (bundle 1.0.0), but for what is kept"]


def test_a_record_of_what_is_kept_is_told_too(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a newer bundle the receipt is still to be committed."""
    assert run(["apply", "alpha", "--on-conflict", "ours"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [
        "alpha is up to date (bundle 1.1.0), but for what is kept",
        "recorded what is applied. next: `git add .cicdpack && git commit`",
    ]


HOSTILE = 'x"; touch pwned; echo "'


@pytest.mark.parametrize(
    ("name", "shown"), [(HOSTILE, f"cicdpack apply '{HOSTILE}'"), ("-beta", "cicdpack apply -- -beta")]
)
def test_a_hint_can_be_pasted(name: str, shown: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name is one word for the shell, whatever it holds."""
    (root / "beta/databricks.yml").write_text(json.dumps({"bundle": {"name": name}}))

    assert run(["status"]) == 0
    assert f"`{shown}`" in capsys.readouterr().out


def test_what_to_commit_can_be_pasted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder of a project in a folder with a blank, and nothing beside it; with a plan file, too."""
    made = repository(tmp_path / "nested", "my ml/fraud", "my ml/other")
    plan = tmp_path / "the plan.json"
    following = "next: `git add .azure .cicdpack 'my ml/fraud' && git commit`"

    assert run(["plan", "fraud", "--repo", str(made), "-o", str(plan)]) == 0
    assert f"next: `cicdpack apply --plan '{plan}'`" in capsys.readouterr().out
    assert run(["apply", "--plan", str(plan), "--repo", str(made)]) == 0
    assert following in capsys.readouterr().out
    (made / ".azure/fraud.sh").unlink()
    (made / ".cicdpack/receipts/my ml.fraud.json").unlink()
    (made / "my ml/fraud/databricks.yml").write_text("bundle:\n  name: fraud\n")
    assert run(["apply", "fraud", "--repo", str(made)]) == 0
    assert following in capsys.readouterr().out
