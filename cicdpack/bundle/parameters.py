"""Parameters as `databricks bundle init` fills them: the config file, then defaults in order, then a last check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import replace
from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.gojson import JsonError, load_object, locate
from cicdpack.bundle.gotext import shown
from cicdpack.bundle.host import HostValueMissing
from cicdpack.bundle.instance import find_faults, is_valid
from cicdpack.bundle.schema import SCHEMA_NAME
from cicdpack.bundle.typed import TypeMismatch, as_integer
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cicdpack.bundle.schema import Schema
    from cicdpack.bundle.templates import Templates

Value = str | int | float | bool
"""What a parameter is: Go's string, int64, float64, bool."""

WAREHOUSE_FORMAT = "warehouse_path"


class ParameterError(BundleError):
    """A parameter with a wrong value, or without any."""


def read_config(data: bytes, schema: Schema, *, source: str) -> dict[str, Value]:
    """Read a config file; keys that the schema does not know are dropped. Raises `ParameterError`."""
    prefix = f"failed to load config from file {source}: "
    try:
        values: dict[str, object] = dict(load_object(data, source=source))
    except JsonError as error:
        raise ParameterError(
            error.message, cli_text=f"{prefix}{error.cli_text}", location=error.location, hint=error.hint
        ) from None
    for name, prop in schema.properties.items():
        if name in values and prop.type == "integer":
            try:
                values[name] = as_integer(values[name])
            except TypeMismatch as mismatch:
                raise ParameterError(
                    f"`{name}` is no whole number: {mismatch}",
                    cli_text=f"{prefix}failed to parse property {name}: {mismatch}",
                    location=locate(name, data, source),
                ) from None
    for fault in find_faults(schema, values, is_open=True):
        where = Location(path=source) if fault.name is None else locate(fault.name, data, source)
        raise ParameterError(fault.message, cli_text=prefix + fault.cli_text, location=where)
    return {name: value for name, value in values.items() if name in schema.properties and isinstance(value, Value)}


def assign_defaults(schema: Schema, values: Mapping[str, Value], templates: Templates) -> dict[str, Value]:
    """Fill in the defaults in the schema's order, each rendered with the values so far. Raises `BundleError`s."""
    filled = dict(values)
    for name, prop in schema.in_order():
        if name in filled:
            continue
        value = resolve_default(name, prop, filled, templates)
        if value is not None:
            filled[name] = value
    return filled


def resolve_default(name: str, prop: Schema, values: Mapping[str, Value], templates: Templates) -> Value | None:
    """Return one parameter's default, rendered; None where it has none."""
    if prop.format:
        return _resolve_format(name, prop.format, templates)
    if isinstance(prop.default, str):
        return templates.render_text(prop.default, values, source=f"{SCHEMA_NAME} (default of `{name}`)")
    return prop.default if isinstance(prop.default, Value) else None


def _resolve_format(name: str, format_name: str, templates: Templates) -> str:
    """Return what the CLI finds out in the workspace; empty for formats that it does not know, whatever the default."""
    if format_name != WAREHOUSE_FORMAT:
        return ""
    try:
        return f"/sql/1.0/warehouses/{templates.host.get_warehouse_id()}"
    except HostValueMissing as missing:
        message = f"parameter `{name}` is the path of a SQL warehouse, which is not known here"
        raise ParameterError(message, cli_text=missing.text, hint=missing.hint) from None


def answer_prompts(
    schema: Schema, values: Mapping[str, Value], templates: Templates, *, say: Callable[[str], None]
) -> dict[str, Value]:
    """Fill in what the CLI would ask for at a terminal, as if every prompt were answered with its default.

    A parameter with a value is not asked for, nor one whose `skip_prompt_if` fits the values so far. `say` gets a line
    for each prompt.
    """
    filled = dict(values)
    for name, prop in schema.in_order():
        if name in filled:
            continue
        # At a terminal only the one known format has an answer of its own; others are asked for as usual.
        asked = prop if prop.format == WAREHOUSE_FORMAT else replace(prop, format="")
        default = resolve_default(name, asked, filled, templates)
        if prop.skip_prompt_if is None or not is_valid(prop.skip_prompt_if, filled):
            description = templates.render_text(prop.description, filled)
            say(f"ASK {description} [{'' if default is None else shown(default)}]")
            if default is None and prop.type == "string":
                default = ""
        if default is not None:
            filled[name] = default
    return filled


def check_complete(schema: Schema, values: Mapping[str, Value]) -> None:
    """Refuse values that break a rule, and parameters without one. Raises `ParameterError`."""
    for fault in find_faults(schema, values, required=schema.properties, with_any_of=False):
        raise ParameterError(
            fault.message,
            cli_text=f"validation for template input parameters failed. {fault.cli_text}",
            hint=f"pass `--set {fault.name}=VALUE`, or set it in the config file" if fault.name not in values else None,
        )
