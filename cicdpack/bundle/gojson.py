"""JSON bytes -> values, as Go's `encoding/json` reads them, with its error texts.

Python's scanner does the work; it and Go's accept the same grammar but for constants such as `NaN`. Only when it
refuses does `jsonscan` walk the text again, to name the byte that Go would name.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias

from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.jsonscan import JsonFault, find_fault
from cicdpack.problems import Location

MAX_DEPTH = 200
"""Nested brackets in one document. Go allows 10,000; parameters and schemas need a dozen, and recursion is dear."""


class Number(str):
    """A number as it is written, not converted yet."""

    __slots__ = ()


class Members:
    """An object as it is written: members in order, repeated keys included."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Json]]) -> None:
        self.pairs = pairs


Json: TypeAlias = "Members | list[Json] | str | Number | bool | None"

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | float | bool | None"
"""What Go makes of JSON where nothing says otherwise: every number is a float64, the last of equal keys wins."""


class JsonError(BundleError):
    """Text that is not JSON; `cli_text` is the message of Go's decoder."""


class NumberRangeError(Exception):
    """A number that float64 cannot hold, such as `1e400`."""

    def __init__(self, literal: str) -> None:
        super().__init__(literal)
        self.literal = literal


def parse(data: bytes, *, source: str) -> Json:
    """Parse one JSON document; invalid UTF-8 and lone surrogates become U+FFFD. Raises `JsonError`."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        return _replaced(_DECODER.decode(text), depth=0)
    except RecursionError:
        raise _json_error("exceeded max depth", 0, text, source) from None
    except ValueError:
        fault = find_fault(text) or JsonFault("exceeded max depth", 0)
        raise _json_error(fault.text, fault.at, text, source) from None


def plain(node: Json) -> Plain:
    """Convert a parsed document as Go decodes into an empty interface. Raises `NumberRangeError`."""
    if isinstance(node, Members):
        return {key: plain(value) for key, value in node.pairs}
    if isinstance(node, list):
        return [plain(value) for value in node]
    if isinstance(node, Number):
        return number(node)
    return node


def number(literal: Number) -> float:
    """Convert a literal to float64. Raises `NumberRangeError` when it is out of range."""
    value = float(literal)
    if value in (float("inf"), float("-inf")):
        raise NumberRangeError(literal)
    return value


def load_object(data: bytes, *, source: str) -> dict[str, Plain]:
    """Parse a document that must be an object (`null` counts as an empty one). Raises `JsonError`."""
    return object_of(parse(data, source=source), source=source)


def object_of(node: Json, *, source: str) -> dict[str, Plain]:
    """Convert a parsed document that must be an object; the last of equal keys wins. Raises `JsonError`."""
    if node is None:
        return {}
    if not isinstance(node, Members):
        go = f"json: cannot unmarshal {kind(node)} into Go value of type map[string]interface {{}}"
        message = f"expected a JSON object, found {_ARTICLE[kind(node)]}"
        raise JsonError(message, cli_text=go, location=Location(path=source))
    try:
        return {key: plain(value) for key, value in node.pairs}
    except NumberRangeError as error:
        go = f"json: cannot unmarshal number {error.literal} into Go value of type float64"
        message = f"the number `{error.literal}` is out of range"
        raise JsonError(message, cli_text=go, location=Location(path=source)) from None


def locate(key: str, data: bytes, source: str) -> Location:
    """Return the place of a key in a JSON text: of its last occurrence, which is the one that counts."""
    text = data.decode("utf-8", "replace")
    spelt = re.escape(json.dumps(key, ensure_ascii=False))
    at = max((match.start() for match in re.finditer(spelt + r"\s*:", text)), default=None)
    if not key or at is None:
        return Location(path=source)
    return Location(path=source, line=text.count("\n", 0, at) + 1, column=at - text.rfind("\n", 0, at))


def kind(node: Json) -> str:
    """Go's word for the kind of a parsed value."""
    if isinstance(node, Members):
        return "object"
    if isinstance(node, list):
        return "array"
    if isinstance(node, Number):
        return "number"
    if isinstance(node, bool):
        return "bool"
    return "string" if isinstance(node, str) else "null"


_ARTICLE = {
    "array": "an array",
    "number": "a number",
    "bool": "a boolean",
    "string": "a string",
    "object": "an object",
    "null": "null",
}


def _refuse_constant(name: str) -> Json:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=Members,
    parse_int=Number,
    parse_float=Number,
    parse_constant=_refuse_constant,
)


_SURROGATE = re.compile("[\ud800-\udfff]")


def _replaced(node: Json, *, depth: int) -> Json:
    """Replace what has no place in UTF-8 by U+FFFD, one for each bad byte or lone surrogate; check the depth."""
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(node, Members):
        pairs = [(_SURROGATE.sub("\ufffd", key), _replaced(value, depth=depth + 1)) for key, value in node.pairs]
        return Members(pairs)
    if isinstance(node, list):
        return [_replaced(value, depth=depth + 1) for value in node]
    if isinstance(node, str) and not isinstance(node, Number):
        return _SURROGATE.sub("\ufffd", node)
    return node


def _json_error(go_text: str, at: int, text: str, source: str) -> JsonError:
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    message = f"not JSON: {go_text}"
    return JsonError(message, cli_text=go_text, location=Location(path=source, line=line, column=column))
