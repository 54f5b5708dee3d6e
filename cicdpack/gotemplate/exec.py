"""Executes parse trees: walks control structures and writes output.

Lists being walked are kept on a stack of our own, not on Python's, so that templates may call each other as deeply as
in Go.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, NoReturn

from cicdpack.gotemplate.evaluate import eval_pipeline, is_true
from cicdpack.gotemplate.fmt import sprint
from cicdpack.gotemplate.frames import CallFrame, Frame, RangeFrame
from cicdpack.gotemplate.funcs import BUILTINS
from cicdpack.gotemplate.limits import Budget, LimitExceeded
from cicdpack.gotemplate.nodes import Action, Break, Continue, Range, Template, Text, With
from cicdpack.gotemplate.printer import sorted_keys
from cicdpack.gotemplate.quoting import quote
from cicdpack.gotemplate.report import exec_error
from cicdpack.gotemplate.values import INVALID, Boxed, GoObject, Int, Map, Slice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cicdpack.gotemplate.nodes import AnyNode, Branch, Node
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

    # Errors and variables.

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

    # Walking.

    def walk(self) -> None:
        """Execute the tree."""
        frames = [Frame(self.tree.body, self.variables[0][1], 1)]
        try:
            while frames:
                frame = frames[-1]
                inner = self.walk_list(frame)
                if type(inner) is Break or type(inner) is Continue:
                    self.unwind(frames, leave=type(inner) is Break)
                elif inner is not None:
                    frames.append(inner)  # type: ignore[arg-type]
                elif not frame.leave(self):
                    frames.pop()
        except LimitExceeded as error:
            self.fail(error.text, cause=error)

    def unwind(self, frames: list[Frame], *, leave: bool) -> None:
        """Leave the lists inside the innermost range, and the range itself for `break`."""
        while not isinstance(frames[-1], RangeFrame):
            frames.pop()
        if leave:
            Frame.leave(frames.pop(), self)
        elif not frames[-1].leave(self):
            frames.pop()

    def walk_list(self, frame: Frame) -> Frame | Break | Continue | None:
        """Execute nodes up to one that opens an inner list (returned), breaks, or is the last (`None`)."""
        nodes = frame.nodes
        dot = frame.dot
        start = frame.index
        budget = self.budget
        for index in range(start, len(nodes)):
            node = nodes[index]
            kind = type(node)
            if kind is Text:
                self.write(node.text, node)  # type: ignore[union-attr, arg-type]
            elif kind is Action:
                self.walk_action(dot, node)  # type: ignore[arg-type]
            else:
                frame.index = index + 1
                inner = self.walk_control(dot, node)
                budget.spend(1 + index - start)
                if inner is None:
                    start = index + 1
                    continue
                return inner
        frame.index = len(nodes)
        budget.spend(1 + len(nodes) - start)
        return None

    def write(self, text: str, node: Text | Action) -> None:
        """Append output and remember which node wrote it."""
        if text:
            budget = self.budget
            budget.output_left -= len(text)
            if budget.output_left < 0:
                budget.spend_output(0)
            self.parts.append(text)
            self.origins.append(node)

    def walk_action(self, dot: object, node: Action) -> None:
        """Evaluate a pipeline and print its value, unless it declares variables."""
        self.node = node
        value = eval_pipeline(self, dot, node.pipe)
        if node.pipe.decl:
            return
        self.node = node
        if type(value) is str:
            self.write(value, node)
        elif value is INVALID:
            self.write("<no value>", node)
        else:
            self.write(sprint((value,), self.budget), node)

    def walk_control(self, dot: object, node: Node) -> Frame | Break | Continue | None:
        """Start a control structure; return the list to walk next, if there is one."""
        self.node = node
        if isinstance(node, Template):
            return self.walk_template(dot, node)
        if isinstance(node, Range):
            return self.walk_range(dot, node)
        if isinstance(node, (Break, Continue)):
            return node
        return self.walk_if_or_with(dot, node)  # type: ignore[arg-type]

    def walk_if_or_with(self, dot: object, node: Branch) -> Frame | None:
        """Choose the list of an `if` or `with`."""
        mark = len(self.variables)
        value = eval_pipeline(self, dot, node.pipe)
        if is_true(value):
            return Frame(node.body, value if type(node) is With else dot, mark)
        if node.else_body is not None:
            return Frame(node.else_body, dot, mark)
        del self.variables[mark:]
        return None

    def walk_range(self, dot: object, node: Range) -> Frame | None:
        """Start a range over the items, or choose the list of its `else` if there are none."""
        mark = len(self.variables)
        value = eval_pipeline(self, dot, node.pipe)
        inner_mark = len(self.variables)
        items = self.items(value, len(node.pipe.decl))
        frame = RangeFrame(node, items, mark, inner_mark)
        if frame.advance(self):
            return frame
        # The variables hold what could not be ranged over, until the end of the `else`.
        if node.else_body is not None:
            return Frame(node.else_body, dot, mark)
        del self.variables[mark:]
        return None

    def items(self, value: object, variables: int) -> Iterator[tuple[object, object]]:
        """Return index and element of what can be ranged over."""
        kind = type(value)
        if isinstance(value, int) and kind is not bool:
            if variables > 1:
                self.fail(f"can't use {value} to iterate over more than one variable")
            return zip(repeat(INVALID), map(kind, range(value)), strict=False)
        if isinstance(value, list):
            self.budget.spend(1 + (len(value) >> 3))
            if not isinstance(value, Slice):
                return ((Int(index), Boxed(item)) for index, item in enumerate(value))
            return ((Int(index), item) for index, item in enumerate(value))
        if isinstance(value, dict):
            self.budget.spend(1 + len(value))
            keys = sorted_keys(value)
            if not isinstance(value, Map):
                return ((key, Boxed(value[key])) for key in keys)
            return ((key, value[key]) for key in keys)
        if value is INVALID:
            return iter(())
        inside = value.inside() if isinstance(value, GoObject) and value else None
        shown = sprint((inside or value,), self.budget)
        self.fail(f"range can't iterate over {shown}")

    def walk_template(self, dot: object, node: Template) -> Frame:
        """Start the template that is called, with a dot and variables of its own."""
        tree = self.templates.get(node.name)
        if tree is None:
            self.fail(f"template {quote(node.name)} not defined")
        depth = self.budget.limits.depth
        if self.depth >= depth:
            self.fail(f"exceeded maximum template depth ({depth})")
        return CallFrame(self, tree, eval_pipeline(self, dot, node.pipe))
