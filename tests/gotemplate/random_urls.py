"""Random URLs and references: sensible ones, IPv6 addresses, and heaps of delimiters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

PIECES = (
    "http", "https", "HTTP", "://", ":", "/", "//", "a", "b", "h.com", "user", "pw", "@", "?", "#", "&", "=", "q",
    "k", ";", "%20", "%2F", "%41", "%", "%zz", "%C3%A9", "é", " ", "+", "..", ".", "[", "]", "[::1]", "::1",
    "1.2.3.4", "[fe80::1%25en0]", "%25", ":80", ":8a", "*", "~", "!", "$", "(", ")", "|", "<", '"', "'", "\\", "^",
    "\x7f", "\n", "\udcff", ",", "-", "_", "{", "ffff", "12345", "0", "1", "7:",
)  # fmt: skip
SCHEMES = ("http", "https", "x", "mailto", "A1+", "HTTP")
USERS = ("u", "u:p", "u%40", "u:p:q", "", "u:%zz", "é", "u:", "u%3Ap:%2F")
HOSTS = ("h", "h.com", "[::1]", "h:80", "[::1]:80", "", "é", "h%C3%A9", "h:", "H:x", "h:1:2")
PATHS = (
    "", "/", "/a/b", "/a%2Fb", "/a b", "/../a/./b/..", "a/../..", "/a//b/", "/%7Ea", "/é", "/a;b,c", "/[x]", "/*",
    ".", "..", "/a/.", "b:c", ".//x", "..//",
)  # fmt: skip
QUERIES = ("q=1", "q=1&r=2&q=3", "a;b", "%zz=1&q=2", "q=a+b%20c", "=x&y", "&&", "q", "é=é", "q=?", "")
FRAGMENTS = ("f", "é", "a%20b", "a b", "%zz", "a#b", "!()*", "'", "f/?", "")
FIELDS = (
    "1", "ffff", "", "12345", "g", "1.2.3.4", "1.2.3", "1.2.3.256", "01.2.3.4", "1..2", "1.2.3.", "1.2.3.4.5", "0",
    "1%25", "%25a",
)  # fmt: skip
ZONES = ("", "", "::", "%25z", ":", "%25%20", "%25%zz", "%25%7F", "%25%41")
ELEMENTS = ("a", "..", "/", "b/", ".", "", "%2F", "%zz", "é", "a/../c", "../..")


def random_url(random: Random) -> str:
    """A URL or reference; one in three or so is refused by Go."""
    chance = random.random()
    if chance < 0.5:
        return _sensible(random)
    if chance < 0.65:
        fields = ":".join(random.choice(FIELDS) for _ in range(random.randint(1, 9)))
        return f"http://[{random.choice(('', '::', '1:'))}{fields}{random.choice(ZONES)}]"
    return "".join(random.choice(PIECES) for _ in range(random.randint(0, 8)))


def _sensible(random: Random) -> str:
    text = ""
    if random.random() < 0.7:
        text += random.choice(SCHEMES) + ":"
    if random.random() < 0.7:
        user = random.choice(USERS) + "@" if random.random() < 0.3 else ""
        text += f"//{user}{random.choice(HOSTS)}"
    text += random.choice(PATHS)
    if random.random() < 0.4:
        text += "?" + random.choice(QUERIES)
    if random.random() < 0.4:
        text += "#" + random.choice(FRAGMENTS)
    return text
