"""The state of one execution: what the evaluator and the walk share, and the one place where their errors are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from cicdpack.gotemplate.funcs import BUILTINS
from cicdpack.gotemplate.nodes import Text
from cicdpack.gotemplate.report import exec_error
from cicdpack.gotemplate.values import INVALID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.gotemplate.limits import Budget
    from cicdpack.gotemplate.nodes import Action, AnyNode
    from cicdpack.gotemplate.parse import Tree
    from cicdpack.gotemplate.values import Func

_SEARCHED_PER_STEP = 4
"""Variables looked through for the price of one step, as a power of two."""

Variables = list[tuple[str, object]]


class State:
    """The state of one execution. `node` is what Go blames if something fails now."""

    __slots__ = (
        "budget", "depth", "functions", "missing_key", "node", "origins", "parts", "templates", "tree", "variables",
    )  # fmt: skip

    def __init__(
        self,
        templates: Mapping[str, Tree],
        functions: Mapping[str, Func],
        missing_key: str,
        tree: Tree,
        data: object,
        budget: Budget,
    ) -> None:
        self.templates = templates
        self.functions = functions
        self.missing_key = missing_key
        self.tree = tree
        self.budget = budget
        self.variables: Variables = [("$", INVALID if data is None else data)]
        self.node: AnyNode = Text(0, "", tree.source)
        self.depth = 0
        self.parts: list[str] = []
        self.origins: list[Text | Action] = []

    def fail(self, text: str, *, cause: Exception | None = None) -> NoReturn:
        """Raise Go's error for the node in hand."""
        dot = self.variables[0][1]
        known: list[str] = list(dot) if isinstance(dot, dict) else []
        if text.startswith("template "):
            known = list(self.templates)
        node = self.node
        raise exec_error(
            self.tree.source, self.tree.name, node.pos, str(node), text, cause=cause, known=known
        ) from cause

    def is_builtin(self, name: str) -> bool:
        """Return whether a function is Go's own."""
        return self.functions.get(name) is BUILTINS[name]

    def variable(self, name: str) -> object:
        """Return the value of the innermost variable of a name."""
        variables = self.variables
        for index in range(len(variables) - 1, -1, -1):
            if variables[index][0] == name:
                self.budget.spend((len(variables) - index) >> _SEARCHED_PER_STEP)
                return variables[index][1]
        self.fail(f"undefined variable: {name}")

    def set_variable(self, name: str, value: object) -> None:
        """Assign to the innermost variable of a name."""
        variables = self.variables
        for index in range(len(variables) - 1, -1, -1):
            if variables[index][0] == name:
                self.budget.spend((len(variables) - index) >> _SEARCHED_PER_STEP)
                variables[index] = (name, value)
                return
        self.fail(f"undefined variable: {name}")

    def write(self, text: str, node: Text | Action) -> None:
        """Append output and remember which node wrote it."""
        if text:
            budget = self.budget
            budget.output_left -= len(text)
            if budget.output_left < 0:
                budget.spend_output(0)
            self.parts.append(text)
            self.origins.append(node)
