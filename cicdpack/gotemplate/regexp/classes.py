r"""Named sets of runes: `\d` and its kin, `[[:alpha:]]` and its kin (RE2: all of them ASCII only)."""

from __future__ import annotations

from typing import Final

from cicdpack.gotemplate.regexp.runes import Ranges, fold, negate

_DIGIT: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_LETTER: Ranges = ((0x41, 0x5A), (0x61, 0x7A))

WORD = _WORD

PERL: Final[dict[str, Ranges]] = {
    "d": _DIGIT,
    "s": ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20)),
    "w": _WORD,
}
"""The letter after the backslash -> its runes. The capital letter negates. There is no vertical tab in `\\s`."""

POSIX: Final[dict[str, Ranges]] = {
    "alnum": ((0x30, 0x39), *_LETTER),
    "alpha": _LETTER,
    "ascii": ((0x00, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": ((0x61, 0x7A),),
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": ((0x41, 0x5A),),
    "word": _WORD,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}
"""The name between `[:` and `:]` -> its runes. A `^` before the name negates."""


def perl_class(letter: str, *, folded: bool) -> Ranges | None:
    r"""The runes of `\d`, `\D` and their kin; None for another letter."""
    ranges = PERL.get(letter.lower())
    return None if ranges is None else _finish(ranges, negated=letter.isupper(), folded=folded)


def posix_class(name: str, *, folded: bool) -> Ranges | None:
    """The runes of `[:name:]` or `[:^name:]`; None for an unknown name."""
    ranges = POSIX.get(name.removeprefix("^"))
    return None if ranges is None else _finish(ranges, negated=name.startswith("^"), folded=folded)


def _finish(ranges: Ranges, *, negated: bool, folded: bool) -> Ranges:
    """Folding comes before negation: `(?i)\\W` does not match the Kelvin sign, which `(?i)\\w` does."""
    if folded:
        ranges = fold(ranges)
    return negate(ranges) if negated else ranges
