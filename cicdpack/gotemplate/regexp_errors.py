"""What is wrong with a pattern: Go's kinds of error, with Go's words, and the piece of the pattern to blame.

Beside the package `regexp`, so that who is ready for an error loads no matcher.
"""

from __future__ import annotations

from cicdpack.errors import CicdpackError

BAD_RANGE = "invalid character class range"
BAD_ESCAPE = "invalid escape sequence"
BAD_GROUP_NAME = "invalid named capture"
BAD_PERL = "invalid or unsupported Perl syntax"
BAD_REPEAT_COUNT = "invalid repeat count"
BAD_REPEAT_STACK = "invalid nested repetition operator"
BAD_UTF8 = "invalid UTF-8"
MISSING_BRACKET = "missing closing ]"
MISSING_PAREN = "missing closing )"
MISSING_REPEAT_ARGUMENT = "missing argument to repetition operator"
TOO_DEEP = "expression nests too deeply"
TOO_LARGE = "expression too large"
TRAILING_BACKSLASH = "trailing backslash at end of expression"
UNEXPECTED_PAREN = "unexpected )"

_HINTS = {
    BAD_PERL: "Go has no look-around, back-references, atomic groups or comments: they allow no linear time",
    BAD_REPEAT_COUNT: "a piece may be repeated 1000 times at most, nested repeats multiplied",
    BAD_REPEAT_STACK: "put the inner repeat into a group: `(?:a*)*`",
    TOO_LARGE: "write fewer or smaller counted repeats",
}


class RegexpError(CicdpackError):
    """A pattern that Go's `regexp.Compile` refuses. `kind` is Go's reason, `piece` the blamed part of the pattern."""

    def __init__(self, kind: str, piece: str) -> None:
        super().__init__(f"regular expression: {kind}: `{piece}`", hint=_HINTS.get(kind))
        self.kind = kind
        self.piece = piece

    @property
    def go_text(self) -> str:
        """The text that Go shows, byte for byte (bytes that are not UTF-8 as `surrogateescape`)."""
        return f"error parsing regexp: {self.kind}: `{self.piece}`"
