"""Values against the types of a schema, as Go sees them: an `int` is int64, a `float` float64, and never equal."""

from __future__ import annotations

from cicdpack.bundle.gotext import go_syntax, shown

_INT64_MIN = -(2**63)
_INT64_END = 2**63

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "string"),
    "boolean": ((bool,), "boolean"),
    "integer": ((int,), "integer"),
    "number": ((float, int), "float"),
}
"""Type -> (what Go accepts, the word in its message)."""


class TypeMismatch(Exception):
    """A value of the wrong type; the text is Go's, without a word on where the value stands."""


def same(one: object, other: object) -> bool:
    """Compare as Go compares interfaces: equal only within one type."""
    return type(one) is type(other) and one == other


def as_integer(value: object) -> int:
    """Convert a decoded JSON value to int64. Raises `TypeMismatch`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, float):
        raise TypeMismatch(f"cannot convert {go_syntax(value)} to an integer")
    if not value.is_integer() or not _INT64_MIN <= value < _INT64_END:
        raise TypeMismatch(f"expected integer value, got: {shown(value)}")
    return int(value)


def check_type(value: object, type_name: str) -> None:
    """Refuse a value that is not of the schema's type; a type without rules takes anything. Raises `TypeMismatch`."""
    if type_name not in _KINDS:
        return
    accepted, word = _KINDS[type_name]
    if (isinstance(value, bool) and type_name != "boolean") or not isinstance(value, accepted):
        raise TypeMismatch(f"expected type {word}, but value is {go_syntax(value)}")
