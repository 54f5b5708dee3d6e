"""Parsed JSON -> drafts of schemas, exactly as Go's decoder fills the CLI's struct, with its first type error.

Keys are matched without regard to case; the last of equal keys wins, but maps and nested schemas merge; decoding
goes on after a value of the wrong type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cicdpack._values import dataclass
from cicdpack.bundle.gojson import Members, Number, NumberRangeError, kind, plain

if TYPE_CHECKING:
    from cicdpack.bundle.gojson import Json

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

_FOLDED = str.maketrans({"\u017f": "s", "\u212a": "k"})
"""The two characters outside ASCII that Go's decoder takes for letters of it (long s, Kelvin sign)."""

_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Mismatch:
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


class Draft(dict[str, Any]):
    """A schema while it is decoded: lower-case key -> value."""


class SchemaDecoder:
    """Decodes into drafts and keeps the first type error, as Go does."""

    def __init__(self) -> None:
        self.fault: Mismatch | None = None
        self._property = ""

    def schema(self, node: Json, draft: Draft, path: tuple[str, ...]) -> None:
        """Decode an object into a draft, over what is in it; `path` are the names of Go's fields above."""
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

    def _member(self, node: Json, draft: Draft, key: str, go_type: str, path: tuple[str, ...]) -> None:
        if go_type in ("string", "jsonschema.Type", "bool", "int"):
            self._scalar(node, draft, key, go_type, path)
        elif go_type == "any":
            draft[key] = self._any(node, path)
        elif go_type == "jsonschema.Schema":
            draft[key] = None if node is None else draft.get(key) or Draft()
            if node is not None:
                self.schema(node, draft[key], path)
        elif go_type.startswith("map"):
            self._map(node, draft, key, go_type, path)
        else:
            self._list(node, draft, key, go_type, path)

    def _scalar(self, node: Json, draft: Draft, key: str, go_type: str, path: tuple[str, ...]) -> None:
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

    def _map(self, node: Json, draft: Draft, key: str, go_type: str, path: tuple[str, ...]) -> None:
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
                entries[name] = None if value is None else Draft()
                if value is not None:
                    self.schema(value, entries[name], path)
            if len(path) == 1:
                self._property = ""

    def _list(self, node: Json, draft: Draft, key: str, go_type: str, path: tuple[str, ...]) -> None:
        if node is None:
            draft.pop(key, None)
            return
        if not isinstance(node, list):
            self._mismatch(kind(node), go_type, path)
            return
        items: list[object] = []
        for value in node:
            item = Draft()
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
        self.fault = self.fault or Mismatch(found, go_type, path, self._property)
