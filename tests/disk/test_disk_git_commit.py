"""A commit's files in a folder of their own, and a commit from files: byte for byte, and nothing else touched."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from cicdpack.disk.git_call import Authorization, Git, GitFailedError, environment, without_credentials
from cicdpack.disk.git_commit import changes_of, foreign_commits, make_commit, put_files
from cicdpack.disk.git_export import export
from cicdpack.disk.paths import UnsafePathError
from cicdpack.planning.changes import Present

if TYPE_CHECKING:
    from pathlib import Path

    from tests.disk.conftest import Repository

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who commits, and nobody's configuration."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def test_an_export_is_the_commit(repository: Repository, tmp_path: Path) -> None:
    """Bytes and executable bits are the commit's: no line ends of the working tree, no filters, no edits."""
    (repository.folder / "run.sh").write_bytes(b"#!/bin/sh\n")
    (repository.folder / "run.sh").chmod(0o755)
    (repository.folder / "link").symlink_to("run.sh")
    repository.commit("one", {".gitattributes": "* text eol=crlf\n", "a/b.txt": "one\ntwo\n", "ü.bin": b"\0\r\n"})
    repository.commit("two", {"a/b.txt": "three\n"})
    target = tmp_path / "export"
    target.mkdir()

    export(Git(top=repository.folder), "HEAD^", target)

    assert (target / "a/b.txt").read_bytes() == b"one\ntwo\n"
    assert (target / "run.sh").stat().st_mode & 0o100
    assert (target / "link").readlink().as_posix() == "run.sh"
    assert sorted(path.name for path in target.iterdir()) == [".gitattributes", "a", "link", "run.sh", "ü.bin"]


def test_large_files_are_holes_and_submodules_folders(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no plan is about costs neither time nor space; its size is right, so that nobody takes it for empty."""
    monkeypatch.setattr("cicdpack.disk.git_export.LARGEST_FILE", 10)
    sha = repository.commit("one", {"data.bin": b"x" * 1_000, "small": b"x" * 10})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{sha},module")
    repository.git("commit", "--quiet", "-m", "a submodule")
    target = tmp_path / "export"
    target.mkdir()

    export(Git(top=repository.folder), "HEAD", target)

    assert (target / "data.bin").read_bytes() == b"\0" * 1_000
    assert (target / "small").read_bytes() == b"x" * 10
    assert (target / "module").is_dir()


def test_no_export_without_the_commit(repository: Repository, tmp_path: Path) -> None:
    """A commit that is not here is an error of git's, not an empty folder."""
    repository.commit("one", {"a": ""})

    with pytest.raises(GitFailedError, match="read the commit `000000000000`"):
        export(Git(top=repository.folder), "0" * 40, tmp_path)


def test_names_that_lead_elsewhere_are_refused(repository: Repository, tmp_path: Path) -> None:
    """A tree made by hand may hold `..`; nothing is written then."""
    repository.commit("one", {"a": "x"})
    blob = repository.git("rev-parse", "HEAD:a")
    raw = b"100644 b\x00" + bytes.fromhex(blob)
    inner = _tree(repository, raw)
    outer = _tree(repository, b"40000 ..\x00" + bytes.fromhex(inner))
    commit = repository.git("commit-tree", "-m", "evil", outer)
    target = tmp_path / "deep" / "export"
    target.mkdir(parents=True)

    with pytest.raises(UnsafePathError):
        export(Git(top=repository.folder), commit, target)

    assert list((tmp_path / "deep").iterdir()) == [target]
    assert list(target.iterdir()) == []


def _tree(repository: Repository, data: bytes) -> str:
    path = repository.folder / ".git" / "raw-tree"
    path.write_bytes(data)
    return repository.git("hash-object", "-w", "-t", "tree", "--literally", str(path))


@pytest.mark.usefixtures("identity")
def test_a_commit_from_files(repository: Repository) -> None:
    """Created, changed, made executable, deleted: just that differs from the parent, and the index stays as it is."""
    base = repository.commit("one", {"keep": "k", "change": "old\n", "run": "x", "gone": "g"})
    index = (repository.folder / ".git/index").read_bytes()
    git = Git(top=repository.folder)
    files = {
        "new/ü file": Present(data=b"\r\n\0"),
        "change": Present(data=b"new\n"),
        "run": Present(data=b"x", executable=True),
        "gone": None,
    }
    changes = put_files(git, files)

    commit = make_commit(git, base, changes, "subject\n\nTrailer: yes\n")

    assert changes_of(git, commit) == changes
    listing = repository.git("-c", "core.quotePath=false", "ls-tree", "-r", "--format=%(objectmode) %(path)", commit)
    assert listing.splitlines() == ["100644 change", "100644 keep", "100644 new/ü file", "100755 run"]
    assert (repository.folder / ".git/index").read_bytes() == index
    assert repository.git("rev-parse", "HEAD") == base
    assert foreign_commits(git, base, commit, "Trailer") == ()
    assert [one.subject for one in foreign_commits(git, base, commit, "Other")] == ["subject"]


def test_variables_for_git() -> None:
    """What leads elsewhere or prints secrets is gone; what a user or a job has set stays; our header comes last."""
    given = {
        "GIT_DIR": "x",
        "GIT_INDEX_FILE": "x",
        "GIT_TRACE": "1",
        "GIT_TRACE_CURL": "1",
        "GIT_CURL_VERBOSE": "1",
        "GIT_SSH_COMMAND": "ssh -v",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "PATH": "/bin",
    }
    authorization = Authorization(url="https://h/r.git", header="Basic eDp5", secret="y")

    made = environment(given, authorization)

    assert {name for name in given if name not in made} == {
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_TRACE",
        "GIT_TRACE_CURL",
        "GIT_CURL_VERBOSE",
    }
    assert made["GIT_CONFIG_COUNT"] == "3"
    assert [made[f"GIT_CONFIG_VALUE_{number}"] for number in range(3)] == ["*", "", "Authorization: Basic eDp5"]
    assert made["GIT_CONFIG_KEY_2"] == "http.https://h/r.git.extraHeader"
    assert "eDp5" not in repr(authorization)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:pass@host/x", "https://host/x"),
        ("see https://t0ken@host/a and ssh://git@host/b", "see https://host/a and ssh://host/b"),
        ("nobody@example.com wrote", "nobody@example.com wrote"),
    ],
)
def test_urls_without_credentials(text: str, shown: str) -> None:
    """Users and passwords leave every URL; addresses of people stay."""
    assert without_credentials(text) == shown


def test_a_call_that_hangs_is_given_up(repository: Repository) -> None:
    """A remote that never answers stops after the timeout, with an error."""
    repository.commit("one", {"a": ""})
    git = Git(top=repository.folder, timeout=0.2)

    with pytest.raises(GitFailedError, match=r"it was not done after 0\.2 s"):
        git.run("-c", "alias.hang=!exec sleep 3", "hang")
