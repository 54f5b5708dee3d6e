"""Pull requests on GitHub and GitHub Enterprise Server (REST API, version 2022-11-28)."""

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
    403: (
        "the token in `{variable}` needs `contents`, `pull requests` and `workflows`: write; best is that of a GitHub"
        " App; an organisation may have to authorise it first"
    ),
    404: "GitHub says so of what a token may not see: check `{repository}`, and that the token or app may use it",
    410: "`{repository}` takes no pull requests",
    422: "GitHub found the pull request itself wrong: is the base branch there, and not the same as ours?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHub:
    """`api` as in `https://api.github.com`, `server` as in `https://github.com`, `repository` as in `org/repo`."""

    api: str
    server: str
    repository: str
    token: Token
    title: str = "GitHub"
    noun: str = "pull request"
    longest_body: int = 65_536

    @property
    def headers(self) -> Mapping[str, str]:
        """What every call carries."""
        return {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token.value}",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    @property
    def git_authorization(self) -> str:
        """A token is the password of the user `x-access-token`, whatever its kind."""
        return "Basic " + base64.b64encode(f"x-access-token:{self.token.value}".encode()).decode()

    def serves(self, remote: Remote) -> bool:
        """Whether the remote is on the server itself, over HTTP."""
        server = urlsplit(self.server)
        return remote.origin == f"{server.scheme}://{server.netloc}".lower()

    def find(self, branch: str, base: str) -> Call:
        """Ask for the open ones from our branch."""
        head = f"{self.repository.partition('/')[0]}:{branch}"
        query = urlencode({"state": "open", "head": head, "base": base, "per_page": 100})
        return Call(method="GET", url=f"{self._pulls}?{query}")

    def pick(self, value: object, branch: str, base: str) -> OpenRequest | None:
        """Take the one between the two branches."""
        for item in items(value):
            if agrees(text(item, "head", "ref"), branch) and agrees(text(item, "base", "ref"), base):
                return self.read(item)
        return None

    def create(self, wording: Wording, branch: str, base: str) -> Call:
        """Ask for a new one, which maintainers may edit as usual."""
        body = {"title": wording.title, "body": wording.body, "head": branch, "base": base}
        return Call(method="POST", url=self._pulls, body=body)

    def update(self, number: int, wording: Wording) -> Call:
        """Ask for another title and body."""
        return Call(method="PATCH", url=f"{self._pulls}/{number}", body={"title": wording.title, "body": wording.body})

    def read(self, value: object) -> OpenRequest | None:
        """Read one pull request."""
        found = number(value, "number")
        if found is None:
            return None
        wording = Wording(title=text(value, "title"), body=text(value, "body"))
        return OpenRequest(number=found, url=text(value, "html_url"), wording=wording)

    def hint(self, status: int, said: str) -> str:
        """Say what to do about a refusal."""
        if "not permitted to create" in said:
            return (
                "allow it under Settings, Actions, General, `Allow GitHub Actions to create and approve pull requests`"
            )
        return HINTS.get(status, "").format(variable=self.token.variable, repository=self.repository)

    @property
    def _pulls(self) -> str:
        return f"{self.api.rstrip('/')}/repos/{quote(self.repository)}/pulls"
