"""The other repository: what its branches are, how its commits come here, and how ours get there; and why they do not.

Servers refuse in words of their own. The ones of GitHub, GitLab and Azure DevOps are known by their marks, and each
gets the hint that helps.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack.disk.git_call import without_credentials
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cicdpack.disk.git_call import Git

_WORKFLOWS = re.compile(
    r"refusing to allow .* (create or update|delete) workflow[^)\n]*|without `?workflows?`? (scope|permission)"
)
_PROTECTED = re.compile(
    r"protected branch|GH006|GH013|repository rule violations|TF402455|TF402456|must use a pull request"
    r"|not allowed to push code",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"authentication failed|could not read (Username|Password)|invalid (username|credentials)"
    r"|permission (to .* )?denied|returned error: 40[13]|HTTP 40[13]|TF401027|TF400813|GenericContribute"
    r"|access denied|not allowed to|do(es)? not have permission",
    re.IGNORECASE,
)
_UNREACHABLE = re.compile(
    r"could not resolve host|unable to access|failed to connect|connection (refused|reset|timed out)"
    r"|does not appear to be a git|could not read from remote|no route to host|RPC failed|unexpected disconnect"
    r"|early EOF|certificate",
    re.IGNORECASE,
)


class NoRemoteError(CicdpackError):
    """There is nowhere to push to."""

    def __init__(self, names: tuple[str, ...]) -> None:
        listed = ", ".join(f"`{name}`" for name in names)
        message = f"none of the remotes {listed} is named `origin`" if names else "the repository has no remote"
        super().__init__(message, hint="`git remote add origin URL`, or pass `--no-push` for a local branch")


class UnknownBaseError(CicdpackError):
    """The base is no branch there."""

    def __init__(self, base: str, place: str) -> None:
        super().__init__(
            f"`{place}` has no branch `{base}`", hint="push it first, or pass another with `--base BRANCH`"
        )
        self.base = base


class RemoteError(CicdpackError):
    """The other repository could not be asked, or would not take a push; `reason` is its own line."""

    def __init__(self, message: str, reason: str, *, hint: str) -> None:
        super().__init__(f"{message}: {reason}", hint=hint)
        self.reason = reason


class UnreachableError(RemoteError):
    """No connection, or no repository at the other end."""


class AccessDeniedError(RemoteError):
    """The other end does not know us, or does not let us."""


class ProtectedBranchError(RemoteError):
    """A rule of the server forbids the push."""


class WorkflowPermissionError(RemoteError):
    """GitHub lets this token push everything but workflow files."""


class BranchMovedError(RemoteError):
    """Somebody pushed to the branch while we were at it."""


class PushRejectedError(RemoteError):
    """Any other no."""


def choose_remote(git: Git, base: str) -> str:
    """Return the remote that the base branch follows, else `origin`, else the only one. Raises `NoRemoteError`."""
    names = tuple(git.run("remote").text.split())
    followed = git.run("config", f"branch.{base}.remote").text
    if followed in names:
        return followed
    if "origin" in names:
        return "origin"
    if len(names) == 1:
        return names[0]
    raise NoRemoteError(names)


def push_url(git: Git, remote: str) -> str:
    """Return the URL that pushes go to, as git's own rules rewrite it; it may hold credentials: not for messages."""
    return git.run("remote", "get-url", "--push", remote).text.partition("\n")[0]


def remote_branches(git: Git, remote: str, base: str) -> dict[str, str]:
    """Ask for the base and for all of `cicdpack/*`; return name -> commit. Raises a `RemoteError`."""
    done = git.run("ls-remote", "--quiet", remote, f"refs/heads/{base}", "refs/heads/cicdpack/*")
    if done.code != 0:
        raise _unreachable(f"cannot ask `{remote}` for its branches", done.said)
    lines = (line.split("\t", 1) for line in done.text.splitlines() if "\t" in line)
    return {ref.removeprefix("refs/heads/"): commit for commit, ref in lines}


def fetch(git: Git, remote: str, branches: Iterable[str], *, whole: bool = False) -> None:
    """Bring branches here, as the remote's own (`refs/remotes/...`). `whole` also ends a shallow clone."""
    refs = (f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}" for branch in branches)
    options = ("--unshallow",) if whole else ()
    done = git.run("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", *options, remote, *refs)
    if done.code != 0:
        raise _unreachable(f"cannot fetch from `{remote}`", done.said)


def push(git: Git, remote: str, commit: str, branch: str, *, expected: str | None) -> None:
    """Push a commit as a branch that is at `expected` (None: that is not there); anything else is `BranchMovedError`.

    Raises a `RemoteError` when the server says no; the remote is as it was then.
    """
    ref = f"refs/heads/{branch}"
    lease = f"--force-with-lease={ref}:{expected or ''}"
    done = git.run(
        "push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no", lease, remote, f"{commit}:{ref}"
    )
    if done.code != 0:
        raise _refusal(branch, done.text, done.said)


def _unreachable(message: str, said: str) -> RemoteError:
    reason = _first(said)
    if _DENIED.search(said):
        return AccessDeniedError(message, reason, hint=_ACCESS)
    return UnreachableError(message, reason, hint="check the remote's address (`git remote -v`) and the network")


_ACCESS = (
    "the job's token needs the right to write: GitHub `contents: write`; GitLab `write_repository` (a job's own token"
    " cannot push); Azure DevOps `Contribute` and `Create branch` for the build service"
)


def _refusal(branch: str, out: str, said: str) -> RemoteError:
    """Read `! <from>:<to> [remote rejected] (reason)` of git-push(1) and what the server printed."""
    line = next((line for line in out.splitlines() if line.startswith("!")), "")
    why = without_credentials(line.rpartition("\t")[2])
    everything = f"{why}\n{said}"
    message = f"the push of `{branch}` was refused"
    reason = _remark(said) or re.sub(r"^\[[a-z ]+\] \((.*)\)$", r"\1", why) or _first(said)
    if re.search(r"stale info|fetch first|cannot lock ref|failed to update ref", why):
        hint = "somebody pushed to it just now: run it again, it looks at the branch anew"
        return BranchMovedError(message, "the branch has moved", hint=hint)
    workflows = _WORKFLOWS.search(everything)
    if workflows:
        hint = (
            "GitHub's own token may never push workflows: give the step that of a GitHub App with `workflows: write`,"
            " or a personal token with the scope `workflow`, as GITHUB_TOKEN"
        )
        return WorkflowPermissionError(message, workflows[0], hint=hint)
    if _PROTECTED.search(everything):
        hint = (
            f"a rule forbids pushes to `{branch}`: exempt branches named `cicdpack/*` from it, or allow this identity"
        )
        return ProtectedBranchError(message, reason, hint=hint)
    if _DENIED.search(everything):
        return AccessDeniedError(message, reason, hint=_ACCESS)
    if _UNREACHABLE.search(everything):
        return UnreachableError(message, reason, hint="check the remote's address (`git remote -v`) and the network")
    return PushRejectedError(message, reason, hint="nothing was changed: put that right, then run it again")


def _remark(said: str) -> str:
    """Return the first line of substance that the server itself printed."""
    for line in said.splitlines():
        text = line.removeprefix("remote:").strip(" \t-=*")
        if line.startswith("remote:") and re.search(r"\w{2}", text):
            return text.removeprefix("error: ")
    return ""


def _first(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    first = lines[0] if lines else "it failed"
    marked = next((line for line in lines if line.startswith(("fatal:", "error:", "remote:"))), first)
    return re.sub(r"^((fatal|error|remote|ERROR): ?)+", "", marked).strip()
