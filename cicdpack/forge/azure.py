"""Pull requests in Azure Repos, Azure DevOps Services and Server (REST API 7.1)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from cicdpack._values import dataclass
from cicdpack.forge.reading import agrees, items, number, text
from cicdpack.forge.values import Call, OpenRequest, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.forge.remotes import Remote
    from cicdpack.forge.values import Token

API_VERSION = "7.1"
CLOUD_HOSTS = ("dev.azure.com", ".visualstudio.com")
"""Azure DevOps Services, its name of today and that of before."""

HINTS = {
    203: "that is a sign-in page: the token in `{variable}` is wrong, has expired, or may not use the REST API",
    302: "that is a sign-in page: the token in `{variable}` is wrong, has expired, or may not use the REST API",
    401: "the token in `{variable}` is wrong or has expired; a step gets one by `$(System.AccessToken)`",
    403: "the build service needs `Contribute`, `Create branch` and `Contribute to pull requests` on `{repository}`",
    404: (
        "check project `{project}` and repository `{repository}`; with `Protect access to repositories in YAML"
        " pipelines` a pipeline sees only what it checks out"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureRepos:
    """`collection` as in `https://dev.azure.com/org/`; `repository` is a name or an id; `is_bearer`: a job's token."""

    collection: str
    project: str
    repository: str
    token: Token
    is_bearer: bool
    title: str = "Azure DevOps"
    noun: str = "pull request"
    longest_body: int = 4_000

    @property
    def headers(self) -> Mapping[str, str]:
        """What every call carries; the last one turns sign-in pages into refusals."""
        return {
            "Accept": "application/json",
            "Authorization": self.git_authorization,
            "X-TFS-FedAuthRedirect": "Suppress",
        }

    @property
    def git_authorization(self) -> str:
        """A job's token is a bearer token; a personal one is a password without a user."""
        if self.is_bearer:
            return f"Bearer {self.token.value}"
        return "Basic " + base64.b64encode(f":{self.token.value}".encode()).decode()

    def serves(self, remote: Remote) -> bool:
        """Whether the remote is on the server itself, or both are Azure DevOps Services."""
        server = urlsplit(self.collection)
        if remote.scheme == "https" and _is_cloud(remote.host) and _is_cloud(server.hostname or ""):
            return True
        return remote.origin == f"{server.scheme}://{server.netloc}".lower()

    def find(self, branch: str, base: str) -> Call:
        """Ask for the active ones from our branch."""
        criteria = {
            "searchCriteria.status": "active",
            "searchCriteria.sourceRefName": _ref(branch),
            "searchCriteria.targetRefName": _ref(base),
            "api-version": API_VERSION,
        }
        return Call(method="GET", url=f"{self._requests}?{urlencode(criteria)}")

    def pick(self, value: object, branch: str, base: str) -> OpenRequest | None:
        """Take the one between the two branches."""
        for item in items(value.get("value") if isinstance(value, dict) else None):
            found = (text(item, "sourceRefName"), text(item, "targetRefName"))
            if agrees(found[0], _ref(branch)) and agrees(found[1], _ref(base)):
                return self.read(item)
        return None

    def create(self, wording: Wording, branch: str, base: str) -> Call:
        """Ask for a new one."""
        body = {
            "sourceRefName": _ref(branch),
            "targetRefName": _ref(base),
            "title": wording.title,
            "description": wording.body,
        }
        return Call(method="POST", url=f"{self._requests}?api-version={API_VERSION}", body=body)

    def update(self, number: int, wording: Wording) -> Call:
        """Ask for another title and body."""
        body = {"title": wording.title, "description": wording.body}
        return Call(method="PATCH", url=f"{self._requests}/{number}?api-version={API_VERSION}", body=body)

    def read(self, value: object) -> OpenRequest | None:
        """Read one pull request; its `url` is the API's, so the one for people is made here."""
        found = number(value, "pullRequestId")
        if found is None:
            return None
        name = text(value, "repository", "name") or self.repository
        page = f"{self._project}/_git/{quote(name, safe='')}/pullrequest/{found}"
        return OpenRequest(
            number=found, url=page, wording=Wording(title=text(value, "title"), body=text(value, "description"))
        )

    def hint(self, status: int, said: str) -> str:
        """Say what to do about a refusal."""
        del said
        return HINTS.get(status, "").format(
            variable=self.token.variable, project=self.project, repository=self.repository
        )

    @property
    def _project(self) -> str:
        return f"{self.collection.rstrip('/')}/{quote(self.project, safe='')}"

    @property
    def _requests(self) -> str:
        return f"{self._project}/_apis/git/repositories/{quote(self.repository, safe='')}/pullrequests"


def _ref(branch: str) -> str:
    return f"refs/heads/{branch}"


def _is_cloud(host: str) -> bool:
    return host == CLOUD_HOSTS[0] or host.endswith(CLOUD_HOSTS[1])
