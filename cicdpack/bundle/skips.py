"""The patterns that templates hand to `skip`, and what they match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.cli_text import NestedFailure, RenderError
from cicdpack.bundle.errors import BundleError, PatternSyntaxError
from cicdpack.bundle.functions import SkipInFolderName
from cicdpack.bundle.paths import has_magic, join, matches
from cicdpack.gotemplate.errors import FunctionError
from cicdpack.gotemplate.limits import LimitExceeded
from cicdpack.gotemplate.values import Func
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.bundle.templates import Templates

MAX_NESTED_SKIPS = 16
"""`skip` calls inside a pattern that another `skip` renders. The CLI has no limit, and overflows its stack."""


class SkipError(BundleError):
    """A `skip` that cannot be obeyed."""


@dataclass(frozen=True, slots=True)
class _Skip:
    pattern: str
    source: str


class Skips:
    """The patterns collected so far, in order, and the function that adds to them.

    A pattern is relative to the folder of the file that calls; it is joined with that folder's path first and rendered
    as a template then, so it is compared with rendered paths.
    """

    def __init__(self, data: Mapping[str, object]) -> None:
        self._data = data
        self._numbers: dict[str, int] = {}
        self._magic: list[tuple[int, _Skip]] = []
        self._templates: Templates | None = None
        self._depth = 0
        self.folder: str | None = ""
        self.source = ""

    def enter(self, folder: str | None, source: str) -> None:
        """Say which file is rendered next: its folder (None where `skip` may not be called) and its path."""
        self.folder = folder
        self.source = source

    def bind(self, templates: Templates) -> Templates:
        """Return templates that know `skip`."""
        self._templates = templates.with_functions({"skip": Func(self._add, "string")})
        return self._templates

    def match(self, path: str) -> bool:
        """Tell whether a rendered path matches a pattern.

        Patterns count in their order: raises `SkipError` for a bad one that comes before the first match, and when
        the rendering's steps are used up.
        """
        plain = None if has_magic(path) else self._numbers.get(path)
        for number, skip in self._magic:
            if plain is not None and number > plain:
                break
            self._spend(skip)
            try:
                if matches(skip.pattern, path):
                    return True
            except PatternSyntaxError:
                raise SkipError(
                    f"`skip` got `{skip.pattern}`, which is no pattern",
                    cli_text="syntax error in pattern",
                    location=Location(path=skip.source),
                    hint="`*`, `?` and `[a-z]` are special; put a backslash before one that is meant literally",
                ) from None
        return plain is not None

    def _spend(self, skip: _Skip) -> None:
        """Account for one comparison: a pattern costs by its length."""
        try:
            if self._templates is not None:
                self._templates.spend(1 + len(skip.pattern) // 32)
        except LimitExceeded as error:
            raise SkipError(
                f"comparing paths with the patterns of `skip` {error.text}",
                location=Location(path=skip.source),
                hint="skip whole folders rather than many files",
            ) from None

    def _add(self, pattern: str) -> str:
        if self.folder is None:
            raise SkipInFolderName("skip cannot be called in the name of a folder")
        if self._templates is None or self._depth >= MAX_NESTED_SKIPS:
            raise FunctionError(f"more than {MAX_NESTED_SKIPS} skips inside each other")
        self._depth += 1
        try:
            raw = join(self.folder or ".", pattern)
            rendered = self._templates.render_text(raw, self._data, source=f"{self.source} (pattern of `skip`)")
        except RenderError as error:
            raise NestedFailure(error) from error
        finally:
            self._depth -= 1
        if rendered not in self._numbers:
            number = len(self._numbers)
            self._numbers[rendered] = number
            if has_magic(rendered):
                self._magic.append((number, _Skip(rendered, self.source)))
        return ""
