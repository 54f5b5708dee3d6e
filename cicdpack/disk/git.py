"""Facts from git, asked of the real `git`: what a revision holds, what changed since, what is tracked.

Every call runs without a shell, with all `GIT_*` variables taken away, without locks, prompts, pagers, replacement
objects, hooks of a file system monitor, and without the network: a partial clone must not fetch behind one's back.
Nothing here changes a repository.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from cicdpack._values import dataclass
from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.disk.tree import LARGEST_TREE, MOST_FILES, TreeTooLargeError, UnusableTreeError
from cicdpack.errors import CicdpackError
from cicdpack.problems import Location, Problem

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator, Mapping

MOST_COMMITS = 1_000
"""Commits that are listed at most: more are of no use to a reader."""

_OPTIONS = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "log.showSignature=false",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
)
_FORMAT = "--format=%H%x1f%h%x1f%cI%x1f%s"
_VARIABLES = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # since git 2.44; the next line does the same for older ones
    "GIT_ALLOW_PROTOCOL": "none",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}


class GitError(CicdpackError):
    """Git is not there, or could not answer; `reason` is its own first line, or ours."""

    def __init__(self, place: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"git has no answer for `{place}`: {reason}", hint=hint)
        self.place = place
        self.reason = reason


class UnknownRevisionError(CicdpackError):
    """A revision that names no commit in this repository."""

    def __init__(self, revision: str, *, shallow: bool) -> None:
        hint = "this clone is shallow: `git fetch --unshallow` brings the rest" if shallow else None
        super().__init__(f"revision `{revision}` names no commit here", hint=hint or "`git log --oneline` lists some")
        self.revision = revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit: full and short name, committer's date (ISO 8601 with offset), first line of its message."""

    sha: str
    short: str
    date: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Commits that changed sources after the archive was last committed (`archive`, None: never), newest first.

    `is_cut` says that the clone is shallow and the answer therefore may lack commits, or `archive` may be too late.
    """

    archive: Commit | None
    commits: tuple[Commit, ...]
    is_cut: bool


def repository_root(path: Path) -> Path | None:
    """Return the top folder of the working tree that a path is in; None without a repository, or without git."""
    folder = path if path.is_dir() else path.parent
    try:
        done = _run(folder, "rev-parse", "--show-toplevel")
    except GitError:
        return None
    if done.returncode == 0:
        return Path(os.fsdecode(done.stdout.rstrip(b"\n")))
    if b"not a git repository" in done.stderr or b"must be run in a work tree" in done.stderr:
        return None
    raise _failed(folder, done.stderr)


def resolve(repo: Path, revision: str) -> str:
    """Return the full name of the commit that a revision leads to; raise `UnknownRevisionError`."""
    if revision and not revision.startswith("-") and revision.isprintable() and ":" not in revision:
        done = _run(repo, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if done.returncode == 0:
            return done.stdout.decode("ascii").strip()
        if done.stderr.strip() and b"expected commit type" not in done.stderr:
            raise _failed(repo, done.stderr)
    raise UnknownRevisionError(revision, shallow=is_shallow(repo))


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
    done = _run(repo, "ls-tree", "-r", "-z", "--full-tree", tree)
    if done.returncode != 0:
        if ".." in parts or b"Not a valid object name" in done.stderr or b"not a tree object" in done.stderr:
            raise GitError(str(repo), f"revision `{revision}` holds no folder `{folder}`")
        raise _failed(repo, done.stderr)
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
    done = _run(repo, "ls-tree", "-z", "--full-tree", commit, "--", "/".join(parts))
    if done.returncode != 0:
        raise _failed(repo, done.stderr)
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
        process = _start(repo, ("cat-file", "--batch"), questions)
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


def commits_touching(repo: Path, archive: str, paths: Iterable[str], *, until: str = "HEAD") -> Since:
    """Return the commits that changed any of the paths after `archive` was last committed, newest first.

    Paths are relative to `repo`, which is the top of the repository or a folder in it; `.` is all of that. At most
    `MOST_COMMITS` are listed; no path means no commit.
    """
    since = next(iter(_log(repo, "-1", until, "--", archive)), None)
    span = f"{since.sha}..{until}" if since else until
    sources = tuple(path or "." for path in paths)
    commits = _log(repo, f"-{MOST_COMMITS}", span, "--", *sources) if sources else ()
    return Since(archive=since, commits=commits, is_cut=_is_cut(repo, since))


def commits_by_path(repo: Path, since: str | None, until: str = "HEAD") -> Mapping[str, tuple[Commit, ...]]:
    """Return the commits after `since` (None: from the beginning) up to `until`, by path that they changed.

    Paths are relative to the top of the repository; commits come newest first, `MOST_COMMITS` are looked at. What a
    merge itself changed is not listed.
    """
    span = f"{since}..{until}" if since else until
    done = _run(repo, "log", "-z", "--no-color", "--raw", "--no-renames", _FORMAT, f"-{MOST_COMMITS}", span)
    if done.returncode != 0:
        raise _failed(repo, done.stderr)
    found: dict[str, list[Commit]] = {}
    for commit, path in _changed_paths(iter(done.stdout.decode("utf-8", "replace").split("\0"))):
        found.setdefault(path, []).append(commit)
    return {path: tuple(commits) for path, commits in found.items()}


def _changed_paths(tokens: Iterator[str]) -> Iterator[tuple[Commit, str]]:
    """Yield commit and path of each record `:MODES NAMES LETTER`, PATH, which follow the commit's own line."""
    commit = None
    for token in tokens:
        record = token.lstrip("\n")
        if record.startswith(":") and commit is not None:
            yield commit, next(tokens, "")
        elif record:
            commit = _commit(*record.split("\x1f", 3))


def _is_cut(repo: Path, since: Commit | None) -> bool:
    """In a shallow clone the oldest commits seem to add every file, whoever did: such an answer is no answer."""
    if not is_shallow(repo):
        return False
    if since is None:
        return True
    done = _run(repo, "rev-parse", "--git-path", "shallow")
    edge = repo / os.fsdecode(done.stdout.rstrip(b"\n"))
    return since.sha in edge.read_text(encoding="ascii").split()


def _log(repo: Path, *arguments: str) -> tuple[Commit, ...]:
    done = _run(repo, "log", "-z", "--no-color", _FORMAT, *arguments)
    if done.returncode != 0:
        if b"bad revision 'HEAD'" in done.stderr:  # No commit was made yet.
            return ()
        raise _failed(repo, done.stderr)
    records = done.stdout.decode("utf-8", "replace").split("\0")
    return tuple(_commit(*record.split("\x1f", 3)) for record in records if record)


def _commit(sha: str, short: str, date: str, subject: str) -> Commit:
    return Commit(sha=sha, short=short, date=date, subject="".join(c for c in subject if c.isprintable()))


def is_tracked(repo: Path, path: str) -> bool:
    """Whether git knows a path (relative to `repo`) as a file of its index, or as a folder of such."""
    done = _run(repo, "ls-files", "-z", "--", path)
    if done.returncode != 0:
        raise _failed(repo, done.stderr)
    return bool(done.stdout)


def status_is_clean(repo: Path, paths: Iterable[str] = ()) -> bool:
    """Whether nothing below the paths (all without any) differs from HEAD: not staged, not edited, not untracked."""
    done = _run(repo, "status", "--porcelain", "-z", "--untracked-files=normal", "--", *paths)
    if done.returncode != 0:
        raise _failed(repo, done.stderr)
    return not done.stdout


def uncommitted(repo: Path, paths: Iterable[str]) -> frozenset[str]:
    """Return the files below the paths that differ from HEAD, untracked ones included, relative to the top."""
    done = _run(
        repo, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignored=no", "--", *paths
    )
    if done.returncode != 0:
        raise _failed(repo, done.stderr)
    return frozenset(record[3:].decode("utf-8", "replace") for record in done.stdout.split(b"\0") if record)


def is_shallow(repo: Path) -> bool:
    """Whether the clone's history is cut off somewhere."""
    return _run(repo, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    import subprocess

    process = _start(folder, arguments, subprocess.DEVNULL)
    out, err = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def _start(folder: Path, arguments: tuple[str, ...], stdin: IO[bytes] | int) -> subprocess.Popen[bytes]:
    import subprocess

    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.Popen(
            ("git", *_OPTIONS, *arguments),
            cwd=folder,
            env=environment | _VARIABLES,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError:
        if folder.is_dir():
            raise GitError(str(folder), "`git` is not installed", hint="install git, or put it on PATH") from None
        raise GitError(str(folder), "there is no such folder") from None
    except OSError as error:
        raise GitError(str(folder), f"`git` cannot be started: {error.strerror}") from None


def _failed(folder: Path, stderr: bytes) -> GitError:
    """Return an error with the line in which git says what is wrong."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    line = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "it failed")
    words = "".join(char for char in line.removeprefix("fatal: ").removeprefix("error: ") if char.isprintable())
    hint = "`git config --global --add safe.directory DIR` trusts it" if "dubious ownership" in words else None
    return GitError(str(folder), words, hint=hint)
