"""JSON text -> the first fault that Go's scanner finds in it, with its words: a walk without recursion."""

from __future__ import annotations

import re

from cicdpack._values import dataclass


@dataclass(frozen=True, slots=True)
class JsonFault:
    """Go's message, and where in the text its scanner gave up."""

    text: str
    at: int


_SPACE = re.compile(r"[ \t\r\n]*")
_STRING_RUN = re.compile(r'[^"\\\x00-\x1f]*')
_DIGITS = re.compile(r"[0-9]*")
_NO_SPACE = re.compile(r"numeric literal|in literal|escape")
_HEX = frozenset("0123456789abcdefABCDEF")


def find_fault(text: str) -> JsonFault | None:
    """Find the first character at which Go's scanner gives up, or None when the text is JSON."""
    return _Scan(text).document()


class _Scan:
    """A walk over JSON text, with a stack of open brackets in place of recursion."""

    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> JsonFault | None:
        open_brackets: list[str] = []
        fault = self._value_start(open_brackets)
        while fault is None and open_brackets:
            fault = self._after_value(open_brackets)
        if fault is None:
            self._skip_space()
            if self.at < len(self.text):
                fault = self._unexpected("after top-level value")
        return fault

    def _value_start(self, open_brackets: list[str]) -> JsonFault | None:
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

    def _after_value(self, open_brackets: list[str]) -> JsonFault | None:
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

    def _key(self) -> JsonFault | None:
        if self._peek() != '"':
            return self._unexpected("looking for beginning of object key string")
        fault = self._string()
        if fault is None:
            self._skip_space()
            if not self._take(":"):
                fault = self._unexpected("after object key")
        return fault

    def _scalar(self, char: str) -> JsonFault | None:
        if char == '"':
            return self._string()
        if char and char in "-0123456789":
            return self._number()
        for word in ("true", "false", "null"):
            if char == word[0]:
                return self._word(word)
        return self._unexpected("looking for beginning of value")

    def _word(self, word: str) -> JsonFault | None:
        for letter in word:
            if not self._take(letter):
                return self._unexpected(f"in literal {word} (expecting '{letter}')")
        return None

    def _string(self) -> JsonFault | None:
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

    def _number(self) -> JsonFault | None:
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

    def _unexpected(self, context: str) -> JsonFault:
        char = self._peek()
        if not char:
            # Go feeds its scanner a space at the end: where a space may not stand, it complains about that.
            if not _NO_SPACE.search(context):
                return JsonFault("unexpected end of JSON input", self.at)
            char = " "
        return JsonFault(f"invalid character {_quoted(char)} {context}", self.at)


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
