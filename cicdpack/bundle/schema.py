"""`databricks_template_schema.json` -> `Schema`: the parameters, as the Databricks CLI decodes them.

What the decoded schema may say is checked in `schema_checks`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cicdpack._values import dataclass, field, field_names
from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.gojson import JsonError, locate, parse
from cicdpack.bundle.schema_decoding import Draft, SchemaDecoder
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA_NAME = "databricks_template_schema.json"


class SchemaError(BundleError):
    """A schema that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A JSON schema as the CLI knows it: the template's own, one property of it, or a condition in `skip_prompt_if`.

    `properties` keeps the order of the file. Values in `default`, `const` and `enum` are `str`, `bool`, `float` or,
    for the template's `integer` properties, `int`; None is absence. `enum` and `any_of` tell absence from emptiness.
    """

    properties: Mapping[str, Schema] = field(default_factory=lambda: MappingProxyType({}))
    type: str = ""
    description: str = ""
    default: object = None
    enum: tuple[object, ...] | None = None
    const: object = None
    pattern: str = ""
    pattern_match_failure_message: str = ""
    order: int | None = None
    skip_prompt_if: Schema | None = None
    format: str = ""
    required: tuple[str, ...] = ()
    any_of: tuple[Schema, ...] | None = None
    additional_properties: object = None
    version: int | None = None
    welcome_message: str = ""
    success_message: str = ""
    min_databricks_cli_version: str = ""
    template_dir: str = ""

    def in_order(self) -> tuple[tuple[str, Schema], ...]:
        """Return the properties as the CLI asks for them: by `order`, those without one last, ties by name."""

        def rank(item: tuple[str, Schema]) -> tuple[bool, int, bytes]:
            name, prop = item
            return (prop.order is None, prop.order or 0, name.encode("utf-8", "surrogatepass"))

        return tuple(sorted(self.properties.items(), key=rank))


def read_schema(data: bytes, *, source: str) -> Schema:
    """Decode a schema; nothing of what it says is checked yet. Raises `SchemaError`."""
    try:
        node = parse(data, source=source)
    except JsonError as error:
        raise SchemaError(
            error.message, cli_text=f"failed to load schema: {error.cli_text}", location=error.location
        ) from None
    decoder = SchemaDecoder()
    draft = Draft()
    decoder.schema(node, draft, ())
    if decoder.fault is not None:
        raise SchemaError(
            decoder.fault.message,
            cli_text=f"failed to load schema: {decoder.fault.go_text}",
            location=locate(decoder.fault.key, data, source),
        )
    return _frozen(draft, source=source, path=())


_MEMBERS = {
    "properties": "properties",
    "additionalproperties": "additional_properties",
    "anyof": "any_of",
    **{name: name for name in field_names(Schema)},
}
"""Lower-case key -> member of `Schema`; the other keys are checked and forgotten."""


def _frozen(draft: Draft, *, source: str, path: tuple[str, ...]) -> Schema:
    values: dict[str, Any] = {}
    for key, value in draft.items():
        member = _MEMBERS.get(key)
        if member == "properties":
            values[member] = MappingProxyType(
                {name: _property(item, name, source=source, path=path) for name, item in value.items()}
            )
        elif member == "skip_prompt_if" and value is not None:
            values[member] = _frozen(value, source=source, path=(*path, key))
        elif member == "any_of":
            values[member] = tuple(_frozen(item, source=source, path=(*path, key)) for item in value)
        elif member is not None:
            values[member] = tuple(value) if isinstance(value, list) and member in ("enum", "required") else value
    return Schema(**values)


def _property(draft: Draft | None, name: str, *, source: str, path: tuple[str, ...]) -> Schema:
    if draft is None:
        # The CLI crashes here, or later.
        where = " in ".join(f"`{part}`" for part in (name, *reversed(path)))
        raise SchemaError(
            f"property {where} is null, expected an object",
            rule="null-property",
            location=Location(path=source),
            hint="describe the property, or remove it",
        )
    return _frozen(draft, source=source, path=(*path, name))
