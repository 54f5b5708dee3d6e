"""The URL of a git remote -> where it is, without any credentials that it may hold.

Forms: git-push(1), GIT URLS.
"""

from __future__ import annotations

import re

from cicdpack._values import dataclass

_URL = re.compile(r"(?P<scheme>https?|ssh)://(?:[^@/]*@)?(?P<host>\[[^\]]+\]|[^/:]+)(?::(?P<port>\d+))?/(?P<path>.+)")
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^/:]{2,}):(?!/{2})(?P<path>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Scheme (`https`, `http` or `ssh`), host in lower case, port where given, path without `.git`."""

    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, as in `https://github.com`."""
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port is not None else "")


def parse_remote(url: str) -> Remote | None:
    """Return where a remote is; None for a folder of this machine, and for what is no URL."""
    match = _URL.fullmatch(url)
    if match is None:
        if "://" in url or url.startswith((".", "/")):
            return None
        match = _SCP.fullmatch(url)
    if match is None:
        return None
    parts = match.groupdict()
    port = parts.get("port")
    path = parts["path"].strip("/")
    return Remote(
        scheme=parts.get("scheme") or "ssh",
        host=parts["host"].lower(),
        port=int(port) if port else None,
        path=path.removesuffix(".git"),
    )
