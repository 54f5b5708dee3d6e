"""Percent-encoding as Go's `net/url` does it: each part of a URL has its own set of bytes that may stand as they are.

Texts are Go strings (str with surrogateescape); escaping and unescaping look at their bytes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cicdpack.gotemplate.quoting import quote
from cicdpack.gotemplate.values import from_bytes, to_bytes

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"

PATH: Final = frozenset(_UNRESERVED + b"$&+,/:;=@")
"""Bytes that stand as they are in a path."""
USERINFO: Final = frozenset(_UNRESERVED + b"$&+,;=")
"""The same for a user's name and password."""
HOST: Final = frozenset(_UNRESERVED + b"!$&'()*+,;=:[]<>\"")
"""The same for a host. Others but non-ASCII bytes and the percent sign may not be there at all."""
QUERY: Final = frozenset(_UNRESERVED)
"""The same for a key or value of a query, where a plus sign is a space."""
FRAGMENT: Final = frozenset(_UNRESERVED + b"$&+,/:;=?@!()*")
"""The same for a fragment."""

_VALID_ANYWHERE = frozenset(b"!$&'()*+,;=:@[]%")
_HEX = b"0123456789abcdefABCDEF"
_BYTES = {bytes((high, low)): int(bytes((high, low)), 16) for high in _HEX for low in _HEX}
_PERCENT = ord("%")
_SPACE = ord(" ")


class BadPart(ValueError):
    """A part of a URL that Go refuses; the message is Go's reason."""


def escape(text: str, safe: frozenset[int]) -> str:
    """Percent-encode all bytes of `text` that are not in `safe`, one of the sets above."""
    table = _table(safe)
    return "".join([table[byte] for byte in to_bytes(text)])


@lru_cache(maxsize=8)
def _table(safe: frozenset[int]) -> list[str]:
    return [chr(byte) if byte in safe else f"%{byte:02X}" for byte in range(256)]


def is_valid(text: str, safe: frozenset[int]) -> bool:
    """Whether `text` is a possible encoding of something, so that Go keeps it as it was given."""
    return all(byte in _VALID_ANYWHERE or byte in safe for byte in to_bytes(text))


def unescape(text: str, safe: frozenset[int], *, zone: bool = False) -> str:
    """Percent-decode, or raise `BadPart`. `safe` names the part of the URL, `zone` the zone of an IPv6 address."""
    if safe == QUERY:
        text = text.replace("+", " ")
    if "%" not in text and safe != HOST:
        return text
    first, *rest = to_bytes(text).split(b"%")
    out = bytearray(_plain(first, safe))
    for index, part in enumerate(rest):
        byte = _BYTES.get(part[:2])
        if byte is None or (safe == HOST and not _may_be_encoded_in_host(byte, zone=zone)):
            # What follows a percent sign may be the next percent sign.
            piece = b"%" + b"%".join(rest[index : index + 3])[:2]
            raise BadPart(f"invalid URL escape {quote(from_bytes(piece))}")
        out.append(byte)
        out += _plain(part[2:], safe)
    return from_bytes(bytes(out))


def _plain(data: bytes, safe: frozenset[int]) -> bytes:
    if safe == HOST:
        for byte in data:
            if byte < 0x80 and byte not in HOST:
                raise BadPart(f"invalid character {quote(chr(byte))} in host name")
    return data


def _may_be_encoded_in_host(byte: int, *, zone: bool) -> bool:
    """Only non-ASCII bytes and the percent sign, and in a zone what could stand there as it is (RFC 6874)."""
    return byte == _PERCENT or (byte in HOST or byte == _SPACE if zone else byte >= 0x80)
