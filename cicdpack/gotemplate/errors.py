"""The engine's errors: each carries Go's exact text, and our own display with the real file, a caret and a hint."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from cicdpack.problems import Location


class TemplateError(CicdpackError):
    """A template that cannot be parsed or executed.

    `go_text` is the message of Go's `text/template`, byte for byte (surrogateescape). `phase` tells parsing from
    execution. `cause` is the exception that a helper function raised, if one did; `reason` is `go_text` without the
    place in front of it.
    """

    phase: ClassVar[Literal["parse", "exec"]]

    def __init__(
        self,
        message: str,
        *,
        go_text: str,
        reason: str,
        cause: Exception | None = None,
        location: Location | None = None,
        excerpt: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, location=location, excerpt=excerpt, hint=hint)
        self.go_text = go_text
        self.reason = reason
        self.cause = cause


class ParseError(TemplateError):
    """A text that is no template."""

    phase = "parse"


class ExecError(TemplateError):
    """A template that failed with the given data, or that used up a limit."""

    phase = "exec"


class FunctionError(Exception):
    """Raised inside a helper function: becomes Go's `error calling NAME: text`."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
