"""Executes parse trees: walks control structures and writes output.

Lists being walked are kept on a stack of our own, not on Python's, so that templates may call each other as deeply as
in Go.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from cicdpack.gotemplate.evaluate import eval_pipeline, is_true
from cicdpack.gotemplate.fmt import sprint
from cicdpack.gotemplate.frames import CallFrame, Frame, RangeFrame
from cicdpack.gotemplate.limits import LimitExceeded
from cicdpack.gotemplate.nodes import Action, Break, Continue, Range, Template, Text, With
from cicdpack.gotemplate.printer import sorted_keys
from cicdpack.gotemplate.quoting import quote
from cicdpack.gotemplate.values import INVALID, Boxed, GoObject, Int, Map, Slice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.gotemplate.nodes import Branch, Node
    from cicdpack.gotemplate.state import State


def walk(state: State) -> None:
    """Execute the tree of a fresh state."""
    frames = [Frame(state.tree.body, state.variables[0][1], 1)]
    try:
        while frames:
            frame = frames[-1]
            inner = walk_list(state, frame)
            if type(inner) is Break or type(inner) is Continue:
                unwind(state, frames, leave=type(inner) is Break)
            elif inner is not None:
                frames.append(inner)  # type: ignore[arg-type]
            elif not frame.leave(state):
                frames.pop()
    except LimitExceeded as error:
        state.fail(error.text, cause=error)


def unwind(state: State, frames: list[Frame], *, leave: bool) -> None:
    """Leave the lists inside the innermost range, and the range itself for `break`."""
    while not isinstance(frames[-1], RangeFrame):
        frames.pop()
    if leave:
        Frame.leave(frames.pop(), state)
    elif not frames[-1].leave(state):
        frames.pop()


def walk_list(state: State, frame: Frame) -> Frame | Break | Continue | None:
    """Execute nodes up to one that opens an inner list (returned), breaks, or is the last (`None`)."""
    nodes = frame.nodes
    dot = frame.dot
    start = frame.index
    budget = state.budget
    for index in range(start, len(nodes)):
        node = nodes[index]
        kind = type(node)
        if kind is Text:
            state.write(node.text, node)  # type: ignore[union-attr, arg-type]
        elif kind is Action:
            walk_action(state, dot, node)  # type: ignore[arg-type]
        else:
            frame.index = index + 1
            inner = walk_control(state, dot, node)
            budget.spend(1 + index - start)
            if inner is None:
                start = index + 1
                continue
            return inner
    frame.index = len(nodes)
    budget.spend(1 + len(nodes) - start)
    return None


def walk_action(state: State, dot: object, node: Action) -> None:
    """Evaluate a pipeline and print its value, unless it declares variables."""
    state.node = node
    value = eval_pipeline(state, dot, node.pipe)
    if node.pipe.decl:
        return
    state.node = node
    if type(value) is str:
        state.write(value, node)
    elif value is INVALID:
        state.write("<no value>", node)
    else:
        state.write(sprint((value,), state.budget), node)


def walk_control(state: State, dot: object, node: Node) -> Frame | Break | Continue | None:
    """Start a control structure; return the list to walk next, if there is one."""
    state.node = node
    if isinstance(node, Template):
        return walk_template(state, dot, node)
    if isinstance(node, Range):
        return walk_range(state, dot, node)
    if isinstance(node, (Break, Continue)):
        return node
    return walk_if_or_with(state, dot, node)  # type: ignore[arg-type]


def walk_if_or_with(state: State, dot: object, node: Branch) -> Frame | None:
    """Choose the list of an `if` or `with`."""
    mark = len(state.variables)
    value = eval_pipeline(state, dot, node.pipe)
    if is_true(value):
        return Frame(node.body, value if type(node) is With else dot, mark)
    if node.else_body is not None:
        return Frame(node.else_body, dot, mark)
    del state.variables[mark:]
    return None


def walk_range(state: State, dot: object, node: Range) -> Frame | None:
    """Start a range over the items, or choose the list of its `else` if there are none."""
    mark = len(state.variables)
    value = eval_pipeline(state, dot, node.pipe)
    inner_mark = len(state.variables)
    items = range_items(state, value, len(node.pipe.decl))
    frame = RangeFrame(node, items, mark, inner_mark)
    if frame.advance(state):
        return frame
    # The variables hold what could not be ranged over, until the end of the `else`.
    if node.else_body is not None:
        return Frame(node.else_body, dot, mark)
    del state.variables[mark:]
    return None


def range_items(state: State, value: object, variables: int) -> Iterator[tuple[object, object]]:
    """Return index and element of what can be ranged over."""
    kind = type(value)
    if isinstance(value, int) and kind is not bool:
        if variables > 1:
            state.fail(f"can't use {value} to iterate over more than one variable")
        return zip(repeat(INVALID), map(kind, range(value)), strict=False)
    if isinstance(value, list):
        state.budget.spend(1 + (len(value) >> 3))
        if not isinstance(value, Slice):
            return ((Int(index), Boxed(item)) for index, item in enumerate(value))
        return ((Int(index), item) for index, item in enumerate(value))
    if isinstance(value, dict):
        state.budget.spend(1 + len(value))
        keys = sorted_keys(value)
        if not isinstance(value, Map):
            return ((key, Boxed(value[key])) for key in keys)
        return ((key, value[key]) for key in keys)
    if value is INVALID:
        return iter(())
    inside = value.inside() if isinstance(value, GoObject) and value else None
    shown = sprint((inside or value,), state.budget)
    state.fail(f"range can't iterate over {shown}")


def walk_template(state: State, dot: object, node: Template) -> Frame:
    """Start the template that is called, with a dot and variables of its own."""
    tree = state.templates.get(node.name)
    if tree is None:
        state.fail(f"template {quote(node.name)} not defined")
    depth = state.budget.limits.depth
    if state.depth >= depth:
        state.fail(f"exceeded maximum template depth ({depth})")
    return CallFrame(state, tree, eval_pipeline(state, dot, node.pipe))
