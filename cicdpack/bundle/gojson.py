"""JSON bytes -> values, as Go's `encoding/json` reads them, with its error texts.

Python's scanner does the work; it and Go's accept the same grammar but for constants such as `NaN`. Only when it
refuses does `_first_fault` walk the text again, to name the byte that Go would name.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TypeAlias

from cicdpack.bundle.errors import BundleError
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
        fault = _first_fault(text) or _Fault("exceeded max depth", 0)
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
    node = parse(data, source=source)
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


@dataclass(frozen=True, slots=True)
class _Fault:
    text: str
    at: int


_SPACE = re.compile(r"[ \t\r\n]*")
_STRING_RUN = re.compile(r'[^"\\\x00-\x1f]*')
_DIGITS = re.compile(r"[0-9]*")
_NO_SPACE = re.compile(r"numeric literal|in literal|escape")
_HEX = frozenset("0123456789abcdefABCDEF")


def _first_fault(text: str) -> _Fault | None:
    """Find the first character at which Go's scanner gives up, or None when the text is JSON."""
    return _Scan(text).document()


class _Scan:
    """A walk over JSON text, with a stack of open brackets in place of recursion."""

    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> _Fault | None:
        open_brackets: list[str] = []
        fault = self._value_start(open_brackets)
        while fault is None and open_brackets:
            fault = self._after_value(open_brackets)
        if fault is None:
            self._skip_space()
            if self.at < len(self.text):
                fault = self._unexpected("after top-level value")
        return fault

    def _value_start(self, open_brackets: list[str]) -> _Fault | None:
        """Read a whole scalar, or the opening of a container up to and with its first value."""
        while True:
            self._skip_space()
            char = self._peek()
            if char == "{":
                self.at += 1
                self._skip_space()
                if self._take("}"):
                    return None
                open_brackets.append("{")
                fault = self._key()
                if fault:
                    return fault
            elif char == "[":
                self.at += 1
                self._skip_space()
                if self._take("]"):
                    return None
                open_brackets.append("[")
            else:
                return self._scalar(char)

    def _after_value(self, open_brackets: list[str]) -> _Fault | None:
        self._skip_space()
        is_object = open_brackets[-1] == "{"
        if self._take("}" if is_object else "]"):
            open_brackets.pop()
            return None
        if not self._take(","):
            return self._unexpected("after object key:value pair" if is_object else "after array element")
        if is_object:
            self._skip_space()
            fault = self._key()
            if fault:
                return fault
        return self._value_start(open_brackets)

    def _key(self) -> _Fault | None:
        if self._peek() != '"':
            return self._unexpected("looking for beginning of object key string")
        fault = self._string()
        if fault is None:
            self._skip_space()
            if not self._take(":"):
                fault = self._unexpected("after object key")
        return fault

    def _scalar(self, char: str) -> _Fault | None:
        if char == '"':
            return self._string()
        if char and char in "-0123456789":
            return self._number()
        for word in ("true", "false", "null"):
            if char == word[0]:
                return self._word(word)
        return self._unexpected("looking for beginning of value")

    def _word(self, word: str) -> _Fault | None:
        for letter in word:
            if not self._take(letter):
                return self._unexpected(f"in literal {word} (expecting '{letter}')")
        return None

    def _string(self) -> _Fault | None:
        self.at += 1
        while True:
            self._run(_STRING_RUN)
            if self._take('"'):
                return None
            if not self._take("\\"):
                return self._unexpected("in string literal")
            if self._take("u"):
                for _ in range(4):
                    if self._peek() not in _HEX:
                        return self._unexpected("in \\u hexadecimal character escape")
                    self.at += 1
            elif self._peek() and self._peek() in 'bfnrt\\/"':
                self.at += 1
            else:
                return self._unexpected("in string escape code")

    def _number(self) -> _Fault | None:
        self._take("-")
        if not self._take("0") and not self._run(_DIGITS):
            return self._unexpected("in numeric literal")
        if self._take(".") and not self._run(_DIGITS):
            return self._unexpected("after decimal point in numeric literal")
        if self._take("e") or self._take("E"):
            if not self._take("+"):
                self._take("-")
            if not self._run(_DIGITS):
                return self._unexpected("in exponent of numeric literal")
        return None

    def _skip_space(self) -> None:
        self._run(_SPACE)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self, char: str) -> bool:
        if self._peek() != char:
            return False
        self.at += 1
        return True

    def _run(self, pattern: re.Pattern[str]) -> bool:
        start = self.at
        match = pattern.match(self.text, start)
        self.at = match.end() if match else start
        return self.at > start

    def _unexpected(self, context: str) -> _Fault:
        char = self._peek()
        if not char:
            # Go feeds its scanner a space at the end: where a space may not stand, it complains about that.
            if not _NO_SPACE.search(context):
                return _Fault("unexpected end of JSON input", self.at)
            char = " "
        return _Fault(f"invalid character {_quoted(char)} {context}", self.at)


_QUOTED = {"'": "'\\''", '"': "'\"'", "\\": "'\\\\'"}
_CONTROLS = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


def _quoted(char: str) -> str:
    """Quote one byte as Go's scanner does: it takes the first byte of a character for a character."""
    if char in _QUOTED:
        return _QUOTED[char]
    byte = chr(char.encode("utf-8", "surrogateescape")[0])
    if byte in _CONTROLS:
        return f"'{_CONTROLS[byte]}'"
    if byte < " " or byte == "\x7f":
        return f"'\\x{ord(byte):02x}'"
    return f"'{byte}'" if byte.isprintable() else f"'\\u{ord(byte):04x}'"
