"""`dataclass(frozen=True, slots=True)` with the meaning of the standard one, and none of its price at start-up.

The standard decorator writes the source text of half a dozen methods for each class and compiles it, at every start:
up to a millisecond per class, and an `apply` has some eighty classes on its way. Here all classes share the same few
methods, which find the names of the fields in `__slots__`. Instances are made as quickly as the standard's.

A type checker sees the standard library's own functions. Those work on the classes at run time too, because
`__dataclass_fields__` is there when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["dataclass", "field", "field_names", "replace"]


class _Factory:
    """A default that is made anew for each instance."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make


class _StandardFields:
    """`__dataclass_fields__`, made by the standard library for whoever asks for it."""

    __slots__ = ("_defaults", "_kw_only")

    def __init__(self, defaults: Mapping[str, object], *, kw_only: bool) -> None:
        self._defaults = defaults
        self._kw_only = kw_only

    def __get__(self, _instance: object, owner: type) -> dict[str, Any]:
        import dataclasses

        members = [
            (name, kind, self._standard(self._defaults.get(name, dataclasses.MISSING)))
            for name, kind in owner.__annotations__.items()
            if name in field_names(owner)
        ]
        twin = dataclasses.make_dataclass(owner.__name__, members, kw_only=self._kw_only)
        return {item.name: item for item in dataclasses.fields(twin)}

    @staticmethod
    def _standard(default: object) -> Any:
        import dataclasses

        if isinstance(default, _Factory):
            return dataclasses.field(default_factory=default.make)
        return dataclasses.field(default=default)


def field_names(of: Any) -> tuple[str, ...]:
    """Return the names of the fields of a value or of its class, in order."""
    names: tuple[str, ...] = of.__slots__
    return names


def _equal(self: object, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _state(self) == _state(other)


def _hash(self: object) -> int:
    return hash(_state(self))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
    return f"{type(self).__qualname__}({shown})"


def _refuse(self: object, name: str, *_value: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r} of {type(self).__qualname__}")


def _state(self: Any) -> tuple[object, ...]:
    return tuple([getattr(self, name) for name in self.__slots__])


def _restore(self: Any, state: tuple[object, ...]) -> None:
    for name, value in zip(self.__slots__, state, strict=True):
        object.__setattr__(self, name, value)


_SHARED: dict[str, object] = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__getstate__": _state,
    "__setstate__": _restore,
}


def _initialiser(cls: type, defaults: Mapping[str, object], positional: tuple[str, ...]) -> Callable[..., None]:
    """Make `__init__`, which writes the slots directly: a frozen class has no other way in."""
    slots = tuple((name, cls.__dict__[name].__set__) for name in cls.__dict__["__slots__"])
    count = len(slots)

    def initialise(self: object, *values: object, **given: object) -> None:
        if values:
            given = _named(cls, values, positional, given)
        if len(given) < count:
            given = {**defaults, **given}
        try:
            for name, put in slots:
                value = given[name]
                put(self, value.make() if value.__class__ is _Factory else value)
        except KeyError:
            missing = [name for name, _ in slots if name not in given]
            raise TypeError(f"{cls.__qualname__}() lacks {', '.join(missing)}") from None
        if len(given) > count:
            unknown = given.keys() - dict(slots)
            raise TypeError(f"{cls.__qualname__}() has no {', '.join(sorted(unknown))}")

    return initialise


def _named(
    cls: type, values: tuple[object, ...], positional: tuple[str, ...], given: dict[str, object]
) -> dict[str, object]:
    """Join values given by position with those given by name."""
    if len(values) > len(positional):
        raise TypeError(f"{cls.__qualname__}() takes {len(positional)} values by position, not {len(values)}")
    named = dict(zip(positional, values, strict=False))
    if named.keys() & given.keys():
        raise TypeError(f"{cls.__qualname__}() is given {', '.join(sorted(named.keys() & given.keys()))} twice")
    return {**named, **given}


def _finish(cls: type, *, kw_only: bool) -> type:
    """Make the class again, with slots in place of the defaults and the methods that it does not define itself."""
    names = tuple(name for name, kind in cls.__annotations__.items() if not kind.startswith("ClassVar"))
    defaults = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    left_out = {*names, "__dict__", "__weakref__"}
    namespace = {
        **_SHARED,
        **{name: item for name, item in cls.__dict__.items() if name not in left_out},
        "__slots__": names,
        "__match_args__": () if kw_only else names,
        "__dataclass_fields__": _StandardFields(defaults, kw_only=kw_only),
        "__qualname__": cls.__qualname__,
    }
    finished = type(cls)(cls.__name__, cls.__bases__, namespace)
    type.__setattr__(finished, "__init__", _initialiser(finished, defaults, () if kw_only else names))
    return finished


if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:

    def dataclass(*, frozen, slots, kw_only=False):
        """Make a class of frozen values with slots; with other arguments there is nothing to gain here."""
        if not (frozen and slots):
            raise TypeError("only frozen classes with slots are made here")
        return lambda cls: _finish(cls, kw_only=kw_only)

    def field(*, default_factory):
        """Say that a default is made anew for each instance."""
        return _Factory(default_factory)

    def replace(value, /, **changes):
        """Return a value of the same class with some fields changed."""
        return type(value)(**{**dict(zip(value.__slots__, _state(value), strict=True)), **changes})
