"""`apply`, again and again: the bundle moves on, people edit, and nobody's work is lost."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.canonical import read
from cicdpack.commands.apply import SharedFile
from cicdpack.commands.rebase import NoStoredBundle, OtherRendering
from cicdpack.commands.repository import open_repository, project_names
from cicdpack.commands.selection import NoProjects, NothingNamed
from cicdpack.errors import CicdpackError
from cicdpack.planning.receipts import ReceiptError, seal_of
from cicdpack.yamledit import YamlEditError
from tests.commands import small
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

NEW_PIPELINE = PIPELINE.replace("make lint", "make lint-all")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the first version applied to `alpha`."""
    made = repository(tmp_path / "repo")
    applied(made)
    return made


def move_on(root: Path, version: str = "1.1.0", **files: str | None) -> None:
    """Put the next bundle into the repository; names of files are `pipeline`, `script`, `overlay`."""
    names = {"pipeline": PIPELINE_TEMPLATE, "script": SCRIPT_TEMPLATE, "overlay": OVERLAY_TEMPLATE}
    (root / "cicd.tar.gz").write_bytes(bundle(version, {names[name]: text for name, text in files.items()}))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def test_a_receipt_says_what_was_applied(root: Path) -> None:
    """Bundle, parameters with their origin, and each file with its digests."""
    receipt = json.loads((root / RECEIPT).read_text())

    digest = read([(root / "cicd.tar.gz").read_bytes()]).content_digest
    assert receipt["bundle"] == {"name": "small", "version": "1.0.0", "digest": f"sha256:{digest}"}
    assert receipt["parameters"]["input_project_folder"] == {"value": "alpha", "origin": "the project"}
    assert receipt["parameters"]["input_minutes"] == {"value": 60, "origin": "default"}
    on_disk = hashlib.sha256((root / CI).read_bytes()).hexdigest()
    assert receipt["files"][CI] == {"mode": "0644", "rendered": f"sha256:{on_disk}", "result": f"sha256:{on_disk}"}
    assert receipt["overlays"][DATABRICKS]["set"] == [{"path": ["targets"], "kind": "added"}]
    assert (root / f".cicdpack/bundles/{digest}.tar.gz").read_bytes() == (root / "cicd.tar.gz").read_bytes()


def test_the_second_run_touches_nothing(root: Path) -> None:
    """No file is written, the receipt included."""
    before = tree(root)

    prepared = applied(root)

    assert not prepared.plan.writes
    assert tree(root) == before


def test_what_nobody_touched_follows_the_bundle(root: Path) -> None:
    """Files and values are brought up to date; the old bundle is dropped as nobody names it."""
    move_on(root, pipeline=NEW_PIPELINE, overlay=OVERLAY.replace("https://prod", "https://prod2"))

    prepared = applied(root)

    assert effects(prepared) == {CI: "update", DATABRICKS: "merge"}
    assert "make lint-all" in (root / CI).read_text()
    assert "https://prod2" in (root / DATABRICKS).read_text()
    assert len(list((root / ".cicdpack/bundles").iterdir())) == 1
    assert not planned(root).plan.writes


def test_an_edit_stays_while_the_template_is_the_same(root: Path) -> None:
    """The edit is kept, and said, on every run."""
    edit(root / CI, "make test", "make test-fast")
    before = tree(root)

    prepared = applied(root)

    assert effects(prepared) == {CI: "keep"}
    assert note(prepared, CI) == "edited here"
    assert tree(root)[CI] == before[CI]
    assert not planned(root).plan.writes
    assert effects(planned(root)) == {CI: "keep"}


def test_an_edit_and_a_change_of_the_bundle_are_merged(root: Path) -> None:
    """By structure: an added step and a changed line next to it do not conflict; comments stay."""
    edit(root / CI, "      - bash: make test\n", "      # mine\n      - bash: make audit\n      - bash: make test\n")
    move_on(root, pipeline=NEW_PIPELINE)

    prepared = applied(root)

    text = (root / CI).read_text()
    assert effects(prepared) == {CI: "merge"}
    assert "make lint-all" in text
    assert "# mine\n      - bash: make audit" in text
    assert not planned(root).plan.writes
    assert effects(planned(root)) == {CI: "keep"}


def test_other_files_are_merged_line_by_line(root: Path) -> None:
    """What is no YAML merges as diff3 does."""
    edit(root / SH, "echo one", "echo mine")
    move_on(root, script=SCRIPT.replace("echo three", "echo theirs"))

    applied(root)

    assert (root / SH).read_text() == SCRIPT.replace("echo one", "echo mine").replace("echo three", "echo theirs")


def test_a_conflict_writes_nothing_and_shows_all_sides(root: Path) -> None:
    """The lines in dispute: applied before, here, and in the bundle."""
    edit(root / SH, "echo two", "echo mine")
    move_on(root, script=SCRIPT.replace("echo two", "echo theirs"), pipeline=NEW_PIPELINE)
    before = tree(root)

    prepared = planned(root)

    (conflict,) = prepared.conflicts
    (hunk,) = conflict.hunks
    assert (hunk.line, hunk.base, hunk.ours, hunk.theirs) == (
        5,
        ("echo two\n",),
        ("echo mine\n",),
        ("echo theirs\n",),
    )
    with pytest.raises(ValueError, match="conflict"):
        small.carry_out(prepared)
    assert tree(root) == before


@pytest.mark.parametrize(("mode", "line"), [("ours", "echo mine"), ("theirs", "echo theirs")])
def test_a_side_settles_conflicts_and_nothing_else(root: Path, mode: str, line: str) -> None:
    """What does not conflict comes from both sides."""
    edit(root / SH, "echo two", "echo mine")
    edit(root / SH, "# one", "# edited")
    move_on(root, script=SCRIPT.replace("echo two", "echo theirs").replace("echo three", "echo moved"))

    applied(root, on_conflict=mode)

    assert (root / SH).read_text() == SCRIPT.replace("echo two", line).replace("# one", "# edited").replace(
        "echo three", "echo moved"
    )
    assert not planned(root).plan.writes


def test_markers_have_to_be_settled_before_the_next_run(root: Path) -> None:
    """Both sides and the base stand in the file; the next run refuses it, whatever the mode, until they are gone."""
    edit(root / SH, "echo two", "echo mine")
    move_on(root, script=SCRIPT.replace("echo two", "echo theirs"))

    prepared = applied(root, on_conflict="markers")

    assert prepared.plan.marks == 1
    assert (root / SH).read_text() == SCRIPT.replace(
        "echo two\n",
        "<<<<<<< here\necho mine\n||||||| applied before\necho two\n=======\necho theirs\n>>>>>>> bundle 1.1.0\n",
    )
    for mode in ("fail", "markers", "ours", "theirs"):
        (conflict,) = planned(root, on_conflict=mode).conflicts
        assert conflict.reason == "still holds conflict markers"
    (root / SH).write_text(SCRIPT.replace("echo two", "echo both"))
    assert effects(applied(root)) == {SH: "keep"}


def test_a_deleted_file_stays_deleted(root: Path) -> None:
    """Also when the bundle changes it; `restore` brings it back."""
    (root / SH).unlink()
    move_on(root, script=SCRIPT + "echo four\n")

    assert note(applied(root), SH) == "deleted here"
    assert not (root / SH).exists()
    assert not planned(root).plan.writes
    applied(root, restore=True)
    assert (root / SH).read_text() == SCRIPT + "echo four\n"


def test_what_is_rendered_no_more_goes_when_untouched(root: Path) -> None:
    """A file that the bundle dropped is deleted."""
    move_on(root, script=None)

    assert effects(applied(root)) == {SH: "delete"}
    assert not (root / SH).exists()
    assert not planned(root).plan.writes


def test_what_is_rendered_no_more_stays_when_edited(root: Path) -> None:
    """It is reported now and on every later run, until it is gone or back to what was rendered."""
    edit(root / SH, "echo one", "echo mine")
    move_on(root, script=None)

    for _ in range(2):
        assert note(applied(root), SH) == "no longer part of the bundle, but edited here"
    assert not planned(root).plan.writes
    (root / SH).write_text(SCRIPT)
    assert effects(applied(root)) == {SH: "delete"}


def test_a_file_in_the_way_of_a_new_one_is_a_conflict(root: Path) -> None:
    """A file that the bundle renders for the first time does not replace one that was there."""
    other = "template/.azure/{{.input_project_name}}.txt"
    (root / ".azure/alpha.txt").write_text("mine\n")
    (root / "cicd.tar.gz").write_bytes(bundle("1.1.0", {other: "theirs\n"}))

    assert [conflict.path for conflict in planned(root).conflicts] == [".azure/alpha.txt"]
    applied(root, on_conflict="ours")
    assert (root / ".azure/alpha.txt").read_text() == "mine\n"
    assert note(planned(root), ".azure/alpha.txt") == "edited here"


def test_a_file_that_drifted_long_ago_is_still_seen(root: Path) -> None:
    """Decisions compare with what was rendered, not with what changed since the last run."""
    edit(root / SH, "echo one", "echo mine")
    for version in ("1.1.0", "1.2.0"):
        move_on(root, version, pipeline=PIPELINE.replace("make lint", f"make lint {version}"))
        applied(root)

    assert note(planned(root), SH) == "edited here"
    move_on(root, "1.3.0", script=SCRIPT.replace("echo one", "echo theirs"))
    assert [conflict.path for conflict in planned(root).conflicts] == [SH]


def test_values_are_followed_one_by_one(root: Path) -> None:
    """An edited value stays while the bundle's other values move; the same value changed twice is a conflict."""
    edit(root / DATABRICKS, "https://staging", "https://mine")
    move_on(root, overlay=OVERLAY.replace("https://prod", "https://prod2"))

    prepared = applied(root)

    text = (root / DATABRICKS).read_text()
    assert "https://mine" in text
    assert "https://prod2" in text
    assert "edited here: `targets.staging.workspace.host`" in note(prepared, DATABRICKS)
    move_on(root, "1.2.0", overlay=OVERLAY.replace("https://staging", "https://other"))
    assert [conflict.path for conflict in planned(root).conflicts] == [DATABRICKS]
    applied(root, on_conflict="theirs")
    assert "https://other" in (root / DATABRICKS).read_text()


def test_values_that_the_bundle_drops_are_taken_out(root: Path) -> None:
    """The file is then what it was before the first run, byte for byte."""
    move_on(root, overlay="# no values\n")

    applied(root)

    assert (root / DATABRICKS).read_text() == "bundle:\n  name: alpha\n# mine\n"
    assert not planned(root).plan.writes


def test_values_that_were_there_before_are_never_taken_out(tmp_path: Path) -> None:
    """What we did not set stays, though the bundle wanted the same once."""
    root = repository(tmp_path / "repo")
    own = "bundle:\n  name: alpha\ntargets:\n  prod:\n    workspace:\n      host: https://prod\n"
    (root / DATABRICKS).write_text(own)
    applied(root)
    move_on(root, overlay="# no values\n")

    applied(root)

    assert (root / DATABRICKS).read_text() == own


def test_settings_are_kept_and_can_be_unset(root: Path) -> None:
    """`--set` is given once; facts rank below it, a new `--set` above, `--unset` ends it."""
    applied(root, settings={"input_minutes": "90"})
    assert not planned(root).plan.writes
    move_on(root, pipeline=NEW_PIPELINE)
    applied(root)
    assert "timeoutInMinutes: 90" in (root / CI).read_text()
    applied(root, settings={"input_minutes": "30"})
    assert "timeoutInMinutes: 30" in (root / CI).read_text()
    applied(root, unset=("input_minutes",))
    assert "timeoutInMinutes: 60" in (root / CI).read_text()


def resealed(text: str, **changes: object) -> str:
    document = {**json.loads(text), **changes}
    document["seal"] = seal_of(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda text: text.replace("1.0.0", "1.0.1", 1), "its seal does not match"),
        (lambda text: text[:200], "cut or edited"),
        (lambda text: "", "cut or edited"),
        (lambda text: "[]", "no JSON object"),
        (lambda text: resealed(text, format=2), "`format` is 2, and this cicdpack reads up to 1"),
        (lambda text: resealed(text, more=1), "a key that this cicdpack does not know"),
        (lambda text: resealed(text, files={CI: 1}), "no receipt as cicdpack writes them"),
        (lambda text: resealed(text, project={"name": "alpha", "folder": "beta"}), "of another folder"),
        (lambda text: text.replace("{", '{"format": 1,', 1), "names a key twice"),
        (lambda text: "[" * 100_000, "no receipt as cicdpack writes them"),
    ],
    ids=["edited", "cut", "empty", "no object", "newer", "unknown key", "wrong", "moved", "twice", "deep"],
)
def test_receipts_that_cannot_be_relied_on_are_refused(root: Path, make: object, reason: str) -> None:
    """Nothing is written, and the error says how to go on."""
    text = (root / RECEIPT).read_text()
    (root / RECEIPT).write_text(make(text))  # type: ignore[operator]

    with pytest.raises(ReceiptError, match=reason) as caught:
        planned(root)

    assert caught.value.location is not None
    assert caught.value.location.path == RECEIPT
    assert "upgrade" in (caught.value.hint or "") or "git checkout" in (caught.value.hint or "")


def test_a_stored_bundle_has_to_be_the_one_it_is_called(root: Path) -> None:
    """It is needed only where both sides changed; there a missing or another one is refused, with a way out."""
    (stored,) = (root / ".cicdpack/bundles").iterdir()
    edit(root / SH, "echo one", "echo mine")
    move_on(root, script=SCRIPT.replace("echo two", "echo theirs"))

    stored.write_bytes(bundle("1.0.5"))
    with pytest.raises(NoStoredBundle, match="another bundle"):
        planned(root)
    stored.write_bytes(stored.read_bytes()[:-9])
    with pytest.raises(CicdpackError, match=stored.name):
        planned(root)
    stored.unlink()
    with pytest.raises(NoStoredBundle, match="not there") as caught:
        planned(root)
    assert "git checkout" in (caught.value.hint or "")


def test_a_base_that_renders_otherwise_is_refused(root: Path) -> None:
    """A receipt whose digests are not what its bundle renders is no base for a merge."""
    receipt = json.loads((root / RECEIPT).read_text())
    receipt["files"][CI]["rendered"] = "sha256:" + "0" * 64
    (root / RECEIPT).write_text(resealed(json.dumps(receipt)))
    move_on(root, pipeline=NEW_PIPELINE)

    with pytest.raises(OtherRendering, match="does not render to what it did"):
        planned(root)


def test_bundles_stay_while_a_receipt_names_them(root: Path) -> None:
    """Each project may be at another version; what no receipt names goes in the same run."""
    move_on(root, pipeline=NEW_PIPELINE)
    applied(root, "beta")
    assert len(list((root / ".cicdpack/bundles").iterdir())) == 2

    applied(root, "alpha")

    assert len(list((root / ".cicdpack/bundles").iterdir())) == 1


def test_a_foreign_bundle_is_kept_with_what_its_overlays_came_from(tmp_path: Path) -> None:
    """The base can be rendered again offline, whatever cicdpack ships then."""
    import io
    import tarfile

    root = repository(tmp_path / "repo")
    (root / "cicd_params.json").write_text(
        json.dumps(
            {
                f"input_databricks_{side}_workspace_host": "https://adb-1.1.azuredatabricks.net"
                for side in ("staging", "prod")
            }
        )
    )
    decoded = read([bundle(files={OVERLAY_TEMPLATE: None})])
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for entry in decoded.entries:
            if not entry.path.startswith("cicdpack"):
                member = tarfile.TarInfo(f"cicd/{entry.path}")
                member.size = len(entry.data)
                archive.addfile(member, io.BytesIO(entry.data))
    (root / "cicd.tar.gz").write_bytes(buffer.getvalue())

    applied(root)

    receipt = json.loads((root / RECEIPT).read_text())
    names = {path.name for path in (root / ".cicdpack/bundles").iterdir()}
    digests = {receipt["bundle"]["digest"], receipt["overlays_from"]}
    assert names == {digest.removeprefix("sha256:") + ".tar.gz" for digest in digests}
    for name in names:
        data = (root / ".cicdpack/bundles" / name).read_bytes()
        assert read([data]).content_digest + ".tar.gz" == name
    assert not planned(root).plan.writes


def test_crlf_checkouts_are_no_drift(root: Path) -> None:
    """Git may give every text CRLF: nothing is to do; what is written later keeps them."""
    for path in (CI, SH, DATABRICKS, RECEIPT):
        (root / path).write_bytes((root / path).read_bytes().replace(b"\n", b"\r\n"))
    assert not planned(root).plan.writes
    assert effects(planned(root)) == {}

    edit(root / SH, "echo one", "echo mine")
    move_on(root, pipeline=NEW_PIPELINE, script=SCRIPT.replace("echo three", "echo theirs"))
    applied(root)

    for path in (CI, SH, RECEIPT):
        data = (root / path).read_bytes()
        assert data.count(b"\r\n") == data.count(b"\n") > 0
    assert b"echo mine\r\n" in (root / SH).read_bytes()
    assert b"echo theirs\r\n" in (root / SH).read_bytes()


def test_a_merge_that_breaks_the_pipeline_is_a_conflict(root: Path) -> None:
    """Each side alone is fine; together the pipeline deploys to a target that no project has."""
    edit(root / CI, "bash: make test", "bash: databricks bundle deploy -t prod")
    (root / CI).write_text((root / CI).read_text().replace("-t prod", "-t qa"))
    move_on(root, pipeline=NEW_PIPELINE)

    (conflict,) = planned(root).conflicts

    assert "merged, it does not work" in conflict.reason


def test_a_project_that_moved_keeps_its_receipt(root: Path) -> None:
    """The receipt goes with the folder; edits made before the move are known for what they are."""
    edit(root / SH, "echo one", "echo mine")
    (root / "ml").mkdir()
    shutil.move(root / "alpha", root / "ml/alpha")

    prepared = applied(root)

    assert effects(prepared) == {SH: "keep"}
    assert not (root / RECEIPT).exists()
    assert (root / ".cicdpack/receipts/ml.alpha.json").exists()
    assert not planned(root).plan.writes


def test_many_projects_are_one_plan(tmp_path: Path) -> None:
    """All, or those that a pattern matches, each once; `*` stays within a folder."""
    root = repository(tmp_path / "repo", "ml/alpha", "ml/beta", "gamma")

    assert [project.name for project in planned(root, "ml/*", "alpha").projects] == ["alpha", "beta"]
    assert [project.name for project in planned(root, "*").projects] == ["gamma", "alpha", "beta"]
    everything = applied(root, everything=True)
    assert len(everything.projects) == 3
    assert not planned(root, everything=True).plan.writes
    with pytest.raises(NoProjects, match="`x\\*`"):
        planned(root, "x*")
    with pytest.raises(NothingNamed):
        small.prepare(small.ApplyRequest(projects=(), repo=root, settings={}))


def test_a_broken_project_file_is_an_error_with_its_place(root: Path) -> None:
    """A `databricks.yml` that is no YAML stops the run before anything is written."""
    before = tree(root)
    (root / DATABRICKS).write_text("bundle:\n  name: alpha\nx: [\n")

    with pytest.raises((YamlEditError, CicdpackError), match=DATABRICKS):
        planned(root)

    assert tree(root)[CI] == before[CI]


def test_forms_of_a_folder_name_are_one_where_the_file_system_says_so(tmp_path: Path) -> None:
    """A name listed in form NFD is rendered as git has it, in NFC; a link stands in for such a file system."""
    decomposed, composed = "e\u0301", "\u00e9"
    root = repository(tmp_path / "repo", f"{decomposed}/alpha")
    (root / composed).symlink_to(root / decomposed)

    names = project_names(open_repository(root))

    assert names == {f"{composed}/alpha": "alpha"}


def test_forms_of_a_folder_name_are_two_elsewhere(tmp_path: Path) -> None:
    """Linux tells them apart; a name that other systems would read as another one is refused, not drifted from."""
    root = repository(tmp_path / "repo", "e\u0301/alpha")
    if (root / "\u00e9").exists():
        pytest.skip("this file system takes both forms for the same")

    with pytest.raises(CicdpackError, match="composed form"):
        applied(root)


def test_files_that_differ_in_case_alone_are_shared(tmp_path: Path) -> None:
    """Some file systems would write the one over the other: both projects are named."""
    root = repository(tmp_path / "repo", "alpha", "beta")
    template = "template/.azure/{{if eq .input_project_name `alpha`}}x{{else}}X{{end}}.txt"
    (root / "cicd.tar.gz").write_bytes(bundle("1.1.0", {template: "one\n"}))

    with pytest.raises(SharedFile, match="`alpha` and for `beta`"):
        planned(root, "alpha", "beta")


def test_permission_bits_beyond_the_owners_x_are_no_drift(root: Path) -> None:
    """Another umask on another machine is no edit."""
    for path in (CI, SH, DATABRICKS, RECEIPT):
        (root / path).chmod(0o600)

    assert not planned(root).plan.writes
    assert effects(planned(root)) == {}
