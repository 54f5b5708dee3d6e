"""Lists of nodes that are being walked, with what has to be restored behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.gotemplate.values import INVALID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.gotemplate.nodes import Branch, Node
    from cicdpack.gotemplate.parse import Tree
    from cicdpack.gotemplate.state import State


class Frame:
    """A list of nodes being walked with one dot; `mark` is the number of variables to go back to after it."""

    __slots__ = ("dot", "index", "mark", "nodes")

    def __init__(self, nodes: list[Node], dot: object, mark: int) -> None:
        self.nodes = nodes
        self.dot = dot
        self.mark = mark
        self.index = 0

    def leave(self, state: State) -> bool:
        """Finish the list; return whether it has to be walked again."""
        del state.variables[self.mark :]
        return False


class RangeFrame(Frame):
    """The body of a `range`: walked once for each item."""

    __slots__ = ("branch", "inner_mark", "items")

    def __init__(self, branch: Branch, items: Iterator[tuple[object, object]], mark: int, inner_mark: int) -> None:
        super().__init__(branch.body, INVALID, mark)
        self.branch = branch
        self.items = items
        self.inner_mark = inner_mark

    def leave(self, state: State) -> bool:
        """Go on to the next item, or finish."""
        return self.advance(state) or super().leave(state)

    def advance(self, state: State) -> bool:
        """Go on to the next item, if there is one."""
        del state.variables[self.inner_mark :]
        state.budget.spend(1)
        item = next(self.items, None)
        if item is None:
            return False
        index, self.dot = item
        self.index = 0
        pipe = self.branch.pipe
        names = [variable.idents[0] for variable in pipe.decl]
        # The last variable takes the element, one before it the index.
        for name, value in zip(reversed(names), (self.dot, index), strict=False):
            if pipe.is_assign:
                state.set_variable(name, value)
            else:
                state.variables[self.inner_mark - 1 - (name is not names[-1])] = (name, value)
        return True


class CallFrame(Frame):
    """The body of a template called by another one: it sees no variables of its caller."""

    __slots__ = ("caller", "caller_node", "caller_variables")

    def __init__(self, state: State, tree: Tree, dot: object) -> None:
        super().__init__(tree.body, dot, 0)
        self.caller = state.tree
        self.caller_node = state.node
        self.caller_variables = state.variables
        state.tree = tree
        state.variables = [("$", dot)]
        state.depth += 1

    def leave(self, state: State) -> bool:
        """Give the caller its variables back."""
        state.tree = self.caller
        state.node = self.caller_node
        state.variables = self.caller_variables
        state.depth -= 1
        return False
