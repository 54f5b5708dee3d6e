"""What a template's schema may say: the Databricks CLI's checks, in its order, with its texts.

Where the CLI picks one of several offenders at random (its maps have no order), the first in the file is reported.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from cicdpack._values import dataclass, replace
from cicdpack.bundle.gojson import locate
from cicdpack.bundle.gotext import compile_pattern, quoted, shown
from cicdpack.bundle.schema import SCHEMA_NAME, Schema, SchemaError, read_schema
from cicdpack.bundle.typed import TypeMismatch, as_integer, check_type, same
from cicdpack.bundle.versions import is_development, sort_key
from cicdpack.gotemplate.regexp_errors import RegexpError

if TYPE_CHECKING:
    from collections.abc import Callable

EMULATED_CLI_VERSION = "1.13.0"
"""The version of the Databricks CLI whose behaviour this package reproduces."""

MAX_SCHEMA_VERSION = 1
"""The newest `version` of a template schema that the CLI knows."""

_TYPES = ("string", "integer", "number", "boolean", "array", "object")
_MEANT = {
    "int": "integer",
    "int32": "integer",
    "int64": "integer",
    "float": "number",
    "float32": "number",
    "float64": "number",
    "bool": "boolean",
}


def load_schema(data: bytes, *, source: str = SCHEMA_NAME, cli_version: str = EMULATED_CLI_VERSION) -> Schema:
    """Decode and check a template's schema. Raises `SchemaError` for the first fault, in the CLI's order."""
    file = _File(source, data)
    schema = _with_integers(read_schema(data, source=source), file)
    for check in _CHECKS:
        check(schema, file)
    _check_version_of_cli(schema, cli_version, file)
    _check_skipping(schema, file)
    _check_for_templates(schema, file)
    return schema


@dataclass(frozen=True, slots=True)
class _File:
    """The schema's file, to point into."""

    path: str
    data: bytes

    def refuse(self, key: str, text: str, *, prefixed: bool = True, hint: str | None = None) -> SchemaError:
        """Make an error at a key; `prefixed` as the CLI does while it loads a schema."""
        cli_text = f"failed to load schema: {text}" if prefixed else text
        return SchemaError(text, cli_text=cli_text, location=locate(key, self.data, self.path), hint=hint)


def _with_integers(schema: Schema, file: _File) -> Schema:
    """Turn the numbers of `integer` properties into integers."""
    properties: dict[str, Schema] = {}
    for name, prop in schema.properties.items():
        if prop.type == "integer":
            try:
                prop = _with_integer_values(prop, name)
            except TypeMismatch as error:
                raise file.refuse(name, str(error)) from None
        properties[name] = prop
    return replace(schema, properties=MappingProxyType(properties))


def _with_integer_values(prop: Schema, name: str) -> Schema:
    def convert(value: object, what: str) -> int:
        try:
            return as_integer(value)
        except TypeMismatch as error:
            raise TypeMismatch(f"failed to parse {what} for property {name}: {error}") from None

    default = None if prop.default is None else convert(prop.default, "default value")
    const = None if prop.const is None else convert(prop.const, "const value")
    enum = prop.enum
    if enum is not None:
        enum = tuple(convert(value, f"enum value {shown(value)} at index {index}") for index, value in enumerate(enum))
    return replace(prop, default=default, const=const, enum=enum)


def _check_types(schema: Schema, file: _File) -> None:
    for name, prop in schema.properties.items():
        if prop.type in _TYPES:
            continue
        text = f"type {prop.type} is not a recognized json schema type"
        if prop.type in _MEANT:
            text += f'. Please use "{_MEANT[prop.type]}" instead'
        raise file.refuse(name, text, hint="a parameter is a `string`, `integer`, `number` or `boolean`")


def _check_value_types(schema: Schema, file: _File) -> None:
    groups: list[list[tuple[str, str, Schema, object]]] = [[], [], []]
    for name, prop in schema.properties.items():
        if prop.default is not None:
            groups[0].append((name, f"default value of property {name} failed", prop, prop.default))
        for index, value in enumerate(prop.enum or ()):
            groups[1].append((name, f"enum at index {index} failed for property {name}", prop, value))
        if prop.const is not None:
            groups[2].append((name, f"const value of property {name} failed", prop, prop.const))
    for name, what, prop, value in (item for group in groups for item in group):
        try:
            check_type(value, prop.type)
        except TypeMismatch as error:
            raise file.refuse(name, f"type validation for {what}: {error}") from None


def _check_default_in_enum(schema: Schema, file: _File) -> None:
    for name, prop in schema.properties.items():
        if prop.default is None or prop.enum is None:
            continue
        if not any(same(prop.default, value) for value in prop.enum):
            values = f"{shown(prop.default)}: {shown(prop.enum)}"
            raise file.refuse(name, f"list of enum values for property {name} does not contain default value {values}")


def _check_patterns(schema: Schema, file: _File) -> None:
    for name, prop in schema.properties.items():
        if not prop.pattern:
            continue
        if prop.type != "string":
            text = f"property {quoted(name)} has a non-empty regex pattern {quoted(prop.pattern)} specified."
            raise file.refuse(name, f"{text} Patterns are only supported for string properties")
        try:
            matcher = compile_pattern(prop.pattern)
        except RegexpError as error:
            text = f"invalid regex pattern {quoted(prop.pattern)} provided for property {quoted(name)}"
            raise file.refuse(name, f"{text}: {error.go_text}", hint=error.hint) from None
        for index, value in enumerate(prop.enum or ()):
            if not matcher.is_match(str(value)):
                text = f"enum value {quoted(str(value))} at index {index} for property {quoted(name)}"
                raise file.refuse(name, f"{text} does not match specified regex pattern: {quoted(prop.pattern)}")


_CHECKS: tuple[Callable[[Schema, _File], None], ...] = (
    _check_types,
    _check_value_types,
    _check_default_in_enum,
    _check_patterns,
)


def _check_version_of_cli(schema: Schema, cli_version: str, file: _File) -> None:
    wanted = schema.min_databricks_cli_version
    current = f"v{cli_version}"
    if not wanted or is_development(current):
        return
    wanted_key, current_key = sort_key(wanted), sort_key(current)
    if wanted_key is None:
        text = (
            f"invalid minimum CLI version {quoted(wanted)} specified. Please specify the version in the format v0.0.0"
        )
        raise file.refuse("min_databricks_cli_version", text)
    if current_key is None or wanted_key > current_key:
        text = f"minimum CLI version {quoted(wanted)} is greater than current CLI version {quoted(current)}"
        raise file.refuse(
            "min_databricks_cli_version",
            f"{text}. Please upgrade your current Databricks CLI",
            hint=f"cicdpack renders as the Databricks CLI {current} does; see whether the template needs more",
        )


def _check_skipping(schema: Schema, file: _File) -> None:
    for name, prop in schema.properties.items():
        if prop.skip_prompt_if is not None and prop.default is None:
            raise file.refuse(name, f"property {quoted(name)} has a skip_prompt_if clause but no default value")


def _check_for_templates(schema: Schema, file: _File) -> None:
    """Check what holds for templates beyond other JSON schemas; the CLI sets no prefix before these texts."""
    for name, prop in schema.properties.items():
        if prop.type in ("array", "object"):
            raise file.refuse(name, f"property type {prop.type} is not supported by bundle templates", prefixed=False)
    if schema.version is not None and schema.version > MAX_SCHEMA_VERSION:
        text = f"template schema version {schema.version} is not supported by this version of the CLI."
        raise file.refuse("version", f"{text} Please upgrade your CLI to the latest version", prefixed=False)
    for name, prop in schema.properties.items():
        if not prop.description:
            raise file.refuse(name, f"template property {name} is missing a description", prefixed=False)
