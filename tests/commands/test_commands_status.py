"""How projects stand, and edits that are accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.canonical import read
from cicdpack.commands.accept import AcceptRequest, CannotAccept, accept
from cicdpack.commands.status import ProjectStatus, StatusRequest, status
from tests.commands.small import (
    CI,
    DATABRICKS,
    OVERLAY,
    OVERLAY_TEMPLATE,
    PIPELINE,
    PIPELINE_TEMPLATE,
    RECEIPT,
    SCRIPT,
    SCRIPT_TEMPLATE,
    SH,
    applied,
    bundle,
    effects,
    note,
    planned,
    repository,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path

PINNED = PIPELINE.replace("- checkout: self", "- task: UsePythonVersion@0\n        inputs: {}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the first version applied to `alpha`, and `beta` not set up."""
    made = repository(tmp_path / "repo")
    applied(made)
    return made


def look(root: Path, name: str = "alpha", *, diffs: bool = False) -> ProjectStatus:
    report = status(StatusRequest(repo=root, diffs=diffs))
    return next(project for project in report.projects if project.name == name)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_project_without_a_receipt_is_not_set_up(root: Path) -> None:
    """And the next thing to do is said."""
    found = look(root, "beta")

    assert (found.state, found.note) == ("not set up", "`cicdpack apply beta`")


def test_what_is_as_it_was_left_is_current(root: Path) -> None:
    """Three files, all of them as applied; edits elsewhere in a file of the user's are none."""
    with (root / DATABRICKS).open("a") as file:
        file.write("# more of mine\n")

    found = look(root)

    assert (found.state, found.version, found.behind, found.note) == ("current", "1.0.0", 0, "")
    assert [item.state for item in found.files] == ["current"] * 3


@pytest.mark.parametrize(
    ("path", "old", "new", "state", "said"),
    [
        (SH, "echo one", "echo mine", "edited", "1 file edited here"),
        (DATABRICKS, "https://prod", "https://mine", "edited", "1 file edited here"),
        (SH, SCRIPT, "<<<<<<< here\na\n=======\nb\n>>>>>>> bundle\n", "conflict", "1 file in conflict"),
    ],
    ids=["a file", "a value", "markers"],
)
def test_edits_are_seen(root: Path, path: str, old: str, new: str, state: str, said: str) -> None:
    """Wherever they are, and on every later run as well."""
    replace(root / path, old, new)

    found = look(root)

    assert (found.state, found.note) == (state, said)
    if state == "edited":
        applied(root)
        assert look(root) == found


def test_a_deleted_file_is_missing(root: Path) -> None:
    """It stays deleted, and stays reported until that is accepted."""
    (root / SH).unlink()
    applied(root)

    assert look(root).state == "missing"
    accept(AcceptRequest(project="alpha", paths=(SH,), reason="no shell here", repo=root))
    assert look(root).state == "accepted"
    assert note(planned(root), SH) == "accepted: no shell here"


def test_pins_that_a_bot_bumped_are_no_edits(root: Path) -> None:
    """Only pinned versions differ: a state of its own, with which a check is content."""
    (root / "cicd.tar.gz").write_bytes(bundle("1.1.0", {PIPELINE_TEMPLATE: PINNED}))
    applied(root)
    replace(root / CI, "UsePythonVersion@0", "UsePythonVersion@1")

    report = status(StatusRequest(repo=root, projects=("alpha",)))

    assert report.projects[0].state == "bumped"
    assert report.is_good
    replace(root / CI, "make test", "make all")
    assert look(root).state == "edited"


def test_versions_behind_come_from_the_history(root: Path) -> None:
    """The bundle's manifest knows its predecessors by their digests."""
    digest = read([(root / "cicd.tar.gz").read_bytes()]).content_digest
    history = "".join(
        f'[[history]]\nversion = "{version}"\ndigest = "sha256:{hex_digits}"\n'
        for version, hex_digits in (("1.1.0", "0" * 64), ("1.0.0", digest))
    )
    (root / "cicd.tar.gz").write_bytes(bundle("1.2.0", {SCRIPT_TEMPLATE: SCRIPT + "echo\n"}, history))

    found = look(root)

    assert (found.state, found.behind, found.note) == ("outdated", 2, "2 versions behind")


def test_edits_that_a_newer_bundle_does_not_agree_with_are_a_conflict(root: Path) -> None:
    """Others are merely outdated: they will be merged."""
    replace(root / SH, "echo two", "echo mine")
    (root / "cicd.tar.gz").write_bytes(bundle("1.1.0", {SCRIPT_TEMPLATE: SCRIPT.replace("echo one", "echo 1")}))
    assert look(root).state == "outdated"
    assert "1 file edited here" in look(root).note

    (root / "cicd.tar.gz").write_bytes(bundle("1.1.0", {SCRIPT_TEMPLATE: SCRIPT.replace("echo two", "echo 2")}))

    assert look(root).state == "conflict"
    assert [item.path for item in look(root).files if item.state == "conflict"] == [SH]


def test_other_parameters_make_a_project_outdated(root: Path) -> None:
    """The parameter is named."""
    (root / "cicd_params.json").write_text('{"input_cicd_platform": "azure_devops", "input_minutes": 90}\n')

    assert (look(root).state, look(root).note) == ("outdated", "changed: input_minutes")
    applied(root)
    assert look(root).state == "current"


def test_a_receipt_that_cannot_be_read_is_unknown(root: Path) -> None:
    """One broken receipt does not hide the others."""
    (root / RECEIPT).write_text("{}")

    assert look(root).state == "unknown"
    assert "no receipt" in look(root).note
    assert look(root, "beta").state == "not set up"


def test_a_receipt_whose_project_is_gone_is_unknown(root: Path) -> None:
    """It is listed until it is removed."""
    (root / DATABRICKS).unlink()

    found = look(root)

    assert (found.state, found.note) == ("unknown", "there is no project in `alpha` any more")


def test_an_accepted_edit_stays_accepted_when_the_bundle_is_merged_into_it(root: Path) -> None:
    """A further edit is an edit again."""
    replace(root / SH, "echo one", "echo mine")
    report = accept(AcceptRequest(project="alpha", paths=(SH,), reason="ours", repo=root))
    assert (report.written, look(root).state) == (True, "accepted")
    (root / "cicd.tar.gz").write_bytes(bundle("1.1.0", {SCRIPT_TEMPLATE: SCRIPT.replace("echo three", "echo 3")}))
    assert effects(applied(root)) == {SH: "merge"}

    assert look(root).state == "accepted"
    replace(root / SH, "echo two", "echo more")
    assert look(root).state == "edited"


def test_an_accepted_value_stays_accepted(root: Path) -> None:
    """Values of a user's file are accepted with the file's path."""
    replace(root / DATABRICKS, "https://prod", "https://mine")
    accept(AcceptRequest(project="alpha", paths=(DATABRICKS,), reason="another workspace", repo=root))
    assert look(root).state == "accepted"
    (root / "cicd.tar.gz").write_bytes(
        bundle("1.1.0", {OVERLAY_TEMPLATE: OVERLAY.replace("https://staging", "https://stage")})
    )

    applied(root)

    assert look(root).state == "accepted"
    assert "accepted: another workspace" in note(planned(root), DATABRICKS)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (AcceptRequest(project="alpha", paths=(SH,), reason="x"), "nothing to accept"),
        (AcceptRequest(project="alpha", paths=(DATABRICKS,), reason="x"), "nothing to accept"),
        (AcceptRequest(project="alpha", paths=("README.md",), reason="x"), "no file that was applied"),
        (AcceptRequest(project="beta", paths=(SH,), reason="x"), "nothing was applied"),
        (AcceptRequest(project="alpha", paths=(SH,), reason=" "), "a reason is one line"),
    ],
)
def test_what_cannot_be_accepted_changes_nothing(root: Path, request_: AcceptRequest, message: str) -> None:
    """The receipt stays as it is."""
    before = tree(root)

    with pytest.raises(CannotAccept, match=message):
        accept(AcceptRequest(project=request_.project, paths=request_.paths, reason=request_.reason, repo=root))

    assert tree(root) == before


def test_a_look_writes_nothing(root: Path) -> None:
    """No file is touched, and the diffs of edited files are there when asked for."""
    replace(root / SH, "echo one", "echo mine")
    before = tree(root)

    found = look(root, diffs=True)

    (edited,) = [item for item in found.files if item.state == "edited"]
    assert (edited.before, edited.after) == (SCRIPT.encode(), (root / SH).read_bytes())
    assert tree(root) == before
