"""The patterns of paths and branches that the three platforms read, as regular expressions."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    parts = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    split = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern)
    return re.compile("".join(parts.get(part, re.escape(part)) for part in split))


def has_match(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Tell whether some name fits some pattern; in a pattern, `*` ends at a slash and `**` does not."""
    assert not isinstance(patterns, str)
    expressions = [_expression(pattern) for pattern in patterns]
    return any(expression.fullmatch(name) for name in names for expression in expressions)


def has_match_below(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """As Azure DevOps reads paths: a folder stands for all below it, and `*` does not end at a slash."""
    spread = [pattern.replace("*", "**") for pattern in patterns]
    return has_match([*spread, *(f"{pattern.rstrip('/')}/**" for pattern in spread)], names)
