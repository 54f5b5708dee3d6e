"""Go values as Python values.

| Go | Python |
|---|---|
| `int64` (data), `int` (literals, lengths), `uint8` (bytes of a string) | `int`, `Int`, `Byte` |
| `float64`, `complex128`, `bool` | `float`, `complex`, `bool` |
| `string` | `str`, UTF-8 with surrogateescape, so that it holds any bytes |
| `nil` inside an interface | `None` |
| no value at all (Go's zero `reflect.Value`) | `INVALID` |
| `[]interface {}`, other slices | `list`, `Slice` and its subclasses |
| `map[string]interface {}`, other maps | `dict`, `Map` |
| a struct (`pair`, the inside of an object) | `Struct` |
| a pointer to an object with methods; a nil one is false | `GoObject` |
| a value whose static type is `interface {}` | `Boxed` (elements of `list` and `dict`, while they are evaluated) |

Nothing of Python is reachable from a template: fields and methods come from an object's `attrs` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


class Invalid:
    """The type of `INVALID`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "INVALID"


INVALID: Final = Invalid()
"""No value: prints `<no value>` as the result of an action, is false, has no type. Not the same as `None`."""


class Int(int):
    """Go's `int`: literals, lengths, loop indexes, results of functions. Plain Python ints are `int64`."""

    __slots__ = ()


class Byte(int):
    """Go's `uint8`: what indexing a string gives."""

    __slots__ = ()


class Boxed:
    """A value as an interface holds it. Go tells `interface {}` from what is inside in messages and in `slice`."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Part(list[object]):
    """A part of a `[]interface {}`; `rest` is what follows it, which `slice` can reach again as it does in Go."""

    __slots__ = ("rest",)

    def __init__(self, items: list[object]) -> None:
        super().__init__(items)
        self.rest: list[object] = []


class Slice(list[T]):
    """A Go slice that is not `[]interface {}`. `nil` tells Go's nil slice from an empty one (`%#v`, `eq x nil`).

    `rest` is what follows a part of a slice, as in `Part`.
    """

    __slots__ = ("nil", "rest")
    go_type: ClassVar[str]

    def __init__(self, items: list[T] | tuple[T, ...] = (), *, nil: bool = False) -> None:
        super().__init__(items)
        self.nil = nil
        self.rest: list[T] = []


class Strings(Slice[str]):
    """`[]string`."""

    __slots__ = ()
    go_type = "[]string"


class Ints(Slice[Int]):
    """`[]int`."""

    __slots__ = ()
    go_type = "[]int"


class StringLists(Slice[Strings]):
    """`[][]string`."""

    __slots__ = ()
    go_type = "[][]string"


class IntLists(Slice[Ints]):
    """`[][]int`."""

    __slots__ = ()
    go_type = "[][]int"


class Map(dict[str, T]):
    """A Go map with string keys that is not `map[string]interface {}`: subclasses name its type and its methods.

    `zero` is the value of a missing key where Go gives the element type's zero value (`index`, missingkey=zero).
    """

    __slots__ = ()
    go_type: ClassVar[str]
    attrs: ClassVar[Mapping[str, Func]] = {}
    zero: ClassVar[object] = INVALID


class Struct:
    """A struct, `pair` for one: prints `{a b}`. `fields` holds (name, value) in order.

    A template cannot reach the fields, nor can a field with a small first letter print by a method of its own.
    """

    __slots__ = ("fields", "go_type")

    def __init__(self, go_type: str, *fields: tuple[str, object]) -> None:
        self.go_type = go_type
        self.fields = fields


class GoObject:
    """An opaque Go object behind a pointer: prints `str(self)`. One that is false is a nil pointer that has methods.

    `go_type` is its type as in `*url.URL`. `attrs` is all that a template can reach: a `Func` is a method (called with
    the object before its arguments), `None` a field (read with `get_field`). `unexported` names private fields, for
    Go's message.
    """

    __slots__ = ()
    go_type: ClassVar[str]
    attrs: ClassVar[Mapping[str, Func | None]] = {}
    unexported: ClassVar[frozenset[str]] = frozenset()

    def __bool__(self) -> bool:
        return True

    def get_field(self, name: str) -> object:
        """Return the value of a field named in `attrs`."""
        raise NotImplementedError(name)

    def inside(self) -> Struct | None:
        """Return what the pointer points to, for verbs that are not for strings; `None` if that is not known."""
        return None


class Func:
    """A function with a Go signature, so that errors in number and type of arguments come out as Go's.

    `params` are Go types: `string`, `int`, `float64`, `bool`, `any`, any other type by its name; the last may start
    with `...`. Type `any` hands over the Python value (`None` for nil). `reflect.Value` hands over `Boxed` and
    `INVALID` as they are and is for the engine's own functions. `fn` raises `FunctionError` to fail. With
    `takes_budget` it gets the keyword argument `budget`, a `limits.Budget`, to spend steps. `fault` is Go's message
    for a function that can be named but not called: `can't call method/function "Longest" with 0 results`.
    """

    __slots__ = ("fault", "fn", "params", "takes_budget", "variadic")

    def __init__(
        self, fn: Callable[..., object], *params: str, takes_budget: bool = False, fault: str | None = None
    ) -> None:
        self.fn = fn
        self.variadic = bool(params) and params[-1].startswith("...")
        self.params = (*params[:-1], params[-1][3:]) if self.variadic else params
        self.takes_budget = takes_budget
        self.fault = fault


_TYPES: dict[type, str] = {
    str: "string",
    int: "int64",
    Int: "int",
    Byte: "uint8",
    bool: "bool",
    float: "float64",
    complex: "complex128",
    list: "[]interface {}",
    Part: "[]interface {}",
    dict: "map[string]interface {}",
    Boxed: "interface {}",
}


def go_type(value: object) -> str:
    """Return the Go type of a value as Go prints it; `<nil>` for `None` and `INVALID`, which have none."""
    known = _TYPES.get(type(value))
    if known is not None:
        return known
    if isinstance(value, (Slice, Map, Struct, GoObject)):
        return value.go_type
    if value is None or value is INVALID:
        return "<nil>"
    message = f"no Go value: {type(value).__name__}"
    raise TypeError(message)


def is_nil_pointer(value: object) -> bool:
    """Return whether a value is a nil pointer, which may have methods all the same."""
    return isinstance(value, GoObject) and not value


def unbox(value: object) -> object:
    """Return what is inside an interface; nil inside becomes `INVALID`, as `reflect.ValueOf(nil)` is."""
    if type(value) is Boxed:
        value = value.value
        return INVALID if value is None else value
    return value


def to_bytes(text: str) -> bytes:
    """Return the bytes of a Go string."""
    return text.encode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    """Return a Go string with the given bytes, whether or not they are UTF-8."""
    return data.decode("utf-8", "surrogateescape")


def byte_length(text: str) -> int:
    """Return the length of a Go string in bytes."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
