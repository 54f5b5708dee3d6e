"""Go's `strconv.FormatFloat`: shortest and fixed digits, decimal and hexadecimal."""

from __future__ import annotations

from typing import Final

SHORTEST: Final = -1
"""The precision that asks for the fewest digits which read back as the same number."""

_MAX_DIGITS: Final = 800
"""No float64 has more significant decimal digits than 767; what is asked for beyond is zeros."""


def format_float(value: float, verb: str, precision: int) -> str:
    """Format as Go's verbs b, e, E, f, F, g, G, x and X do, without flags. A negative precision is the shortest."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    if verb in "xX":
        return _hexadecimal(value, verb, precision)
    if verb == "b":
        return _binary(value)
    sign = "-" if value < 0 or str(value)[0] == "-" else ""
    value = abs(value)
    if verb in "eE":
        digits, point = _digits(value, precision + 1 if precision >= 0 else SHORTEST)
        return sign + _scientific(digits, point, verb, precision if precision >= 0 else max(len(digits) - 1, 0))
    if verb in "fF":
        return sign + _plain(value, precision)
    return sign + _general(value, "e" if verb == "g" else "E", precision)


def _digits(value: float, count: int) -> tuple[str, int]:
    """Return significant digits and the position of the decimal point relative to their start."""
    if value == 0:
        return "", 0
    text = repr(value) if count < 0 else f"{value:.{min(count, _MAX_DIGITS) - 1}e}"
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    return stripped.rstrip("0") if count < 0 else stripped, point


def _scientific(digits: str, point: int, letter: str, precision: int) -> str:
    digits = digits or "0"
    exponent = point - 1 if digits != "0" or point else 0
    fraction = digits[1:].ljust(precision, "0")[:precision]
    mantissa = digits[0] + (f".{fraction}" if precision > 0 else "")
    return f"{mantissa}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _plain(value: float, precision: int) -> str:
    if precision >= 0:
        return f"{value:.{precision}f}"
    digits, point = _digits(value, SHORTEST)
    return _positional(digits, point)


def _positional(digits: str, point: int) -> str:
    if not digits:
        return "0"
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def _general(value: float, letter: str, precision: int) -> str:
    if precision == 0:
        precision = 1
    digits, point = _digits(value, precision)
    if precision > 0:
        limit = precision
        digits = digits.rstrip("0") if value else digits
        if limit > len(digits) and len(digits) >= point:
            limit = len(digits)
    else:
        # The shortest form changes to an exponent at a million, however many digits there are.
        limit = 6
    exponent = point - 1
    if value and (exponent < -4 or exponent >= limit):
        return _scientific(digits, point, letter, len(digits) - 1)
    return _positional(digits, point)


def _binary(value: float) -> str:
    if value == 0:
        mantissa, exponent = 0, -1074
    else:
        numerator, denominator = abs(value).as_integer_ratio()
        exponent = -(denominator.bit_length() - 1)
        mantissa = numerator
        while mantissa >= 1 << 53:
            mantissa >>= 1
            exponent += 1
        while mantissa < 1 << 52 and exponent > -1074:
            mantissa <<= 1
            exponent -= 1
    sign = "-" if str(value)[0] == "-" else ""
    return f"{sign}{mantissa}p{exponent:+d}"


def _hexadecimal(value: float, verb: str, precision: int) -> str:
    sign = "-" if str(value)[0] == "-" else ""
    value = abs(value)
    if value == 0:
        mantissa, exponent = 0, 0
    else:
        numerator, denominator = value.as_integer_ratio()
        shift = numerator.bit_length() - 1
        exponent = shift - (denominator.bit_length() - 1)
        # 52 bits after the leading one.
        mantissa = numerator >> (shift - 52) if shift > 52 else numerator << (52 - shift)
    if 0 <= precision < 13:
        drop = 52 - 4 * precision
        half = 1 << (drop - 1)
        rest = mantissa & ((1 << drop) - 1)
        mantissa >>= drop
        if rest > half or (rest == half and mantissa & 1):
            mantissa += 1
        mantissa <<= drop
        if mantissa >> 53:
            mantissa >>= 1
            exponent += 1
    fraction = f"{mantissa & ((1 << 52) - 1):013x}"
    fraction = fraction.rstrip("0") if precision < 0 else fraction.ljust(precision, "0")[:precision]
    text = f"0x{mantissa >> 52}{'.' if fraction else ''}{fraction}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    return sign + (text.upper() if verb == "X" else text)
