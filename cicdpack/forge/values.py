"""The values that all platforms share: what is asked, what is open, who asks, and the shape of a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cicdpack._values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.forge.remotes import Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A secret and the variable that it came from, which is all that a message may name."""

    value: str
    variable: str

    def __repr__(self) -> str:
        return f"Token(variable={self.variable!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP request: the whole URL, and the JSON value to send where there is one."""

    method: str
    url: str
    body: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Title (one line) and body (Markdown) of a request."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A request as the platform has it; `number` is what its URLs use, `url` is for people."""

    number: int
    url: str
    wording: Wording


class Forge(Protocol):
    """What one platform asks and answers; every method is pure."""

    @property
    def title(self) -> str:
        """The platform's name for people."""

    @property
    def noun(self) -> str:
        """`pull request` or `merge request`."""

    @property
    def longest_body(self) -> int:
        """Characters that a body may have."""

    @property
    def token(self) -> Token:
        """Who asks."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What every call carries, the token included."""

    @property
    def git_authorization(self) -> str:
        """The `Authorization` header that lets git push with the same token."""

    def serves(self, remote: Remote) -> bool:
        """Whether a git remote is on this very server, so that the token may be sent there."""

    def find(self, branch: str, base: str) -> Call:
        """Ask for the open requests of a branch."""

    def pick(self, value: object, branch: str, base: str) -> OpenRequest | None:
        """Take ours from the answer to `find`."""

    def create(self, wording: Wording, branch: str, base: str) -> Call:
        """Ask for a new request."""

    def update(self, number: int, wording: Wording) -> Call:
        """Ask for another title and body."""

    def read(self, value: object) -> OpenRequest | None:
        """Read one request as `create` and `update` answer it; None if it does not look like one."""

    def hint(self, status: int, said: str) -> str:
        """Say what to do about a refusal; empty where nothing special is known."""
