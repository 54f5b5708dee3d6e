"""A bare remote, a clone of it with the example in it, and a fake of the platform: where `deploy` works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cicdpack.cli.app import run
from tests.forge.fake_forge import FakeForge

if TYPE_CHECKING:
    from pathlib import Path

PLATFORMS = ("azure_devops", "github_actions", "gitlab")
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


@dataclass(frozen=True)
class Facts:
    """Everything of the clone and of the remote that a failed run must leave alone."""

    head: str
    refs: dict[str, str]
    remote_refs: dict[str, str]
    index: bytes
    files: dict[str, bytes]


def read_refs(folder: Path) -> dict[str, str]:
    """Branches and tags as git's files have them: quicker than to ask git."""
    refs = {}
    packed = folder / "packed-refs"
    if packed.exists():
        lines = (line.split() for line in packed.read_text().splitlines() if line[0] not in "#^")
        refs.update({ref: commit for commit, ref in lines if not ref.startswith("refs/remotes/")})
    for kind in ("heads", "tags"):
        for path in (folder / "refs" / kind).rglob("*"):
            if path.is_file():
                refs[path.relative_to(folder).as_posix()] = path.read_text().strip()
    return refs


@dataclass
class Site:
    """`clone` is the working folder, `remote` the bare repository, `forge` the server of requests."""

    clone: Path
    remote: Path
    forge: FakeForge
    bundles: tuple[Path, Path]

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder or self.clone,
            env={**os.environ, **IDENTITY},
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return done.stdout.strip()

    def on_remote(self, *arguments: str) -> str:
        return self.git(*arguments, folder=self.remote)

    def deploy(self, *arguments: str) -> int:
        return run(["deploy", *(arguments or ("fraud-detector",))])

    def facts(self) -> Facts:
        return Facts(
            head=(self.clone / ".git/HEAD").read_text(),
            refs=read_refs(self.clone / ".git"),
            remote_refs=read_refs(self.remote),
            index=(self.clone / ".git/index").read_bytes(),
            files={
                path.relative_to(self.clone).as_posix(): path.read_bytes()
                for path in sorted(self.clone.rglob("*"))
                if path.is_file() and ".git" not in path.parts
            },
        )

    def branches(self) -> dict[str, str]:
        """The remote's branches."""
        return {ref.removeprefix("refs/heads/"): commit for ref, commit in read_refs(self.remote).items()}

    def change_base(self, files: dict[str, bytes | None], message: str = "a change") -> None:
        """Commit to the base and push it, as somebody else would."""
        for name, data in files.items():
            path = self.clone / name
            if data is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message)
        self.git("push", "--quiet", "origin", "main")

    def bump(self) -> None:
        """Put the next version of the bundle on the base."""
        self.change_base({"cicd.tar.gz": self.bundles[1].read_bytes()}, "the bundle's next version")

    def merge(self, branch: str = "cicdpack/fraud-detector") -> None:
        """Merge the request as the platform does: a merge commit, the branch deleted, the request closed."""
        self.git("fetch", "--quiet", "--prune", "origin")
        self.git("merge", "--quiet", "--no-ff", "-m", "merge it", f"origin/{branch}")
        self.git("push", "--quiet", "origin", "main", f":{branch}")
        self.git("branch", "--quiet", "-D", branch)
        for request in self.forge.requests:
            request.is_open = False

    def reject(self, said: str) -> None:
        """Let the remote refuse every push from now on."""
        hook = self.remote / "hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\nexit 1\n")
        hook.chmod(0o755)

    def accept(self) -> None:
        (self.remote / "hooks/pre-receive").unlink()


def make_pattern(folder: Path, bundle: Path, example: Path, platform: str) -> None:
    """Make a remote, and a clone with one commit, for `make_site` to copy."""
    clone = folder / "repo"
    shutil.copytree(example, clone)
    shutil.copy(bundle, clone / "cicd.tar.gz")
    path = clone / "cicd_params.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "input_cicd_platform": platform}, indent=2))
    for command in (
        ("init", "--quiet", "--bare", "--initial-branch=main", "../origin.git"),
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("commit", "--quiet", "-m", "the repository before CI/CD"),
        ("remote", "add", "origin", "../origin.git"),
        ("push", "--quiet", "--set-upstream", "origin", "main"),
    ):
        subprocess.run(["git", *command], cwd=clone, env={**os.environ, **IDENTITY}, check=True)


def make_site(pattern: Path, folder: Path, bundles: tuple[Path, Path]) -> Site:
    """Copy the pattern into a folder, and start a server for it."""
    for name in ("repo", "origin.git"):
        shutil.copytree(pattern / name, folder / name)
    clone, remote = folder / "repo", folder / "origin.git"
    return Site(clone=clone, remote=remote, forge=FakeForge(remote), bundles=bundles)
