"""What a name after a dot gives: an entry of a map, a field of an object, or a method that is still to be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.gotemplate.quoting import quote
from cicdpack.gotemplate.values import INVALID, Boxed, GoObject, Map, Struct, go_type

if TYPE_CHECKING:
    from cicdpack.gotemplate.state import State


def find_field(state: State, name: str, receiver: object, *, has_args: bool) -> object:
    """Return the value behind `name`, or the `Func` of a method, or fail with Go's message.

    No value of a template is a `Func`, so that a `Func` is always a method. `has_args` says that arguments follow the
    name, which only methods take.
    """
    if receiver is INVALID:
        if state.missing_key == "error":
            state.fail(f"nil data; no entry for key {quote(name)}")
        return INVALID
    inner = receiver.value if type(receiver) is Boxed else receiver
    if type(inner) is dict:
        if has_args:
            state.fail(f"{name} is not a method but has arguments")
        return Boxed(inner[name]) if name in inner else missing_entry(state, name, Boxed(None))
    if isinstance(inner, Map):
        return _find_entry(state, name, inner, has_args=has_args)
    if isinstance(inner, GoObject):
        return _find_attribute(state, name, inner, has_args=has_args)
    if inner is None:
        state.fail(f"nil pointer evaluating interface {{}}.{name}")
    if isinstance(inner, Struct) and any(name == field for field, _ in inner.fields):
        state.fail(f"{name} is an unexported field of struct type {go_type(receiver)}")
    state.fail(f"can't evaluate field {name} in type {go_type(receiver)}")


def missing_entry(state: State, name: str, zero: object) -> object:
    """Return what a map without the key gives: no value, the zero value, or an error."""
    if state.missing_key == "error":
        state.fail(f"map has no entry for key {quote(name)}")
    return zero if state.missing_key == "zero" else INVALID


def _find_entry(state: State, name: str, receiver: Map[object], *, has_args: bool) -> object:
    """Return a method or an entry of a map that has methods."""
    method = receiver.attrs.get(name)
    if method is not None:
        return method
    if has_args:
        state.fail(f"{name} is not a method but has arguments")
    return receiver[name] if name in receiver else missing_entry(state, name, receiver.zero)


def _find_attribute(state: State, name: str, receiver: GoObject, *, has_args: bool) -> object:
    """Return a method or a field of an object; a nil pointer has methods only."""
    method = receiver.attrs.get(name)
    if method is not None:
        return method
    typ = receiver.go_type
    if not receiver and (name in receiver.attrs or name in receiver.unexported):
        state.fail(f"nil pointer evaluating {typ}.{name}")
    if name in receiver.attrs:
        if has_args:
            state.fail(f"{name} has arguments but cannot be invoked as function")
        return receiver.get_field(name)
    if name in receiver.unexported:
        state.fail(f"{name} is an unexported field of struct type {typ}")
    state.fail(f"can't evaluate field {name} in type {typ}")
