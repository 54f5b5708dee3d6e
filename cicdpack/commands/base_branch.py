"""The base branch as facts: which commit it is, who may push beside it, and the plan made from its own files.

What is read is that commit, not the working tree: its bundle, its parameters, its projects. Nothing here writes but for
what a fetch brings.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cicdpack._shell import command
from cicdpack._values import dataclass
from cicdpack.commands.apply import ApplyRequest, Prepared, prepare
from cicdpack.commands.bundles import ARCHIVE_NAME
from cicdpack.commands.parameters import PLATFORM
from cicdpack.commands.repository import PROJECT_FILE, REPOSITORY_PARAMETERS, Repository, open_repository
from cicdpack.disk import git_commit, git_remote
from cicdpack.disk.git import repository_root
from cicdpack.disk.git_call import Authorization, Git, without_credentials
from cicdpack.disk.git_export import export
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.forge.errors import ForgeError
    from cicdpack.forge.values import Forge


class NoGitRepository(CicdpackError):
    """The target repository is not under git."""

    def __init__(self, root: Path) -> None:
        super().__init__(
            f"`{root}` is in no git repository",
            hint="`cicdpack apply` works without git; `deploy` makes a branch, so it needs one",
        )


class UnusableBase(CicdpackError):
    """The base branch cannot serve as one."""

    def __init__(self, base: str, reason: str, hint: str) -> None:
        super().__init__(f"the base branch `{base}` {reason}", hint=hint)
        self.base = base


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRequest:
    """As for `apply`, without markers; `base` None: the branch checked out; `pushes` and `requests`: how far to go."""

    projects: tuple[str, ...]
    repo: Path | None = None
    bundle: Path | None = None
    settings: Mapping[str, str]
    on_conflict: Literal["fail", "ours", "theirs"] = "fail"
    base: str | None = None
    pushes: bool = True
    requests: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The repository, where it pushes, and who to ask; `tips` are the remote's branches of interest, or ours."""

    git: Git
    root: Path
    prefix: str
    base: str
    base_commit: str
    remote: str | None
    tips: Mapping[str, str]
    forge: Forge | ForgeError | None


def look(request: DeployRequest) -> Site:
    """Gather the facts, and refuse what cannot work; the only step that may fetch."""
    repository = open_repository(request.repo)
    top = repository_root(repository.root, needs_git=True)
    if top is None:
        raise NoGitRepository(repository.root)
    git = Git(top=top)
    base = request.base or git_commit.current_branch(git)
    if base is None:
        raise git_commit.DetachedHeadError
    if not git_commit.is_branch_name(git, base):
        raise UnusableBase(base, "has a name that no branch can have", "as in `--base main`")
    # Without a base, what is checked out is what is meant; with one, files that nobody added are none of our business.
    git_commit.check_clean(git, untracked=request.base is None)
    place = repository.root.resolve().relative_to(top.resolve()).as_posix()
    find = _remote_site if request.pushes else _local_site
    return find(request, git, repository, place, base)


def _local_site(request: DeployRequest, git: Git, repository: Repository, place: str, base: str) -> Site:
    refs = [f"refs/heads/{base}"]
    if request.base is not None:
        with contextlib.suppress(git_remote.NoRemoteError):
            refs.insert(0, f"refs/remotes/{git_remote.choose_remote(git, base)}/{base}")
    commit = next(filter(None, (git_commit.commit_of(git, ref) for ref in refs)), None)
    if commit is None:
        raise git_remote.UnknownBaseError(base, str(repository.root))
    return Site(
        git=git, root=repository.root, prefix=place, base=base, base_commit=commit, remote=None, tips={}, forge=None
    )


def _remote_site(request: DeployRequest, git: Git, repository: Repository, place: str, base: str) -> Site:
    remote = git_remote.choose_remote(git, base)
    platform = request.settings.get(PLATFORM) or str(repository.parameters.values.get(PLATFORM) or "")
    forge = forge_of(platform, git, remote) if platform else None
    git = _authorized(git, remote, forge)
    tips = git_remote.remote_branches(git, remote, base)
    tip = tips.get(base)
    if tip is None:
        raise git_remote.UnknownBaseError(base, remote)
    if git_commit.commit_of(git, tip) is None:
        git_remote.fetch(git, remote, (base,))
    if request.base is None and not git_commit.is_ancestor(git, "HEAD", tip):
        hint = f"`{command('git push', remote, base)}` first: the request would carry them along otherwise"
        raise UnusableBase(base, f"has commits that `{remote}` does not have", hint)
    return Site(
        git=git,
        root=repository.root,
        prefix=place,
        base=base,
        base_commit=tip,
        remote=remote,
        tips=tips,
        forge=forge,
    )


def forge_of(platform: str, git: Git, remote: str) -> Forge | ForgeError:
    """Find the platform; why it cannot be found is told when it is needed."""
    from cicdpack.forge.errors import ForgeError
    from cicdpack.forge.places import find_forge
    from cicdpack.forge.remotes import parse_remote

    try:
        return find_forge(platform, os.environ, parse_remote(git_remote.push_url(git, remote)))
    except ForgeError as error:
        return error


def _authorized(git: Git, remote: str, forge: Forge | ForgeError | None) -> Git:
    """Let git use the platform's token, if the remote is on that platform; else it uses what it has."""
    from cicdpack.forge.remotes import parse_remote

    if forge is None or isinstance(forge, Exception):
        return git
    url = git_remote.push_url(git, remote)
    parsed = parse_remote(url)
    if parsed is None or not forge.serves(parsed):
        return git
    header = Authorization(url=without_credentials(url), header=forge.git_authorization, secret=forge.token.value)
    return Git(top=git.top, authorization=header)


def plan_on_base(request: DeployRequest, site: Site) -> Prepared:
    """Plan on the base's own files, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="cicdpack-") as folder:
        export(site.git, site.base_commit, Path(folder))
        root = Path(folder, site.prefix)
        if not (root / REPOSITORY_PARAMETERS).is_file():
            hint = f"commit `{REPOSITORY_PARAMETERS}`, and push it"
            raise UnusableBase(site.base, f"has no `{REPOSITORY_PARAMETERS}`", hint)
        if request.bundle is None:
            _check_bundle(site.base, root / ARCHIVE_NAME)
        return prepare(
            ApplyRequest(
                projects=tuple(_below(site.root, project) for project in request.projects),
                repo=root,
                bundle=request.bundle,
                settings=request.settings,
                on_conflict=request.on_conflict,
            )
        )


def _check_bundle(base: str, path: Path) -> None:
    if not path.is_file():
        hint = f"`cicdpack build -o {ARCHIVE_NAME}` makes one; commit it, and push it"
        raise UnusableBase(base, f"has no `{ARCHIVE_NAME}`", hint)
    with path.open("rb") as file:
        if file.read(40).startswith(b"version https://git-lfs"):
            hint = f"let git keep it itself (`{ARCHIVE_NAME} -filter` in .gitattributes), or pass it with `--bundle`"
            raise UnusableBase(base, f"has `{ARCHIVE_NAME}` in Git LFS only", hint)


def _below(root: Path, project: str) -> str:
    """Turn a folder that was typed relative to the working folder into one relative to the repository."""
    typed = Path(project)
    if "\0" in project or not (typed / PROJECT_FILE).is_file():
        return project
    try:
        return typed.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return project
