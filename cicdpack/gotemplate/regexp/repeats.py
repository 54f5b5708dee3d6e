"""How often: `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`."""

from __future__ import annotations

import re
from typing import Final

from cicdpack.gotemplate.regexp.nodes import UNBOUNDED

MAX_REPEAT = 1000
"""The largest count of a repeat, nested ones multiplied: Go's limit."""

BAD_COUNT = -2
"""A count of nine digits or more; Go does not read on."""

SIMPLE_COUNTS: Final = {"*": (0, UNBOUNDED), "+": (1, UNBOUNDED), "?": (0, 1)}
"""The repeats of one character -> (least, most)."""

_BRACES = re.compile(r"\{(0|[1-9][0-9]*)(?:,(0|[1-9][0-9]*|))?\}")
"""A leading zero makes the brace stand for itself."""


def counts_in_braces(pattern: str, start: int) -> tuple[int, int, int] | None:
    """(least, most, characters) of `{n}`, `{n,}` or `{n,m}`; None where the brace stands for itself."""
    found = _BRACES.match(pattern, start)
    if found is None:
        return None
    low = _count(found[1])
    high = low
    if found[2] is not None:
        high = _count(found[2]) if found[2] else UNBOUNDED
    return low, high, found.end() - start


def _count(digits: str) -> int:
    return BAD_COUNT if len(digits) > 8 else int(digits)
