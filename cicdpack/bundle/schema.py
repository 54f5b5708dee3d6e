"""`databricks_template_schema.json` -> `Schema`: the parameters, as the Databricks CLI decodes them.

Go's decoder matches keys without regard to case, lets the last of equal keys win (maps and nested schemas merge),
ignores unknown keys, and goes on after a value of the wrong type, to report the first such at the end. So do we.
What the decoded schema may say is checked in `schema_checks`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.gojson import JsonError, Members, Number, NumberRangeError, kind, locate, parse, plain
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.bundle.gojson import Json

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
    decoder = _Decoder()
    draft = _Draft()
    decoder.schema(node, draft, ())
    if decoder.fault is not None:
        raise SchemaError(
            decoder.fault.message,
            cli_text=f"failed to load schema: {decoder.fault.go_text}",
            location=locate(decoder.fault.key, data, source),
        )
    return _frozen(draft, source=source, path=())


_EMBEDDED = "Extension."
"""Go names the embedded struct of the keywords that are the CLI's own."""

_KEYS: dict[str, tuple[str, str]] = {
    "type": ("type", "jsonschema.Type"),
    "description": ("description", "string"),
    "title": ("title", "string"),
    "properties": ("properties", "map[string]*jsonschema.Schema"),
    "items": ("items", "jsonschema.Schema"),
    "additionalproperties": ("additionalProperties", "any"),
    "$ref": ("$ref", "string"),
    "required": ("required", "[]string"),
    "anyof": ("anyOf", "[]jsonschema.Schema"),
    "oneof": ("oneOf", "[]jsonschema.Schema"),
    "pattern": ("pattern", "string"),
    "format": ("format", "string"),
    "default": ("default", "any"),
    "enum": ("enum", "[]interface {}"),
    "const": ("const", "any"),
    "$defs": ("$defs", "map[string]interface {}"),
    "examples": ("examples", "any"),
    "deprecated": ("deprecated", "bool"),
    "welcome_message": (_EMBEDDED + "welcome_message", "string"),
    "success_message": (_EMBEDDED + "success_message", "string"),
    "order": (_EMBEDDED + "order", "int"),
    "skip_prompt_if": (_EMBEDDED + "skip_prompt_if", "jsonschema.Schema"),
    "min_databricks_cli_version": (_EMBEDDED + "min_databricks_cli_version", "string"),
    "version": (_EMBEDDED + "version", "int"),
    "pattern_match_failure_message": (_EMBEDDED + "pattern_match_failure_message", "string"),
    "template_dir": (_EMBEDDED + "template_dir", "string"),
}
"""Lower-case key -> (place in Go's messages, Go type)."""

_MEMBERS = {
    "properties": "properties",
    "additionalproperties": "additional_properties",
    "anyof": "any_of",
    **{f.name: f.name for f in fields(Schema)},
}
"""Lower-case key -> member of `Schema`; the other keys are checked and forgotten."""

_FOLDED = str.maketrans({"\u017f": "s", "\u212a": "k"})
"""The two characters outside ASCII that Go's decoder takes for letters of it (long s, Kelvin sign)."""

_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class _Mismatch:
    """A value of a kind that its Go type cannot hold; `path` are the names of Go's fields.

    `in_property` is the template's parameter that it stands in, if it does.
    """

    found: str
    go_type: str
    path: tuple[str, ...]
    in_property: str

    @property
    def key(self) -> str:
        """The key to point at: the parameter's, or the keyword as the schema writes it; empty for the whole."""
        return self.in_property or (self.path[-1].removeprefix(_EMBEDDED) if self.path else "")

    @property
    def go_text(self) -> str:
        """What Go's decoder says."""
        place = f"struct field Schema.{'.'.join(self.path)}" if self.path else "value"
        return f"json: cannot unmarshal {self.found} into Go {place} of type {self.go_type}"

    @property
    def message(self) -> str:
        """What we say."""
        subject = f"`{self.path[-1].removeprefix(_EMBEDDED)}`" if self.path else "the schema"
        if self.in_property and len(self.path) == 1:
            subject = f"parameter `{self.in_property}`"
        elif self.in_property:
            subject = f"parameter `{self.in_property}`: {subject}"
        expected = next((words for prefix, words in _EXPECTED.items() if self.go_type.startswith(prefix)), "an object")
        return f"{subject} is {'an' if self.found[0] in 'ao' else 'a'} {self.found}, expected {expected}"


_EXPECTED = {
    "string": "a string",
    "jsonschema.Type": "the name of a type",
    "int": "a whole number",
    "bool": "true or false",
    "float64": "one that a 64-bit float can hold",
    "[]": "a list",
}
"""Start of a Go type -> what it takes; everything else takes an object."""


class _Draft(dict[str, Any]):
    """A schema while it is decoded: lower-case key -> value."""


class _Decoder:
    """Decodes into drafts and keeps the first type error, as Go does."""

    def __init__(self) -> None:
        self.fault: _Mismatch | None = None
        self._property = ""

    def schema(self, node: Json, draft: _Draft, path: tuple[str, ...]) -> None:
        if node is None:
            return
        if not isinstance(node, Members):
            self._mismatch(kind(node), "jsonschema.Schema", path)
            return
        for key, value in node.pairs:
            folded = key.translate(_FOLDED).lower()
            if folded in _KEYS:
                name, go_type = _KEYS[folded]
                self._member(value, draft, folded, go_type, (*path, name))

    def _member(self, node: Json, draft: _Draft, key: str, go_type: str, path: tuple[str, ...]) -> None:
        if go_type in ("string", "jsonschema.Type", "bool", "int"):
            self._scalar(node, draft, key, go_type, path)
        elif go_type == "any":
            draft[key] = self._any(node, path)
        elif go_type == "jsonschema.Schema":
            draft[key] = None if node is None else draft.get(key) or _Draft()
            if node is not None:
                self.schema(node, draft[key], path)
        elif go_type.startswith("map"):
            self._map(node, draft, key, go_type, path)
        else:
            self._list(node, draft, key, go_type, path)

    def _scalar(self, node: Json, draft: _Draft, key: str, go_type: str, path: tuple[str, ...]) -> None:
        if node is None:
            if go_type == "int":
                draft.pop(key, None)
        elif go_type == "int" and isinstance(node, Number):
            if node.lstrip("-").isdigit() and int(node) in _INT64:
                draft[key] = int(node)
            else:
                self._mismatch(f"number {node}", go_type, path)
        elif kind(node) == {"bool": "bool", "int": "number"}.get(go_type, "string"):
            draft[key] = node
        else:
            self._mismatch(kind(node), go_type, path)

    def _map(self, node: Json, draft: _Draft, key: str, go_type: str, path: tuple[str, ...]) -> None:
        if node is None:
            draft.pop(key, None)
        elif not isinstance(node, Members):
            self._mismatch(kind(node), go_type, path)
        else:
            entries = draft.setdefault(key, {})
            for name, value in node.pairs:
                if not go_type.endswith("Schema"):
                    self._any(value, path)
                    continue
                if len(path) == 1:
                    self._property = name
                # A repeated name keeps its place but starts afresh.
                entries[name] = None if value is None else _Draft()
                if value is not None:
                    self.schema(value, entries[name], path)
            if len(path) == 1:
                self._property = ""

    def _list(self, node: Json, draft: _Draft, key: str, go_type: str, path: tuple[str, ...]) -> None:
        if node is None:
            draft.pop(key, None)
            return
        if not isinstance(node, list):
            self._mismatch(kind(node), go_type, path)
            return
        items: list[object] = []
        for value in node:
            item = _Draft()
            if go_type == "[]interface {}":
                items.append(self._any(value, path))
            elif go_type == "[]string":
                self._scalar(value, item, "item", "string", path)
                items.append(item.get("item", ""))
            else:
                self.schema(value, item, path)
                items.append(item)
        draft[key] = items

    def _any(self, node: Json, path: tuple[str, ...]) -> object:
        try:
            return plain(node)
        except NumberRangeError as error:
            self._mismatch(f"number {error.literal}", "float64", path)
            return None

    def _mismatch(self, found: str, go_type: str, path: tuple[str, ...]) -> None:
        self.fault = self.fault or _Mismatch(found, go_type, path, self._property)


def _frozen(draft: _Draft, *, source: str, path: tuple[str, ...]) -> Schema:
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


def _property(draft: _Draft | None, name: str, *, source: str, path: tuple[str, ...]) -> Schema:
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
