"""Values against a schema: the CLI's rules in its order, every fault with the CLI's text and with our words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.gotext import compile_pattern, go_syntax, quoted, shown
from cicdpack.bundle.typed import TypeMismatch, check_type, same
from cicdpack.gotemplate.regexp_errors import RegexpError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cicdpack.bundle.schema import Schema

_TYPE_WORDS = {"string": "a string", "boolean": "`true` or `false`", "integer": "a whole number", "number": "a number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule that is broken: by which parameter (None: by all of them together), in the CLI's words and in ours."""

    name: str | None
    cli_text: str
    message: str


def find_faults(
    schema: Schema,
    values: Mapping[str, object],
    *,
    required: Iterable[str] | None = None,
    is_open: bool = False,
    with_any_of: bool = True,
) -> Iterator[Fault]:
    """Yield the broken rules in the CLI's order, those of one rule in the schema's order.

    `required` replaces the schema's list. An open instance may hold names that the schema does not know.
    """
    if not is_open and schema.additional_properties is False:
        yield from _find_unknown(schema, values)
    yield from _find_outside_enum(schema, values)
    yield from _find_missing(schema.required if required is None else required, values)
    yield from _find_mistyped(schema, values)
    yield from _find_unmatched(schema, values)
    yield from _find_inconstant(schema, values)
    if with_any_of:
        yield from _find_no_alternative(schema, values)


def is_valid(schema: Schema, values: Mapping[str, object]) -> bool:
    """Tell whether values fit a schema."""
    return next(find_faults(schema, values), None) is None


def describe(value: object) -> str:
    """Show a value in a message of ours, shortened to one line."""
    text = shown(value) if isinstance(value, (str, bool, int, float)) else go_syntax(value)
    text = " ".join(text.split()) or text
    return f"`{text[:77]}...`" if len(text) > 80 else f"`{text}`" if text.strip() else "empty"


def list_choices(values: Iterable[object]) -> str:
    """Show allowed values in a message of ours."""
    return ", ".join(f"`{shown(value)}`" for value in values) or "nothing at all"


def _find_unknown(schema: Schema, values: Mapping[str, object]) -> Iterator[Fault]:
    for name in values:
        if name not in schema.properties:
            text = f"property {name} is not defined in the schema"
            yield Fault(name=name, cli_text=text, message=f"there is no parameter `{name}`")


def _find_outside_enum(schema: Schema, values: Mapping[str, object]) -> Iterator[Fault]:
    for name, prop in schema.properties.items():
        if name not in values or prop.enum is None:
            continue
        value = values[name]
        if not any(same(value, choice) for choice in prop.enum):
            text = f"expected value of property {name} to be one of {shown(prop.enum)}. Found: {shown(value)}"
            message = f"`{name}` is {describe(value)}, expected one of {list_choices(prop.enum)}"
            yield Fault(name=name, cli_text=text, message=message)


def _find_missing(required: Iterable[str], values: Mapping[str, object]) -> Iterator[Fault]:
    for name in required:
        if name not in values:
            text = f"no value provided for required property {name}"
            yield Fault(name=name, cli_text=text, message=f"parameter `{name}` has no value")


def _find_mistyped(schema: Schema, values: Mapping[str, object]) -> Iterator[Fault]:
    for name, prop in schema.properties.items():
        if name not in values:
            continue
        try:
            check_type(values[name], prop.type)
        except TypeMismatch as error:
            text = f"incorrect type for property {name}: {error}"
            message = f"`{name}` is {describe(values[name])}, expected {_TYPE_WORDS[prop.type]}"
            yield Fault(name=name, cli_text=text, message=message)


def _find_unmatched(schema: Schema, values: Mapping[str, object]) -> Iterator[Fault]:
    for name, prop in schema.properties.items():
        value = values.get(name)
        if not prop.pattern or not isinstance(value, str):
            continue
        try:
            if compile_pattern(prop.pattern).is_match(value):
                continue
        except RegexpError as error:
            # Only patterns of parameters are checked before; in a condition a bad one is a rule that nothing fits.
            yield Fault(name=name, cli_text=error.go_text, message=error.message)
            continue
        reason = prop.pattern_match_failure_message or f"Expected to match regex pattern: {prop.pattern}"
        own_reason = prop.pattern_match_failure_message or f"it has to match `{prop.pattern}`"
        yield Fault(
            name=name,
            cli_text=f"invalid value for {name}: {quoted(value)}. {reason}",
            message=f"`{name}` is {describe(value)}: {own_reason}",
        )


def _find_inconstant(schema: Schema, values: Mapping[str, object]) -> Iterator[Fault]:
    for name, prop in schema.properties.items():
        if name in values and prop.const is not None and not same(values[name], prop.const):
            text = f"expected value of property {name} to be {shown(prop.const)}. Found: {shown(values[name])}"
            message = f"`{name}` is {describe(values[name])}, expected {describe(prop.const)}"
            yield Fault(name=name, cli_text=text, message=message)


def _find_no_alternative(schema: Schema, values: Mapping[str, object]) -> Iterator[Fault]:
    if schema.any_of is None:
        return
    if not schema.any_of:
        text = "anyOf must contain at least one schema"
        yield Fault(name=None, cli_text=text, message="the schema's `anyOf` holds no alternative")
    elif not any(is_valid(alternative, values) for alternative in schema.any_of):
        text = "instance does not match any of the schemas in anyOf"
        yield Fault(name=None, cli_text=text, message="the values fit none of the alternatives in the schema's `anyOf`")
