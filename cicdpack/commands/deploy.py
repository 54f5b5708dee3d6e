"""`deploy`: the plan of `apply` -> one commit on a branch of its own -> one pull or merge request.

What is written are git objects, then the remote's branch, then the local one. The working tree, its index and its
branch stay as they are. Whatever goes wrong goes wrong before a branch moves; only the request comes after the push.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._values import dataclass
from cicdpack.commands.base_branch import DeployRequest, UnusableBase, forge_of, look, plan_on_base
from cicdpack.commands.branches import branch_for
from cicdpack.disk import git_commit, git_remote
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Delete, Merge, Present, effect_of
from cicdpack.planning.diffs import is_text, line_counts

if TYPE_CHECKING:
    from cicdpack.commands.apply import Prepared
    from cicdpack.commands.base_branch import Site
    from cicdpack.forge.requests import Settled
    from cicdpack.forge.values import Forge
    from cicdpack.forge.wording import Contents
    from cicdpack.planning.changes import Create, Update

TRAILER = "Cicdpack-Bundle"
"""The trailer of every commit: the content digest of the bundle that its files come from."""

BranchState: TypeAlias = Literal["none", "pushed", "kept", "local"]


class ForeignCommits(CicdpackError):
    """Somebody else has worked on our branch."""

    def __init__(self, branch: str, commits: tuple[git_commit.ForeignCommit, ...]) -> None:
        listed = ", ".join(f"`{commit.short}` ({commit.subject})" for commit in commits[:3])
        more = f" and {len(commits) - 3} more" if len(commits) > 3 else ""
        super().__init__(
            f"the branch `{branch}` has commits that cicdpack did not make: {listed}{more}",
            hint="merge its request, or close it and delete the branch; then run it again. Nothing was changed",
        )
        self.branch = branch
        self.commits = commits


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployReport:
    """What came of it. `state`: no branch was needed, it was pushed, it was up to date already, or it is local only.

    `noun` is the platform's word for a request, `settled` what became of it, None where none was asked for.
    """

    prepared: Prepared
    base: str
    branch: str
    remote: str | None
    commit: str | None
    state: BranchState
    noun: str
    settled: Settled | None


def deploy(request: DeployRequest) -> DeployReport:
    """Carry a request out. Conflicts in the plan are in the report, and nothing was done then."""
    site = look(request)
    prepared = plan_on_base(request, site)
    branch = branch_for(project.name for project in prepared.projects)
    if prepared.conflicts or not prepared.plan.writes:
        return DeployReport(
            prepared=prepared,
            base=site.base,
            branch=branch,
            remote=site.remote,
            commit=None,
            state="none",
            noun="request",
            settled=None,
        )
    if branch == site.base:
        raise UnusableBase(branch, "is the one that is to be written", "`git switch` to the base, or pass `--base`")
    return _publish(request, site, prepared, branch)


def _publish(request: DeployRequest, site: Site, prepared: Prepared, branch: str) -> DeployReport:
    from cicdpack.forge.requests import find_request, open_or_refresh
    from cicdpack.forge.transport import Transport
    from cicdpack.forge.wording import word

    git_commit.check_identity(site.git)
    contents = _contents(prepared)
    forge = _forge_for(request, site, prepared)
    transport = Transport(forge.headers) if forge is not None else None
    found = find_request(forge, transport, branch, site.base) if forge is not None and transport is not None else None
    commit, is_new = _commit(site, prepared, branch, _message(contents))
    if site.remote is None:
        if is_new:
            tip = git_commit.commit_of(site.git, f"refs/heads/{branch}")
            git_commit.move_branch(site.git, branch, commit, expected=tip)
    else:
        if is_new:
            git_remote.push(site.git, site.remote, commit, branch, expected=site.tips.get(branch))
        _follow(site, branch, commit)
    settled = None
    if forge is not None and transport is not None:
        wording = word(contents, longest=forge.longest_body)
        settled = open_or_refresh(forge, transport, wording, branch, site.base, found)
    pushed: BranchState = "local" if site.remote is None else "pushed"
    return DeployReport(
        prepared=prepared,
        base=site.base,
        branch=branch,
        remote=site.remote,
        commit=commit,
        state=pushed if is_new else "kept",
        noun=forge.noun if forge is not None else "request",
        settled=settled,
    )


def _forge_for(request: DeployRequest, site: Site, prepared: Prepared) -> Forge | None:
    """Return the platform to ask, before anything is written; None if nobody is to be asked."""
    if site.remote is None or not request.requests:
        return None
    found = site.forge if site.forge is not None else forge_of(prepared.projects[0].platform, site.git, site.remote)
    if isinstance(found, Exception):
        raise found
    return found


def _commit(site: Site, prepared: Prepared, branch: str, message: str) -> tuple[str, bool]:
    """Return the commit to publish, and whether it is a new one: an equal one that is there already is kept."""
    git = site.git
    tip = _tip(site, branch)
    if tip is not None:
        foreign = git_commit.foreign_commits(git, site.base_commit, tip, TRAILER)
        if foreign:
            raise ForeignCommits(branch, foreign)
    changes = git_commit.put_files(git, _files(site.prefix, prepared))
    if tip is not None and git_commit.is_equal(git, site.base_commit, tip, changes, message):
        return tip, False
    return git_commit.make_commit(git, site.base_commit, changes, message), True


def _tip(site: Site, branch: str) -> str | None:
    """Return where our branch is, on the remote if we push, and bring that commit here."""
    if site.remote is None:
        return git_commit.commit_of(site.git, f"refs/heads/{branch}")
    tip = site.tips.get(branch)
    if tip is None:
        return None
    shallow = site.git.run("rev-parse", "--is-shallow-repository").text == "true"
    if shallow or git_commit.commit_of(site.git, tip) is None:
        # In a shallow clone the branch would seem to hold all the commits that are missing from the base.
        git_remote.fetch(site.git, site.remote, (site.base, branch), whole=shallow)
    return tip


def _follow(site: Site, branch: str, commit: str) -> None:
    """Move the local branch along, unless it is in use or holds somebody's commits: the remote's branch counts."""
    old = git_commit.commit_of(site.git, f"refs/heads/{branch}")
    if old == commit or git_commit.checked_out_in(site.git, branch) is not None:
        return
    if old is None or not git_commit.foreign_commits(site.git, site.base_commit, old, TRAILER):
        git_commit.move_branch(site.git, branch, commit, expected=old)


def _files(prefix: str, prepared: Prepared) -> dict[str, Present | None]:
    above = "" if prefix == "." else f"{prefix}/"
    return {
        above + change.path: None if isinstance(change, Delete) else change.after for change in prepared.plan.writes
    }


def _contents(prepared: Prepared) -> Contents:
    from cicdpack.forge.wording import Contents, FileLine

    lines = []
    for change in prepared.writes or prepared.plan.writes:  # receipts and bundles are no news, unless they are all
        before, after = _before(change), None if isinstance(change, Delete) else change.after.data
        shows = is_text(before or b"") and is_text(after or b"")
        added, removed = line_counts(before, after) if shows else (0, 0)
        note = change.summary if isinstance(change, Merge) else ""
        lines.append(FileLine(path=change.path, effect=effect_of(change), added=added, removed=removed, note=note))
    return Contents(
        projects=tuple(sorted(project.name for project in prepared.projects)),
        bundle=prepared.bundle,
        version=prepared.version,
        digest=prepared.digest,
        platform=prepared.projects[0].platform,
        files=tuple(lines),
        warnings=_warnings(prepared),
    )


def _warnings(prepared: Prepared) -> tuple[str, ...]:
    """Return what whoever reviews the request should know, each once."""
    problems = [*prepared.problems, *(problem for project in prepared.projects for problem in project.problems)]
    return tuple(dict.fromkeys(str(problem) for problem in problems if problem.severity == "warning"))


def _before(change: Create | Update | Merge | Delete) -> bytes | None:
    before = getattr(change, "before", None)
    return before.data if isinstance(before, Present) else None


def _message(contents: Contents) -> str:
    """Return the commit's message; names are escaped, so that none can pass for a trailer."""
    from cicdpack.forge.wording import plain, title_of

    files = "\n".join(
        f"  {line.effect:<7} {plain(line.path)}" + (f" ({plain(line.note)})" if line.note else "")
        for line in contents.files
    )
    about = f"Written by `cicdpack deploy` from the bundle {plain(contents.bundle)} {plain(contents.version)}:"
    return f"{title_of(contents)}\n\n{about}\n\n{files}\n\n{TRAILER}: sha256:{contents.digest}\n"
