"""Go's builtin functions: `and` and `or` here only lend their names, the evaluator knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cicdpack.gotemplate.compare import eq, ge, gt, le, lt, ne
from cicdpack.gotemplate.errors import FunctionError
from cicdpack.gotemplate.escape import html_escape, js_escape, query_escape
from cicdpack.gotemplate.fmt import sprint, sprintf, sprintln
from cicdpack.gotemplate.values import (
    INVALID,
    Boxed,
    Byte,
    Func,
    GoObject,
    Int,
    Map,
    Part,
    Slice,
    byte_length,
    from_bytes,
    go_type,
    is_nil_pointer,
    to_bytes,
    unbox,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cicdpack.gotemplate.limits import Budget

_VALUE: Final = "reflect.Value"
_VALUES: Final = "...reflect.Value"
_INTEGERS: Final = frozenset({int, Int, Byte})


def _never(*_args: object) -> object:
    """Stand in for `and` and `or`, whose arguments are evaluated one by one."""
    raise NotImplementedError


def logical_not(value: object) -> bool:
    """`not`: the opposite of a value's truth."""
    return not (value.value if type(value) is Boxed else value)


def length(value: object) -> Int:
    """`len`: bytes of a string, items of a list or map."""
    value = value.value if type(value) is Boxed else value
    if isinstance(value, str):
        return Int(byte_length(value))
    if isinstance(value, (list, dict)):
        return Int(len(value))
    if value is INVALID:
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    if value is None or is_nil_pointer(value):
        raise FunctionError("len of nil pointer")
    raise FunctionError(f"len of type {_indirect_type(value)}")


def _indirect_type(value: object) -> str:
    return go_type(value).removeprefix("*") if isinstance(value, GoObject) else go_type(value)


def index_argument(value: object, capacity: int) -> int:
    """Return an index as a number within 0 and `capacity`, which is included, as in Go."""
    if type(value) in _INTEGERS:
        at = int(value)  # type: ignore[call-overload]
        if not 0 <= at <= capacity:
            raise FunctionError(f"index out of range: {at}")
        return at  # type: ignore[no-any-return]
    if value is INVALID:
        raise FunctionError("cannot index slice/array with nil")
    raise FunctionError(f"cannot index slice/array with type {go_type(value)}")


def index(item: object, *indexes: object) -> object:
    """`index`: an item of a list, a byte of a string or an entry of a map, step by step."""
    item = unbox(item)
    if item is INVALID:
        raise FunctionError("index of untyped nil")
    for position in indexes:
        item = _index_once(item, unbox(position))
    return item


def _index_once(item: object, position: object) -> object:
    item = item.value if type(item) is Boxed else item
    if item is None or is_nil_pointer(item):
        raise FunctionError("index of nil pointer")
    if isinstance(item, str):
        data = to_bytes(item)
        at = index_argument(position, len(data))
        if at == len(data):
            raise FunctionError("reflect: string index out of range")
        return Byte(data[at])
    if isinstance(item, list):
        at = index_argument(position, len(item))
        if at == len(item):
            raise FunctionError("reflect: slice index out of range")
        return item[at] if isinstance(item, Slice) else Boxed(item[at])
    if isinstance(item, dict):
        if position is INVALID:
            raise FunctionError("value is nil; should be of type string")
        if type(position) is not str:
            raise FunctionError(f"value has type {go_type(position)}; should be string")
        if isinstance(item, Map):
            return item.get(position, item.zero)
        return Boxed(item.get(position))
    raise FunctionError(f"can't index item of type {_indirect_type(item)}")


def slice_(item: object, *indexes: object) -> object:
    """`slice`: part of a string (in bytes) or list, as `item[i:j:k]`."""
    item = unbox(item)
    if item is INVALID:
        raise FunctionError("slice of untyped nil")
    if is_nil_pointer(item):
        raise FunctionError("slice of nil pointer")
    if len(indexes) > 3:
        raise FunctionError(f"too many slice indexes: {len(indexes)}")
    data = to_bytes(item) if isinstance(item, str) else item
    if isinstance(data, bytes) and len(indexes) == 3:
        raise FunctionError("cannot 3-index slice a string")
    if not isinstance(data, (bytes, list)):
        raise FunctionError(f"can't slice item of type {_indirect_type(item)}")
    rest = getattr(data, "rest", [])
    bounds = [0, len(data), len(data) + len(rest)]
    for at, position in enumerate(indexes):
        bounds[at] = index_argument(position, len(data) + len(rest))
    start, end, capacity = bounds
    if start > end:
        raise FunctionError(f"invalid slice index: {start} > {end}")
    if len(indexes) == 3 and end > capacity:
        raise FunctionError(f"invalid slice index: {end} > {capacity}")
    if isinstance(data, bytes):
        return from_bytes(data[start:end])
    whole = [*data, *rest]
    part = type(data)(whole[start:end]) if isinstance(data, Slice) else Part(whole[start:end])
    part.rest = whole[end:capacity]
    return part


def call_by_name(name: str) -> Func:
    """Return `call` for a callee that messages name so. Data hold no functions, so it can only fail."""

    def call(function: object, *_args: object) -> object:
        function = unbox(function)
        if function is INVALID:
            raise FunctionError("call of nil")
        raise FunctionError(f"non-function {name} of type {go_type(function)}")

    return Func(call, _VALUE, _VALUES)


def _operands(args: tuple[object, ...], budget: Budget) -> str:
    """Print operands; unlike `print`, no value prints as `<no value>`."""
    if len(args) == 1 and isinstance(args[0], str):
        return args[0]
    return sprint(["<no value>" if arg is None else arg for arg in args], budget)


def _escaping(escape: Callable[[str], str]) -> Func:
    def function(*args: object, budget: Budget) -> str:
        return escape(_operands(args, budget))

    return Func(function, "...any", takes_budget=True)


def _print(*args: object, budget: Budget) -> str:
    return sprint(args, budget)


def _println(*args: object, budget: Budget) -> str:
    return sprintln(args, budget)


def _printf(template: str, *args: object, budget: Budget) -> str:
    return sprintf(template, args, budget)


BUILTINS: Final[Mapping[str, Func]] = {
    "and": Func(_never, _VALUE, _VALUES),
    "call": call_by_name(""),
    "html": _escaping(html_escape),
    "index": Func(index, _VALUE, _VALUES),
    "slice": Func(slice_, _VALUE, _VALUES),
    "js": _escaping(js_escape),
    "len": Func(length, _VALUE),
    "not": Func(logical_not, _VALUE),
    "or": Func(_never, _VALUE, _VALUES),
    "print": Func(_print, "...any", takes_budget=True),
    "printf": Func(_printf, "string", "...any", takes_budget=True),
    "println": Func(_println, "...any", takes_budget=True),
    "urlquery": _escaping(query_escape),
    "eq": Func(eq, _VALUE, _VALUES),
    "ge": Func(ge, _VALUE, _VALUE),
    "gt": Func(gt, _VALUE, _VALUE),
    "le": Func(le, _VALUE, _VALUE),
    "lt": Func(lt, _VALUE, _VALUE),
    "ne": Func(ne, _VALUE, _VALUE),
}
"""Every function that Go's `text/template` has without being told."""
