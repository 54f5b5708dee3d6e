"""Arguments: how many a function takes, which value or constant fits a parameter; Go's messages where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.gotemplate.constants import MAX_INT64
from cicdpack.gotemplate.nodes import Bool, Number, String
from cicdpack.gotemplate.values import INVALID, Boxed, Byte, Int, go_type

if TYPE_CHECKING:
    from cicdpack.gotemplate.nodes import AnyNode
    from cicdpack.gotemplate.state import State
    from cicdpack.gotemplate.values import Func

REFLECT = "reflect.Value"
"""The type of parameters that take any value as it is, still in its interface or none at all."""

ANY = "any"

_SIGNED = frozenset({"int", "int64", "int32", "int16", "int8"})
_UNSIGNED = frozenset({"uint", "uint64", "uint32", "uint16", "uint8", "uintptr"})


def can_be_nil(typ: str) -> bool:
    """Return whether `nil` is a value of the type."""
    return typ in {ANY, REFLECT} or typ.startswith(("[]", "map[", "*", "func("))


def check_count(state: State, function: Func, name: str, count: int, total: int) -> None:
    """Fail with Go's message if the number of arguments is wrong or the function cannot be called."""
    wanted = len(function.params)
    if function.variadic:
        if total < wanted - 1:
            state.fail(f"wrong number of args for {name}: want at least {wanted - 1} got {count}")
    elif total != wanted:
        state.fail(f"wrong number of args for {name}: want {wanted} got {total}")
    if function.fault is not None:
        state.fail(function.fault)


def validate_type(state: State, value: object, typ: str) -> object:
    """Return an evaluated argument as a parameter of the type takes it, or fail with Go's message."""
    if typ == ANY:
        if type(value) is Boxed:
            return value.value
        return None if value is INVALID else value
    if typ == REFLECT:
        return value
    if value is INVALID:
        if can_be_nil(typ):
            return None
        state.fail(f"invalid value; expected {typ}")
    if type(value) is Boxed:
        value = value.value
        if value is None:
            state.fail(f"wrong type for value; expected {typ}; got interface {{}}")
    found = go_type(value)
    if found != typ:
        state.fail(f"wrong type for value; expected {typ}; got {found}")
    return value


def constant_argument(state: State, typ: str, node: AnyNode) -> object:
    """Return a literal as a parameter of the type takes it, or fail with Go's message."""
    if typ in {ANY, REFLECT}:
        return ideal_constant(state, node)
    if typ == "string":
        if isinstance(node, String):
            return node.text
        state.fail(f"expected string; found {node}")
    if typ == "bool":
        if isinstance(node, Bool):
            return node.value
        state.fail(f"expected bool; found {node}")
    if typ in _SIGNED:
        if isinstance(node, Number) and node.int_value is not None:
            return Int(node.int_value) if typ == "int" else node.int_value
        state.fail(f"expected integer; found {node}")
    if typ in _UNSIGNED:
        if isinstance(node, Number) and node.uint_value is not None:
            return Byte(node.uint_value)
        state.fail(f"expected unsigned integer; found {node}")
    if typ in {"float64", "float32"}:
        if isinstance(node, Number) and node.float_value is not None:
            return node.float_value
        state.fail(f"expected float; found {node}")
    if typ in {"complex128", "complex64"}:
        if isinstance(node, Number) and node.complex_value is not None:
            return node.complex_value
        state.fail(f"expected complex; found {node}")
    state.fail(f"can't handle {node} for arg of type {typ}")


def ideal_constant(state: State, node: AnyNode) -> object:
    """Return a literal with the type that Go gives it where no type is asked for."""
    if isinstance(node, (String, Bool)):
        return node.text if isinstance(node, String) else node.value
    if not isinstance(node, Number):
        state.fail(f"can't handle assignment of {node} to empty interface argument")
    if node.complex_value is not None:
        return node.complex_value
    if node.float_value is not None and node.looks_float:
        return node.float_value
    if node.int_value is not None and node.int_value <= MAX_INT64:
        return Int(node.int_value)
    state.fail(f"{node.text} overflows int")
