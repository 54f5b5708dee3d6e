"""`Templates`: what all texts of one rendering share: the functions, the library, the budget."""

from __future__ import annotations

from functools import lru_cache
from posixpath import basename
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.cli_text import content_error, library_error, text_error
from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.functions import helper_functions
from cicdpack.bundle.host import Deterministic, Host
from cicdpack.gotemplate.errors import TemplateError
from cicdpack.gotemplate.limits import Budget, Limits
from cicdpack.gotemplate.template import TemplateSet
from cicdpack.gotemplate.values import Func, from_bytes
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.archive.entries import TreeFile
    from cicdpack.bundle.bundle import Bundle
    from cicdpack.gotemplate.template import Output

_DELIMITER = "{{"


class LibraryError(BundleError):
    """A library folder that cannot be read as templates."""


@dataclass(frozen=True, slots=True)
class Text:
    """A rendered text (surrogateescape) and, unless it was plain, the engine's account of its lines."""

    text: str
    output: Output | None = None


class Templates:
    """A library ready to be used, immutable but for the budget and the counter that all its copies share."""

    __slots__ = ("_budget", "_functions", "_library", "_names", "host")

    def __init__(self, library: TemplateSet, functions: Mapping[str, Func], host: Host, budget: Budget) -> None:
        self._library = library
        self._functions = functions
        self._names = frozenset(functions)
        self._budget = budget
        self.host = host

    @classmethod
    def of(
        cls, bundle: Bundle, *, host: Host | None = None, seed: bytes = b"", limits: Limits | None = None
    ) -> Templates:
        """Parse a bundle's library, once for each process. Raises `LibraryError`, `RenderError`."""
        if bundle.library_folders:
            folder = bundle.library_folders[0]
            raise LibraryError(
                f"`{folder}` is a folder, but a library holds files only",
                cli_text=f"read library/{basename(folder)}: is a directory",
                location=Location(path=folder),
                hint="move its files up, or out of the library",
            )
        host = host or Host()
        functions = helper_functions(host, Deterministic(seed))
        return cls(_parsed_library(bundle.library), functions, host, Budget(limits))

    def with_functions(self, functions: Mapping[str, Func]) -> Templates:
        """Return templates that also know the functions, in texts parsed from now on."""
        return Templates(self._library, {**self._functions, **functions}, self.host, self._budget)

    def with_library(self, library: tuple[TreeFile, ...]) -> Templates:
        """Return templates with another library in place of this one's. Raises `RenderError`."""
        return Templates(_parsed_library(library), self._functions, self.host, self._budget)

    def spend(self, steps: int) -> None:
        """Take steps from what the rendering may use. Raises `LimitExceeded`."""
        self._budget.spend(steps)

    def names(self, prefix: str) -> tuple[str, ...]:
        """Return the names of the library's definitions that start with the prefix, sorted."""
        return tuple(sorted(name for name in self._library.defined if name.startswith(prefix)))

    def call(self, name: str, data: object = None) -> str:
        """Execute one definition of the library. Raises `RenderError`."""
        try:
            templates = self._library.with_functions(self._functions)
            return templates.execute(name, data, budget=self._budget).text
        except TemplateError as error:
            raise text_error(error, name) from error

    def render_text(self, text: str, data: Mapping[str, object], *, source: str | None = None) -> str:
        """Render a path, a default value, a message or a pattern. Raises `RenderError`."""
        if _DELIMITER not in text:
            return text
        try:
            return self._render(text, data, source).text
        except TemplateError as error:
            raise text_error(error, text) from error

    def render_content(self, text: str, data: Mapping[str, object], *, source: str, path: str) -> Text:
        """Render the content of the file `source`, named `path` in the CLI's texts. Raises `RenderError`."""
        if _DELIMITER not in text:
            return Text(text)
        try:
            output = self._render(text, data, source)
        except TemplateError as error:
            raise content_error(error, text, path) from error
        return Text(output.text, output)

    def _render(self, text: str, data: Mapping[str, object], source: str | None) -> Output:
        parsed = _parsed_text(self._library, self._names, text, source)
        return parsed.with_functions(self._functions).execute("", data, budget=self._budget)


@lru_cache(maxsize=8)
def _parsed_library(library: tuple[TreeFile, ...]) -> TemplateSet:
    """Parse library files in name order; their functions are bound to a host when they are used."""
    known = dict.fromkeys(helper_functions(Host(), Deterministic(b"")), _UNBOUND)
    templates = TemplateSet.new(known, missing_key="error")
    for file in library:
        try:
            templates = templates.parse(basename(file.path), from_bytes(file.data), source=file.path)
        except TemplateError as error:
            raise library_error(error) from error
    return templates


@lru_cache(maxsize=256)
def _parsed_text(library: TemplateSet, names: frozenset[str], text: str, source: str | None) -> TemplateSet:
    """Parse a text beside a library. A bundle is often rendered with one set of parameters after another."""
    known = dict.fromkeys(names, _UNBOUND)
    return library.with_functions(known).parse("", text, source=source)


def _unbound() -> object:
    message = "a function was called that no rendering has bound"
    raise AssertionError(message)


_UNBOUND = Func(_unbound)
"""Parsing needs the names of functions only."""
