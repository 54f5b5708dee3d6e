"""Text -> a URL in parts, or Go's words on why it is none."""

from __future__ import annotations

from cicdpack.errors import CicdpackError
from cicdpack.gotemplate.quoting import quote
from cicdpack.gotemplate.url.address import AddressError, is_ipv4
from cicdpack.gotemplate.url.escaping import HOST, USERINFO, BadPart, unescape
from cicdpack.gotemplate.url.parts import URL, UserInfo, is_port

_SCHEME_LATER = frozenset("0123456789+-.")
_USERINFO_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:~!$&'()*+,;=%@",
)


class URLError(CicdpackError):
    """Text that Go's `url.Parse` refuses. `text` is what was parsed, `reason` Go's words."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"not a URL: `{text}`: {reason}")
        self.text = text
        self.reason = reason

    @property
    def go_text(self) -> str:
        """The text that Go shows, byte for byte."""
        return f"parse {quote(self.text)}: {self.reason}"


def parse(text: str) -> URL:
    """Go's `url.Parse`: take a URL or a reference apart, or raise `URLError`."""
    before, _, fragment = text.partition("#")
    try:
        url = _parse_reference(before)
    except (BadPart, AddressError) as error:
        raise URLError(before, str(error)) from None
    if fragment:
        try:
            url.set_fragment(fragment)
        except BadPart as error:
            raise URLError(text, str(error)) from None
    return url


def _parse_reference(text: str) -> URL:
    """Everything but the fragment."""
    url = URL()
    if any(character < " " or character == "\x7f" for character in text):
        raise BadPart("net/url: invalid control character in URL")
    if text == "*":
        url.path = "*"
        return url
    scheme, rest = _split_scheme(text)
    url.scheme = scheme.lower()
    if rest.endswith("?") and rest.count("?") == 1:
        url.force_query = True
        rest = rest[:-1]
    else:
        rest, _, url.raw_query = rest.partition("?")
    if not rest.startswith("/"):
        if scheme:
            url.opaque = rest
            return url
        if ":" in rest.partition("/")[0]:
            raise BadPart("first path segment in URL cannot contain colon")
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        url.user, url.host = _parse_authority(authority, url.scheme)
        rest = slash + path
    elif scheme and rest.startswith("/"):
        url.omit_host = True
    url.set_path(rest)
    return url


def _split_scheme(text: str) -> tuple[str, str]:
    """(scheme, rest); no scheme where the text before the first colon is not one."""
    for index, character in enumerate(text):
        if character == ":":
            if index == 0:
                raise BadPart("missing protocol scheme")
            return text[:index], text[index + 1 :]
        if not (character.isascii() and character.isalpha()) and (index == 0 or character not in _SCHEME_LATER):
            break
    return "", text


def _parse_authority(text: str, scheme: str) -> tuple[UserInfo | None, str]:
    userinfo, at, host = text.rpartition("@")
    host = _parse_host(host, scheme)
    if not at:
        return None, host
    if not _USERINFO_CHARACTERS.issuperset(userinfo):
        raise BadPart("net/url: invalid userinfo")
    username, colon, password = userinfo.partition(":")
    username = unescape(username, USERINFO)
    return UserInfo(username, unescape(password, USERINFO) if colon else None), host


def _parse_host(host: str, scheme: str) -> str:
    bracket = host.rfind("[")
    if bracket > 0:
        raise BadPart("invalid IP-literal")
    if bracket == 0:
        return _parse_ip_literal(host)
    # More colons than one are refused in schemes that are known to have hosts without them.
    colon = host.find(":") if scheme in {"http", "https"} else host.rfind(":")
    if colon >= 0:
        _check_port(host[colon:])
    return unescape(host, HOST)


def _parse_ip_literal(host: str) -> str:
    """`[address]`, `[address%25zone]`, with a port after it (RFC 3986, RFC 6874)."""
    close = host.rfind("]")
    if close < 0:
        raise BadPart("missing ']' in host")
    port = host[close + 1 :]
    _check_port(port)
    inside = host[1:close]
    zone = inside.find("%25")
    if zone >= 0:
        address = unescape(inside[:zone], HOST) + unescape(inside[zone:], HOST, zone=True)
    else:
        address = unescape(inside, HOST)
    try:
        if is_ipv4(address):
            raise BadPart("invalid IP-literal")
    except AddressError as error:
        raise BadPart(f"invalid host: {error}") from None
    return f"[{address}]{port}"


def _check_port(text: str) -> None:
    if not is_port(text):
        raise BadPart(f"invalid port {quote(text)} after host")
