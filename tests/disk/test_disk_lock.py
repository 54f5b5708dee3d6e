from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cicdpack.disk.commit import commit
from cicdpack.disk.lock import LockedError, git_folder, locked
from cicdpack.disk.paths import UnreadableFileError
from cicdpack.disk.recovery import recover
from cicdpack.planning.changes import Create, Plan, Present

if TYPE_CHECKING:
    from tests.disk.conftest import Repository

HOLDER = """
import sys
from pathlib import Path
from cicdpack.disk.lock import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def private_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the locks of these tests, and of the processes that they start, to themselves."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "root").mkdir()


def hold(root: Path) -> subprocess.Popen[str]:
    """Start a process that holds the lock of a root until its input ends."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(root)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_process_is_told_who_is_first(tmp_path: Path) -> None:
    """A lock held elsewhere is an error at once that names the process; when it dies, the lock is free."""
    root = tmp_path / "root"

    with hold(root) as process:
        with pytest.raises(LockedError, match=rf"`{root}` is being written by process {process.pid} on ") as caught:
            commit(root, Plan(changes=(Create(path="a", after=Present(data=b"")),)))
        process.kill()
    with locked(root):
        pass

    assert caught.value.exit_code == 1
    assert caught.value.hint == "wait until it is done, then run the command again"
    assert os.listdir(root) == []


def test_a_running_commit_is_not_repaired(tmp_path: Path) -> None:
    """A journal whose writer is alive is left to it."""
    root = tmp_path / "root"
    (root / ".cicdpack").mkdir()
    (root / ".cicdpack/journal.new").write_bytes(b"")

    with hold(root) as process:
        with pytest.raises(LockedError):
            recover(root)
        process.kill()

    assert (root / ".cicdpack/journal.new").exists()
    assert recover(root) is None
    assert os.listdir(root) == []


def test_two_roots_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """The lock is the root's own, under whatever name it is reached."""
    (tmp_path / "other").mkdir()
    (tmp_path / "alias").symlink_to("root")

    root, other, alias = (tmp_path / name for name in ("root", "other", "alias"))

    with locked(root), locked(other), pytest.raises(LockedError), locked(alias):
        pass
    with locked(tmp_path / "alias"):
        pass


def test_git_never_shows_the_lock(repository: Repository, tmp_path: Path) -> None:
    """In a repository the lock is in git's own folder, in a worktree in the worktree's."""
    repository.commit("one", {"a": "1"})
    worktree = tmp_path / "worktree"
    repository.git("worktree", "add", "--quiet", str(worktree))

    with locked(repository.folder), locked(worktree):
        assert repository.git("status", "--porcelain", "--ignored") == ""
        assert repository.git("-C", str(worktree), "status", "--porcelain", "--ignored") == ""

    assert (repository.folder / ".git/cicdpack.lock").exists()
    assert (repository.folder / ".git/worktrees/worktree/cicdpack.lock").exists()
    assert git_folder(repository.folder / "missing") is None
    assert os.listdir(tmp_path / "tmp") == []


def test_a_git_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The temporary folder serves then; a `.git` file that leads nowhere is no git folder."""
    root = tmp_path / "root"
    (root / ".git/cicdpack.lock").mkdir(parents=True)

    with locked(root), pytest.raises(LockedError), locked(root):
        pass

    assert len(list((tmp_path / "tmp").glob("cicdpack-*/*.lock"))) == 1
    (tmp_path / "other").mkdir()
    for text in ("gitdir: nowhere\n", "nonsense", ""):
        (tmp_path / "other/.git").write_text(text)
        assert git_folder(tmp_path / "other") is None


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    """Whoever can write to the temporary folder cannot have other files opened, let alone emptied."""
    root, victim = tmp_path / "root", tmp_path / "victim"
    victim.write_bytes(b"precious")
    (root / ".git").mkdir()
    (root / ".git/cicdpack.lock").symlink_to(victim)

    with locked(root):
        pass

    assert victim.read_bytes() == b"precious"


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can make others' folders")
def test_a_private_folder_that_is_not_private(tmp_path: Path) -> None:
    """A folder of that name that belongs to someone else is an error, not a trap."""
    root = tmp_path / "root"
    folder = tmp_path / "tmp" / f"cicdpack-{os.getuid()}"
    folder.mkdir()
    os.chown(folder, 4321, 4321)

    with pytest.raises(UnreadableFileError, match=r"cannot be locked: .* belongs to someone else"), locked(root):
        pass


def test_a_note_full_of_control_characters(tmp_path: Path) -> None:
    """What another process wrote about itself is data: only what can be printed is shown."""
    root = tmp_path / "root"

    with locked(root):
        note = next((tmp_path / "tmp").glob("cicdpack-*/*.lock"))
        note.write_bytes(b"\x1b[2Jprocess 1\n\xff" + b"x" * 1000)
        with pytest.raises(LockedError) as caught, locked(root):
            pass
        note.write_bytes(b"")
        with pytest.raises(LockedError, match="by another process"), locked(root):
            pass

    assert caught.value.holder.startswith("[2Jprocess 1\ufffdx")
    assert len(caught.value.holder) < 200
