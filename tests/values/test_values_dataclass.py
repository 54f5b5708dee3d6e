"""Values without code generation: each fact is proved beside the standard library's decorator."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from cicdpack import _values

if TYPE_CHECKING:
    from collections.abc import Callable


class _Plain:
    """A class body that both decorators get."""

    kind: ClassVar[str] = "plain"
    name: str
    size: int = 1

    @property
    def doubled(self) -> int:
        """A method that uses a field."""
        return 2 * self.size


def _made(decorator: Callable[..., Callable[[type], Any]], *, kw_only: bool) -> Any:
    body = {name: item for name, item in vars(_Plain).items() if name not in {"__dict__", "__weakref__"}}
    return decorator(frozen=True, slots=True, kw_only=kw_only)(type("Plain", (), body))


@_values.dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A value as the project writes them."""

    name: str
    size: int = 1
    tags: list[str] = _values.field(default_factory=list)


@_values.dataclass(frozen=True, slots=True)
class Pair:
    """A value that takes its fields by position."""

    left: int
    right: int = 2


@_values.dataclass(frozen=True, slots=True)
class Empty:
    """A value without fields."""


@_values.dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A value that compares in its own way."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and self.name.lower() == other.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())

    def __repr__(self) -> str:
        return f"<{self.name}>"


BOTH = pytest.mark.parametrize("decorator", [_values.dataclass, dataclasses.dataclass], ids=["ours", "standard"])


@BOTH
def test_defaults_class_variables_and_properties_are_kept(decorator: Callable[..., Any]) -> None:
    """A field's default fills it, a class variable is no field, methods read fields."""
    made = _made(decorator, kw_only=True)

    value = made(name="a")

    assert (value.name, value.size, value.kind, value.doubled) == ("a", 1, "plain", 2)
    assert [item.name for item in dataclasses.fields(made)] == ["name", "size"]
    assert not hasattr(value, "__dict__")


@BOTH
def test_values_show_themselves(decorator: Callable[..., Any]) -> None:
    """The name of the class, then each field."""
    assert repr(_made(decorator, kw_only=True)(name="a", size=3)).endswith("Plain(name='a', size=3)")


@BOTH
@pytest.mark.parametrize("change", [lambda value: setattr(value, "size", 2), lambda value: delattr(value, "size")])
def test_values_are_frozen(decorator: Callable[..., Any], change: Callable[[Any], None]) -> None:
    """No field is set or deleted, with the standard error."""
    value = _made(decorator, kw_only=True)(name="a")

    with pytest.raises(dataclasses.FrozenInstanceError):
        change(value)

    assert value.size == 1


@BOTH
def test_equal_fields_of_one_class_are_equal(decorator: Callable[..., Any]) -> None:
    """Equality and hash go by class and fields."""
    made, other = _made(decorator, kw_only=True), _made(decorator, kw_only=True)

    assert made(name="a") == made(name="a", size=1)
    assert hash(made(name="a")) == hash(made(name="a", size=1))
    assert made(name="a") != made(name="b")
    assert made(name="a") != other(name="a")
    assert made(name="a") != ("a", 1)


@BOTH
@pytest.mark.parametrize(
    ("values", "given", "kw_only"),
    [
        ((), {}, True),
        ((), {"size": 1}, True),
        ((), {"name": "a", "sice": 1}, True),
        ((), {"name": "a", "size": 1, "more": 1}, True),
        (("a",), {}, True),
        (("a", 1, 2), {}, False),
        (("a",), {"name": "a"}, False),
        ((), {"size": 1}, False),
    ],
)
def test_wrong_arguments_are_refused(
    decorator: Callable[..., Any], values: tuple[object, ...], given: dict[str, object], kw_only: bool
) -> None:
    """What is missing, unknown, too much or given twice is a `TypeError`."""
    made = _made(decorator, kw_only=kw_only)

    with pytest.raises(TypeError):
        made(*values, **given)


def test_wrong_arguments_are_named() -> None:
    """The error says which fields it is about."""
    with pytest.raises(TypeError, match=r"^Named\(\) lacks name$"):
        Named(size=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^Named\(\) has no sice$"):
        Named(name="a", sice=1)  # type: ignore[call-arg]


@pytest.mark.parametrize("value", [Pair(1), Pair(1, 2), Pair(left=1), Pair(1, right=2), Pair(right=2, left=1)])
def test_fields_by_position_and_by_name(value: Pair) -> None:
    """Every way to give the same fields makes the same value."""
    assert value == Pair(1, 2)


def test_a_match_takes_fields_by_position_and_by_name() -> None:
    """Patterns see fields as they do with the standard classes."""
    found: list[object] = []

    match Pair(3, 4):
        case Pair(left, right):
            found += [left, right]
    match Named(name="a"):
        case Named(name=name, size=size):
            found += [name, size]

    assert found == [3, 4, "a", 1]


def test_defaults_are_made_anew() -> None:
    """Two values share no list."""
    one, two = Named(name="a"), Named(name="a")

    one.tags.append("x")

    assert two.tags == []


def test_own_methods_win() -> None:
    """What a class defines itself is left alone."""
    assert Own(name="A") == Own(name="a")
    assert repr(Own(name="A")) == "<A>"
    assert len({Own(name="A"), Own(name="a")}) == 1


def test_a_value_without_fields() -> None:
    """All of them are equal."""
    assert Empty() == Empty()
    assert repr(Empty()) == "Empty()"


@pytest.mark.parametrize("replace", [_values.replace, dataclasses.replace], ids=["ours", "standard"])
def test_replace(replace: Callable[..., Named]) -> None:
    """A copy with other fields; the old value stays."""
    value = Named(name="a", size=2)

    assert replace(value, name="b") == Named(name="b", size=2)
    assert value == Named(name="a", size=2)
    with pytest.raises(TypeError):
        replace(value, sice=3)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_are_equal(again: Callable[[Named], Named]) -> None:
    """Values travel, although their fields cannot be set."""
    value = Named(name="a", tags=["x"])

    assert again(value) == value


def test_the_standard_library_knows_the_fields() -> None:
    """Tools that look into dataclasses see names, types and defaults."""
    assert dataclasses.is_dataclass(Named)
    assert dataclasses.asdict(Named(name="a")) == {"name": "a", "size": 1, "tags": []}
    assert [(item.name, item.type, item.kw_only) for item in dataclasses.fields(Named)] == [
        ("name", "str", True),
        ("size", "int", True),
        ("tags", "list[str]", True),
    ]
    assert _values.field_names(Named) == ("name", "size", "tags")


@pytest.mark.parametrize("options", [{"frozen": False, "slots": True}, {"frozen": True, "slots": False}])
def test_other_classes_are_left_to_the_standard_library(options: dict[str, bool]) -> None:
    """What cannot be had here is refused where the class is written."""
    with pytest.raises(TypeError, match="only frozen classes with slots"):
        _values.dataclass(**options)
