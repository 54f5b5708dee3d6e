from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cicdpack.disk.commit import WRITTEN, StaleError, UnfinishedCommitError, commit
from cicdpack.disk.lock import LockedError, locked
from cicdpack.disk.paths import BlockedPathError, UnsafePathError, UnwritableFileError
from cicdpack.disk.recovery import Recovered, recover
from cicdpack.disk.snapshot import snapshot
from cicdpack.planning.changes import Absent, Blocked, Conflict, Create, Delete, Keep, Merge, Plan, Present, Update
from tests.disk.disk_faults import FaultyOs, Killed, identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.planning.changes import Change, State

OLD = {"a.yml": b"old a\n", "deep/down/b.yml": b"old b\n", "deep/gone/c.yml": b"old c\n", "user.txt": b"mine\n"}
PLAN = Plan(
    changes=(
        Update(path="a.yml", before=Present(data=b"old a\n"), after=Present(data=b"new a\n")),
        Merge(
            path="deep/down/b.yml", before=Present(data=b"old b\n"), after=Present(data=b"old b\nnew b\n"), summary="b"
        ),
        Delete(path="deep/gone/c.yml", before=Present(data=b"old c\n")),
        Create(path="fresh/x/d.sh", after=Present(data=b"new d\n", executable=True)),
        Create(path="fresh/y.yml", after=Present(data=b"")),
        Keep(path="user.txt", current=Present(data=b"mine\n"), reason="yours"),
    )
)
NEW = {
    "a.yml": b"new a\n",
    "deep/down/b.yml": b"old b\nnew b\n",
    "fresh/x/d.sh": b"new d\n",
    "fresh/y.yml": b"",
    "user.txt": b"mine\n",
}
MODE_ONLY = Plan(
    changes=(
        Update(path="a.yml", before=Present(data=b"old a\n"), after=Present(data=b"old a\n", executable=True)),
        Delete(path="user.txt", before=Present(data=b"mine\n")),
    )
)


def make(root: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def files_of(root: Path) -> dict[str, bytes]:
    """Everything below a root that is no folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if not path.is_dir()
    }


def folders_of(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("both_ways")
def test_a_plan_is_written_whole(tmp_path: Path) -> None:
    """Creates, updates, merges and deletes all happen, emptied folders go, and no trace of the work is left."""
    root = make(tmp_path, OLD)

    commit(root, PLAN)

    assert files_of(root) == NEW
    assert folders_of(root) == {"deep", "deep/down", "fresh", "fresh/x"}
    assert recover(root) is None


def test_a_second_commit_of_kept_files_touches_nothing(tmp_path: Path) -> None:
    """A plan without writes leaves every inode and modification time as it is, and takes no lock."""
    root = make(tmp_path, NEW)
    before = {path: (root / path).stat() for path in NEW}
    keeps: tuple[Change, ...] = tuple(Keep(path=path, current=Present(data=data)) for path, data in NEW.items())
    same = Present(data=b"new a\n")

    with locked(root):
        commit(root, Plan(changes=keeps))
        commit(root, Plan(changes=(Update(path="a.yml", before=same, after=same),)))

    assert {path: (root / path).stat() for path in NEW} == before
    assert files_of(root) == NEW


def test_an_untouched_neighbour_keeps_its_inode(tmp_path: Path) -> None:
    """Only what the plan changes is replaced."""
    root = make(tmp_path, OLD)
    before = identity(root / "user.txt")

    commit(root, PLAN)

    assert identity(root / "user.txt") == before


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(
    ("mask", "plain", "script"),
    [(0o022, 0o644, 0o755), (0o002, 0o644, 0o755), (0o077, 0o600, 0o700), (0, 0o644, 0o755)],
)
def test_new_files_obey_the_umask(tmp_path: Path, mask: int, plain: int, script: int) -> None:
    """A new file has 0644 or 0755 less the umask, a new folder 0777 less the umask."""
    os.umask(mask)

    commit(
        tmp_path,
        Plan(
            changes=(
                Create(path="f/plain", after=Present(data=b"x")),
                Create(path="f/script", after=Present(data=b"x", executable=True)),
            )
        ),
    )

    assert (tmp_path / "f/plain").stat().st_mode & 0o7777 == plain
    assert (tmp_path / "f/script").stat().st_mode & 0o7777 == script
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o777 & ~mask


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(
    ("mode", "executable", "after"),
    [
        (0o644, False, 0o644),
        (0o664, False, 0o664),
        (0o600, False, 0o600),
        (0o640, True, 0o750),
        (0o644, True, 0o755),
        (0o600, True, 0o700),
        (0o755, False, 0o644),
        (0o775, True, 0o775),
        (0o711, True, 0o711),
        (0o444, False, 0o444),
    ],
)
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_an_existing_file_keeps_its_permission_bits(
    tmp_path: Path, mask: int, mode: int, executable: bool, after: int
) -> None:
    """Whatever the umask, only x changes, and only where it has to."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    os.umask(mask)
    before = snapshot(tmp_path, ["file"])["file"]
    assert isinstance(before, Present)

    commit(
        tmp_path,
        Plan(changes=(Update(path="file", before=before, after=Present(data=b"new", executable=executable)),)),
    )

    assert path.stat().st_mode & 0o7777 == after
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_stays_theirs(tmp_path: Path) -> None:
    """Root, as in a container, does not take over the files that it updates."""
    make(tmp_path, OLD)
    os.chown(tmp_path / "a.yml", 1234, 2345)

    commit(tmp_path, PLAN)

    assert ((tmp_path / "a.yml").stat().st_uid, (tmp_path / "a.yml").stat().st_gid) == (1234, 2345)


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize(
    ("path", "now"),
    [
        ("a.yml", b"edited\n"),
        ("a.yml", None),
        ("deep/down/b.yml", b"edited\n"),
        ("deep/gone/c.yml", b"edited\n"),
        ("deep/gone/c.yml", None),
        ("fresh/y.yml", b""),
        ("user.txt", b"edited\n"),
    ],
)
def test_a_file_that_changed_since_the_plan_refuses_all(tmp_path: Path, path: str, now: bytes | None) -> None:
    """One file that is not what the plan saw, kept ones included, and nothing is written; the error names it."""
    root = make(tmp_path, OLD)
    if now is None:
        (root / path).unlink()
    else:
        make(root, {path: now})
    before = files_of(root)

    with pytest.raises(StaleError, match=re.escape(f"`{path}` changed since the plan was made")) as caught:
        commit(root, PLAN)

    assert caught.value.path == path
    assert caught.value.found == (Absent() if now is None else Present(data=now))
    assert files_of(root) == before
    assert not (root / ".cicdpack").exists()


def test_an_executable_bit_that_changed_is_a_change(tmp_path: Path) -> None:
    """The owner's x bit is part of the state that a plan was made from."""
    root = make(tmp_path, OLD)
    (root / "a.yml").chmod(0o755)

    with pytest.raises(StaleError, match=r"`a\.yml`"):
        commit(root, PLAN)


@pytest.mark.usefixtures("both_ways")
def test_a_link_on_the_way_is_refused(tmp_path: Path) -> None:
    """A folder that is a link is not written through, wherever it leads."""
    outside = tmp_path / "outside"
    outside.mkdir()
    root = make(tmp_path / "root", {"a": b""})
    (root / "linked").symlink_to(outside)
    plan = Plan(changes=(Create(path="linked/x/y", after=Present(data=b"x")),))

    with pytest.raises(StaleError, match="it is a symbolic link now"):
        commit(root, plan)

    assert snapshot(root, ["linked/x/y"]) == {"linked/x/y": Blocked(what="a symbolic link", where="linked")}
    assert files_of(outside) == {}


@pytest.mark.usefixtures("both_ways")
def test_a_journal_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """`.cicdpack` itself must be a folder of its own."""
    outside = tmp_path / "outside"
    outside.mkdir()
    root = make(tmp_path / "root", OLD)
    (root / ".cicdpack").symlink_to(outside)

    assert recover(root) is None
    with pytest.raises(BlockedPathError, match=r"`\.cicdpack` is a symbolic link, not a folder"):
        commit(root, PLAN)

    assert files_of(outside) == {}


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a//x", "a/./x", ".git/hooks/x", "a/.GIT/x", "a/git~1/x", ".git. ", "", "a\0b"]
)
def test_a_path_that_is_not_plainly_below_the_root_is_refused(tmp_path: Path, path: str) -> None:
    """Such a path is an error before anything is written."""
    plan = Plan(changes=(Create(path=path, after=Present(data=b"x")),))

    with pytest.raises(UnsafePathError, match="path `"):
        commit(tmp_path, plan)

    assert files_of(tmp_path) == {}


def test_a_plan_with_a_conflict_is_a_bug(tmp_path: Path) -> None:
    """Nobody may get this far with a conflict, nor with a path twice."""
    create = Create(path="a", after=Present(data=b"x"))

    with pytest.raises(ValueError, match="1 conflicts"):
        commit(tmp_path, Plan(changes=(create, Conflict(path="b", reason="no", current=Absent()))))
    with pytest.raises(ValueError, match="twice"):
        commit(tmp_path, Plan(changes=(create, create)))

    assert files_of(tmp_path) == {}


def test_a_file_that_another_one_needs_as_a_folder(tmp_path: Path) -> None:
    """Creating `a` and `a/b` cannot work, and leaves nothing."""
    plan = Plan(changes=(Create(path="a", after=Present(data=b"x")), Create(path="a/b", after=Present(data=b"y"))))

    with pytest.raises(StaleError, match="it is a folder now"):
        commit(tmp_path, plan)

    assert list(tmp_path.iterdir()) == []


def test_what_else_is_in_the_journal_folder_stays(tmp_path: Path) -> None:
    """Receipts live beside the journal: theirs is the folder too."""
    root = make(tmp_path, {".cicdpack/receipts/x.json": b"{}"})

    commit(root, Plan(changes=(Create(path=".cicdpack/receipts/y.json", after=Present(data=b"{}")),)))

    assert files_of(root) == {".cicdpack/receipts/x.json": b"{}", ".cicdpack/receipts/y.json": b"{}"}


def test_two_commits_do_not_interleave(tmp_path: Path) -> None:
    """While somebody holds the lock, a commit is refused and says who it is."""
    root = make(tmp_path, OLD)

    with locked(root), pytest.raises(LockedError, match=f"is being written by process {os.getpid()} on "):
        commit(root, PLAN)

    assert files_of(root) == OLD


def steps_of(root: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many steps a commit takes that change the disk."""
    with monkeypatch.context() as patch:
        counter = FaultyOs(-1, error=OSError()).install(patch)
        commit(root, plan)
    return counter.steps


def failure_of(root: Path, reason: str) -> str | None:
    """Commit, and return the hint of the error; None if there was none, as when only a hard link was forbidden."""
    try:
        commit(root, PLAN)
    except UnwritableFileError as error:
        return error.hint if error.reason == reason.lower() else f"another error: {error}"
    return None


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EACCES])
def test_an_error_at_any_step_restores_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """A full disk, a read-only folder, a broken sector: at no step is anything left but the old state or the new."""
    count = steps_of(make(tmp_path / "whole", OLD), PLAN, monkeypatch)
    outcomes = set()

    for step in range(count):
        root = make(tmp_path / f"step-{step}", OLD)
        with monkeypatch.context() as patch:
            FaultyOs(step, error=OSError(number, os.strerror(number))).install(patch)
            hint = failure_of(root, os.strerror(number))
        if hint == WRITTEN:
            assert recover(root) in (None, Recovered(outcome="finished", paths=tuple(c.path for c in PLAN.writes)))
        found = files_of(root)
        assert found == (NEW if hint == WRITTEN or (hint is None and number == errno.EACCES) else OLD), step
        assert found == NEW or folders_of(root) == {"deep", "deep/down", "deep/gone"}
        assert recover(root) is None
        outcomes.add(found == NEW)

    assert count > 40
    assert outcomes == {True, False}


@pytest.mark.parametrize(
    ("call", "path"), [("mkdir", "fresh"), ("write", "a.yml"), ("replace", "a.yml"), ("unlink", "fresh/x/d.sh")]
)
def test_an_error_names_the_file_of_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, path: str
) -> None:
    """Not the temporary file beside it, which is gone by the time anybody looks."""
    with monkeypatch.context() as patch:
        counter = FaultyOs(-1, error=OSError()).install(patch)
        commit(make(tmp_path / "whole", OLD), PLAN)
    steps = [step for step, name in enumerate(counter.calls) if name == call]
    # The journal's own folder, draft, draft's rename and last draft come first.
    step = steps[{"mkdir": 1, "write": 1, "replace": 2, "unlink": 1}[call]]

    with monkeypatch.context() as patch:
        FaultyOs(step, error=OSError(errno.EIO, "Input/output error", ".cicdpack-x-1.new")).install(patch)
        with pytest.raises(UnwritableFileError) as caught:
            commit(make(tmp_path / "root", OLD), PLAN)

    assert caught.value.message == f"`{path}` cannot be written: input/output error"
    assert caught.value.hint == "nothing was changed"


def check_repaired(
    root: Path, done: Recovered | None, plan: Plan, old: dict[str, bytes], new: dict[str, bytes]
) -> bool:
    """Check that a recovered tree is wholly old or wholly new, without a trace; return whether it is new."""
    found = files_of(root)
    assert found in (old, new)
    assert not (root / ".cicdpack").exists()
    assert recover(root) is None
    if done is not None:
        assert done.paths == tuple(change.path for change in plan.writes)
        assert done.edited == ()
        assert done.outcome == ("finished" if found == new else "undone")
    return found == new


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("links", [True, False], ids=["hard-links", "no-hard-links"])
def test_a_kill_at_any_step_is_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """Dead at any step that changes the disk: each file is wholly old or new at once, and all are after `recover`."""
    if not links:
        monkeypatch.setattr("cicdpack.disk.folder.Folder.link", lambda *_: False)
    count = steps_of(make(tmp_path / "whole", OLD), PLAN, monkeypatch)
    outcomes = set()

    for step in range(count):
        root = make(tmp_path / f"step-{step}", OLD)
        with monkeypatch.context() as patch:
            FaultyOs(step).install(patch)
            with pytest.raises(Killed):
                commit(root, PLAN)
        for path in OLD | NEW:
            found = (root / path).read_bytes() if (root / path).exists() else None
            assert found in (OLD.get(path), NEW.get(path)), (step, path)
        outcomes.add(check_repaired(root, recover(root), PLAN, OLD, NEW))

    assert outcomes == {True, False}


def test_a_kill_at_any_step_of_a_repair_is_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repair that dies at any of its own steps is taken up by the next one, from wherever the commit died."""
    count = steps_of(make(tmp_path / "whole", OLD), PLAN, monkeypatch)
    repairs = 0

    for step in range(0, count, 3):
        for repair_step in range(60):
            root = make(tmp_path / f"{step}-{repair_step}", OLD)
            with monkeypatch.context() as patch:
                FaultyOs(step).install(patch)
                with pytest.raises(Killed):
                    commit(root, PLAN)
            with monkeypatch.context() as patch:
                killer = FaultyOs(repair_step).install(patch)
                try:
                    recover(root)
                except Killed:
                    repairs += 1
            done = recover(root)
            check_repaired(root, done, PLAN, OLD, NEW)
            if killer.steps <= repair_step:
                break

    assert repairs > 150


def test_a_kill_while_only_modes_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old and new content are the same here, and still the x bit and the deletion go together."""
    count = steps_of(make(tmp_path / "whole", OLD), MODE_ONLY, monkeypatch)

    for step in range(count):
        root = make(tmp_path / f"step-{step}", OLD)
        with monkeypatch.context() as patch:
            FaultyOs(step).install(patch)
            with pytest.raises(Killed):
                commit(root, MODE_ONLY)
        recover(root)
        assert bool((root / "a.yml").stat().st_mode & 0o100) == (not (root / "user.txt").exists()), step

    assert count > 15


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("path", ["a.yml", "deep/down/b.yml", "deep/gone/c.yml", "fresh/x/d.sh", "user.txt"])
def test_an_edit_after_a_kill_survives_the_repair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """What someone saved between the kill and the next run is still there afterwards, whatever step it was."""
    count = steps_of(make(tmp_path / "whole", OLD), PLAN, monkeypatch)
    named = 0

    for step in range(count):
        root = make(tmp_path / f"step-{step}", OLD)
        with monkeypatch.context() as patch:
            FaultyOs(step).install(patch)
            with pytest.raises(Killed):
                commit(root, PLAN)
        make(root, {path: b"my edit\n"})
        done = recover(root)
        found = files_of(root)
        assert found.pop(path) == b"my edit\n"
        assert found in tuple({key: data for key, data in files.items() if key != path} for files in (OLD, NEW))
        named += done is not None and path in done.edited
        assert not (root / ".cicdpack").exists()

    assert named > 0 or path == "user.txt"


@pytest.mark.parametrize(
    ("call", "path"), [("link", "a.yml"), ("link", "deep/down/b.yml"), ("replace", "deep/gone/c.yml")]
)
def test_an_edit_during_the_commit_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, call: str
) -> None:
    """A file saved just before it would be replaced stops the commit, and the save is still there."""
    root = make(tmp_path, OLD)
    name = path.rpartition("/")[2]

    class Editor(FaultyOs):
        def __getattr__(self, attribute: str) -> object:
            real = getattr(os, attribute)
            if attribute != call:
                return real

            def save_first(source: str, target: str, **options: int) -> None:
                if source == name:
                    make(root, {f"{path}.tmp": b"saved\n"})
                    (root / f"{path}.tmp").rename(root / path)
                real(source, target, **options)

            return save_first

    with monkeypatch.context() as patch:
        Editor(-1).install(patch)
        with pytest.raises(StaleError, match=re.escape(path)):
            commit(root, PLAN)

    assert files_of(root) == OLD | {path: b"saved\n"}
    assert not (root / ".cicdpack").exists()


def test_a_file_that_appears_during_the_commit_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new file takes its name only if nobody else has."""
    root = make(tmp_path, OLD)

    class Colleague(FaultyOs):
        def __getattr__(self, attribute: str) -> object:
            real = getattr(os, attribute)
            if attribute != "link":
                return real

            def create_first(source: str, target: str, **options: int) -> None:
                if target == "y.yml":
                    make(root, {"fresh/y.yml": b"theirs\n"})
                real(source, target, **options)

            return create_first

    with monkeypatch.context() as patch:
        Colleague(-1).install(patch)
        with pytest.raises(StaleError, match=r"`fresh/y\.yml`"):
            commit(root, PLAN)

    assert files_of(root) == OLD | {"fresh/y.yml": b"theirs\n"}


def test_a_commit_after_a_kill_wants_the_repair_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal is never written over."""
    root = make(tmp_path, OLD)
    with monkeypatch.context() as patch:
        FaultyOs(20).install(patch)
        with pytest.raises(Killed):
            commit(root, PLAN)

    with pytest.raises(UnfinishedCommitError, match="an earlier run was cut off"):
        commit(root, PLAN)
    recover(root)
    commit(root, PLAN)

    assert files_of(root) == NEW


def test_an_interrupt_restores_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle leaves the old state, and is still an interrupt."""
    root = make(tmp_path, OLD)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cicdpack.disk.commit._sync_folders", interrupt)
        with pytest.raises(KeyboardInterrupt):
            commit(root, PLAN)

    assert files_of(root) == OLD
    assert folders_of(root) == {"deep", "deep/down", "deep/gone"}


def test_a_file_restored_after_an_error_is_the_very_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Going back renames the old file: inode, times and permissions are what they were."""
    root = make(tmp_path, OLD)
    before = (root / "a.yml").stat()

    with monkeypatch.context() as patch:
        patch.setattr("cicdpack.disk.commit._sync_folders", lambda *_: (_ for _ in ()).throw(OSError(5, "broken")))
        with pytest.raises(UnwritableFileError, match="broken"):
            commit(root, PLAN)

    after = (root / "a.yml").stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_mode) == (before.st_ino, before.st_mtime_ns, before.st_mode)


def test_many_files_in_many_folders(tmp_path: Path) -> None:
    """More folders and files than are held open at once."""
    data = {f"p{number:03}/a/{name}.yml": name.encode() for number in range(150) for name in "xyz"}
    plan = Plan(changes=tuple(Create(path=path, after=Present(data=text)) for path, text in data.items()))

    commit(tmp_path, plan)

    assert files_of(tmp_path) == data
    assert len(os.listdir("/proc/self/fd") if Path("/proc/self/fd").exists() else "") < 60


def test_each_file_and_folder_is_synced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a commit costs beside the writing itself: one sync a file, one a folder, and eight for the journal."""
    paths = [f"{folder}/{number:03}" for folder in "abc" for number in range(100)]
    plan = Plan(changes=tuple(Create(path=path, after=Present(data=b"x")) for path in paths))

    with monkeypatch.context() as patch:
        counter = FaultyOs(-1, error=OSError()).install(patch)
        commit(tmp_path, plan)

    assert counter.calls.count("fsync") <= 300 + 4 + 8


@pytest.mark.parametrize("is_known", [True, False])
def test_a_system_that_takes_no_hint_is_synced_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_known: bool
) -> None:
    """Asking for writes to begin promises nothing: where it is refused or unknown, each file is synced as ever."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EINVAL, "refused")

    plan = Plan(changes=tuple(Create(path=f"{number}", after=Present(data=b"x")) for number in range(70)))

    with monkeypatch.context() as patch:
        counter = FaultyOs(-1, error=OSError()).install(patch)
        if is_known:
            patch.setattr(os, "posix_fadvise", refuse, raising=False)
            patch.setattr(os, "POSIX_FADV_DONTNEED", 4, raising=False)
        else:
            patch.delattr(os, "posix_fadvise", raising=False)
        commit(tmp_path, plan)

    assert files_of(tmp_path) == {f"{number}": b"x" for number in range(70)}
    assert counter.calls.count("fsync") >= 70


def test_the_states_that_a_snapshot_tells_apart(tmp_path: Path) -> None:
    """What was committed reads back as it was wanted."""
    commit(make(tmp_path, OLD), PLAN)

    seen: dict[str, State] = snapshot(tmp_path, ["fresh/x/d.sh", "a.yml", "deep/gone/c.yml"])

    assert seen == {
        "fresh/x/d.sh": Present(data=b"new d\n", executable=True),
        "a.yml": Present(data=b"new a\n"),
        "deep/gone/c.yml": Absent(),
    }
