from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.entries import Entry
from cicdpack.disk import git, git_trees
from cicdpack.disk.git import (
    Commit,
    GitError,
    UnknownRevisionError,
    commits_by_path,
    commits_touching,
    is_shallow,
    is_tracked,
    repository_root,
    resolve,
    uncommitted,
)
from cicdpack.disk.git_trees import kind_at, read_file_at, read_revision
from cicdpack.disk.tree import TreeTooLargeError, UnusableTreeError

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.disk.conftest import Repository

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def test_the_repository_of_a_path(repository: Repository, tmp_path: Path) -> None:
    """A folder or a file deep inside leads to the top; outside, and inside `.git`, there is none."""
    repository.commit("one", {"a/b/c": ""})

    assert repository_root(repository.folder / "a/b") == repository.folder.resolve()
    assert repository_root(repository.folder / "a/b/c") == repository.folder.resolve()
    assert repository_root(tmp_path) is None
    assert repository_root(repository.folder / ".git") is None
    assert repository_root(tmp_path / "missing/below") is None


def test_the_environment_does_not_lead_elsewhere(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`GIT_DIR` and its kin, as hooks set them, are taken away."""
    sha = repository.commit("one", {"a": "x"})
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_CEILING_DIRECTORIES"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "broken")

    assert resolve(repository.folder, "HEAD") == sha
    assert not uncommitted(repository.folder, ())


def test_without_git_there_is_no_repository(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """The absence of the program is no crash: no repository is seen, and a revision is a clear error."""
    monkeypatch.setenv("PATH", "")

    assert repository_root(repository.folder) is None
    with pytest.raises(GitError, match="`git` was not found"):
        repository_root(repository.folder, needs_git=True)
    with pytest.raises(GitError, match="`git` was not found") as caught:
        resolve(repository.folder, "HEAD")

    assert caught.value.hint == "install git, or put it on PATH"


def test_a_revision_is_read_from_objects_alone(repository: Repository) -> None:
    """Bytes and modes are the commit's: edits, new files, filters, line ends and modes outside it do not count."""
    repository.git("config", "core.autocrlf", "true")
    repository.git("config", "filter.shout.smudge", "tr a-z A-Z")
    repository.commit(
        "one",
        {
            ".gitattributes": "*.yml filter=shout\n",
            "src/a.yml": "text\n",
            "src/a-b": b"\r\n\0\xff",
            "src/a/deep/x": "",
            "srcs/no": "",
            'src/naïve \n"quoted"': "1",
        },
    )
    (repository.folder / "src/a-b").chmod(0o755)
    repository.commit("two")
    (repository.folder / "src/a-b").chmod(0o644)
    (repository.folder / "src/a.yml").write_bytes(b"edited")
    (repository.folder / "src/new").write_bytes(b"untracked")
    (repository.folder / "src/a/deep/x").unlink()
    repository.git("add", "--all")

    entries = read_revision(repository.folder, "HEAD", "src")

    assert entries == (
        Entry(path="a-b", data=b"\r\n\0\xff", executable=True),
        Entry(path="a.yml", data=b"text\n"),
        Entry(path="a/deep/x", data=b""),
        Entry(path='naïve \n"quoted"', data=b"1"),
    )


@pytest.mark.parametrize("folder", ["", ".", "./", "/"])
def test_the_whole_of_a_revision(repository: Repository, folder: str) -> None:
    """The top of the repository is a folder as well, from wherever in it one asks."""
    repository.commit("one", {"a/b": "x", "c": "y"})

    entries = read_revision(repository.folder / "a", "main", folder)

    assert [entry.path for entry in entries] == ["a/b", "c"]


def test_revisions_of_all_kinds(repository: Repository) -> None:
    """Branches, tags, annotated tags, short names and ancestors name commits."""
    first = repository.commit("one", {"a": "1"})
    second = repository.commit("two", {"a": "2"})
    repository.git("tag", "light", first)
    repository.git("tag", "-a", "-m", "x", "heavy", first)

    assert [resolve(repository.folder, name) for name in ("main", "HEAD", "light", "heavy", "HEAD~1", first[:9])] == [
        second,
        second,
        first,
        first,
        first,
        first,
    ]


@pytest.mark.parametrize(
    "revision",
    ["", "nothing", "--help", "-1", "--output=x", "HEAD:a", ":/one", "HEAD\n", "HEAD\0", "HEAD^{tree}", "HEAD..main"],
)
def test_what_is_no_revision(repository: Repository, revision: str) -> None:
    """Options, paths in a commit, searches, ranges: nothing of it reaches git as anything but a name."""
    repository.commit("one", {"a": "1"})

    with pytest.raises(UnknownRevisionError, match="names no commit here") as caught:
        resolve(repository.folder, revision)

    assert caught.value.hint == "`git log --oneline` lists some"


def test_a_folder_that_a_revision_lacks(repository: Repository) -> None:
    """The error names both; a file is no folder."""
    repository.commit("one", {"a": "1"})

    for folder in ("b", "a", "../a"):
        with pytest.raises(GitError, match=f"revision `HEAD` holds no folder `{folder}`"):
            read_revision(repository.folder, "HEAD", folder)


def test_links_and_submodules_are_named_together(repository: Repository, tmp_path: Path) -> None:
    """What is no plain file in the tree is an error, each with its path."""
    sha = repository.commit("one", {"src/a": "1"})
    (repository.folder / "src/link").symlink_to("a")
    repository.git("add", "src/link")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{sha},src/module")
    repository.git("commit", "--quiet", "-m", "two")

    with pytest.raises(UnusableTreeError) as caught:
        read_revision(repository.folder, "HEAD", "src")

    assert [(problem.rule, str(problem)) for problem in caught.value.problems] == [
        ("link", "link: is a symbolic link"),
        ("submodule", "module: is a submodule"),
    ]


def test_limits_of_a_revision(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of a folder hold for a commit as well."""
    repository.commit("one", {"a": "1" * 2 * 1024 * 1024, "b": "1"})

    monkeypatch.setattr(git_trees, "LARGEST_TREE", 2 * 1024 * 1024)
    with pytest.raises(TreeTooLargeError, match="more than 2 MiB"):
        read_revision(repository.folder, "HEAD")
    monkeypatch.setattr(git_trees, "MOST_FILES", 1)
    with pytest.raises(TreeTooLargeError, match="more than 1 files"):
        read_revision(repository.folder, "HEAD")


def test_replacement_objects_do_not_count(repository: Repository) -> None:
    """`git replace` changes what others see under a name; the hash of an archive must not move with it."""
    first = repository.commit("one", {"a": "1"})
    second = repository.commit("two", {"a": "2"})
    repository.git("replace", second, first)

    assert read_revision(repository.folder, "HEAD") == (Entry(path="a", data=b"2"),)


def test_many_files_do_not_block(repository: Repository) -> None:
    """More questions and answers than a pipe holds."""
    files: dict[str, str | bytes] = {f"f{number:05}": f"{number % 3}" * 500 for number in range(2000)}
    repository.commit("one", files)

    entries = read_revision(repository.folder, "HEAD")

    assert {entry.path: entry.data.decode() for entry in entries} == files


def test_a_partial_clone_says_what_is_missing(repository: Repository, tmp_path: Path) -> None:
    """Objects that a clone was made without are an error with a way out; nothing is fetched behind one's back."""
    repository.commit("one", {"a": "1"})
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", repository.folder.as_uri(), str(clone))

    with pytest.raises(GitError, match=r"object `[0-9a-f]{40}` is missing") as caught:
        read_revision(clone, "HEAD")

    assert caught.value.hint is not None
    assert "git fetch" in caught.value.hint


def test_the_commits_since_the_archive(repository: Repository) -> None:
    """Only commits that changed the sources count, only after the archive's own last one, newest first."""
    repository.commit("start", {"src/a": "1", "lib/b": "1", "out.tar.gz": "1"})
    repository.commit("before", {"src/a": "2"})
    built = repository.commit("build: \x1b[31mred\x1b[0m", {"out.tar.gz": "2"})
    second = repository.commit("elsewhere", {"lib/b": "2"})
    repository.commit("unrelated", {"README": "x"})
    first = repository.commit("change the source", {"src/a": "3"})

    since = commits_touching(repository.folder, "out.tar.gz", ["src"])
    both = commits_touching(repository.folder, "out.tar.gz", ["src", "lib"])

    assert since.archive == Commit(
        sha=built, short=built[:7], date="2026-01-02T03:03:00+00:00", subject="build: [31mred[0m"
    )
    assert since.commits == (
        Commit(sha=first, short=first[:7], date="2026-01-02T03:06:00+00:00", subject="change the source"),
    )
    assert [commit.sha for commit in both.commits] == [first, second]
    assert not since.is_cut


def test_an_archive_that_was_never_committed(repository: Repository) -> None:
    """All commits of the sources count then; in a repository without commits there are none."""
    assert commits_touching(repository.folder, "out.tar.gz", ["src"]).commits == ()

    sha = repository.commit("one", {"src/a": "1"})
    since = commits_touching(repository.folder, "out.tar.gz", ["src"])

    assert since.archive is None
    assert [commit.sha for commit in since.commits] == [sha]


def test_a_path_is_a_path(repository: Repository) -> None:
    """Characters that git would read as a pattern are not."""
    repository.commit("one", {"src/[a]*": "1", "src/a": "1", ":(top)x": "1"})
    changed = repository.commit("two", {"src/a": "2"})

    assert commits_touching(repository.folder, "nothing", ["src/a"]).commits[0].sha == changed
    assert len(commits_touching(repository.folder, "nothing", ["src/[a]*"]).commits) == 1
    assert is_tracked(repository.folder, ":(top)x")
    assert not is_tracked(repository.folder, "src/*")


def test_a_shallow_clone_says_that_history_is_cut(repository: Repository, tmp_path: Path) -> None:
    """Where the archive seems to have been committed at the edge of what is there, nobody can know."""
    repository.commit("start", {"src/a": "1", "out.tar.gz": "1"})
    for number in range(4):
        repository.commit(f"change {number}", {"src/a": f"{number + 2}"})
    repository.commit("build", {"out.tar.gz": "2"})
    repository.commit("last", {"src/a": "9"})

    answers = []
    for depth in (1, 2, 3, 4):
        clone = tmp_path / f"clone-{depth}"
        repository.git("clone", "--quiet", f"--depth={depth}", repository.folder.as_uri(), str(clone))
        since = commits_touching(clone, "out.tar.gz", ["src"])
        answers.append((since.is_cut, [commit.subject for commit in since.commits]))
        assert is_shallow(clone)

    assert answers == [(True, []), (True, ["last"]), (False, ["last"]), (False, ["last"])]
    assert not is_shallow(repository.folder)
    with pytest.raises(UnknownRevisionError) as caught:
        resolve(tmp_path / "clone-1", "HEAD~1")
    assert caught.value.hint == "this clone is shallow: `git fetch --unshallow` brings the rest"


def test_what_is_tracked_and_what_is_clean(repository: Repository) -> None:
    """Untracked, edited and staged files make a status that is not clean, ignored ones do not."""
    repository.commit("one", {"a/b": "1", ".gitignore": "*.log\n"})
    folder = repository.folder

    assert is_tracked(folder, "a/b")
    assert is_tracked(folder, "a")
    assert not is_tracked(folder, "a/c")
    assert not uncommitted(folder, ())
    (folder / "x.log").write_bytes(b"")
    assert not uncommitted(folder, ())
    (folder / "c").write_bytes(b"")
    assert uncommitted(folder, ())
    assert not uncommitted(folder, ["a"])
    (folder / "a/b").write_bytes(b"2")
    assert uncommitted(folder, ["a"])
    repository.git("add", "a/b")
    assert uncommitted(folder, ["a/b"])


def test_asking_writes_nothing(repository: Repository) -> None:
    """No lock, no refreshed index, no file of git's own changes."""
    repository.commit("one", {"a": "1"})
    os.utime(repository.folder / "a", (1, 1))
    before = {path: path.stat().st_mtime_ns for path in (repository.folder / ".git").rglob("*")}

    uncommitted(repository.folder, ())
    read_revision(repository.folder, "HEAD")
    commits_touching(repository.folder, "a", ["a"])

    assert {path: path.stat().st_mtime_ns for path in (repository.folder / ".git").rglob("*")} == before


def test_a_file_system_monitor_is_not_started(repository: Repository, tmp_path: Path) -> None:
    """A program that a repository's settings name does not run because somebody asks for the status."""
    repository.commit("one", {"a": "1"})
    script = tmp_path / "monitor"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    script.chmod(0o755)
    repository.git("config", "core.fsmonitor", str(script))

    uncommitted(repository.folder, ())

    assert not (tmp_path / "ran").exists()


def test_a_broken_repository_is_an_error_of_git(repository: Repository) -> None:
    """Git's own line is passed on, without its control characters."""
    repository.commit("one", {"a": "1"})
    (repository.folder / ".git/config").write_text("[broken\n")

    with pytest.raises(GitError, match=r"git has no answer for `.*`: bad config"):
        uncommitted(repository.folder, ())


def test_a_worktree_and_a_submodule_are_repositories(repository: Repository, tmp_path: Path) -> None:
    """Where `.git` is a file, git still finds its way."""
    sha = repository.commit("one", {"a": "1"})
    worktree = tmp_path / "worktree"
    repository.git("worktree", "add", "--quiet", str(worktree))

    assert repository_root(worktree) == worktree.resolve()
    assert resolve(worktree, "HEAD") == sha
    assert not uncommitted(worktree, ())


def test_processes_are_not_left_behind(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading that is broken off ends its process and closes its pipes."""
    repository.commit("one", {"a": "1" * 1024 * 1024, "b": "1"})
    started: list[subprocess.Popen[bytes]] = []
    real = git.start_git

    def start(folder: Path, arguments: tuple[str, ...], stdin: int) -> subprocess.Popen[bytes]:
        started.append(real(folder, arguments, stdin))
        return started[-1]

    monkeypatch.setattr(git, "start_git", start)
    monkeypatch.setattr(git_trees, "start_git", start)
    monkeypatch.setattr(git_trees, "LARGEST_TREE", 10)

    with pytest.raises(TreeTooLargeError):
        read_revision(repository.folder, "HEAD")

    assert len(started) == 3
    assert all(
        process.returncode is not None and process.stdout is not None and process.stdout.closed for process in started
    )


def test_what_is_ignored_is_not_read(repository: Repository) -> None:
    """Files and folders that nobody needs are left out, links and submodules among them."""
    (repository.folder / "skip/deep").mkdir(parents=True)
    (repository.folder / "skip/deep/link").symlink_to("/")
    (repository.folder / "loose").symlink_to("nowhere")
    repository.commit("one", {"a/b": "1", "a/c": "2", "skip/x": "3", "skipper": "4"})
    asked = []

    def is_ignored(path: str, is_folder: bool) -> bool:
        asked.append((path, is_folder))
        return path in {"skip", "loose", "a/c"}

    found = read_revision(repository.folder, "HEAD", is_ignored=is_ignored)

    assert [entry.path for entry in found] == ["a/b", "skipper"]
    assert ("skip", True) in asked
    assert not [path for path, _ in asked if path.startswith("skip/")]


def test_one_path_of_a_commit(repository: Repository) -> None:
    """What it is, and its content; a link, a path that goes up and an unknown one are nothing."""
    (repository.folder / "link").mkdir()
    (repository.folder / "link/to").symlink_to("/etc/passwd")
    repository.commit("one", {"a/b": b"x\r\n", "a/[b]*": "star"})
    repository.commit("two", {"a/b": "y"})
    kinds = {path: kind_at(repository.folder, "HEAD", path) for path in ("", "a", "a/b", "./a//b", "x", "link/to")}

    assert kinds == {"": "folder", "a": "folder", "a/b": "file", "./a//b": "file", "x": None, "link/to": None}
    assert kind_at(repository.folder, "HEAD", "a/../a/b") is None
    assert kind_at(repository.folder, "HEAD", "a/*") is None
    assert read_file_at(repository.folder, "HEAD~1", "a/b") == b"x\r\n"
    assert read_file_at(repository.folder, "HEAD", "a/[b]*") == b"star"
    for path in ("a", "x", "link/to"):
        with pytest.raises(GitError, match=f"revision `HEAD` holds no file `{path}`"):
            read_file_at(repository.folder, "HEAD", path)


def test_commits_by_path(repository: Repository) -> None:
    """Each path has its own commits, newest first, from after one up to another; odd names and subjects included."""
    first = repository.commit("one", {"a": "1", "b": "1"})
    repository.commit("two\n\nwith a body", {"a": "2", ":100644 odd": "2"})
    repository.commit(":three", {"a": "3", "b": "3", "new\nline": "3"})
    repository.git("tag", "third")
    repository.commit("four", {"a": "4"})

    found = commits_by_path(repository.folder, first, "third")

    subjects = {path: [commit.subject for commit in commits] for path, commits in found.items()}
    assert subjects == {"a": [":three", "two"], ":100644 odd": ["two"], "b": [":three"], "new\nline": [":three"]}
    assert [commit.subject for commit in commits_by_path(repository.folder, None)["b"]] == [":three", "one"]


def test_what_is_not_committed(repository: Repository) -> None:
    """Edited, staged, new and deleted files below a path, each by its name."""
    repository.commit("one", {"s/a": "1", "s/b": "1", "s/c": "1", "s/kept": "1", "t/x": "1"})
    for path in ("s/a", "s/b", "t/x"):
        (repository.folder / path).write_text("2")
    repository.git("add", "s/b")
    (repository.folder / "s/c").unlink()
    (repository.folder / "s/new é").write_text("n")

    assert uncommitted(repository.folder, ["s"]) == {"s/a", "s/b", "s/c", "s/new é"}
