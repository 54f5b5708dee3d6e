"""Merge requests on GitLab (REST API v4)."""

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

HINTS = {
    401: "the token in `{variable}` is wrong or has expired",
    403: "the token in `{variable}` needs the scope `api` and the role Developer; a job's own token has neither",
    404: "GitLab says so of what a token may not see: check the project `{project}`, and whose token it is",
    422: "GitLab found the merge request itself wrong: is the base branch there, and not the same as ours?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLab:
    """`api` as in `https://gitlab.com/api/v4`, `project` a number or a path as in `group/project`."""

    api: str
    server: str
    project: str
    token: Token
    title: str = "GitLab"
    noun: str = "merge request"
    longest_body: int = 1_048_576

    @property
    def headers(self) -> Mapping[str, str]:
        """What every call carries."""
        return {"Accept": "application/json", "PRIVATE-TOKEN": self.token.value}

    @property
    def git_authorization(self) -> str:
        """A token is the password of any user name."""
        return "Basic " + base64.b64encode(f"oauth2:{self.token.value}".encode()).decode()

    def serves(self, remote: Remote) -> bool:
        """Whether the remote is on the server itself, over HTTP."""
        server = urlsplit(self.server)
        return remote.origin == f"{server.scheme}://{server.netloc}".lower()

    def find(self, branch: str, base: str) -> Call:
        """Ask for the open ones from our branch."""
        query = urlencode({"state": "opened", "source_branch": branch, "target_branch": base, "per_page": 100})
        return Call(method="GET", url=f"{self._requests}?{query}")

    def pick(self, value: object, branch: str, base: str) -> OpenRequest | None:
        """Take the one between the two branches."""
        for item in items(value):
            if agrees(text(item, "source_branch"), branch) and agrees(text(item, "target_branch"), base):
                return self.read(item)
        return None

    def create(self, wording: Wording, branch: str, base: str) -> Call:
        """Ask for a new one, whose branch goes when it is merged."""
        body = {
            "source_branch": branch,
            "target_branch": base,
            "title": wording.title,
            "description": wording.body,
            "remove_source_branch": True,
        }
        return Call(method="POST", url=self._requests, body=body)

    def update(self, number: int, wording: Wording) -> Call:
        """Ask for another title and body."""
        body = {"title": wording.title, "description": wording.body}
        return Call(method="PUT", url=f"{self._requests}/{number}", body=body)

    def read(self, value: object) -> OpenRequest | None:
        """Read one merge request."""
        found = number(value, "iid")
        if found is None:
            return None
        wording = Wording(title=text(value, "title"), body=text(value, "description"))
        return OpenRequest(number=found, url=text(value, "web_url"), wording=wording)

    def hint(self, status: int, said: str) -> str:
        """Say what to do about a refusal."""
        del said
        return HINTS.get(status, "").format(variable=self.token.variable, project=self.project)

    @property
    def _requests(self) -> str:
        return f"{self.api.rstrip('/')}/projects/{quote(self.project, safe='')}/merge_requests"
