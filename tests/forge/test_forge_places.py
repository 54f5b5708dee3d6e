"""Which server is asked, about which repository, with whose token: by the variables of a job, or by the git remote."""

from __future__ import annotations

import pytest

from cicdpack.forge.errors import ForgeError, MissingToken, UnknownPlace, UnusableToken
from cicdpack.forge.places import find_forge
from cicdpack.forge.remotes import Remote, parse_remote

URLS = {
    "https://github.com/org/repo.git": ("https", "github.com", None, "org/repo"),
    "https://github.com/org/repo": ("https", "github.com", None, "org/repo"),
    "https://user:pass@GitHub.com/org/repo/": ("https", "github.com", None, "org/repo"),
    "http://127.0.0.1:8080/org/repo.git": ("http", "127.0.0.1", 8080, "org/repo"),
    "ssh://git@git.example.com:2222/group/sub/repo.git": ("ssh", "git.example.com", 2222, "group/sub/repo"),
    "git@github.com:org/repo.git": ("ssh", "github.com", None, "org/repo"),
    "git@ssh.dev.azure.com:v3/org/p/repo": ("ssh", "ssh.dev.azure.com", None, "v3/org/p/repo"),
    "https://org@dev.azure.com/org/a%20p/_git/repo": ("https", "dev.azure.com", None, "org/a%20p/_git/repo"),
}


@pytest.mark.parametrize(("url", "parts"), URLS.items())
def test_urls(url: str, parts: tuple[str, str, int | None, str]) -> None:
    """Every form of git's URLs, without the credentials in it."""
    scheme, host, port, path = parts

    assert parse_remote(url) == Remote(scheme=scheme, host=host, port=port, path=path)


@pytest.mark.parametrize("url", ["/srv/git/repo.git", "../origin.git", "C:/repos/x", "file:///srv/repo", "", "repo"])
def test_folders_are_no_place(url: str) -> None:
    """A remote on this machine names no server."""
    assert parse_remote(url) is None


T = "t0ken"
FINDS = {
    "github by its variables": (
        "github_actions",
        {"GITHUB_API_URL": "https://api.github.com", "GITHUB_REPOSITORY": "o/r", "GITHUB_TOKEN": T},
        None,
        "https://api.github.com/repos/o/r/pulls",
        "GITHUB_TOKEN",
    ),
    "enterprise server by its variables": (
        "github_actions_for_github_enterprise_servers",
        {"GITHUB_API_URL": "https://ghe.corp/api/v3", "GITHUB_REPOSITORY": "o/r", "WORKFLOW_TOKEN": T},
        None,
        "https://ghe.corp/api/v3/repos/o/r/pulls",
        "WORKFLOW_TOKEN",
    ),
    "github by the remote": (
        "github_actions",
        {"GH_TOKEN": T},
        "git@github.com:o/r.git",
        "https://api.github.com/repos/o/r/pulls",
        "GH_TOKEN",
    ),
    "enterprise server by the remote": (
        "github_actions_for_github_enterprise_servers",
        {"GH_HOST": "ghe.corp", "GH_ENTERPRISE_TOKEN": T, "GH_TOKEN": "of github.com"},
        "https://ghe.corp/o/r.git",
        "https://ghe.corp/api/v3/repos/o/r/pulls",
        "GH_ENTERPRISE_TOKEN",
    ),
    "github with data residency": (
        "github_actions",
        {"GH_TOKEN": T},
        "https://corp.ghe.com/o/r",
        "https://api.corp.ghe.com/repos/o/r/pulls",
        "GH_TOKEN",
    ),
    "the app's token before the personal one": (
        "github_actions",
        {"GITHUB_TOKEN": T, "WORKFLOW_TOKEN": "personal"},
        "https://github.com/o/r",
        "https://api.github.com/repos/o/r/pulls",
        "GITHUB_TOKEN",
    ),
    "azure by its variables": (
        "azure_devops",
        {
            "SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/",
            "SYSTEM_TEAMPROJECT": "a p",
            "BUILD_REPOSITORY_ID": "5f",
            "BUILD_REPOSITORY_NAME": "r",
            "SYSTEM_ACCESSTOKEN": T,
        },
        None,
        "https://dev.azure.com/o/a%20p/_apis/git/repositories/5f/pullrequests",
        "SYSTEM_ACCESSTOKEN",
    ),
    "azure by the remote": (
        "azure_devops",
        {"AZURE_DEVOPS_EXT_PAT": T},
        "https://o@dev.azure.com/o/a%20p/_git/r",
        "https://dev.azure.com/o/a%20p/_apis/git/repositories/r/pullrequests",
        "AZURE_DEVOPS_EXT_PAT",
    ),
    "azure by the remote over ssh": (
        "azure_devops",
        {"AZURE_DEVOPS_EXT_PAT": T},
        "git@ssh.dev.azure.com:v3/o/p/r",
        "https://dev.azure.com/o/p/_apis/git/repositories/r/pullrequests",
        "AZURE_DEVOPS_EXT_PAT",
    ),
    "azure by a remote of old": (
        "azure_devops",
        {"AZURE_DEVOPS_EXT_PAT": T},
        "https://o.visualstudio.com/DefaultCollection/p/_git/r",
        "https://o.visualstudio.com/p/_apis/git/repositories/r/pullrequests",
        "AZURE_DEVOPS_EXT_PAT",
    ),
    "gitlab by its variables": (
        "gitlab",
        {"CI_API_V4_URL": "https://git.corp/api/v4", "CI_PROJECT_ID": "42", "GITLAB_TOKEN": T, "CI_JOB_TOKEN": "job"},
        None,
        "https://git.corp/api/v4/projects/42/merge_requests",
        "GITLAB_TOKEN",
    ),
    "gitlab by the remote": (
        "gitlab",
        {"GITLAB_TOKEN": T},
        "git@gitlab.com:g/sub/r.git",
        "https://gitlab.com/api/v4/projects/g%2Fsub%2Fr/merge_requests",
        "GITLAB_TOKEN",
    ),
    "gitlab of one's own by the remote": (
        "gitlab",
        {"GITLAB_TOKEN": T, "GITLAB_HOST": "https://git.corp"},
        "https://git.corp/g/r.git",
        "https://git.corp/api/v4/projects/g%2Fr/merge_requests",
        "GITLAB_TOKEN",
    ),
}


@pytest.mark.parametrize("case", FINDS)
def test_who_is_asked(case: str) -> None:
    """The platform's own variables come first, then the remote; the token is the one for that server."""
    platform, environment, remote, url, variable = FINDS[case]

    forge = find_forge(platform, environment, parse_remote(remote) if remote else None)

    assert forge.find("b", "main").url.partition("?")[0] == url
    assert (forge.token.value, forge.token.variable) == (T, variable)


ELSEWHERE = {
    "a github token for a server of one's own": (
        "github_actions",
        {"GITHUB_TOKEN": T},
        "https://ghe.corp/o/r",
        "GH_HOST",
    ),
    "a gitlab token for an unknown server": ("gitlab", {"GITLAB_TOKEN": T}, "https://git.corp/g/r", "GITLAB_HOST"),
    "an azure token for an unknown server": (
        "azure_devops",
        {"AZURE_DEVOPS_EXT_PAT": T},
        "https://x.y/o/p/_git/r",
        "job",
    ),
    "a folder": ("github_actions", {"GITHUB_TOKEN": T}, "/srv/git/r", "--no-request"),
    "a path that is no repository": ("github_actions", {"GITHUB_TOKEN": T}, "https://github.com/o", "--no-request"),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_token_is_for_one_server(case: str) -> None:
    """A remote alone does not get a token that is for another server: the hint says how to name it."""
    platform, environment, remote, hint = ELSEWHERE[case]

    with pytest.raises(UnknownPlace) as caught:
        find_forge(platform, environment, parse_remote(remote))

    assert hint in str(caught.value.hint)
    assert T not in str(caught.value) + str(caught.value.hint)


@pytest.mark.parametrize(
    ("platform", "remote", "variables", "hint"),
    [
        ("github_actions", "https://github.com/o/r", ("GH_TOKEN", "GITHUB_TOKEN", "WORKFLOW_TOKEN"), "GitHub App"),
        ("azure_devops", "https://dev.azure.com/o/p/_git/r", ("SYSTEM_ACCESSTOKEN", "AZURE_DEVOPS_EXT_PAT"), "env:"),
        ("gitlab", "https://gitlab.com/g/r", ("GITLAB_TOKEN",), "`CI_JOB_TOKEN` can open no merge requests"),
    ],
)
def test_no_token(platform: str, remote: str, variables: tuple[str, ...], hint: str) -> None:
    """The variables that were looked at are named, and where a token comes from; an empty one is none."""
    with pytest.raises(MissingToken) as caught:
        find_forge(platform, {variables[0]: " ", "CI_JOB_TOKEN": "job"}, parse_remote(remote))

    assert caught.value.variables == variables
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize("value", ["t0ken\nX-Evil: 1", "t0 ken", "t0kén"])
def test_a_token_that_is_none(value: str) -> None:
    """What no header can hold is refused by the variable's name, not shown."""
    with pytest.raises(UnusableToken, match="`GITLAB_TOKEN` holds characters") as caught:
        find_forge("gitlab", {"GITLAB_TOKEN": value}, parse_remote("https://gitlab.com/g/r"))

    assert "t0" not in str(caught.value)


def test_a_line_end_after_a_token_does_not_count() -> None:
    """Secrets are often pasted with one."""
    forge = find_forge("gitlab", {"GITLAB_TOKEN": f"{T}\n"}, parse_remote("https://gitlab.com/g/r"))

    assert forge.token.value == T


@pytest.mark.parametrize("platform", ["", "jenkins"])
def test_another_platform(platform: str) -> None:
    """There are three; the hint says how to go on without a request."""
    with pytest.raises(ForgeError, match="no pull requests are known") as caught:
        find_forge(platform, {}, None)

    assert "--no-request" in str(caught.value.hint)


def test_azure_pipelines_of_a_repository_elsewhere() -> None:
    """A pipeline of Azure DevOps may build a repository on GitHub: there is no pull request to open in Azure Repos."""
    with pytest.raises(ForgeError, match="its repository is elsewhere"):
        find_forge("azure_devops", {"BUILD_REPOSITORY_PROVIDER": "GitHub"}, None)


SERVES = [
    ("github_actions", {"GITHUB_TOKEN": T}, "https://github.com/o/r", True),
    ("github_actions", {"GITHUB_TOKEN": T}, "git@github.com:o/r", False),
    ("github_actions", {"GITHUB_TOKEN": T, "GITHUB_API_URL": "https://api.github.com"}, "https://github.com/o/r", True),
    ("github_actions", {"GITHUB_TOKEN": T, "GITHUB_API_URL": "https://api.github.com"}, "https://evil.com/o/r", False),
    ("github_actions", {"GITHUB_TOKEN": T, "GITHUB_API_URL": "https://api.github.com"}, "http://github.com/o/r", False),
    ("gitlab", {"GITLAB_TOKEN": T, "CI_API_V4_URL": "https://git.corp/api/v4"}, "https://git.corp/g/r", True),
    ("gitlab", {"GITLAB_TOKEN": T, "CI_API_V4_URL": "https://git.corp/api/v4"}, "https://evil.com/g/r", False),
    ("azure_devops", {"AZURE_DEVOPS_EXT_PAT": T}, "https://dev.azure.com/o/p/_git/r", True),
    ("azure_devops", {"AZURE_DEVOPS_EXT_PAT": T}, "git@ssh.dev.azure.com:v3/o/p/r", False),
]


@pytest.mark.parametrize(("platform", "environment", "url", "expected"), SERVES)
def test_git_gets_the_token_for_its_own_server_only(
    platform: str, environment: dict[str, str], url: str, expected: bool
) -> None:
    """Pushes carry the token where the remote is on the platform's server, over the same protocol; nowhere else."""
    remote = parse_remote(url)
    assert remote is not None

    assert find_forge(platform, environment, remote).serves(remote) is expected
