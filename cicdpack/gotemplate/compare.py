"""Go's comparison functions: values of one kind only, integers of all widths being one kind."""

from __future__ import annotations

from cicdpack.gotemplate.errors import FunctionError
from cicdpack.gotemplate.fmt import sprintf
from cicdpack.gotemplate.values import (
    INVALID,
    Byte,
    GoObject,
    Int,
    Slice,
    Struct,
    go_type,
    is_nil_pointer,
    to_bytes,
    unbox,
)

_KINDS: dict[type, str] = {
    bool: "bool",
    int: "int",
    Int: "int",
    Byte: "int",
    float: "float",
    complex: "complex",
    str: "string",
}
_ORDERED = frozenset({"int", "float", "string"})


def eq(first: object, *others: object) -> bool:
    """`eq`: whether the first operand equals one of the others; those after a match are not looked at."""
    first = unbox(first)
    if not others:
        raise FunctionError("missing argument for comparison")
    return any(_equal(first, unbox(other)) for other in others)


def _equal(first: object, second: object) -> bool:
    kind = _KINDS.get(type(first))
    if kind != _KINDS.get(type(second)):
        if first is not INVALID and second is not INVALID:
            raise FunctionError(f"incompatible types for comparison: {go_type(first)} and {go_type(second)}")
        return False
    if kind is not None:
        return first == second
    return _equal_others(first, second)


def _equal_others(first: object, second: object) -> bool:
    """Compare what has no basic kind: nil with anything that can be nil, objects and structs with their like."""
    if first is INVALID or second is INVALID:
        return _is_nil(first) and _is_nil(second)
    if _shape(first) is not _shape(second):
        types = f"{go_type(first)}, {go_type(second)}"
        raise FunctionError(f"non-comparable types {_show(first)}: {types}: {_show(second, '%v')}")
    if _is_nil(first) or _is_nil(second):
        return _is_nil(first) == _is_nil(second)
    if isinstance(first, GoObject):
        return first is second
    if isinstance(first, Struct) and isinstance(second, Struct):
        return all(_same(one[1], other[1]) for one, other in zip(first.fields, second.fields, strict=True))
    raise FunctionError(f"non-comparable type {_show(second)}: {go_type(second)}")


def _same(first: object, second: object) -> bool:
    """Compare two fields as Go's `==` does with interfaces: by type and value. Lists and maps cannot be compared."""
    typ = go_type(first)
    if typ != go_type(second):
        return False
    if isinstance(first, (list, dict)):
        raise FunctionError(f"runtime error: comparing uncomparable type {typ}")
    return first == second if first is None or type(first) in _KINDS else _equal_others(first, second)


def _shape(value: object) -> type:
    """Return what Go's package `reflect` calls the kind: slices of all types are of one kind, as pointers are."""
    return next(shape for shape in (list, dict, Struct, GoObject) if isinstance(value, shape))


def _is_nil(value: object) -> bool:
    return value is INVALID or is_nil_pointer(value) or (isinstance(value, Slice) and value.nil)


def _show(value: object, verb: str = "%s") -> str:
    return str(value) if isinstance(value, GoObject) else sprintf(verb, (value,))


def ne(first: object, second: object) -> bool:
    """`ne`: the opposite of `eq`, for two operands only."""
    return not eq(first, second)


def lt(first: object, second: object) -> bool:
    """`lt`: whether the first operand is less; numbers of one kind, and strings by their bytes."""
    first, second = unbox(first), unbox(second)
    kinds = _KINDS.get(type(first)), _KINDS.get(type(second))
    if None in kinds:
        raise FunctionError("invalid type for comparison")
    if kinds[0] != kinds[1]:
        raise FunctionError(f"incompatible types for comparison: {go_type(first)} and {go_type(second)}")
    if kinds[0] not in _ORDERED:
        raise FunctionError("invalid type for comparison")
    if isinstance(first, str) and isinstance(second, str):
        return to_bytes(first) < to_bytes(second)
    return first < second  # type: ignore[operator, no-any-return]


def le(first: object, second: object) -> bool:
    """`le`: less or equal."""
    return lt(first, second) or eq(first, second)


def gt(first: object, second: object) -> bool:
    """`gt`: neither less nor equal."""
    return not le(first, second)


def ge(first: object, second: object) -> bool:
    """`ge`: not less."""
    return not lt(first, second)
