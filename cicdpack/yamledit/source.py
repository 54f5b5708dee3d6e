"""Bytes -> the text that positions count in, with its lines, line breaks and places; text -> bytes again.

A position is an index into `Source.text`, in characters, without the byte order mark, as PyYAML's marks count.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from cicdpack.problems import Location
from cicdpack.yamledit.errors import YamlEditError

MAX_BYTES = 1_048_576
"""Largest text, in bytes (1 MiB): twenty times the largest pipeline we know; the pure parser needs seconds for it."""

BOM = "\ufeff"
"""The byte order mark: kept in front, never part of a position (YAML 1.2, section 5.2)."""

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What YAML 1.1 (section 4.1.4) and PyYAML end a line with."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that may not stand in a YAML text (YAML 1.1, section 4.1.1)."""

EXCERPT_WIDTH = 100
"""Longest source line shown below an error, in characters."""


class Source:
    """A decoded YAML text with its display path. `newline` is the text's own line break, the first if they differ."""

    __slots__ = ("_line_starts", "bom", "newline", "path", "text")

    def __init__(self, *, path: str, text: str, bom: bool) -> None:
        self.path = path
        self.text = text
        self.bom = bom
        self._line_starts: list[int] | None = None
        found = LINE_BREAK.search(text)
        self.newline = found.group() if found and found.group() in {"\r\n", "\n", "\r"} else "\n"

    @property
    def _starts(self) -> list[int]:
        """Where each line starts; looked at when a position is asked for."""
        if self._line_starts is None:
            self._line_starts = [0, *(match.end() for match in LINE_BREAK.finditer(self.text))]
        return self._line_starts

    @classmethod
    def decode(cls, data: bytes, path: str) -> Source:
        """UTF-8 bytes, with or without a byte order mark, at most `MAX_BYTES`; anything else is a `YamlEditError`."""
        if len(data) > MAX_BYTES:
            raise YamlEditError(
                f"{len(data)} bytes of YAML, at most {MAX_BYTES} are read",
                location=Location(path=path),
                hint="split the file",
            )
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            readable = cls(path=path, text=data.decode("utf-8", errors="replace"), bom=False)
            at = len(data[: error.start].decode("utf-8"))
            raise readable.error(f"byte 0x{data[error.start]:02x} is not UTF-8", at, hint="save it as UTF-8") from None
        bom = text.startswith(BOM)
        source = cls(path=path, text=text[1:] if bom else text, bom=bom)
        bad = UNPRINTABLE.search(source.text)
        if bad:
            raise source.error(
                f"character U+{ord(bad.group()):04X} may not stand in YAML",
                bad.start(),
                hint="remove it, or write it as an escape in a double-quoted string",
            )
        return source

    def with_text(self, text: str) -> Source:
        """The same file with another text."""
        return Source(path=self.path, text=text, bom=self.bom)

    def encode(self) -> bytes:
        """The bytes of the text, with the byte order mark that it came with."""
        return ((BOM if self.bom else "") + self.text).encode("utf-8")

    def byte_offset(self, at: int) -> int:
        """The place of a position in `encode()`, in bytes."""
        return len(self.text[:at].encode("utf-8")) + (len(BOM.encode("utf-8")) if self.bom else 0)

    def line_start(self, at: int) -> int:
        """The position where the line that holds `at` begins."""
        return self._starts[bisect_right(self._starts, at) - 1]

    def line_end(self, at: int) -> int:
        """The position of the line break that ends the line of `at`, or the end of the text."""
        match = LINE_BREAK.search(self.text, at)
        return match.start() if match else len(self.text)

    def next_line(self, at: int) -> int:
        """The position after the line break that ends the line of `at`, or the end of the text."""
        match = LINE_BREAK.search(self.text, at)
        return match.end() if match else len(self.text)

    def location(self, at: int) -> Location:
        """Line and column of a position, from 1, columns in characters."""
        return Location(path=self.path, line=bisect_right(self._starts, at), column=at - self.line_start(at) + 1)

    def error(self, message: str, at: int, *, hint: str) -> YamlEditError:
        """A `YamlEditError` that points at a position."""
        at = min(at, len(self.text))
        return YamlEditError(message, location=self.location(at), excerpt=self._excerpt(at), hint=hint)

    def _excerpt(self, at: int) -> str:
        start = self.line_start(at)
        shown_from = max(start, at - EXCERPT_WIDTH * 3 // 4)
        shown = self.text[shown_from : min(self.line_end(at), shown_from + EXCERPT_WIDTH)]
        shown = UNPRINTABLE.sub("\ufffd", shown)
        number = str(self.location(at).line).rjust(5)
        before = "".join("\t" if character == "\t" else " " for character in self.text[shown_from:at])
        return f"{number} | {shown}\n{' ' * len(number)} | {before}^"
