"""What a commit holds, read from git's objects alone: nothing of the working tree leaks in."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Literal

from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.disk.git import GitError, failure, resolve, run_git, start_git
from cicdpack.disk.tree import LARGEST_TREE, MOST_FILES, TreeTooLargeError, UnusableTreeError
from cicdpack.problems import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def read_revision(
    repo: Path, revision: str, folder: str = "", *, is_ignored: Callable[[str, bool], bool] | None = None
) -> tuple[Entry, ...]:
    """Return every file below a folder as a commit holds it, in archive order, from git's objects alone.

    `folder` is relative to the top of the repository. Bytes and modes are the commit's: no line ends, filters, umask
    or stray files of the working tree. `is_ignored` is that of `read_tree`; what it says yes to is not read. Raises
    `UnusableTreeError` naming all links and submodules, `GitError` for a folder that the commit does not hold or for
    objects that a partial clone lacks, `TreeTooLargeError`.
    """
    commit = resolve(repo, revision)
    parts = [part for part in folder.split("/") if part not in ("", ".")]
    tree = f"{commit}:{'/'.join(parts)}" if parts else f"{commit}^{{tree}}"
    done = run_git(repo, "ls-tree", "-r", "-z", "--full-tree", tree)
    if done.returncode != 0:
        if ".." in parts or b"Not a valid object name" in done.stderr or b"not a tree object" in done.stderr:
            raise GitError(str(repo), f"revision `{revision}` holds no folder `{folder}`")
        raise failure(repo, done.stderr)
    members = _members(str(repo), done.stdout, is_ignored)
    contents = _contents(repo, [member[0] for member in members])
    return sort_entries(
        Entry(path=path, data=data, executable=executable)
        for (_, path, executable), data in zip(members, contents, strict=True)
    )


def kind_at(repo: Path, revision: str, path: str) -> Literal["file", "folder"] | None:
    """Return what a commit holds at a path relative to the top of the repository; None for nothing, or for a link."""
    mode = _look(repo, revision, path)[0]
    return "folder" if mode == "040000" else "file" if mode in ("100644", "100755") else None


def read_file_at(repo: Path, revision: str, path: str) -> bytes:
    """Return a file's content as a commit holds it; raise `GitError` where it holds no file there."""
    mode, name = _look(repo, revision, path)
    if not mode.startswith("100"):
        raise GitError(str(repo), f"revision `{revision}` holds no file `{path}`")
    return _contents(repo, [name])[0]


def _look(repo: Path, revision: str, path: str) -> tuple[str, str]:
    """Return mode and object name of what a commit holds at a path; empty texts for nothing."""
    commit = resolve(repo, revision)
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts:
        return "040000", commit
    if ".." in parts or not path.isprintable():
        return "", ""
    done = run_git(repo, "ls-tree", "-z", "--full-tree", commit, "--", "/".join(parts))
    if done.returncode != 0:
        raise failure(repo, done.stderr)
    words = done.stdout.partition(b"\t")[0].decode("ascii").split(" ")
    return (words[0], words[2]) if len(words) == 3 else ("", "")


def _members(repo: str, listing: bytes, is_ignored: Callable[[str, bool], bool] | None) -> list[tuple[str, str, bool]]:
    """Return object name, path and executable bit of each file that `ls-tree -z` lists and nobody ignores."""
    members, problems = [], []
    known: dict[str, bool] = {"": False}
    for record in listing.split(b"\0")[:-1]:
        head, _, raw = record.partition(b"\t")
        mode, _, name = head.decode("ascii").split(" ")
        path = raw.decode("utf-8", "backslashreplace")
        if is_ignored is not None and (
            _is_below_ignored(path, is_ignored, known) or is_ignored(path, mode == "160000")
        ):
            continue
        if mode in ("120000", "160000"):
            rule, what = ("link", "a symbolic link") if mode == "120000" else ("submodule", "a submodule")
            problems.append(Problem(rule=rule, message=f"is {what}", location=Location(path=path)))
        elif path.encode() != raw:
            message = "the name is not valid UTF-8"
            problems.append(Problem(rule="undecodable-name", message=message, location=Location(path=path)))
        else:
            members.append((name, path, mode == "100755"))
    if problems:
        raise UnusableTreeError(repo, tuple(problems))
    if len(members) > MOST_FILES:
        raise TreeTooLargeError(repo, f"{MOST_FILES:,} files")
    return members


def _is_below_ignored(path: str, is_ignored: Callable[[str, bool], bool], known: dict[str, bool]) -> bool:
    """Tell whether a folder above a path is ignored; `known` holds the answers so far, and that for the top."""
    folder = path.rpartition("/")[0]
    if folder not in known:
        known[folder] = _is_below_ignored(folder, is_ignored, known) or is_ignored(folder, True)
    return known[folder]


def _contents(repo: Path, names: list[str]) -> list[bytes]:
    """Return the contents of blobs, all from one `cat-file --batch`, whose questions come from a temporary file.

    A pipe for the questions could fill up while git waits for us to take its answers.
    """
    import tempfile

    with tempfile.TemporaryFile() as questions:
        questions.write("".join(f"{name}\n" for name in names).encode("ascii"))
        questions.seek(0)
        process = start_git(repo, ("cat-file", "--batch"), questions)
        try:
            answers = process.stdout
            return _blobs(repo, names, answers) if answers is not None else []
        finally:
            process.kill()
            process.communicate()


def _blobs(repo: Path, names: list[str], answers: IO[bytes]) -> list[bytes]:
    """Read `NAME blob SIZE`, the content and a line feed, for each name (git-cat-file(1))."""
    rest = LARGEST_TREE
    blobs = []
    for name in names:
        words = answers.readline().split()
        if len(words) != 3 or words[1] != b"blob":
            hint = "this clone was made without all objects: `git fetch --refetch --no-filter` brings them"
            raise GitError(str(repo), f"object `{name}` is missing", hint=hint)
        size = int(words[2])
        rest -= size
        if rest < 0:
            raise TreeTooLargeError(str(repo), f"{LARGEST_TREE // 1024**2} MiB")
        data = answers.read(size + 1)[:-1]
        if len(data) != size:
            raise GitError(str(repo), f"object `{name}` ends early", hint="`git fsck` tells more")
        blobs.append(data)
    return blobs
