"""Facts from git, asked of the real `git`: where a repository is, what changed since, what is tracked.

Every call runs without a shell, with all `GIT_*` variables taken away, without locks, prompts, pagers, replacement
objects, hooks of a file system monitor, and without the network: a partial clone must not fetch behind one's back.
Nothing here changes a repository.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Iterator, Mapping

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


def repository_root(path: Path, *, needs_git: bool = False) -> Path | None:
    """Return the top folder of the working tree that a path is in; None without a repository.

    Without git there is none either, unless it is needed: raises `GitError` then.
    """
    folder = path if path.is_dir() else path.parent
    try:
        done = run_git(folder, "rev-parse", "--show-toplevel")
    except GitError:
        if needs_git:
            raise
        return None
    if done.returncode == 0:
        return Path(os.fsdecode(done.stdout.rstrip(b"\n")))
    if b"not a git repository" in done.stderr or b"must be run in a work tree" in done.stderr:
        return None
    raise failure(folder, done.stderr)


def resolve(repo: Path, revision: str) -> str:
    """Return the full name of the commit that a revision leads to; raise `UnknownRevisionError`."""
    if revision and not revision.startswith("-") and revision.isprintable() and ":" not in revision:
        done = run_git(repo, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if done.returncode == 0:
            return done.stdout.decode("ascii").strip()
        if done.stderr.strip() and b"expected commit type" not in done.stderr:
            raise failure(repo, done.stderr)
    raise UnknownRevisionError(revision, shallow=is_shallow(repo))


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
    done = run_git(repo, "log", "-z", "--no-color", "--raw", "--no-renames", _FORMAT, f"-{MOST_COMMITS}", span)
    if done.returncode != 0:
        raise failure(repo, done.stderr)
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
    done = run_git(repo, "rev-parse", "--git-path", "shallow")
    edge = repo / os.fsdecode(done.stdout.rstrip(b"\n"))
    return since.sha in edge.read_text(encoding="ascii").split()


def _log(repo: Path, *arguments: str) -> tuple[Commit, ...]:
    done = run_git(repo, "log", "-z", "--no-color", _FORMAT, *arguments)
    if done.returncode != 0:
        if b"bad revision 'HEAD'" in done.stderr:  # No commit was made yet.
            return ()
        raise failure(repo, done.stderr)
    records = done.stdout.decode("utf-8", "replace").split("\0")
    return tuple(_commit(*record.split("\x1f", 3)) for record in records if record)


def _commit(sha: str, short: str, date: str, subject: str) -> Commit:
    return Commit(sha=sha, short=short, date=date, subject="".join(c for c in subject if c.isprintable()))


def is_tracked(repo: Path, path: str) -> bool:
    """Whether git knows a path (relative to `repo`) as a file of its index, or as a folder of such."""
    done = run_git(repo, "ls-files", "-z", "--", path)
    if done.returncode != 0:
        raise failure(repo, done.stderr)
    return bool(done.stdout)


def uncommitted(repo: Path, paths: Iterable[str]) -> frozenset[str]:
    """Return the files below the paths that differ from HEAD, untracked ones included, relative to the top."""
    done = run_git(
        repo, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignored=no", "--", *paths
    )
    if done.returncode != 0:
        raise failure(repo, done.stderr)
    return frozenset(record[3:].decode("utf-8", "replace") for record in done.stdout.split(b"\0") if record)


def is_shallow(repo: Path) -> bool:
    """Whether the clone's history is cut off somewhere."""
    return run_git(repo, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def run_git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder to its end; an exit code other than 0 is the caller's to judge."""
    import subprocess

    process = start_git(folder, arguments, subprocess.DEVNULL)
    out, err = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def start_git(folder: Path, arguments: tuple[str, ...], stdin: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start git in a folder, as the module says. Raises `GitError` where there is no git, or no such folder."""
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
            raise GitError(str(folder), "`git` was not found", hint="install git, or put it on PATH") from None
        raise GitError(str(folder), "there is no such folder") from None
    except OSError as error:
        raise GitError(str(folder), f"`git` cannot be started: {error.strerror}") from None


def failure(folder: Path, stderr: bytes) -> GitError:
    """Return an error with the line in which git says what is wrong."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    line = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "it failed")
    words = "".join(char for char in line.removeprefix("fatal: ").removeprefix("error: ") if char.isprintable())
    hint = "`git config --global --add safe.directory DIR` trusts it" if "dubious ownership" in words else None
    return GitError(str(folder), words, hint=hint)
