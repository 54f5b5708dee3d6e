"""Evaluates pipelines, commands, operands and calls.

Go blames the node it looked at last and never goes back to an outer one, so each function sets `state.node` exactly
where Go does; the messages depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cicdpack.gotemplate.call import (
    REFLECT,
    can_be_nil,
    check_count,
    constant_argument,
    ideal_constant,
    validate_type,
)
from cicdpack.gotemplate.errors import FunctionError
from cicdpack.gotemplate.fields import find_field, missing_entry
from cicdpack.gotemplate.funcs import call_by_name
from cicdpack.gotemplate.limits import LimitExceeded
from cicdpack.gotemplate.nodes import (
    Bool,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Nil,
    Number,
    Pipe,
    String,
    Variable,
)
from cicdpack.gotemplate.quoting import quote
from cicdpack.gotemplate.values import (
    INVALID,
    Boxed,
    Func,
    go_type,
    unbox,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cicdpack.gotemplate.nodes import AnyNode
    from cicdpack.gotemplate.state import State


class Missing:
    """The type of `MISSING`."""

    __slots__ = ()


MISSING: Final = Missing()
"""Stands for the value of a previous pipeline stage where there is none."""


def eval_pipeline(state: State, dot: object, pipe: Pipe | None) -> object:
    """Return the value of a pipeline, out of its interface, and give it to the variables declared."""
    if pipe is None:
        return INVALID
    state.node = pipe
    value: object = MISSING
    for command in pipe.commands:
        value = eval_command(state, dot, command, value)
        if type(value) is Boxed:
            value = unbox(value)
    if pipe.decl:
        for variable in pipe.decl:
            if pipe.is_assign:
                state.set_variable(variable.idents[0], value)
            else:
                state.variables.append((variable.idents[0], value))
    return value


def eval_command(state: State, dot: object, command: Command, final: object) -> object:
    """Return the value of a command; `final` is the previous stage's, its last argument."""
    args = command.args
    first = args[0]
    kind = type(first)
    if kind is Field:
        state.node = first
        return eval_field_chain(state, dot, dot, first, first.idents, args, final)  # type: ignore[union-attr]
    if kind is Identifier:
        return eval_function(state, dot, first, command, args, final)  # type: ignore[arg-type]
    if kind is Pipe:
        not_a_function(state, args, final)
        return eval_pipeline(state, dot, first)  # type: ignore[arg-type]
    if kind is Variable:
        return eval_variable(state, dot, first, args, final)  # type: ignore[arg-type]
    if kind is Chain:
        return eval_chain(state, dot, first, args, final)  # type: ignore[arg-type]
    state.node = first
    not_a_function(state, args, final)
    if kind is Dot:
        return dot
    if kind is Nil:
        state.fail("nil is not a command")
    return ideal_constant(state, first)


def not_a_function(state: State, args: Sequence[AnyNode], final: object) -> None:
    """Fail if a value that is no function is given arguments."""
    if len(args) > 1 or final is not MISSING:
        first = args[0]
        state.fail(f"can't give argument to non-function {first}")


def eval_variable(state: State, dot: object, node: Variable, args: Sequence[AnyNode], final: object) -> object:
    """Return the value of `$x` or `$x.field`."""
    state.node = node
    value = state.variable(node.idents[0])
    if len(node.idents) == 1:
        not_a_function(state, args, final)
        return value
    return eval_field_chain(state, dot, value, node, node.idents[1:], args, final)


def eval_chain(state: State, dot: object, node: Chain, args: Sequence[AnyNode], final: object) -> object:
    """Return the value of `(pipeline).field`."""
    state.node = node
    if type(node.node) is Nil:
        state.fail(f"indirection through explicit nil in {node}")
    receiver = eval_operand(state, dot, node.node)
    return eval_field_chain(state, dot, receiver, node, node.fields, args, final)


def eval_field_chain(
    state: State,
    dot: object,
    receiver: object,
    node: AnyNode,
    idents: Sequence[str],
    args: Sequence[AnyNode],
    final: object,
) -> object:
    """Return the value of fields of `receiver`; only the last can be a method with arguments."""
    last = len(idents) - 1
    if not last and type(receiver) is dict and final is MISSING and len(args) <= 1:
        # The common case, a parameter: the same as below, without the detours.
        name = idents[0]
        return Boxed(receiver[name]) if name in receiver else missing_entry(state, name, Boxed(None))
    for index, name in enumerate(idents):
        if index == last:
            return eval_field(state, dot, name, node, args, final, receiver)
        receiver = eval_field(state, dot, name, node, (), MISSING, receiver)
    return receiver


def eval_field(
    state: State, dot: object, name: str, node: AnyNode, args: Sequence[AnyNode], final: object, receiver: object
) -> object:
    """Return a field, a map entry, or the result of a method of `receiver`."""
    found = find_field(state, name, receiver, has_args=len(args) > 1 or final is not MISSING)
    if type(found) is not Func:
        return found
    return eval_call(state, dot, found, node, name, args, final, receiver=unbox(receiver))


def eval_function(
    state: State, dot: object, node: Identifier, blamed: AnyNode, args: Sequence[AnyNode], final: object
) -> object:
    """Return the result of the function that `node` names; `blamed` is the node that Go names if the call fails."""
    state.node = node
    name = node.name
    function = state.functions.get(name)
    if function is None:
        state.fail(f"{quote(name)} is not a defined function")
    if name in {"and", "or"} and state.is_builtin(name):
        return eval_and_or(state, dot, name, args, final)
    if name == "call" and state.is_builtin(name):
        function = call_by_name(_show_callee(args, final))
    return eval_call(state, dot, function, blamed, name, args, final)


def _show_callee(args: Sequence[AnyNode], final: object) -> str:
    """Return how `call` names what it calls: by its source, or what `String` of Go's package `reflect` gives."""
    if len(args) > 1:
        return str(args[1])
    if final is MISSING or final is INVALID:
        return "<invalid Value>"
    return final if isinstance(final, str) else f"<{go_type(final)} Value>"


def eval_and_or(state: State, dot: object, name: str, args: Sequence[AnyNode], final: object) -> object:
    """Return the first argument that decides `and` or `or`; those after it are not evaluated."""
    if len(args) < 2 and final is MISSING:
        state.fail(f"wrong number of args for {name}: want at least 1 got 0")
    value: object = INVALID
    for arg in args[1:]:
        value = eval_arg(state, dot, REFLECT, arg)
        if is_true(value) == (name == "or"):
            return value
    return value if final is MISSING else final


def is_true(value: object) -> bool:
    """Return Go's truth of a value: false are false, zero, nil, no value, and what is empty."""
    if type(value) is Boxed:
        value = value.value
    return bool(value)


def eval_call(
    state: State,
    dot: object,
    function: Func,
    node: AnyNode,
    name: str,
    args: Sequence[AnyNode],
    final: object,
    *,
    receiver: object = MISSING,
) -> object:
    """Return the result of a function or method; `args[0]` is its own name."""
    count = max(len(args) - 1, 0)
    check_count(state, function, name, count, count if final is MISSING else count + 1)
    params = function.params
    last = len(params) - 1
    values = [eval_arg(state, dot, params[min(index, last)], args[index + 1]) for index in range(count)]
    if final is not MISSING:
        values.append(validate_type(state, final, params[min(count, last)]))
    if receiver is not MISSING:
        values.insert(0, receiver)
    budget = state.budget
    steps = 1 + count
    for value in values:
        # What a function does with a large value takes longer.
        if isinstance(value, (str, list, dict)):
            steps += len(value) >> 6
    budget.spend(steps)
    try:
        result = function.fn(*values, budget=budget) if function.takes_budget else function.fn(*values)
        if type(result) is str and len(result) > 64:
            budget.spend_string(len(result))
    except FunctionError as error:
        state.node = node
        state.fail(f"error calling {name}: {error.text}", cause=error)
    except LimitExceeded as error:
        state.node = node
        state.fail(error.text, cause=error)
    return result


def eval_arg(state: State, dot: object, typ: str, node: AnyNode) -> object:
    """Return an argument as a parameter of the type takes it."""
    state.node = node
    kind = type(node)
    if kind is String or kind is Number or kind is Bool:
        return constant_argument(state, typ, node)
    if kind is Nil:
        if typ == REFLECT:
            return INVALID
        if can_be_nil(typ):
            return None
        state.fail(f"cannot assign nil to {typ}")
    return validate_type(state, eval_operand(state, dot, node), typ)


def eval_operand(state: State, dot: object, node: AnyNode) -> object:
    """Return the value of an operand that is no constant, without arguments."""
    state.node = node
    if isinstance(node, Field):
        return eval_field_chain(state, dot, dot, node, node.idents, (), MISSING)
    if isinstance(node, Variable):
        return eval_variable(state, dot, node, (), MISSING)
    if isinstance(node, Pipe):
        return eval_pipeline(state, dot, node)
    if isinstance(node, Identifier):
        return eval_function(state, dot, node, node, (), MISSING)
    if isinstance(node, Chain):
        return eval_chain(state, dot, node, (), MISSING)
    if isinstance(node, Dot):
        return dot
    return ideal_constant(state, node)
