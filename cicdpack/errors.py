"""The root of the error tree: what a user can act on is a `CicdpackError`, anything else is a bug.

Each room defines its own errors beside the code that raises them, as subclasses that store their facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from cicdpack.problems import Location

EXIT_NO = 1
"""The answer is no: problems found, stale, drift, conflict, failed verification."""

EXIT_UNUSABLE = 2
"""Usage, or input that cannot be used: hostile or broken archive, bad parameter, missing file."""


class CicdpackError(Exception):
    """An error that the user can act on: one sentence in lower case, its place, an excerpt to point at, a hint.

    `message` names what was found and what was expected, literals in backticks, no full stop. `excerpt` holds
    the source line and a caret line, ready to print. `hint` is the next thing to do or type.
    """

    exit_code: ClassVar[int] = EXIT_UNUSABLE

    def __init__(
        self,
        message: str,
        *,
        location: Location | None = None,
        excerpt: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.excerpt = excerpt
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" if self.location else self.message
