"""Number literals of templates: which Go types a constant fits (as package `strconv` and Go's grammar read it)."""

from __future__ import annotations

import re
from typing import Final

from cicdpack.gotemplate import tokens
from cicdpack.gotemplate.nodes import Number
from cicdpack.gotemplate.quoting import quote, unquote_rune

MAX_INT64: Final = 2**63 - 1
MIN_INT64: Final = -(2**63)
MAX_UINT64: Final = 2**64 - 1

_INT = (
    r"([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]((?:_?[0-7])+)|(0(?:_?[0-7])+)|(0|[1-9](?:_?[0-9])*))"
)
# These are compiled when they are first needed: few templates have such numbers, and start-up would pay.
_DIGITS = "[0-9](?:_?[0-9])*"
_HEX_DIGITS = "[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_FLOAT = rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"
_HEX_FLOAT = rf"[+-]?0[xX](?:_?{_HEX_DIGITS}(?:\.(?:{_HEX_DIGITS})?)?|_?\.{_HEX_DIGITS})[pP][+-]?{_DIGITS}"
_BASES = (16, 2, 8, 8, 10)
_MAX_DIGITS = 400
_HUGE = 10**_MAX_DIGITS


class NumberError(ValueError):
    """A literal that is no number: the message is Go's."""


def parse_number(pos: int, text: str, kind: int) -> Number:
    """Return the constant that a token denotes; raise `NumberError` or `QuoteError` with Go's text."""
    number = Number(pos, text)
    if kind == tokens.CHAR_CONSTANT:
        code = unquote_rune(text)
        number.int_value = number.uint_value = code
        number.float_value = float(code)
    elif kind == tokens.COMPLEX:
        _set_complex(number, _parse_complex(text))
    elif text.isdigit() and text[0] != "0" and len(text) < 19:
        number.int_value = number.uint_value = value = int(text)
        number.float_value = float(value)
    else:
        imaginary = parse_float(text[:-1]) if text.endswith("i") else None
        if imaginary is not None:
            _set_complex(number, complex(0.0, imaginary))
        else:
            _set_real(number, text)
    return number


def parse_int(text: str) -> int | None:
    """Return the value of an integer literal in any of Go's bases, or `None`."""
    match = re.fullmatch(_INT, text)
    if match is None:
        return None
    group = match.lastindex or 0
    digits = match[group].replace("_", "")
    # Python refuses to read thousands of digits; a few hundred are far beyond any Go type already.
    value = int(digits, _BASES[group - 2]) if len(digits) <= _MAX_DIGITS else _HUGE
    return -value if match[1] == "-" else value


def parse_float(text: str) -> float | None:
    """Return the value of a float literal, or `None`; what overflows `float64` is none."""
    if re.fullmatch(_FLOAT, text):
        value = float(text.replace("_", ""))
    elif re.fullmatch(_HEX_FLOAT, text):
        try:
            value = float.fromhex(text.replace("_", ""))
        except OverflowError:
            return None
    else:
        return None
    return None if value in (float("inf"), float("-inf")) else value


def _set_real(number: Number, text: str) -> None:
    value = parse_int(text)
    if value is not None:
        unsigned = value if text[0] not in "+-" else None
        if unsigned is not None and unsigned <= MAX_UINT64:
            number.uint_value = unsigned
        if MIN_INT64 <= value <= MAX_INT64:
            number.int_value = value
            if value == 0:
                number.uint_value = 0
        if number.int_value is not None or number.uint_value is not None:
            number.float_value = float(value)
            number.looks_float = not _is_hex_integer(text) and any(char in ".eEpP" for char in text)
            return
    real = parse_float(text)
    if real is None:
        raise NumberError(f"illegal number syntax: {quote(text)}")
    if not any(char in ".eEpP" for char in text):
        raise NumberError(f"integer overflow: {quote(text)}")
    _set_float(number, real)
    number.looks_float = not _is_hex_integer(text)


def _is_hex_integer(text: str) -> bool:
    """Return whether Go takes the literal for a hexadecimal integer: not with a sign, so that `-0xe1` is a float."""
    return text[:2] in ("0x", "0X") and not any(char in "pP" for char in text)


def _set_float(number: Number, real: float) -> None:
    number.float_value = real
    if real.is_integer():
        whole = int(real)
        # Go compares after a conversion that rounds the bounds up, so 2^63 itself is out.
        if MIN_INT64 <= whole <= MAX_INT64:
            number.int_value = whole
        if 0 <= whole <= MAX_UINT64:
            number.uint_value = whole


def _set_complex(number: Number, value: complex) -> None:
    number.complex_value = value
    if value.imag == 0:
        _set_float(number, value.real)


_COMPLEX_PART = (
    r"[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?|[0-9_]*\.?[0-9_]*(?:[eEp][+-]?[0-9_]*)?)"
)


def _parse_complex(text: str) -> complex:
    """Return the value of `1+2i`, read as Go's package `fmt` scans it: each part is a float."""
    part = re.compile(_COMPLEX_PART)
    real = part.match(text)
    imaginary = part.match(text, real.end()) if real else None
    if not real or not imaginary or imaginary[0] in ("", "+", "-") or imaginary[0][0] not in "+-":
        raise NumberError("syntax error scanning complex number")
    if text[imaginary.end() :] != "i":
        raise NumberError("syntax error scanning complex number")
    return complex(_complex_part(real[0]), _complex_part(imaginary[0]))


def _complex_part(text: str) -> float:
    value = parse_float(text)
    if value is not None:
        return value
    fault = "value out of range" if re.fullmatch(_FLOAT, text) or re.fullmatch(_HEX_FLOAT, text) else "invalid syntax"
    raise NumberError(f"strconv.ParseFloat: parsing {quote(text)}: {fault}")
