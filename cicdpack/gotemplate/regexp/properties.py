r"""`\p{...}`: the name of a general category or script -> the runes that have it. Knows no syntax but the name.

Categories come from the running Python's `unicodedata`, scripts from Unicode 15.0 (Go 1.26). Where Python's Unicode
is another version than Go's, runes that were assigned in between belong to other categories than in Go.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from cicdpack.gotemplate.regexp.runes import ANY, MAX_RUNE, Ranges, fold, negate, union

if TYPE_CHECKING:
    from collections.abc import Mapping

_CATEGORIES = (
    "Cc", "Cf", "Cn", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No", "Pc", "Pd", "Pe",
    "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs",
)  # fmt: skip

_ALIASES = {
    "other": "c",
    "control": "cc",
    "cntrl": "cc",
    "format": "cf",
    "unassigned": "cn",
    "privateuse": "co",
    "surrogate": "cs",
    "letter": "l",
    "casedletter": "lc",
    "lowercaseletter": "ll",
    "modifierletter": "lm",
    "otherletter": "lo",
    "titlecaseletter": "lt",
    "uppercaseletter": "lu",
    "mark": "m",
    "combiningmark": "m",
    "spacingmark": "mc",
    "enclosingmark": "me",
    "nonspacingmark": "mn",
    "number": "n",
    "decimalnumber": "nd",
    "digit": "nd",
    "letternumber": "nl",
    "othernumber": "no",
    "punctuation": "p",
    "punct": "p",
    "connectorpunctuation": "pc",
    "dashpunctuation": "pd",
    "closepunctuation": "pe",
    "finalpunctuation": "pf",
    "initialpunctuation": "pi",
    "otherpunctuation": "po",
    "openpunctuation": "ps",
    "symbol": "s",
    "currencysymbol": "sc",
    "modifiersymbol": "sk",
    "mathsymbol": "sm",
    "othersymbol": "so",
    "separator": "z",
    "lineseparator": "zl",
    "paragraphseparator": "zp",
    "spaceseparator": "zs",
}
"""Unicode's long names of the categories (PropertyValueAliases.txt), without capitals and underscores."""

_UNIFORM_BLOCKS = (
    (0x3400, 0x4DB0),
    (0x4E00, 0x9FE0),
    (0xAC00, 0xD7A0),
    (0xD800, 0xE000),
    (0xE000, 0xF900),
    (0x17000, 0x187F0),
    (0x20000, 0x2A6D0),
    (0x2A700, 0x2B730),
    (0x2B820, 0x2CEA0),
    (0x2CEB0, 0x2EBE0),
    (0x30000, 0x31340),
    (0x40000, 0xE0000),
    (0xE1000, 0xF0000),
    (0xF0000, 0xFFFFE),
    (0x100000, 0x10FFFE),
)
"""(first, end) of stretches with one category throughout, in every Unicode from 13 on: not looked at one by one."""


@lru_cache(maxsize=64)
def property_class(name: str, *, negated: bool, folded: bool) -> Ranges | None:
    """The runes of `name`, with their other cases if `folded`, or all other runes; None for an unknown name."""
    ranges = property_ranges(name)
    if ranges is None:
        return None
    ranges = fold(ranges) if folded else ranges
    return negate(ranges) if negated else ranges


def property_ranges(name: str) -> Ranges | None:
    """The runes of the category or script `name`, or None where Go 1.26 knows no such name.

    As in Go, capitals, spaces, underscores and hyphens of the name do not count.
    """
    key = "".join(letter for letter in name.lower() if letter not in " _-") if name.isascii() else ""
    return _lookup(key)


@lru_cache(maxsize=32)
def _lookup(key: str) -> Ranges | None:
    from cicdpack.gotemplate.regexp.scripts import SCRIPTS

    match key:
        case "any":
            return ANY
        case "ascii":
            return ((0, 0x7F),)
        case "assigned":
            return negate(category_ranges()["Cn"])
        case "lc":
            return _categories_named("ll", "lt", "lu")
    if key in SCRIPTS:
        return _decode(SCRIPTS[key])
    return _categories_named(_ALIASES.get(key, key)) or None


def _decode(text: str) -> Ranges:
    pairs = (piece.partition("-") for piece in text.split(" "))
    return tuple((int(low, 16), int(high or low, 16)) for low, _, high in pairs)


def _categories_named(*keys: str) -> Ranges:
    """The union of the categories with these names in lower case; one letter stands for all that begin with it."""
    chosen = [name for name in _CATEGORIES for key in keys if name.lower() == key or name[0].lower() == key]
    table = category_ranges() if chosen else {}
    return union(pair for name in chosen for pair in table[name])


@lru_cache(maxsize=1)
def category_ranges() -> Mapping[str, Ranges]:
    """General category -> its runes, of all runes there are. Built on first use, about 15 ms."""
    found: dict[str, list[tuple[int, int]]] = {name: [] for name in _CATEGORIES}
    category = unicodedata.category
    start = 0
    for first, end in (*_UNIFORM_BLOCKS, (MAX_RUNE + 1, MAX_RUNE + 2)):
        run_start, run = start, category(chr(start)) if start <= MAX_RUNE else ""
        for rune in range(start, first):
            here = category(chr(rune))
            if here != run:
                found[run].append((run_start, rune - 1))
                run_start, run = rune, here
        if first > start:
            found[run].append((run_start, first - 1))
        if first <= MAX_RUNE:
            found[category(chr(first))].append((first, end - 1))
        start = end
    return {name: union(ranges) for name, ranges in found.items()}
