"""Parsed templates and their execution: the engine's public face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.gotemplate.limits import Budget
    from cicdpack.gotemplate.values import Func
    from cicdpack.problems import Location

MissingKey = Literal["default", "zero", "error"]


class Output:
    """What an execution wrote: `text` (surrogateescape) and where its lines came from."""

    text: str

    def origin_of(self, line: int) -> Location | None:
        """Return the template line (file and line from 1) that wrote the output's `line` (from 1)."""
        raise NotImplementedError

    @property
    def line_map(self) -> tuple[Location | None, ...]:
        """Return the origin of each output line, in order."""
        raise NotImplementedError


class TemplateSet:
    """Immutable."""

    @classmethod
    def new(cls, functions: Mapping[str, Func] | None = None, *, missing_key: MissingKey = "default") -> TemplateSet:
        """Return a set without templates that knows Go's builtin functions and `functions`."""
        raise NotImplementedError

    def with_functions(self, functions: Mapping[str, Func]) -> TemplateSet:
        """Return a set that also knows `functions`, in texts parsed from now on and in all executions."""
        raise NotImplementedError

    def parse(self, name: str, text: str, *, source: str | None = None) -> TemplateSet:
        """Return a set with the definitions in `text`; its top level is template `name`.

        `source` is the path for messages. Raises `ParseError`.
        """
        raise NotImplementedError

    @property
    def defined(self) -> frozenset[str]:
        """Return the names of all templates."""
        raise NotImplementedError

    def execute(self, name: str, data: object, *, budget: Budget | None = None) -> Output:
        """Execute template `name` on `data` (values as in `values`). Raises `ExecError`."""
        raise NotImplementedError
