"""`deploy` from end to end: a real remote, a server that behaves as the platforms document, and nothing else moved."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cicdpack.cli.app import run
from cicdpack.commands.branches import branch_for
from tests.commands.deploy_site import IDENTITY, PLATFORMS, Site, make_pattern, make_site
from tests.forge.fake_forge import TOKEN, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

ROOT = Path(__file__).parents[2]
BRANCH = "cicdpack/fraud-detector"
UPDATES = {"azure_devops": "PATCH", "github_actions": "PATCH", "gitlab": "PUT"}
every_platform = pytest.mark.parametrize("platform", PLATFORMS)


@pytest.fixture(scope="session")
def patterns(bundles: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A remote and a clone for each platform, to be copied."""
    made = {platform: tmp_path_factory.mktemp(platform) for platform in PLATFORMS}
    for platform, folder in made.items():
        make_pattern(folder, bundles[0], ROOT / "examples" / "monorepo", platform)
    return made


@pytest.fixture
def make(
    tmp_path: Path, bundles: tuple[Path, Path], patterns: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Site]]:
    """Make a site for a platform, as the working folder, with the variables of its jobs and nobody's configuration."""
    made: list[Site] = []

    def site(platform: str = "github_actions") -> Site:
        for name in os.environ:
            if name.startswith(("GIT", "GH_", "CI_", "SYSTEM_", "BUILD_", "AZURE_")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        monkeypatch.setenv("NO_PROXY", "*")
        one = make_site(patterns[platform], tmp_path, bundles)
        made.append(one)
        for name, value in {**IDENTITY, **one.forge.environment(platform)}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(one.clone)
        return one

    yield site
    for one in made:
        one.forge.close()


def errors(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was printed as an error, and that nothing was printed as a result, and no secret anywhere."""
    printed = capsys.readouterr()
    assert printed.out == ""
    assert TOKEN not in printed.err
    return [line for line in printed.err.splitlines() if line.startswith("error:")]


@every_platform
def test_one_branch_one_commit_one_request(
    make: Callable[..., Site], capsys: pytest.CaptureFixture[str], platform: str
) -> None:
    """The remote gets one commit over the base with the plan's files; whoever works here notices nothing."""
    site = make(platform)
    before = site.facts()

    assert site.deploy() == 0

    after, base = site.facts(), site.branches()["main"]
    assert (after.head, after.index, after.files) == (before.head, before.index, before.files)
    assert sorted(site.branches()) == [BRANCH, "main"]
    assert site.on_remote("rev-parse", f"{BRANCH}^") == base
    changed = site.on_remote("diff", "--name-only", base, BRANCH).splitlines()
    assert "fraud_detector/databricks.yml" in changed
    assert any(path.endswith(".yml") and path.startswith(".") for path in changed)
    (request,) = site.forge.requests
    assert (request.branch, request.base) == (BRANCH, "main")
    printed = capsys.readouterr()
    assert TOKEN not in printed.out + printed.err
    assert f"branch {BRANCH} pushed to origin" in printed.out
    assert "request 1 opened: http" in printed.out


def test_the_commit_names_the_bundle(make: Callable[..., Site]) -> None:
    """A trailer holds the content digest, the same that the request's body and `build` say."""
    site = make()
    site.deploy()

    trailer = site.on_remote("log", "-1", "--format=%(trailers:key=Cicdpack-Bundle,valueonly)", BRANCH)
    author = site.on_remote("log", "-1", "--format=%an <%ae> %cn", BRANCH)

    assert trailer.startswith("sha256:")
    assert f"`{trailer}`" in site.forge.requests[0].body
    assert author == "Ada <ada@example.com> Ada"


@every_platform
def test_again(make: Callable[..., Site], platform: str) -> None:
    """The second run finds branch and request as they should be: no push, no order to the server."""
    site = make(platform)
    site.deploy()
    before = site.facts()
    site.forge.calls.clear()
    site.reject("nothing may be pushed")

    assert site.deploy() == 0
    assert site.facts() == before
    assert site.forge.methods == ["GET"]


@every_platform
def test_after_the_merge_nothing_is_left_to_do(
    make: Callable[..., Site], capsys: pytest.CaptureFixture[str], platform: str
) -> None:
    """Merged, run again: no branch, nobody asked for a request, exit 0."""
    site = make(platform)
    site.deploy()
    site.merge()
    before = site.facts()
    site.forge.calls.clear()
    capsys.readouterr()

    assert site.deploy() == 0
    assert site.facts() == before
    assert sorted(site.branches()) == ["main"]
    assert site.forge.calls == []
    assert capsys.readouterr().out == "fraud-detector is up to date (bundle 1.0.0)\n"


@every_platform
def test_a_new_bundle_updates_the_open_request(make: Callable[..., Site], platform: str) -> None:
    """With a request still open, the next version goes into it: one commit on the new base, a new title and body."""
    site = make(platform)
    site.deploy()
    site.bump()
    site.forge.calls.clear()

    assert site.deploy() == 0
    assert site.forge.methods == ["GET", UPDATES[platform]]
    (request,) = site.forge.requests
    assert "1.1.0" in request.title
    assert site.on_remote("rev-list", "--count", f"main..{BRANCH}") == "1"
    assert site.on_remote("rev-parse", f"{BRANCH}^") == site.branches()["main"]


@every_platform
def test_merged_bumped_and_updated(make: Callable[..., Site], platform: str) -> None:
    """The whole life of a project: set up, merged, bundle bumped, a request of its own, merged, nothing."""
    site = make(platform)
    site.deploy()
    site.merge()
    site.bump()

    assert site.deploy() == 0
    site.merge()
    before = site.facts()
    assert site.deploy() == 0

    assert [request.number for request in site.forge.requests] == [1, 2]
    assert site.facts() == before
    pipelines = [name for name in before.files if "fraud-detector" in name and name.endswith(".yml")]
    assert pipelines
    assert all(before.files[name].endswith(b"# The next version.\n") for name in pipelines)


def test_a_branch_that_stayed_behind(make: Callable[..., Site]) -> None:
    """After a squash the old branch may still be there: it is ours, so the next change replaces it."""
    site = make()
    site.deploy()
    site.git("merge", "--quiet", "--squash", BRANCH)
    site.git("commit", "--quiet", "-m", "squashed")
    site.git("push", "--quiet", "origin", "main")
    site.forge.requests[0].is_open = False
    site.bump()

    assert site.deploy() == 0
    assert site.on_remote("rev-list", "--count", f"main..{BRANCH}") == "1"
    assert len(site.forge.requests) == 2


def test_a_request_that_was_closed(make: Callable[..., Site]) -> None:
    """Closed and not merged, its branch still there: the same commit gets a new request."""
    site = make()
    site.deploy()
    tip = site.branches()[BRANCH]
    site.forge.requests[0].is_open = False

    assert site.deploy() == 0
    assert (site.branches()[BRANCH], [one.is_open for one in site.forge.requests]) == (tip, [False, True])


def test_commits_are_signed_where_git_says_so(make: Callable[..., Site], tmp_path: Path) -> None:
    """`commit.gpgSign` counts here as for `git commit`."""
    site = make()
    signer = tmp_path / "signer"
    signer.write_text(
        '#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho "-----BEGIN PGP SIGNATURE-----"\n'
    )
    signer.chmod(0o755)
    site.git("config", "gpg.program", str(signer))
    site.git("config", "commit.gpgSign", "true")

    assert site.deploy() == 0
    assert "gpgsig -----BEGIN PGP SIGNATURE-----" in site.on_remote("cat-file", "commit", BRANCH)


def test_a_moving_base_makes_no_noise(make: Callable[..., Site]) -> None:
    """Commits on the base that do not touch the plan leave branch and request alone."""
    site = make()
    site.deploy()
    tip = site.branches()[BRANCH]
    site.change_base({"README.md": b"# Other words\n"})

    assert site.deploy() == 0
    assert site.branches()[BRANCH] == tip


def test_several_projects_share_one_request(make: Callable[..., Site]) -> None:
    """One branch whose name does not depend on the order, one commit, one request."""
    site = make()

    assert site.deploy("fraud-detector", "churn-model") == 0
    assert site.deploy("churn-model", "fraud-detector") == 0

    assert sorted(site.branches()) == ["cicdpack/churn-model+fraud-detector", "main"]
    (request,) = site.forge.requests
    assert request.title == "CI/CD for churn-model, fraud-detector: mlops-cicd 1.0.0"


def test_a_detached_checkout_with_a_base(make: Callable[..., Site]) -> None:
    """As jobs check out: no branch, files that nobody added; the base is the remote's."""
    site = make()
    site.git("checkout", "--quiet", "--detach")
    (site.clone / "tools.log").write_text("a tool left this")

    assert site.deploy("--base", "main", "fraud-detector") == 0
    assert "tools.log" not in site.on_remote("ls-tree", "-r", "--name-only", BRANCH)


def test_only_the_base_is_trusted(make: Callable[..., Site], bundles: tuple[Path, Path]) -> None:
    """What a pull request's checkout brings, a bundle and parameters, does not count."""
    site = make()
    site.git("checkout", "--quiet", "-b", "evil")
    shutil.copy(bundles[1], site.clone / "cicd.tar.gz")
    site.git("commit", "--quiet", "--all", "-m", "another bundle")

    assert site.deploy("--base", "main", "fraud-detector") == 0
    assert "1.0.0" in site.forge.requests[0].title


def test_a_base_that_moved_on_elsewhere(make: Callable[..., Site], tmp_path: Path) -> None:
    """A clone that is behind works from what the remote has now."""
    site = make()
    behind = site.git("rev-parse", "HEAD")
    site.bump()
    site.git("reset", "--quiet", "--hard", behind)
    site.git("update-ref", "refs/remotes/origin/main", behind)

    assert site.deploy() == 0
    assert "1.1.0" in site.forge.requests[0].title
    assert site.git("rev-parse", "HEAD") == behind


def test_a_shallow_clone(make: Callable[..., Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs clone one commit only: a branch from an older base still is ours."""
    site = make()
    site.deploy()
    site.change_base({"README.md": b"# Other words\n"})
    site.git("clone", "--quiet", "--depth=1", f"file://{site.remote}", str(tmp_path / "shallow"), folder=tmp_path)
    monkeypatch.chdir(tmp_path / "shallow")
    site.bump()

    assert site.deploy("--base", "main", "fraud-detector") == 0
    assert [(request.number, "1.1.0" in request.title) for request in site.forge.requests] == [(1, True)]


def test_a_repository_below_the_top_of_git(make: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder with `cicd_params.json` may be deeper: paths of the commit start at the top."""
    site = make()
    (site.clone / "team").mkdir()
    for name in [path.name for path in site.clone.iterdir() if path.name not in (".git", "team")]:
        site.git("mv", name, f"team/{name}")
    site.git("commit", "--quiet", "-m", "move")
    site.git("push", "--quiet", "origin", "main")
    monkeypatch.chdir(site.clone / "team" / "fraud_detector")

    assert site.deploy(".") == 0
    assert all(path.startswith("team/") for path in site.on_remote("diff", "--name-only", "main", BRANCH).splitlines())


def test_line_ends_are_git_s(make: Callable[..., Site]) -> None:
    """A clone that checks out CRLF still commits what the bundle renders: LF."""
    site = make()
    site.git("config", "core.autocrlf", "true")
    site.change_base({".gitattributes": b"* text=auto eol=crlf\n*.tar.gz binary\n"})

    assert site.deploy() == 0
    assert b"\r" not in site.on_remote("show", f"{BRANCH}:fraud_detector/databricks.yml").encode()
    assert site.on_remote("diff", "--stat", "main", BRANCH, "--", "fraud_detector/databricks.yml").count("\n") == 1


def test_without_a_push(make: Callable[..., Site], capsys: pytest.CaptureFixture[str]) -> None:
    """A local branch, no server asked, and a second run keeps it."""
    site = make()
    site.git("remote", "remove", "origin")

    assert site.deploy("--no-push", "fraud-detector") == 0
    tip = site.git("rev-parse", BRANCH)
    assert site.deploy("--no-push", "fraud-detector") == 0

    assert site.git("rev-parse", BRANCH) == tip
    assert site.git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert (site.forge.calls, sorted(site.branches())) == ([], ["main"])
    assert f"branch {BRANCH} is as it was" in capsys.readouterr().out


def test_without_a_request(
    make: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pushed, and that is all; no token is needed for it."""
    site = make()
    monkeypatch.delenv("GITHUB_TOKEN")

    assert site.deploy("--no-request", "fraud-detector") == 0
    assert (BRANCH in site.branches(), site.forge.calls) == (True, [])
    assert "hint: open a request" in capsys.readouterr().out


def test_json(make: Callable[..., Site], capsys: pytest.CaptureFixture[str]) -> None:
    """The plan, the branch and the request for programs."""
    site = make()
    site.deploy("--json", "fraud-detector")
    report = json.loads(capsys.readouterr().out)

    assert (report["base"], report["branch"], report["branch_state"], report["remote"]) == (
        "main",
        BRANCH,
        "pushed",
        "origin",
    )
    assert report["commit"] == site.branches()[BRANCH]
    assert (report["request"]["number"], report["request"]["outcome"]) == (1, "opened")
    assert report["projects"][0]["name"] == "fraud-detector"


def test_a_conflict_goes_nowhere(make: Callable[..., Site], capsys: pytest.CaptureFixture[str]) -> None:
    """What has to be settled by hand is shown as `apply` shows it: exit 1, no branch."""
    site = make()
    site.change_base({".github/workflows/fraud-detector-run-tests.yml": b"on: push\n"})
    before = site.facts()

    assert site.deploy() == 1
    assert site.facts() == before
    printed = capsys.readouterr().out
    assert "nothing was written" in printed
    assert "use `cicdpack apply` with `--on-conflict markers`" in printed


@pytest.mark.parametrize(("mode", "kept"), [("ours", True), ("theirs", False)])
def test_a_conflict_is_settled_as_asked(make: Callable[..., Site], mode: str, kept: bool) -> None:
    """The request keeps the file that was there, or brings the bundle's; markers are for a working tree."""
    site = make()
    path = ".github/workflows/fraud-detector-run-tests.yml"
    site.change_base({path: b"on: push\n"})

    assert site.deploy("--on-conflict", mode, "fraud-detector") == 0
    assert (site.on_remote("show", f"{BRANCH}:{path}") == "on: push") is kept
    assert len(site.forge.requests) == 1
    assert site.deploy("--on-conflict", "markers", "fraud-detector") == 2


# What goes wrong: one error each, and everything as it was.


def edit(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (site.clone / "README.md").write_text("edited")


def stage(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (site.clone / "README.md").write_text("edited")
    site.git("add", "README.md")


def leave(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (site.clone / "notes.txt").write_text("new")


def detach(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.git("checkout", "--quiet", "--detach")


def forget(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in IDENTITY:
        monkeypatch.delenv(name)


def refuse(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.reject("not today")


def protect(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.reject("error: GH006: Protected branch update failed for refs/heads/cicdpack/fraud-detector.")


def protect_gitlab(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.reject("GitLab: You are not allowed to push code to protected branches on this project.")


def protect_azure(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.reject("TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.")


def forbid_azure(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.reject("TF401027: You need the Git 'GenericContribute' permission to perform this action.")


def forbid_workflows(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.reject(
        "refusing to allow a GitHub App to create or update workflow `.github/workflows/x.yml`"
        " without `workflows` permission"
    )


def commit_only(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (site.clone / "README.md").write_text("edited")
    site.git("commit", "--quiet", "--all", "-m", "not pushed")


def lose_remote(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.git("remote", "set-url", "origin", str(site.remote.parent / "gone.git"))


def drop_remote(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.git("remote", "remove", "origin")


def drop_token(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")


def deny(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.forge.faults.append(Fault(status=403, body={"message": "Resource not accessible by integration"}))


def drop_bundle(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.change_base({"cicd.tar.gz": None})


def lfs_bundle(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.change_base({"cicd.tar.gz": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"})


def drop_parameters(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = (site.clone / "cicd_params.json").read_bytes()
    site.change_base({"cicd_params.json": None, ".gitignore": b"cicd_params.json\n"})
    (site.clone / "cicd_params.json").write_bytes(parameters)


def switch(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.git("checkout", "--quiet", "-b", BRANCH)
    site.git("push", "--quiet", "origin", BRANCH)


BROKEN = {
    "edited": (edit, (), "changes that are not committed: `README.md`", "git stash"),
    "staged": (stage, (), "changes that are not committed: `README.md`", "git stash"),
    "untracked": (leave, (), "changes that are not committed: `notes.txt`", "git stash"),
    "edited, with a base": (edit, ("--base", "main"), "changes that are not committed", "git stash"),
    "detached": (detach, (), "HEAD is detached", "--base BRANCH"),
    "nobody commits": (forget, (), "git does not know who commits", "git config user.email"),
    "rejected": (refuse, (), "was refused: not today", "run it again"),
    "protected on GitHub": (protect, (), "GH006", "exempt branches named `cicdpack/*`"),
    "protected on GitLab": (protect_gitlab, (), "not allowed to push code", "exempt branches named `cicdpack/*`"),
    "protected on Azure DevOps": (protect_azure, (), "TF402455", "exempt branches named `cicdpack/*`"),
    "no right on Azure DevOps": (forbid_azure, (), "TF401027", "`Create branch`"),
    "no right to workflows": (forbid_workflows, (), "x.yml` without `workflows` permission", "`workflows: write`"),
    "not pushed": (commit_only, (), "has commits that `origin` does not have", "git push origin main"),
    "remote gone": (lose_remote, (), "cannot ask `origin` for its branches", "git remote -v"),
    "no remote": (drop_remote, (), "has no remote", "--no-push"),
    "no token": (drop_token, (), "no token for GitHub", "GitHub App"),
    "request forbidden": (deny, (), "HTTP 403: Resource not accessible", "GitHub App"),
    "no such base": (leave, ("--base", "trunk"), "`origin` has no branch `trunk`", "--base BRANCH"),
    "no such base here": (leave, ("--base", "trunk", "--no-push"), "has no branch `trunk`", "--base BRANCH"),
    "a base that is no name": (leave, ("--base", "a..b"), "name that no branch can have", "--base main"),
    "a base that is an option": (leave, ("--base=--upload-pack=x",), "name that no branch can have", "--base main"),
    "no bundle": (drop_bundle, (), "has no `cicd.tar.gz`", "cicdpack build"),
    "bundle in Git LFS": (lfs_bundle, (), "in Git LFS only", "--bundle"),
    "no parameters": (drop_parameters, (), "has no `cicd_params.json`", "push it"),
    "on our own branch": (switch, (), "is the one that is to be written", "--base"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_one_error_and_everything_as_it_was(
    make: Callable[..., Site], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """Whatever is wrong is said once, with the way out; no file, no branch here or there has moved."""
    arrange, options, words, hint = BROKEN[case]
    site = make()
    arrange(site, monkeypatch)
    before = site.facts()

    code = site.deploy(*options, "fraud-detector")

    assert code == 2
    printed = capsys.readouterr()
    (error,) = [line for line in printed.err.splitlines() if line.startswith("error:")]
    assert words in error
    assert hint in printed.err
    assert TOKEN not in printed.err
    assert printed.out == ""
    assert site.facts() == before


def test_no_git_repository(make: Callable[..., Site], capsys: pytest.CaptureFixture[str]) -> None:
    """Without git there is `apply`."""
    site = make()
    shutil.rmtree(site.clone / ".git")

    assert site.deploy() == 2
    assert "is in no git repository" in errors(capsys)[0]


def test_no_git(make: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where git is not on PATH, that is what is said, and not that there is no repository; `apply` needs none."""
    site = make()
    monkeypatch.setenv("PATH", str(site.clone))

    assert site.deploy() == 2
    assert capsys.readouterr().err.splitlines() == [
        f"error: git has no answer for `{site.clone}`: `git` was not found",
        "hint: install git, or put it on PATH",
    ]
    assert run(["build", "--ref", "HEAD"]) == 2
    assert "`git` was not found" in capsys.readouterr().err
    assert run(["apply", "fraud-detector", "--dry-run"]) == 0
    assert run(["status"]) == 0
    assert capsys.readouterr().err == ""


def test_a_request_that_failed_is_opened_by_the_next_run(
    make: Callable[..., Site], capsys: pytest.CaptureFixture[str]
) -> None:
    """The push came first, so the error is about the request alone; the next run has only that to do."""
    site = make()
    site.forge.faults.append(Fault(method="POST", status=500, body={"message": "oops"}))

    assert site.deploy() == 2
    assert "would not open a pull request: HTTP 500: oops" in errors(capsys)[0]
    tip = site.branches()[BRANCH]
    site.reject("nothing may be pushed")

    assert site.deploy() == 0
    assert (site.branches()[BRANCH], len(site.forge.requests)) == (tip, 1)


@pytest.mark.parametrize(
    ("how", "options"), [("on top", ()), ("amended", ()), ("merged", ()), ("on top", ("--no-push",))]
)
def test_somebody_s_work_on_our_branch(
    make: Callable[..., Site], capsys: pytest.CaptureFixture[str], how: str, options: tuple[str, ...]
) -> None:
    """A commit on top, an amended one, a merge: nothing is overwritten, and the error names the commit."""
    site = make()
    site.deploy(*options, "fraud-detector")
    site.git("checkout", "--quiet", BRANCH)
    (site.clone / "README.md").write_text("a reviewer's fix")
    site.git("add", "README.md")
    if how == "merged":
        site.git("stash", "--quiet")
        site.git(
            "merge",
            "--quiet",
            "--no-ff",
            "-m",
            "a fix",
            site.git("commit-tree", "-p", "HEAD", "-m", "x", "HEAD^{tree}"),
        )
    else:
        changes = ("--amend", "--no-edit", "--date=2001-01-01T00:00:00Z") if how == "amended" else ("-m", "a fix")
        site.git("commit", "--quiet", *changes)
    if not options:
        site.git("push", "--quiet", "--force", "origin", BRANCH)
    site.git("checkout", "--quiet", "main")
    site.bump()
    before = site.facts()
    capsys.readouterr()

    assert site.deploy(*options, "fraud-detector") == 2
    assert "has commits that cicdpack did not make" in errors(capsys)[0]
    assert site.facts() == before


def test_somebody_pushes_in_the_last_instant(
    make: Callable[..., Site], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The push holds only if the branch is where it was seen: what came in between stays."""
    site = make()
    hook = site.clone / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ngit -C '{site.remote}' update-ref refs/heads/{BRANCH} main\n")
    hook.chmod(0o755)

    assert site.deploy() == 2
    assert "was refused: the branch has moved" in errors(capsys)[0]
    assert site.branches()[BRANCH] == site.branches()["main"]


def test_a_local_branch_that_is_in_use(
    make: Callable[..., Site], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A branch that some working tree shows is not moved under it: locally an error, and no matter when we push."""
    site = make()
    site.deploy("--no-push", "fraud-detector")
    site.git("worktree", "add", "--quiet", str(tmp_path / "other"), BRANCH)
    tip = site.git("rev-parse", BRANCH)
    site.bump()
    capsys.readouterr()

    assert site.deploy("--no-push", "fraud-detector") == 2
    assert "is checked out in" in errors(capsys)[0]
    assert site.deploy() == 0
    assert site.git("rev-parse", BRANCH) == tip != site.branches()[BRANCH]


HOSTILE = 'x"; touch pwned; echo "'


def test_a_hostile_argument_runs_nothing(make: Callable[..., Site], capsys: pytest.CaptureFixture[str]) -> None:
    """A name that no project has is an error, whatever it would mean to a shell."""
    site = make()
    before = site.facts()

    assert site.deploy("--", HOSTILE) == 2
    assert f"no project `{HOSTILE}`" in errors(capsys)[0]
    assert site.facts() == before


BRANCHES = {
    ("fraud-detector",): "cicdpack/fraud-detector",
    ("my_proj.v2",): "cicdpack/my_proj.v2",
    ("b", "a"): "cicdpack/a+b",
    ("a", "a"): "cicdpack/a",
    (HOSTILE,): "cicdpack/x-touch-pwned-echo-",
    ("a+b",): "cicdpack/a-b-",
    ("-x",): "cicdpack/x-",
    (".x",): "cicdpack/x-",
    ("x.lock",): "cicdpack/x-lock-",
    ("a..b",): "cicdpack/a-b-",
    ("x.",): "cicdpack/x-",
    ("a/b",): "cicdpack/a-b-",
    ("projet-é",): "cicdpack/projet-",
    ("日本",): "cicdpack/",
    ("x" * 300,): "cicdpack/" + "x" * 60 + "-",
    tuple(f"project-{number}" for number in range(99)): "cicdpack/project-0+98-",
}


@pytest.mark.parametrize(("projects", "start"), BRANCHES.items(), ids=lambda case: str(case)[:30])
def test_branch_names(projects: tuple[str, ...], start: str) -> None:
    """A plain name as it is; every other one made plain, with a digest, so that no two projects share a branch."""
    branch = branch_for(projects)

    assert branch.startswith(start)
    assert len(branch) - len(start) == (8 if start.endswith(("-", "/")) else 0)
    assert set(branch) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.+-/")


def test_a_warning_is_in_the_request(make: Callable[..., Site]) -> None:
    """Whoever reviews it was not there when `deploy` ran."""
    site = make("gitlab")
    site.change_base({".gitlab-ci.yml": b"stages: [build]\njob:\n  stage: build\n  script: [true]\n"})

    assert site.deploy() == 0
    assert "### Warnings\n\n- `` .gitlab-ci.yml:1:9: `stages` lacks `test`" in site.forge.requests[0].body
