"""Values and patterns in the words of Go: what the CLI's messages show of them, and how its regular expressions match.

A thin seam to the engine, so that schema and parameters need no knowledge of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cicdpack.bundle.errors import BundleError

if TYPE_CHECKING:
    from cicdpack.gotemplate.regexp import Regexp


MOST_KNOWN = 64
"""Texts whose match a pattern remembers: the check of a bundle compares the same few values a hundred times."""

LONGEST_KNOWN = 256
"""Characters of a text that is remembered: parameters are names."""


class PatternTooDear(BundleError):
    """A pattern that takes more steps than all templates of a rendering may take."""


class Matcher:
    """A compiled regular expression; every match may take as many steps as a whole rendering."""

    __slots__ = ("_budget", "_known", "_regexp")

    def __init__(self, pattern: str) -> None:
        from cicdpack.gotemplate import regexp
        from cicdpack.gotemplate.limits import Budget

        self._budget = Budget()
        self._known: dict[str, bool] = {}
        self._regexp: Regexp = regexp.compile(pattern, spend=self._spend)

    def is_match(self, text: str) -> bool:
        """Tell whether the pattern occurs anywhere in the text. Raises `PatternTooDear`."""
        from cicdpack.gotemplate.limits import Budget, LimitExceeded

        if text in self._known:
            return self._known[text]
        self._budget = Budget()
        try:
            found = self._regexp.match_string(text)
        except LimitExceeded as error:
            message = f"pattern `{self._regexp.string}`: {error.text}"
            raise PatternTooDear(message, hint="write a smaller pattern") from None
        if len(text) <= LONGEST_KNOWN and len(self._known) < MOST_KNOWN:
            self._known[text] = found
        return found

    def _spend(self, steps: int) -> None:
        self._budget.spend(steps)


@lru_cache(maxsize=128)
def compile_pattern(pattern: str) -> Matcher:
    """Compile a pattern as Go does; it matches in linear time. Raises the engine's `RegexpError`."""
    return Matcher(pattern)


def shown(value: object) -> str:
    """Return a value as Go's `%v` prints it."""
    if isinstance(value, str):
        return value
    return _print("%v", value)


def go_syntax(value: object) -> str:
    """Return a value as Go's `%#v` prints it."""
    return _print("%#v", value)


def quoted(text: str) -> str:
    """Return a string as Go's `%q` prints it."""
    from cicdpack.gotemplate.quoting import quote

    return quote(text)


def _print(verb: str, value: object) -> str:
    from cicdpack.gotemplate.fmt import sprintf

    return sprintf(verb, [list(value) if isinstance(value, tuple) else value])
