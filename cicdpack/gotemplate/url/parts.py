"""A URL in parts, put together and read in Go's ways. Makes no URL from text: see `parsing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.gotemplate.url.escaping import FRAGMENT, HOST, PATH, USERINFO, BadPart, escape, is_valid, unescape
from cicdpack.gotemplate.url.paths import join, resolve
from cicdpack.gotemplate.url.query import parse_query

if TYPE_CHECKING:
    from collections.abc import Sequence


class UserInfo:
    """What stands before the `@`. `password` is None where there is no colon."""

    __slots__ = ("password", "username")

    def __init__(self, username: str, password: str | None) -> None:
        self.username = username
        self.password = password

    def __str__(self) -> str:
        name = escape(self.username, USERINFO)
        return name if self.password is None else f"{name}:{escape(self.password, USERINFO)}"


class URL:
    """A URL in parts, named as in Go: `scheme:opaque?query#fragment` or `scheme://user@host/path?query#fragment`.

    `path` and `fragment` are decoded; `raw_path` and `raw_fragment` are how they were written, "" where that is the
    usual way. `force_query` says that there is a lone question mark, `omit_host` that `//` was missing.
    """

    __slots__ = (
        "force_query", "fragment", "host", "omit_host", "opaque", "path", "raw_fragment", "raw_path", "raw_query",
        "scheme", "user",
    )  # fmt: skip

    def __init__(self) -> None:
        self.scheme = ""
        self.opaque = ""
        self.user: UserInfo | None = None
        self.host = ""
        self.path = ""
        self.raw_path = ""
        self.omit_host = False
        self.force_query = False
        self.raw_query = ""
        self.fragment = ""
        self.raw_fragment = ""

    def copy(self) -> URL:
        """A URL of its own with the same parts."""
        twin = URL()
        for name in URL.__slots__:
            setattr(twin, name, getattr(self, name))
        return twin

    def set_path(self, text: str) -> None:
        """Set the path from how it is written, or raise `BadPart`."""
        self.path = unescape(text, PATH)
        self.raw_path = "" if escape(self.path, PATH) == text else text

    def set_fragment(self, text: str) -> None:
        """Set the fragment from how it is written, or raise `BadPart`."""
        self.fragment = unescape(text, FRAGMENT)
        self.raw_fragment = "" if escape(self.fragment, FRAGMENT) == text else text

    def escaped_path(self) -> str:
        """The path as it is written in the URL."""
        if self.raw_path and is_valid(self.raw_path, PATH):
            return self.raw_path
        return "*" if self.path == "*" else escape(self.path, PATH)

    def escaped_fragment(self) -> str:
        """The fragment as it is written in the URL."""
        if self.raw_fragment and is_valid(self.raw_fragment, FRAGMENT):
            return self.raw_fragment
        return escape(self.fragment, FRAGMENT)

    def __str__(self) -> str:
        scheme = f"{self.scheme}:" if self.scheme else ""
        if self.opaque:
            return scheme + self.opaque + self._tail()
        authority = self._authority()
        path = self.escaped_path()
        if path and self.host and not path.startswith("/"):
            path = "/" + path
        if not scheme + authority and ":" in path.partition("/")[0]:
            # Without the dot the first segment would be read as a scheme.
            path = "./" + path
        return scheme + authority + path + self._tail()

    def _authority(self) -> str:
        user = "" if self.user is None else f"{self.user}@"
        if self.omit_host and not self.host and self.user is None:
            return ""
        if not self.host and self.user is None and not (self.scheme and self.path):
            return ""
        return f"//{user}{escape(self.host, HOST)}"

    def _tail(self) -> str:
        fragment = f"#{self.escaped_fragment()}" if self.fragment else ""
        return self._question() + fragment

    def _question(self) -> str:
        return f"?{self.raw_query}" if self.force_query or self.raw_query else ""

    def redacted(self) -> str:
        """The URL with `xxxxx` for the password."""
        if self.user is None or self.user.password is None:
            return str(self)
        safe = self.copy()
        safe.user = UserInfo(self.user.username, "xxxxx")
        return str(safe)

    def hostname(self) -> str:
        """The host without port and brackets."""
        host = self._host_and_port()[0]
        return host[1:-1] if host.startswith("[") and host.endswith("]") else host

    def port(self) -> str:
        """The port's digits, "" where there is none."""
        return self._host_and_port()[1]

    def _host_and_port(self) -> tuple[str, str]:
        colon = self.host.rfind(":")
        if colon >= 0 and is_port(self.host[colon:]):
            return self.host[:colon], self.host[colon + 1 :]
        return self.host, ""

    def is_abs(self) -> bool:
        """Whether there is a scheme."""
        return bool(self.scheme)

    def request_uri(self) -> str:
        """Path and query as they stand in an HTTP request."""
        target = self.opaque
        if not target:
            target = self.escaped_path() or "/"
        elif target.startswith("//"):
            target = f"{self.scheme}:{target}"
        return target + self._question()

    def query(self) -> dict[str, list[str]]:
        """The query's keys with their values; pairs that cannot be read are left out."""
        return parse_query(self.raw_query)

    def join_path(self, elements: Sequence[str]) -> URL:
        """The URL with `elements` joined to its path, dots resolved; a path that cannot be decoded stays as it was."""
        joined = self.copy()
        try:
            joined.set_path(join(self.escaped_path(), elements))
        except BadPart:
            return joined
        return joined

    def resolve_reference(self, reference: URL) -> URL:
        """RFC 3986, section 5.2."""
        resolved = reference.copy()
        if not reference.scheme:
            resolved.scheme = self.scheme
        if reference.scheme or reference.host or reference.user is not None:
            resolved.set_path(resolve(reference.escaped_path(), ""))
            return resolved
        if not reference.opaque and not reference.path and not reference.force_query and not reference.raw_query:
            resolved.raw_query = self.raw_query
            if not reference.fragment:
                resolved.fragment, resolved.raw_fragment = self.fragment, self.raw_fragment
        if reference.opaque or (not reference.path and self.opaque):
            resolved.opaque = reference.opaque or self.opaque
            resolved.user, resolved.host, resolved.path = None, "", ""
            return resolved
        resolved.host, resolved.user = self.host, self.user
        resolved.set_path(resolve(self.escaped_path(), reference.escaped_path()))
        return resolved


def is_port(text: str) -> bool:
    """Whether the text is nothing, or a colon and any number of digits."""
    digits = text[1:]
    return not text or (text[0] == ":" and (not digits or (digits.isascii() and digits.isdigit())))
