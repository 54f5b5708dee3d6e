"""A journal on the disk is data of unknown origin: a repository may come with one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from cicdpack.disk.commit import commit
from cicdpack.disk.journal import BrokenJournalError
from cicdpack.disk.paths import UnreadableFileError
from cicdpack.disk.recovery import Recovered, recover
from cicdpack.planning.changes import Create, Plan, Present

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "0123456789ab"
SHA = hashlib.sha256(b"x").hexdigest()
OTHER = hashlib.sha256(b"y").hexdigest()


def leave(root: Path, phase: str, record: object) -> Path:
    """Put a journal where a commit would have left it."""
    (root / ".cicdpack").mkdir(exist_ok=True)
    path = root / f".cicdpack/journal.{phase}"
    path.write_bytes(record if isinstance(record, bytes) else json.dumps(record).encode())
    return path


def record(*steps: tuple[str, str | None, str | None], folders: tuple[str, ...] = ()) -> dict[str, object]:
    return {"format": 1, "token": TOKEN, "folders": folders, "steps": steps}


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (b"", "it is not what this version writes"),
        (b"{", "it is not what this version writes"),
        (b"\xff", "it is not what this version writes"),
        (b"[" * 100_000, "it is not what this version writes"),
        ([], "it is not of format 1"),
        ({"format": 2}, "it is not of format 1"),
        ({"format": 1}, "it is not what this version writes"),
        (record() | {"token": "../../x"}, "its token is not one of ours"),
        (record() | {"token": 1}, "its token is not one of ours"),
        (record() | {"steps": [["a", SHA]]}, "it is not what this version writes"),
        (record() | {"steps": 1}, "it is not what this version writes"),
        (record() | {"steps": [[1, SHA, SHA]]}, "it is not what this version writes"),
        (record() | {"folders": [1]}, "its folders are not texts"),
        (record(("../a", SHA, None)), "path `../a` has a component `..`"),
        (record((".git/config", None, SHA)), "path `.git/config` leads into the data of a git repository"),
        (record(folders=("/tmp",)), "path `/tmp` is absolute"),
        (record(("a", "x", None)), "a digest in it is not one"),
        (record(("a", None, None)), "one of its steps does nothing"),
    ],
)
def test_a_journal_that_is_not_ours(tmp_path: Path, found: object, reason: str) -> None:
    """It is refused with its reason and a way out; nothing is repaired and nothing written until it has gone."""
    path = leave(tmp_path, "replace", found)
    plan = Plan(changes=(Create(path="b", after=Present(data=b"")),))

    for run in (recover, lambda root: commit(root, plan)):
        with pytest.raises(BrokenJournalError) as caught:
            run(tmp_path)
        assert caught.value.message.startswith(f"journal `.cicdpack/journal.replace` cannot be read: {reason}")
        assert caught.value.hint is not None
        assert "`.cicdpack/journal.replace`" in caught.value.hint
    path.unlink()
    commit(tmp_path, plan)

    assert recover(tmp_path) is None


def test_a_journal_that_is_a_link_or_a_folder(tmp_path: Path) -> None:
    """Only a file of its own is a journal."""
    (tmp_path / "elsewhere").write_bytes(json.dumps(record()).encode())
    (tmp_path / ".cicdpack/journal.stage").mkdir(parents=True)
    with pytest.raises(BrokenJournalError, match="it is a folder"):
        recover(tmp_path)
    (tmp_path / ".cicdpack/journal.stage").rmdir()
    (tmp_path / ".cicdpack/journal.stage").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BrokenJournalError, match="it is a symbolic link"):
        recover(tmp_path)


@pytest.mark.parametrize("phase", ["stage", "replace", "finish"])
@pytest.mark.parametrize("step", [("a", None, OTHER), ("a", OTHER, None), ("a", OTHER, OTHER), ("b/a", None, OTHER)])
def test_a_planted_journal_harms_nothing(tmp_path: Path, phase: str, step: tuple[str, str | None, str | None]) -> None:
    """Files whose content the journal does not know stay, whatever it says was about to happen to them."""
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/a").write_bytes(b"x")
    leave(tmp_path, phase, record(step, folders=("b", "c")))

    done = recover(tmp_path)

    assert done is not None
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "a", "b"]
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b/a").read_bytes() == b"x"


def test_a_planted_journal_does_not_lead_outside(tmp_path: Path) -> None:
    """A link on the way of a step is not followed, even if everything behind it fits."""
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    for name in ("a", f".cicdpack-{TOKEN}-0.old", f".cicdpack-{TOKEN}-0.new"):
        (outside / name).write_bytes(b"x")
    (root / "linked").symlink_to(outside)
    leave(root, "replace", record(("linked/a", SHA, SHA), folders=("linked",)))

    done = recover(root)

    assert done == Recovered(outcome="undone", paths=("linked/a",), edited=("linked/a",))
    assert len(list(outside.iterdir())) == 3
    assert (root / "linked").is_symlink()


def test_an_edit_of_the_last_instant_is_kept_beside_a_newer_one(tmp_path: Path) -> None:
    """An old file with content that nobody knew is never removed: it goes back, or stays under its odd name."""
    old = tmp_path / f".cicdpack-{TOKEN}-0.old"
    old.write_bytes(b"saved in the last instant")
    leave(tmp_path, "replace", record(("a", SHA, OTHER)))
    (tmp_path / "a").write_bytes(b"saved after the crash")

    done = recover(tmp_path)

    assert done == Recovered(outcome="undone", paths=("a",), edited=("a",))
    assert old.read_bytes() == b"saved in the last instant"
    old.write_bytes(b"saved in the last instant")
    leave(tmp_path, "replace", record(("a", SHA, OTHER)))
    (tmp_path / "a").write_bytes(b"y")
    assert recover(tmp_path) == Recovered(outcome="undone", paths=("a",))
    assert (tmp_path / "a").read_bytes() == b"saved in the last instant"
    assert not old.exists()


def test_a_journal_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be looked into is an error, not an empty folder."""
    leave(tmp_path, "stage", record())

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", ".cicdpack")

    monkeypatch.setattr("cicdpack.disk.folder.Folder.descend", refuse)

    with pytest.raises(UnreadableFileError, match=r"`\.cicdpack` cannot be opened: permission denied"):
        recover(tmp_path)


def test_a_draft_is_swept_away(tmp_path: Path) -> None:
    """A journal that was never complete means that nothing had begun; the folder made for it goes as well."""
    leave(tmp_path, "new", b'{"format": 1, "tok')

    assert recover(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    leave(tmp_path, "new", b"{")
    (tmp_path / ".cicdpack/receipts").mkdir()
    assert recover(tmp_path) is None
    assert [path.name for path in tmp_path.rglob("*")] == [".cicdpack", "receipts"]
