"""One value, one verb, its flags: the formats of Go's package `fmt` for basic values.

Each function returns `None` where Go has no such format for the value.
"""

from __future__ import annotations

from cicdpack.gotemplate.floats import SHORTEST, format_float
from cicdpack.gotemplate.quoting import can_backquote, quote, quote_rune


class Flags:
    """Flags, width and precision of one verb. `sharp_v` and `plus_v` are `#` and `+` with verb v."""

    __slots__ = ("minus", "plus", "plus_v", "precision", "sharp", "sharp_v", "space", "width", "zero")

    def __init__(self) -> None:
        self.minus = False
        self.plus = False
        self.sharp = False
        self.space = False
        self.zero = False
        self.plus_v = False
        self.sharp_v = False
        self.width: int | None = None
        self.precision: int | None = None


def pad(text: str, flags: Flags) -> str:
    """Fill up to the width, counted in characters."""
    if not flags.width:
        return text
    missing = flags.width - len(text)
    if missing <= 0:
        return text
    if flags.minus:
        return text + " " * missing
    return ("0" if flags.zero else " ") * missing + text


def pad_spaces(text: str, flags: Flags) -> str:
    """Fill up with spaces whatever the flag `0` says."""
    zero, flags.zero = flags.zero, False
    try:
        return pad(text, flags)
    finally:
        flags.zero = zero


def format_bool(value: bool, verb: str, flags: Flags) -> str | None:  # noqa: FBT001
    """Format with t or v."""
    return pad("true" if value else "false", flags) if verb in "tv" else None


def format_str(value: str, verb: str, flags: Flags) -> str | None:
    """Format with s, q, x, X or v."""
    if verb == "v":
        verb = "q" if flags.sharp_v else "s"
    if verb == "s":
        return pad(_truncate(value, flags), flags)
    if verb == "q":
        return _quoted(_truncate(value, flags), flags)
    if verb in "xX":
        return _hex_bytes(value, flags, upper=verb == "X")
    return None


def _truncate(value: str, flags: Flags) -> str:
    return value if flags.precision is None else value[: flags.precision]


def _quoted(value: str, flags: Flags) -> str:
    if flags.sharp and can_backquote(value):
        return pad(f"`{value}`", flags)
    return pad(quote(value, ascii_only=flags.plus), flags)


def _hex_bytes(value: str, flags: Flags, *, upper: bool) -> str:
    data = value.encode("utf-8", "surrogateescape")
    if flags.precision is not None:
        data = data[: flags.precision]
    if not data:
        return pad("", flags)
    text = data.hex().upper() if upper else data.hex()
    prefix = ("0X" if upper else "0x") if flags.sharp else ""
    step = 2 if flags.space else len(text)
    return pad(" ".join([prefix + text[at : at + step] for at in range(0, len(text), step)]), flags)


_BASES = {"d": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}


def format_int(value: int, verb: str, flags: Flags, *, signed: bool) -> str | None:
    """Format with d, b, o, O, x, X, c, q, U or v."""
    if verb == "v":
        if flags.sharp_v and not signed:
            sharp, flags.sharp = flags.sharp, True
            text = _integer(value, 16, "v", flags)
            flags.sharp = sharp
            return text
        verb = "d"
    if verb in _BASES:
        return _integer(value, _BASES[verb], verb, flags)
    if verb == "c":
        return pad(_rune(value), flags)
    if verb == "q":
        return pad(quote_rune(value if value >= 0 else -1, ascii_only=flags.plus), flags)
    if verb == "U":
        return _unicode(value, flags)
    return None


def _rune(value: int) -> str:
    return chr(value) if 0 <= value <= 0x10FFFF and not 0xD800 <= value <= 0xDFFF else "\ufffd"


def _unicode(value: int, flags: Flags) -> str:
    code = value & 0xFFFFFFFFFFFFFFFF
    digits = max(4, flags.precision or 0)
    text = f"U+{code:0{digits}X}"
    if flags.sharp and code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF and chr(code).isprintable():
        text += f" '{chr(code)}'"
    return pad_spaces(text, flags)


def _integer(value: int, base: int, verb: str, flags: Flags) -> str:
    value = int(value)
    if flags.precision == 0 and value == 0:
        # Precision 0 and value 0: nothing but padding.
        return pad_spaces("", flags)
    digits = _in_base(abs(value), base, upper=verb == "X")
    least = flags.precision or 0
    if flags.precision is None and flags.zero and not flags.minus and flags.width:
        least = flags.width - (1 if value < 0 or flags.plus or flags.space else 0)
    digits = digits.rjust(least, "0")
    if flags.sharp:
        if base == 2:
            digits = "0b" + digits
        elif base == 8 and not digits.startswith("0"):
            digits = "0" + digits
        elif base == 16:
            digits = ("0X" if verb == "X" else "0x") + digits
    if verb == "O":
        digits = "0o" + digits
    sign = "-" if value < 0 else "+" if flags.plus else " " if flags.space else ""
    return pad_spaces(sign + digits, flags)


def _in_base(value: int, base: int, *, upper: bool) -> str:
    if base == 10:
        return str(value)
    if base == 16:
        return f"{value:X}" if upper else f"{value:x}"
    return f"{value:b}" if base == 2 else f"{value:o}"


def format_float_verb(value: float, verb: str, flags: Flags) -> str | None:
    """Format with e, E, f, F, g, G, b, x, X or v."""
    if verb == "v":
        return format_flagged_float(value, "g", SHORTEST, flags)
    if verb in "gGbxX":
        return format_flagged_float(value, verb, SHORTEST, flags)
    if verb in "feEF":
        return format_flagged_float(value, "f" if verb == "F" else verb, 6, flags)
    return None


def format_flagged_float(value: float, verb: str, precision: int, flags: Flags) -> str:
    """Format a number with sign, `#`, zero padding and width."""
    if flags.precision is not None:
        precision = flags.precision
    text = format_float(value, verb, precision)
    if text[0] not in "+-":
        text = "+" + text
    if flags.space and text[0] == "+" and not flags.plus:
        text = " " + text[1:]
    if text[1] in "IN":
        if text[1] == "N" and not flags.space and not flags.plus:
            text = text[1:]
        return pad_spaces(text, flags)
    if flags.sharp and verb != "b":
        text = _keep_point(text, verb, precision)
    if flags.plus or text[0] != "+":
        if flags.zero and not flags.minus and flags.width and flags.width > len(text):
            return text[0] + "0" * (flags.width - len(text)) + text[1:]
        return pad(text, flags)
    return pad(text[1:], flags)


def _keep_point(text: str, verb: str, precision: int) -> str:
    """Write the decimal point always, and for g and x (not X) the zeros that the precision asks for."""
    digits = 0
    if verb in "gGx":
        digits = precision if precision >= 0 else 6
    exponent_letters = "pP" if verb in "xX" else "eEpP"
    cut = next((at for at in range(1, len(text)) if text[at] in exponent_letters), len(text))
    number, tail = text[:cut], text[cut:]
    significant = False
    for char in number[1:]:
        if char == ".":
            continue
        significant = significant or char != "0"
        if significant:
            digits -= 1
    if "." not in number:
        if number[1:] == "0":
            digits -= 1
        number += "."
    return number + "0" * max(digits, 0) + tail


def format_complex(value: complex, verb: str, flags: Flags) -> str | None:
    """Format as `(1+2i)` with the verbs of floats; width and flags hold for both parts."""
    if verb == "v":
        letter, precision = "g", SHORTEST
    elif verb in "bgGxX":
        letter, precision = verb, SHORTEST
    elif verb in "feEF":
        letter, precision = "f" if verb == "F" else verb, 6
    else:
        return None
    plus = flags.plus
    real = format_flagged_float(value.real, letter, precision, flags)
    flags.plus = True
    imaginary = format_flagged_float(value.imag, letter, precision, flags)
    flags.plus = plus
    return f"({real}{imaginary}i)"
