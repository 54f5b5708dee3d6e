"""Parsed templates and their execution: the engine's public face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cicdpack.gotemplate.errors import ExecError
from cicdpack.gotemplate.exec import walk
from cicdpack.gotemplate.funcs import BUILTINS
from cicdpack.gotemplate.limits import Budget, LimitExceeded
from cicdpack.gotemplate.nodes import is_empty
from cicdpack.gotemplate.parse import parse
from cicdpack.gotemplate.quoting import quote
from cicdpack.gotemplate.source import Source
from cicdpack.gotemplate.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.gotemplate.nodes import Action, Text
    from cicdpack.gotemplate.parse import Tree
    from cicdpack.gotemplate.values import Func
    from cicdpack.problems import Location

MissingKey = Literal["default", "zero", "error"]
"""What a map gives for a key it does not have: no value, the zero value (nil), or an error."""


class Output:
    """What an execution wrote: `text` (surrogateescape) and where its lines came from."""

    __slots__ = ("_map", "_origins", "_parts", "text")

    def __init__(self, parts: list[str], origins: list[Text | Action]) -> None:
        self.text = "".join(parts)
        self._parts = parts
        self._origins = origins
        self._map: tuple[Location | None, ...] | None = None

    def origin_of(self, line: int) -> Location | None:
        """Return the template line (file and line from 1) that wrote the start of the output's `line` (from 1)."""
        lines = self.line_map
        return lines[line - 1] if 1 <= line <= len(lines) else None

    @property
    def line_map(self) -> tuple[Location | None, ...]:
        """Return the origin of each output line, in order; `None` for the empty end after a last newline."""
        if self._map is None:
            self._map = tuple(_map_lines(self._parts, self._origins))
        return self._map


def _map_lines(parts: list[str], origins: list[Text | Action]) -> list[Location | None]:
    """Return the place that wrote the first character of each line."""
    from cicdpack.gotemplate.nodes import Text
    from cicdpack.problems import Location

    lines: list[Location | None] = [None]
    for part, node in zip(parts, origins, strict=True):
        source_line = node.source.line_of(node.source.start(node.pos))
        for offset, piece in enumerate(part.split("\n")):
            if offset:
                lines.append(None)
            if piece or offset < part.count("\n"):
                line = source_line + offset if type(node) is Text else source_line
                lines[-1] = lines[-1] or Location(path=node.source.path, line=line)
    return lines


class TemplateSet:
    """Templates by name, the functions they may call, what a missing key gives. Immutable: a change is a new set."""

    __slots__ = ("_functions", "_missing_key", "_templates")

    def __init__(self, templates: Mapping[str, Tree], functions: Mapping[str, Func], missing_key: MissingKey) -> None:
        self._templates = templates
        self._functions = functions
        self._missing_key: MissingKey = missing_key

    @classmethod
    def new(cls, functions: Mapping[str, Func] | None = None, *, missing_key: MissingKey = "default") -> TemplateSet:
        """Return a set without templates that knows Go's builtin functions and `functions`."""
        return cls({}, {**BUILTINS, **(functions or {})}, missing_key)

    def with_functions(self, functions: Mapping[str, Func]) -> TemplateSet:
        """Return a set that also knows `functions`, in texts parsed from now on and in all executions."""
        return TemplateSet(self._templates, {**self._functions, **functions}, self._missing_key)

    def parse(self, name: str, text: str, *, source: str | None = None) -> TemplateSet:
        """Return a set with the definitions in `text`; its top level is template `name`.

        `source` is the path for our own messages, `name` if it is not given. A definition replaces one of the same name
        from another text unless it is empty; two that are not empty in one text are an error. Raises `ParseError`.
        """
        trees = parse(Source(name, text, source if source is not None else name), name, self._functions)
        templates = dict(self._templates)
        for defined, tree in trees.items():
            if defined not in templates or not is_empty(tree.body):
                templates[defined] = tree
        return TemplateSet(templates, self._functions, self._missing_key)

    @property
    def defined(self) -> frozenset[str]:
        """Return the names of all templates."""
        return frozenset(self._templates)

    def execute(self, name: str, data: object, *, budget: Budget | None = None) -> Output:
        """Execute template `name` on `data` (values as in `values`). Raises `ExecError`.

        `budget` is shared by the executions of one rendering; without it this one has the default limits to itself.
        """
        tree = self._templates.get(name)
        if tree is None:
            reason = f"no template {quote(name)}"
            raise ExecError(f"no template `{name}`", go_text=f"template: {reason}", reason=reason)
        budget = budget or Budget()
        try:
            budget.begin_execution()
        except LimitExceeded as error:
            raise ExecError(error.text, go_text=f"template: {name}: {error.text}", reason=error.text) from error
        state = State(self._templates, self._functions, self._missing_key, tree, data, budget)
        walk(state)
        return Output(state.parts, state.origins)
