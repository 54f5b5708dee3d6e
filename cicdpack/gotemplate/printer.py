"""Prints Go values: what verbs do with lists, maps, structs and objects.

What grows without bound is charged to a `Budget`.
"""

from __future__ import annotations

from cicdpack.gotemplate.limits import MAX_VALUE_DEPTH, Budget, LimitExceeded
from cicdpack.gotemplate.values import (
    INVALID,
    Byte,
    GoObject,
    Int,
    Slice,
    Struct,
    from_bytes,
    go_type,
)
from cicdpack.gotemplate.verbs import Flags, format_bool, format_complex, format_float_verb, format_int, format_str, pad

_BYTES = "[]uint8"


class Printer:
    """The state of printing one string: the parts so far, and the flags of the verb in hand.

    Objects print by methods of their own, but not in fields that are `private`, nor while a bad verb is reported.
    """

    __slots__ = ("arg", "budget", "flags", "parts", "private", "reporting", "size")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.parts: list[str] = []
        self.size = 0
        self.flags = Flags()
        self.arg: object = None
        self.private = False
        self.reporting = False

    def write(self, text: str) -> None:
        """Append text, charged to the budget."""
        self.size += len(text)
        if self.size > self.budget.limits.string_bytes:
            self.budget.spend_string(self.size)
        self.budget.spend_bytes(len(text))
        self.budget.spend(1)
        self.parts.append(text)

    # Values.

    def print_arg(self, arg: object, verb: str) -> None:
        """Print one operand with a verb."""
        self.arg = arg
        if arg is None or arg is INVALID:
            if verb in "Tv":
                self.write(pad("<nil>", self.flags))
            else:
                self.bad_verb(verb)
        elif verb == "T":
            self.write(format_str(go_type(arg), "s", self.flags) or "")
        elif verb == "p":
            self.bad_verb(verb)
        else:
            self.print_value(arg, verb, 0)

    def print_value(self, value: object, verb: str, depth: int) -> None:
        """Print a value, which is an element of another one if `depth` is not 0."""
        text: str | None = None
        kind = type(value)
        if kind is str:
            text = format_str(value, verb, self.flags)  # type: ignore[arg-type]
        elif kind is bool:
            text = format_bool(value, verb, self.flags)  # type: ignore[arg-type]
        elif kind is int or kind is Int or kind is Byte:
            text = format_int(value, verb, self.flags, signed=kind is not Byte)  # type: ignore[arg-type]
        elif kind is float:
            text = format_float_verb(value, verb, self.flags)  # type: ignore[arg-type]
        elif kind is complex:
            text = format_complex(value, verb, self.flags)  # type: ignore[arg-type]
        else:
            self.print_composite(value, verb, depth)
            return
        if text is None:
            self.bad_verb(verb)
        else:
            self.write(text)

    def print_composite(self, value: object, verb: str, depth: int) -> None:
        """Print a value that holds others, or an object."""
        if depth > MAX_VALUE_DEPTH:
            message = f"exceeded maximum depth of a value ({MAX_VALUE_DEPTH})"
            raise LimitExceeded(message)
        if verb == "w" and value is not None and (depth or go_type(value) != _BYTES):
            # Only Go's Errorf knows this verb.
            self.bad_verb(verb)
        elif value is None:
            self.write("interface {}(nil)" if self.flags.sharp_v else "<nil>")
        elif isinstance(value, list):
            self.print_slice(value, verb, depth)
        elif isinstance(value, dict):
            self.print_map(value, verb, depth)
        elif isinstance(value, Struct):
            self.print_struct(value, verb, depth)
        elif isinstance(value, GoObject):
            self.print_object(value, verb, depth)
        else:
            message = f"no Go value: {type(value).__name__}"
            raise TypeError(message)

    def print_slice(self, value: list[object], verb: str, depth: int) -> None:
        """Print `[a b]`, or `[]T{a, b}` for `%#v`; bytes are a string for verbs that are for strings."""
        sharp = self.flags.sharp_v
        typ = go_type(value)
        if typ == _BYTES and verb in "sqxX":
            self.write(format_str(from_bytes(bytes(value)), verb, self.flags) or "")  # type: ignore[arg-type]
            return
        if sharp:
            self.write("[]byte" if typ == _BYTES and verb == "v" and not depth else typ)
            if isinstance(value, Slice) and value.nil:
                self.write("(nil)")
                return
        self.write("{" if sharp else "[")
        for index, item in enumerate(value):
            if index:
                self.write(", " if sharp else " ")
            self.print_element(item, verb, depth)
        self.write("}" if sharp else "]")

    def print_map(self, value: dict[str, object], verb: str, depth: int) -> None:
        """Print `map[k:v]`, or `map[K]V{k:v}` for `%#v`, in the order of the keys' bytes."""
        sharp = self.flags.sharp_v
        self.write(go_type(value) + "{" if sharp else "map[")
        for index, key in enumerate(sorted_keys(value)):
            if index:
                self.write(", " if sharp else " ")
            self.print_element(key, verb, depth)
            self.write(":")
            self.print_element(value[key], verb, depth)
        self.write("}" if sharp else "]")

    def print_element(self, value: object, verb: str, depth: int) -> None:
        """Print an element of a slice or map."""
        if value is not None:
            self.arg = value
        self.print_value(value, verb, depth + 1)

    def print_struct(self, value: Struct, verb: str, depth: int) -> None:
        """Print `{a b}`, or with names for `%+v` and `%#v`."""
        sharp = self.flags.sharp_v
        self.write(value.go_type + "{" if sharp else "{")
        for index, (name, item) in enumerate(value.fields):
            if index:
                self.write(", " if sharp else " ")
            if sharp or self.flags.plus_v:
                self.write(f"{name}:")
            private = self.private
            self.private = private or name[0].islower()
            self.print_element(item, verb, depth)
            self.private = private
        self.write("}")

    def print_object(self, value: GoObject, verb: str, depth: int) -> None:
        """Print an object by its own text for the verbs of strings, else its inside as a struct.

        Go prints addresses where an object inside another value is not printed by its text; here it always is.
        """
        by_text = verb in "vsxXq" and not self.flags.sharp_v
        if by_text and not self.reporting and (value or not self.private):
            self.write(format_str(str(value), verb, self.flags) or "")
            return
        if not value:
            self.print_nil(value, verb)
            return
        inside = None if depth else value.inside()
        if inside is not None:
            self.write("&")
            self.print_struct(inside, verb, depth)
        else:
            text = format_str(str(value), "s" if self.flags.sharp_v else verb, self.flags)
            self.write(f"%!{verb}({value.go_type}={value})" if text is None else text)

    def print_nil(self, value: GoObject, verb: str) -> None:
        """Print a nil pointer: `<nil>`, `(*T)(nil)` for `%#v`, a number for the verbs of numbers."""
        if self.flags.sharp_v:
            self.write(f"({value.go_type})(nil)")
        elif verb == "v":
            self.write(pad("<nil>", self.flags))
        elif verb in "bodxX":
            self.write(format_int(0, verb, self.flags, signed=False) or "")
        else:
            self.bad_verb(verb)

    def bad_verb(self, verb: str) -> None:
        """Print `%!verb(type=value)`."""
        arg = self.arg
        if arg is None or arg is INVALID:
            self.write(f"%!{verb}(<nil>)")
            return
        self.write(f"%!{verb}({go_type(arg)}=")
        self.reporting = True
        self.print_arg(arg, "v")
        self.reporting = False
        self.write(")")


def sorted_keys(value: dict[str, object]) -> list[str]:
    """Return a map's keys in Go's order, that of their bytes."""
    keys = list(value)
    if all(key.isascii() for key in keys):
        return sorted(keys)
    return sorted(keys, key=lambda key: key.encode("utf-8", "surrogateescape"))
