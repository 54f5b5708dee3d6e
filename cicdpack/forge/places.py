"""The platform's name, the variables of a job and the git remote -> the `Forge` to ask, with its token.

A token is meant for one server. The platform's own variables say which; where they are missing, the remote is believed
only if it is on the server that such tokens are for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cicdpack.forge.azure import CLOUD_HOSTS, AzureRepos
from cicdpack.forge.errors import ForgeError, MissingToken, UnknownPlace, UnusableToken
from cicdpack.forge.github import GitHub
from cicdpack.forge.gitlab import GitLab
from cicdpack.forge.values import Token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.forge.remotes import Remote
    from cicdpack.forge.values import Forge

GITHUB_TOKENS = ("GH_TOKEN", "GITHUB_TOKEN", "WORKFLOW_TOKEN")
"""In the order of the `gh` command; the last one is a personal token, as MLOps Stacks has it."""

ENTERPRISE_TOKENS = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
AZURE_TOKENS = ("SYSTEM_ACCESSTOKEN", "AZURE_DEVOPS_EXT_PAT")
"""A job's own token, and the personal one of the `az` command."""

GITLAB_TOKENS = ("GITLAB_TOKEN",)


def find_forge(platform: str, environment: Mapping[str, str], remote: Remote | None) -> Forge:
    """Return the platform to ask, by `input_cicd_platform`. Raises `UnknownPlace`, `MissingToken`, `UnusableToken`."""
    if platform == "azure_devops":
        return _azure(environment, remote)
    if platform == "gitlab":
        return _gitlab(environment, remote)
    if platform.startswith("github_actions"):
        return _github(environment, remote)
    raise ForgeError(
        f"no pull requests are known for the platform `{platform}`",
        hint="`input_cicd_platform` is `azure_devops`, `github_actions` or `gitlab`; `--no-request` pushes only",
    )


def _github(environment: Mapping[str, str], remote: Remote | None) -> GitHub:
    api, server = environment.get("GITHUB_API_URL", ""), environment.get("GITHUB_SERVER_URL", "")
    variables: tuple[str, ...] = GITHUB_TOKENS
    if not api:
        server = server or (f"https://{remote.host}" if remote else "")
        host = urlsplit(server).hostname or ""
        if not host:
            raise UnknownPlace("GitHub", ("GITHUB_API_URL", "GITHUB_REPOSITORY"))
        api = _github_api(host)
        if not (environment.get("GITHUB_SERVER_URL") or host == "github.com" or host.endswith(".ghe.com")):
            if host != environment.get("GH_HOST", "").lower():
                hint = (
                    f"for GitHub Enterprise Server set `GH_HOST` to `{host}` and its token as `{ENTERPRISE_TOKENS[0]}`"
                )
                raise UnknownPlace("GitHub", ("GITHUB_API_URL",), hint=hint)
            variables = ENTERPRISE_TOKENS
    repository = environment.get("GITHUB_REPOSITORY") or (remote.path if remote else "")
    if repository.count("/") != 1:
        raise UnknownPlace("GitHub", ("GITHUB_REPOSITORY",))
    hint = "give the step that of a GitHub App (contents, pull requests and workflows: write) as `GITHUB_TOKEN`"
    return GitHub(
        api=api,
        server=server or _github_server(api),
        repository=repository,
        token=_token("GitHub", environment, variables, hint),
    )


def _github_api(host: str) -> str:
    if host == "github.com" or host.endswith(".ghe.com"):
        return f"https://api.{host}"
    return f"https://{host}/api/v3"


def _github_server(api: str) -> str:
    parts = urlsplit(api)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"


def _azure(environment: Mapping[str, str], remote: Remote | None) -> AzureRepos:
    provider = environment.get("BUILD_REPOSITORY_PROVIDER", "TfsGit")
    if provider != "TfsGit":
        raise ForgeError(
            f"the pipeline runs in Azure DevOps, but its repository is elsewhere (`{provider}`)",
            hint="pass `--no-request`, and open the pull request where the repository is",
        )
    collection = environment.get("SYSTEM_COLLECTIONURI") or environment.get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI") or ""
    project = environment.get("SYSTEM_TEAMPROJECT", "")
    repository = environment.get("BUILD_REPOSITORY_ID") or environment.get("BUILD_REPOSITORY_NAME") or ""
    found = _azure_remote(remote) if remote else None
    if found is not None:
        collection, project, repository = collection or found[0], project or found[1], repository or found[2]
    if not (collection and project and repository):
        raise UnknownPlace("Azure DevOps", ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_REPOSITORY_ID"))
    hint = "a step gets one with `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`"
    token = _token("Azure DevOps", environment, AZURE_TOKENS, hint)
    return AzureRepos(
        collection=collection,
        project=project,
        repository=repository,
        token=token,
        is_bearer=token.variable == AZURE_TOKENS[0],
    )


def _azure_remote(remote: Remote) -> tuple[str, str, str] | None:
    """Read collection, project and repository from the forms that Azure DevOps Services show for cloning."""
    parts = [unquote(part) for part in remote.path.split("/")]
    if remote.host in ("ssh.dev.azure.com", f"vs-ssh{CLOUD_HOSTS[1]}") and len(parts) == 4:
        return f"https://{CLOUD_HOSTS[0]}/{parts[1]}/", parts[2], parts[3]
    if "_git" not in parts[:-1]:
        return None
    above, repository = parts[: parts.index("_git")], parts[-1]
    if remote.host == CLOUD_HOSTS[0] and above:
        organisation, project = above[0], above[1] if len(above) > 1 else repository
        return f"https://{remote.host}/{organisation}/", project, repository
    if remote.host.endswith(CLOUD_HOSTS[1]):
        project = above[-1] if above and above[-1] != "DefaultCollection" else repository
        return f"https://{remote.host}/", project, repository
    return None


def _gitlab(environment: Mapping[str, str], remote: Remote | None) -> GitLab:
    api, server = environment.get("CI_API_V4_URL", ""), environment.get("CI_SERVER_URL", "")
    if not api and remote is not None:
        given = environment.get("GITLAB_HOST") or "gitlab.com"
        host = (urlsplit(given).hostname if "://" in given else given) or ""
        if remote.host == host.lower():
            api = f"https://{remote.host}/api/v4"
    project = environment.get("CI_PROJECT_ID") or (remote.path if remote else "")
    if not (api and project):
        hint = "outside of a job, for a server of your own, set `GITLAB_HOST` to its name"
        raise UnknownPlace("GitLab", ("CI_API_V4_URL", "CI_PROJECT_ID"), hint=hint)
    hint = "make a project access token (`api`, `write_repository`) and give it to the job as `GITLAB_TOKEN`"
    if environment.get("CI_JOB_TOKEN"):
        hint = f"`CI_JOB_TOKEN` can open no merge requests: {hint}"
    token = _token("GitLab", environment, GITLAB_TOKENS, hint)
    return GitLab(api=api, server=server or api.partition("/api/v4")[0], project=project, token=token)


def _token(title: str, environment: Mapping[str, str], variables: tuple[str, ...], hint: str) -> Token:
    for variable in variables:
        value = environment.get(variable, "").strip()
        if not value:
            continue
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise UnusableToken(variable)
        return Token(value=value, variable=variable)
    raise MissingToken(title, variables, hint)
