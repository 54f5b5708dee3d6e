"""Changed files -> one commit and one branch, by git's objects alone: no index and no working tree is touched."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.disk.git_call import GitFailedError
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cicdpack.disk.git_call import Git
    from cicdpack.planning.changes import Present

ABSENT_MODE = "000000"
"""What `git diff-tree` says of a file that is not there."""


class DirtyTreeError(CicdpackError):
    """Edits that no commit holds; `paths` are some of them."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        named = ", ".join(f"`{path}`" for path in paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        super().__init__(
            f"the working tree has changes that are not committed: {named}",
            hint="commit them, or put them aside with `git stash --include-untracked`; nothing was changed",
        )
        self.paths = paths


class DetachedHeadError(CicdpackError):
    """HEAD is on no branch, so nobody says where a request should go."""

    def __init__(self) -> None:
        super().__init__("HEAD is detached: no branch says where the changes should go", hint="pass `--base BRANCH`")


class NoIdentityError(CicdpackError):
    """Git does not know who commits."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"git does not know who commits: {reason}",
            hint=(
                "`git config user.name NAME` and `git config user.email MAIL`, or in a job the variables"
                " GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL"
            ),
        )


class BranchInUseError(CicdpackError):
    """A branch that would have to move is checked out."""

    def __init__(self, branch: str, folder: str) -> None:
        super().__init__(
            f"the branch `{branch}` is checked out in `{folder}`",
            hint="`git switch` to another branch there, then run it again",
        )
        self.branch = branch


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A file as a commit is to hold it: mode `100644` or `100755` and the name of its blob; ABSENT_MODE: not at all."""

    path: str
    mode: str
    blob: str


def current_branch(git: Git) -> str | None:
    """Return the branch that HEAD is on, None for a detached HEAD."""
    done = git.run("symbolic-ref", "--quiet", "--short", "HEAD")
    return done.text if done.code == 0 else None


def check_clean(git: Git, *, untracked: bool) -> None:
    """Raise `DirtyTreeError` for staged and unstaged edits, and for untracked files if those are asked for."""
    mode = "normal" if untracked else "no"
    done = git.run("status", "--porcelain", "-z", "--no-renames", f"--untracked-files={mode}")
    if done.code != 0:
        raise GitFailedError("look at the working tree", done.reason)
    paths = tuple(os.fsdecode(record[3:]) for record in done.out.split(b"\0") if record)
    if paths:
        raise DirtyTreeError(paths)


def check_identity(git: Git) -> None:
    """Raise `NoIdentityError` unless author and committer are set by somebody: git's guesses do not count."""
    for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        done = git.run("var", name)
        if done.code != 0:
            raise NoIdentityError(done.reason)


def commit_of(git: Git, name: str) -> str | None:
    """Return the commit that a full ref name or an object name leads to, None if it is not here."""
    done = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return done.text if done.code == 0 else None


def is_branch_name(git: Git, branch: str) -> bool:
    """Whether git accepts a name for a branch (git-check-ref-format(1))."""
    return not branch.startswith("-") and git.run("check-ref-format", f"refs/heads/{branch}").code == 0


def put_files(git: Git, files: Mapping[str, Present | None]) -> tuple[FileChange, ...]:
    """Write contents into the repository's objects, byte for byte, and return what a commit needs; None: no file."""
    changes = []
    for path, state in sorted(files.items()):
        if state is None:
            changes.append(FileChange(path=path, mode=ABSENT_MODE, blob=""))
            continue
        blob = git.want(f"store `{path}`", "hash-object", "-w", "--stdin", stdin=state.data)
        changes.append(FileChange(path=path, mode="100755" if state.executable else "100644", blob=blob))
    return tuple(changes)


def make_commit(git: Git, parent: str, changes: Iterable[FileChange], message: str) -> str:
    """Make a commit of its parent's tree with the changes, and return its name; no branch moves.

    Author's and committer's dates are the same: by that `foreign_commits` knows our commits from edited ones. Signed if
    `commit.gpgSign` says so. Raises `GitFailedError`.
    """
    with tempfile.TemporaryDirectory(prefix="cicdpack-") as folder:
        extra = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.want("read the base", "read-tree", parent, extra=extra)
        lines = "".join(
            f"{change.mode if change.mode != ABSENT_MODE else '0'} {change.blob or '0' * len(parent)}\t{change.path}\0"
            for change in changes
        )
        git.want("write the tree", "update-index", "-z", "--index-info", stdin=os.fsencode(lines), extra=extra)
        tree = git.want("write the tree", "write-tree", extra=extra)
    signs = git.run("config", "--type=bool", "commit.gpgSign").text == "true"
    date = _now()
    return git.want(
        "commit",
        "commit-tree",
        *(("-S",) if signs else ()),
        *("-p", parent, "-F", "-", tree),
        stdin=message.encode(),
        extra={"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date},
    )


def _now() -> str:
    import time

    return f"@{int(time.time())} +0000"


def message_of(git: Git, commit: str) -> str:
    """Return the message of a commit."""
    return git.want("read a commit", "show", "--no-patch", "--format=%B", commit)


def changes_of(git: Git, commit: str) -> tuple[FileChange, ...]:
    """Return what a commit changes of its first parent, by path."""
    done = git.run("diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", f"{commit}^", commit)
    if done.code != 0:
        return ()
    fields = done.out.split(b"\0")[:-1]
    changes = []
    for head, path in zip(fields[::2], fields[1::2], strict=True):
        _, mode, _, blob, _ = head.decode("ascii").split(" ")
        gone = mode == ABSENT_MODE
        changes.append(FileChange(path=os.fsdecode(path), mode=mode, blob="" if gone else blob))
    return tuple(sorted(changes, key=lambda change: change.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCommit:
    """A commit that is not ours: short name and subject."""

    short: str
    subject: str


def foreign_commits(git: Git, base: str, tip: str, trailer: str) -> tuple[ForeignCommit, ...]:
    """Return the commits that a branch has over its base and that `make_commit` did not make, newest first.

    Ours have the trailer, one parent, and author's and committer's dates that are the same, which they no longer are
    after an amend.
    """
    form = f"%h%x1f%P%x1f%at%x1f%ct%x1f%(trailers:key={trailer},valueonly,separator=%x20)%x1f%s"
    done = git.run("log", "-z", f"--format={form}", f"{base}..{tip}")
    if done.code != 0:
        raise GitFailedError("list the commits of the branch", done.reason)
    found = []
    for record in done.out.decode("utf-8", "replace").split("\0"):
        if not record:
            continue
        short, parents, written, committed, trailers, subject = record.split("\x1f", 5)
        if not trailers.strip() or " " in parents or written != committed:
            found.append(ForeignCommit(short=short, subject=subject.strip()))
    return tuple(found)


def is_ancestor(git: Git, commit: str, of: str) -> bool:
    """Whether a commit is another one, or one before it."""
    return git.run("merge-base", "--is-ancestor", commit, of).code == 0


def is_equal(git: Git, base: str, tip: str, changes: tuple[FileChange, ...], message: str) -> bool:
    """Whether a branch has just one commit over its base, and that makes these changes and says this."""
    if git.run("rev-list", "--count", f"{base}..{tip}").text != "1":
        return False
    return changes_of(git, tip) == changes and message_of(git, tip).strip() == message.strip()


def move_branch(git: Git, branch: str, to: str, *, expected: str | None) -> None:
    """Make a local branch, or move it if it still is at `expected`. Raises `BranchInUseError`, `GitFailedError`."""
    folder = checked_out_in(git, branch)
    if folder is not None:
        raise BranchInUseError(branch, folder)
    old = expected or "0" * len(to)
    git.want(f"move the branch `{branch}`", "update-ref", "-m", "cicdpack deploy", f"refs/heads/{branch}", to, old)


def checked_out_in(git: Git, branch: str) -> str | None:
    """Return the folder of the working tree that a branch is checked out in, None if there is none."""
    found = git.run("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}").text
    return found or None
