"""The room's base error: besides our own words it keeps the Databricks CLI's, for whoever replaces that tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from cicdpack.problems import Location


class BundleError(CicdpackError):
    """A bundle, a parameter or a template that cannot be used.

    `cli_text` is what `databricks bundle init` prints after `Error: ` in the same place, or None where it would
    not fail there (it crashes, chooses at random, or leaves half of its output behind). `rule` names what was broken
    where that is documented as a deviation, or where callers tell cases apart.
    """

    def __init__(
        self,
        message: str,
        *,
        cli_text: str | None = None,
        rule: str | None = None,
        location: Location | None = None,
        excerpt: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, location=location, excerpt=excerpt, hint=hint)
        self.cli_text = cli_text
        self.rule = rule


class PatternSyntaxError(Exception):
    """A pattern that Go's `path.Match` refuses, whether or not it could have matched."""
