"""Receipts for pipelines that were made without one."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from cicdpack.cli.app import run
from cicdpack.commands.adopt import Adoption, NothingToAdopt
from cicdpack.commands.adoptions import AdoptRequest, adopt_projects
from tests.commands.small import (
    CI,
    DATABRICKS,
    PIPELINE,
    PIPELINE_TEMPLATE,
    RECEIPT,
    SCRIPT,
    SH,
    applied,
    bundle,
    committed,
    effects,
    git,
    planned,
    repository,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path


def adopted(root: Path, **settings: str) -> Adoption:
    (adoption,) = adopt_projects(AdoptRequest(projects=("alpha",), repo=root, settings=settings), writes=True)
    assert isinstance(adoption, Adoption)
    return adoption


def likenesses(adoption: Adoption) -> dict[str, str]:
    return {file.path: file.likeness for file in adoption.files}


def without_receipt(root: Path) -> Path:
    """Apply, and forget that it was done."""
    applied(root)
    shutil.rmtree(root / ".cicdpack")
    return root


def test_what_equals_the_rendering_is_recorded_as_applied(tmp_path: Path) -> None:
    """Only the records are written; the next bundle is an update, and `apply` alone says the same."""
    root = without_receipt(repository(tmp_path / "repo"))
    before = tree(root)

    adoption = adopted(root)

    assert likenesses(adoption) == {SH: "equal", CI: "equal"}
    assert {path: state for path, state in tree(root).items() if not path.startswith(".cicdpack/")} == before
    assert not planned(root).plan.writes
    (root / "cicd.tar.gz").write_bytes(bundle("1.1.0", {PIPELINE_TEMPLATE: PIPELINE + "# more\n"}))
    assert effects(planned(root)) == {CI: "update"}


def test_line_ends_do_not_count(tmp_path: Path) -> None:
    """A checkout with CRLF equals the rendering, and stays as it is."""
    root = without_receipt(repository(tmp_path / "repo"))
    (root / SH).write_bytes(SCRIPT.replace("\n", "\r\n").encode())

    assert likenesses(adopted(root)) == {SH: "equal", CI: "equal"}
    assert not planned(root).plan.writes


def test_an_edit_is_kept_and_merged_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is shown with its difference; a newer bundle is merged into it."""
    root = without_receipt(repository(tmp_path / "repo"))
    edited = (root / CI).read_text().replace("make lint", "make mine")
    (root / CI).write_text(edited)

    assert run(["adopt", "alpha", "--repo", str(root)]) == 0

    shown = capsys.readouterr().out
    assert "-      - bash: make lint" in shown
    assert "+      - bash: make mine" in shown
    assert (root / CI).read_text() == edited
    assert effects(planned(root)) == {CI: "keep"}
    (root / "cicd.tar.gz").write_bytes(bundle("1.1.0", {PIPELINE_TEMPLATE: PIPELINE.replace("make test", "make all")}))
    assert effects(applied(root)) == {CI: "merge"}
    assert "make mine" in (root / CI).read_text()
    assert "make all" in (root / CI).read_text()


def test_what_is_unlike_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is adopted, the exit code is 1, and `apply` still takes it for somebody's work."""
    root = without_receipt(repository(tmp_path / "repo"))
    (root / SH).write_text("something\nelse\n")

    assert run(["adopt", "alpha", "--repo", str(root), "--dry-run"]) == 0
    assert not (root / ".cicdpack").exists()
    assert run(["adopt", "alpha", "--repo", str(root)]) == 1

    assert "left alone: 1 file like nothing that is rendered" in capsys.readouterr().out
    assert effects(planned(root)) == {SH: "conflict"}
    assert list(json.loads((root / RECEIPT).read_text())["files"]) == [CI]


def test_a_file_that_is_not_there_is_made_by_apply(tmp_path: Path) -> None:
    """Nobody knows whether it was deleted, or never made."""
    root = without_receipt(repository(tmp_path / "repo"))
    (root / SH).unlink()

    assert likenesses(adopted(root)) == {SH: "missing", CI: "equal"}
    assert effects(planned(root)) == {SH: "create"}


def test_values_that_are_there_are_taken_over(tmp_path: Path) -> None:
    """One that was edited stays, one that is missing is wanted by `apply`, and none of them is ever taken out."""
    root = without_receipt(repository(tmp_path / "repo"))
    text = (root / DATABRICKS).read_text().replace("https://staging", "https://mine")
    kept, _, gone = text.partition("  prod:")
    assert gone
    (root / DATABRICKS).write_text(kept)

    adoption = adopted(root)

    (values,) = adoption.values
    assert (values.path, values.taken, values.edited) == (DATABRICKS, 1, 1)
    assert effects(applied(root)) == {DATABRICKS: "merge"}
    assert "https://mine" in (root / DATABRICKS).read_text()
    assert "https://prod" in (root / DATABRICKS).read_text()


def test_what_is_no_text_is_unlike(tmp_path: Path) -> None:
    """Binary content, and a link, which is not followed."""
    root = without_receipt(repository(tmp_path / "repo"))
    (root / SH).write_bytes(SCRIPT.encode() + b"\0")
    (root / CI).rename(root / "elsewhere.yml")
    (root / CI).symlink_to(root / "elsewhere.yml")

    adoption = adopted(root)

    assert likenesses(adoption) == {SH: "unlike", CI: "unlike"}
    assert not (root / ".cicdpack").exists()


def test_an_older_archive_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    """The next older one is looked at."""
    root = committed(without_receipt(repository(tmp_path / "repo")))
    (root / "cicd.tar.gz").write_bytes(b"junk")
    git(root, "commit", "-qam", "junk")
    (root / "cicd.tar.gz").write_bytes(bundle("2.0.0", {PIPELINE_TEMPLATE: "jobs: []\n"}))

    adoption = adopted(root)

    assert adoption.version == "1.0.0"
    assert likenesses(adoption) == {SH: "equal", CI: "equal"}
    assert effects(planned(root)) == {CI: "update"}


def test_a_setting_of_then_is_given_again(tmp_path: Path) -> None:
    """What was typed by hand makes the rendering equal, and is remembered."""
    root = repository(tmp_path / "repo")
    applied(root, settings={"input_minutes": "9"})
    shutil.rmtree(root / ".cicdpack")

    adoption = adopted(root, input_minutes="9")

    assert likenesses(adoption) == {SH: "equal", CI: "equal"}
    assert not planned(root).plan.writes


def test_nothing_to_adopt(tmp_path: Path) -> None:
    """It says so, and what makes pipelines."""
    root = repository(tmp_path / "repo")

    with pytest.raises(NothingToAdopt, match="there are no pipelines of `alpha` to adopt") as caught:
        adopted(root)

    assert "`cicdpack apply alpha`" in str(caught.value.hint)
    assert not (root / ".cicdpack").exists()


def test_again_is_no_news(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A project with a receipt keeps it."""
    root = without_receipt(repository(tmp_path / "repo"))
    adopted(root)
    before = tree(root)

    assert run(["adopt", "alpha", "--repo", str(root)]) == 0

    assert "has a receipt already" in capsys.readouterr().out
    assert tree(root) == before


def test_apply_alone_does_where_nothing_differs(tmp_path: Path) -> None:
    """With the archive and the parameters that made the files, `apply` takes them over by itself."""
    root = without_receipt(repository(tmp_path / "repo"))

    applied(root)

    assert not planned(root).plan.writes
    assert set(json.loads((root / RECEIPT).read_text())["files"]) == {CI, SH}
