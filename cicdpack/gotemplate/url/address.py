"""IP addresses between brackets: whether Go's `netip.ParseAddr` takes one, and its words where it does not.

Only the answer matters to a URL, never the number; so nothing is kept but whether the address is IPv4.
"""

from __future__ import annotations

from cicdpack.gotemplate.quoting import quote

_FIELDS = 8
_HEX = frozenset("0123456789abcdefABCDEF")
_DIGITS = frozenset("0123456789")


class AddressError(ValueError):
    """Text that is no address; the message is Go's."""

    def __init__(self, text: str, reason: str, at: str = "") -> None:
        place = f" (at {quote(at)})" if at else ""
        super().__init__(f"ParseAddr({quote(text)}): {reason}{place}")


def is_ipv4(text: str) -> bool:
    """Whether the address is IPv4 and not IPv6; raise `AddressError` where it is neither."""
    for character in text:
        if character == ".":
            _check_ipv4(text, text)
            return True
        if character == ":":
            _check_ipv6(text)
            return False
        if character == "%":
            raise AddressError(text, "missing IPv6 address")
    raise AddressError(text, "unable to parse IP")


def _check_ipv4(text: str, part: str) -> None:
    """Check `part`, the whole of `text` or the tail of an IPv6 address."""
    dots, digits = 0, ""
    for index, character in enumerate(part):
        if character in _DIGITS:
            if digits == "0":
                raise AddressError(text, "IPv4 field has octet with leading zero")
            digits += character
            if int(digits) > 255:
                raise AddressError(text, "IPv4 field has value >255")
        elif character == ".":
            if not digits or index == len(part) - 1:
                raise AddressError(text, "IPv4 field must have at least one digit", part[index:])
            if dots == 3:
                raise AddressError(text, "IPv4 address too long")
            dots, digits = dots + 1, ""
        else:
            raise AddressError(text, "unexpected character", part[index:])
    if dots < 3:
        raise AddressError(text, "IPv4 address too short")


def _check_ipv6(text: str) -> None:
    rest, percent, zone = text.partition("%")
    if percent and not zone:
        raise AddressError(text, "zone must be a non-empty string")
    gap = rest.startswith("::")
    rest = rest[2:] if gap else rest
    fields = 0
    while rest and fields < _FIELDS:
        width = _field_width(text, rest)
        if rest.startswith(".", width):
            _check_embedded(text, rest, fields, gap=gap)
            fields, rest = fields + 2, ""
            break
        fields += 1
        rest = _after_colon(text, rest[width:])
        if rest.startswith(":"):
            if gap:
                raise AddressError(text, "multiple :: in address", rest)
            gap, rest = True, rest[1:]
    if rest:
        raise AddressError(text, "trailing garbage after address", rest)
    if fields < _FIELDS and not gap:
        raise AddressError(text, "address string too short")
    if fields == _FIELDS and gap:
        raise AddressError(text, "the :: must expand to at least one field of zeros")


def _field_width(text: str, rest: str) -> int:
    """The number of hexadecimal digits that `rest` begins with: one to four."""
    width = 0
    while width < len(rest) and rest[width] in _HEX:
        if width > 3:
            raise AddressError(text, "each group must have 4 or less digits", rest)
        width += 1
    if width == 0:
        raise AddressError(text, "each colon-separated field must have at least one digit", rest)
    return width


def _check_embedded(text: str, rest: str, fields: int, *, gap: bool) -> None:
    """Check an IPv4 address that stands for the last two fields."""
    if not gap and fields != _FIELDS - 2:
        raise AddressError(text, "embedded IPv4 address must replace the final 2 fields of the address", rest)
    if fields > _FIELDS - 2:
        raise AddressError(text, "too many hex fields to fit an embedded IPv4 at the end of the address", rest)
    _check_ipv4(text, rest)


def _after_colon(text: str, rest: str) -> str:
    """What follows the colon after a field; "" at the end of the address."""
    if not rest:
        return ""
    if rest[0] != ":":
        raise AddressError(text, "unexpected character, want colon", rest)
    if len(rest) == 1:
        raise AddressError(text, "colon must be followed by more characters", rest)
    return rest[1:]
