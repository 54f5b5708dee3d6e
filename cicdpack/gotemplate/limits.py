"""Limits that keep any template and any data from hanging the machine, each with its unit and reason.

A `Budget` is spent by the evaluator, by the `fmt` verbs and by regular expressions. It knows no templates: running out
raises `LimitExceeded`, which the evaluator turns into an error with its place.
"""

from __future__ import annotations

from cicdpack._values import dataclass

MAX_EXPRESSION_DEPTH = 100
"""Nested parentheses in one action. Each level costs up to five of the thousand Python frames that a default
interpreter has; hand-written templates stay below ten. Control structures and template calls cost none."""

MAX_TEMPLATE_DEPTH = 100_000
"""Template calls inside each other: Go's own limit (`text/template`, 64-bit machines)."""

MAX_VALUE_DEPTH = 100
"""Nesting of a value that is printed. Each level costs up to two Python frames; parameters are flat."""

MAX_WIDTH = 1_000_000
"""Width and precision of a `printf` verb, in characters: Go's own limit (package `fmt`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one rendering may use. The defaults leave a factor of a hundred above the largest known template stacks."""

    depth: int = MAX_TEMPLATE_DEPTH
    """Template calls inside each other."""

    steps: int = 1_000_000
    """Nodes evaluated, loop turns and matcher steps, in one execution, that is for one file: a few seconds at most."""

    total_steps: int = 20_000_000
    """The same in all executions of one rendering: ten thousand files of two thousand nodes."""

    string_bytes: int = 16 * 1024 * 1024
    """Length of one string made by a function: far beyond any pipeline file, far below any machine's memory."""

    output_bytes: int = 16 * 1024 * 1024
    """Output of one execution, that is of one file: a hosting platform refuses pipeline files far smaller than this."""

    total_bytes: int = 128 * 1024 * 1024
    """Output of all executions and strings made on the way, in one rendering: what a small runner can hold."""


class LimitExceeded(Exception):
    """A limit ran out. `text` says which, with its number; it is an error message without a place."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Budget:
    """A mutable counter shared by all executions of one rendering."""

    __slots__ = ("bytes_left", "limits", "output_left", "steps_left", "total_steps_left")

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.steps_left = self.limits.steps
        self.output_left = self.limits.output_bytes
        self.total_steps_left = self.limits.total_steps
        self.bytes_left = self.limits.total_bytes

    def begin_execution(self) -> None:
        """Give the next execution its own steps and output; what the last one used counts towards the total."""
        limits = self.limits
        self.total_steps_left -= limits.steps - self.steps_left
        self.steps_left = limits.steps
        written = limits.output_bytes - self.output_left
        self.output_left = limits.output_bytes
        if self.total_steps_left < 0:
            message = f"exceeded maximum number of steps ({limits.total_steps} in all files)"
            raise LimitExceeded(message)
        self.spend_bytes(written)

    def spend(self, steps: int) -> None:
        """Take `steps` units of work, or raise `LimitExceeded`."""
        self.steps_left -= steps
        if self.steps_left < 0:
            message = f"exceeded maximum number of steps ({self.limits.steps})"
            raise LimitExceeded(message)

    def spend_string(self, size: int) -> None:
        """Account for a string of `size` characters that is about to be made, or raise `LimitExceeded`."""
        if size > self.limits.string_bytes:
            message = f"exceeded maximum length of a string ({self.limits.string_bytes} bytes)"
            raise LimitExceeded(message)
        self.spend_bytes(size)

    def spend_output(self, size: int) -> None:
        """Account for `size` characters of output, or raise `LimitExceeded`."""
        self.output_left -= size
        if self.output_left < 0:
            message = f"exceeded maximum length of the output ({self.limits.output_bytes} bytes)"
            raise LimitExceeded(message)

    def spend_bytes(self, size: int) -> None:
        """Take `size` characters of the rendering's total, or raise `LimitExceeded`."""
        self.bytes_left -= size
        if self.bytes_left < 0:
            message = f"exceeded maximum amount of text ({self.limits.total_bytes} bytes in all files)"
            raise LimitExceeded(message)
