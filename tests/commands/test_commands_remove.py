"""Taking back what was applied."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from cicdpack.cli.app import run
from cicdpack.commands.remove import NothingApplied, RemoveRequest, carry_out_removal, prepare_removal
from tests.commands.small import (
    CI,
    DATABRICKS,
    OVERLAY,
    OVERLAY_TEMPLATE,
    PIPELINE,
    PIPELINE_TEMPLATE,
    SH,
    applied,
    bundle,
    effects,
    planned,
    repository,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cicdpack.commands.remove import Removal
    from tests.commands.conftest import Monorepo


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def removed(root: Path, *projects: str, force: bool = False) -> Removal:
    removal = prepare_removal(RemoveRequest(projects=projects or ("alpha",), repo=root, force=force))
    carry_out_removal(removal)
    return removal


def test_everything_is_as_before_byte_for_byte(tmp_path: Path) -> None:
    """After two versions too: files, values, receipts and bundles are gone, folders with them."""
    root = repository(tmp_path / "repo")
    before = contents(root)
    applied(root, "alpha", "beta")
    overlay = OVERLAY.replace("https://prod", "https://prod2") + "  qa:\n    workspace: {host: q}\n"
    newer = bundle("1.1.0", {PIPELINE_TEMPLATE: PIPELINE + "# more\n", OVERLAY_TEMPLATE: overlay})
    (root / "cicd.tar.gz").write_bytes(newer)
    applied(root, "alpha", "beta")

    removal = removed(root, "alpha", "beta")

    assert not removal.kept
    assert contents(root) == {**before, "cicd.tar.gz": newer}
    assert not (root / ".azure").exists()
    assert not (root / ".cicdpack").exists()


def test_other_projects_keep_what_is_theirs(tmp_path: Path) -> None:
    """Their files, their receipt, and the bundle that it names."""
    root = repository(tmp_path / "repo")
    applied(root, "beta")
    before = contents(root)
    applied(root, "alpha")

    removed(root, "alpha")

    assert contents(root) == before


def test_what_was_edited_stays_and_is_reported(tmp_path: Path) -> None:
    """The rest goes; with force all of it does."""
    root = repository(tmp_path / "repo")
    before = contents(root)
    applied(root)
    (root / SH).write_text("mine\n")
    (root / DATABRICKS).write_text((root / DATABRICKS).read_text().replace("https://prod", "https://mine"))

    forced = prepare_removal(RemoveRequest(projects=("alpha",), repo=root, force=True))
    removal = removed(root)

    assert removal.kept == (SH, DATABRICKS)
    assert (root / SH).exists()
    assert not (root / CI).exists()
    text = (root / DATABRICKS).read_text()
    assert "https://mine" in text
    assert "https://staging" not in text
    assert not forced.kept
    (merge,) = [change for change in forced.changes if change.path == DATABRICKS]
    assert merge.after.data == before[DATABRICKS]  # type: ignore[union-attr]


def test_a_project_that_is_gone_can_be_removed(tmp_path: Path) -> None:
    """Its receipt knows what it had."""
    root = repository(tmp_path / "repo")
    applied(root)
    shutil.rmtree(root / "alpha")

    removed(root)

    assert not (root / ".azure").exists()
    assert not (root / ".cicdpack").exists()


def test_what_was_never_applied_cannot_be_removed(tmp_path: Path) -> None:
    """The error says for which projects there are receipts."""
    root = repository(tmp_path / "repo")
    applied(root)

    with pytest.raises(NothingApplied, match="`beta`") as caught:
        removed(root, "beta")

    assert caught.value.hint == "receipts are there for `alpha`"


def test_exit_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """0 when all is gone, or for a dry run; 1 when something stayed."""
    root = repository(tmp_path / "repo")
    monkeypatch.chdir(root)
    applied(root, "alpha", "beta")
    (root / SH).write_text("mine\n")

    assert run(["remove", "alpha", "--dry-run"]) == 0
    assert (root / CI).exists()
    assert run(["remove", "alpha"]) == 1
    assert f"keep     {SH}   edited here" in capsys.readouterr().out
    assert run(["remove", "beta"]) == 0


def test_a_file_that_projects_share_is_everybodys(monorepo: Monorepo) -> None:
    """`.gitlab-ci.yml` holds an include for each project; the last one to leave takes the file along."""
    root = monorepo(input_cicd_platform="gitlab")
    before = contents(root)
    applied(root, "fraud-detector")
    alone = contents(root)
    applied(root, "churn-model")
    assert not planned(root, "fraud-detector", "churn-model").plan.writes
    assert effects(planned(root, "fraud-detector", "churn-model")) == {}

    assert not removed(root, "churn-model").kept
    assert contents(root)[".gitlab-ci.yml"] == alone[".gitlab-ci.yml"]
    assert not planned(root, "fraud-detector").plan.writes
    assert not removed(root, "fraud-detector").kept
    assert contents(root) == before
