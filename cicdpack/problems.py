"""Findings as values: where something is (`Location`) and what is wrong there (`Problem`).

Knows nothing of the rest of the package. Checks collect problems and return them; nothing here raises or prints.
"""

from __future__ import annotations

from typing import Literal

from cicdpack._values import dataclass

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place in a file: POSIX path and, where known, line and column, both from 1, columns in characters."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.path]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding: a stable rule name in kebab-case, one sentence in lower case, its place and the way out."""

    rule: str
    message: str
    severity: Severity = "error"
    location: Location | None = None
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" if self.location else self.message
