"""Lines with styles -> a stream: in colour through Rich on a terminal, plain everywhere else.

User text (paths, values, archive members) is never read as markup, and control characters in it never reach the
terminal. In a job whose platform obeys commands in the log, whatever looks like one gets a space (`joblog`); everywhere
else lines are what they are, so that a diff can be taken from the screen.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, TypeAlias

from cicdpack.cli.joblog import gaps, json_without_commands, platform_of, without_commands
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console as RichConsole

Segment: TypeAlias = "str | tuple[str, str]"
Line: TypeAlias = "str | tuple[Segment, ...]"
"""A line without its end: plain text, or segments of plain text and (text, Rich style) pairs."""

_VISIBLE = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code != ord("\t")}
_VISIBLE |= {ord("\n"): "\\n", ord("\r"): "\\r"}
_VISIBLE |= {
    code: f"\\u{code:04x}" for code in (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x206A))
}


def visible(text: str) -> str:
    """Write control characters and marks that reorder or hide text as escapes, so that a name cannot fool a reader."""
    return text.translate(_VISIBLE)


def wants_color(stream: TextIO) -> bool:
    """Whether to colour: never with NO_COLOR or TERM=dumb, always with FORCE_COLOR, else on a terminal.

    Sources: no-color.org, force-color.org.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class UnwritableOutput(CicdpackError):
    """What is printed gets nowhere: the disk behind stdout is full, for instance."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the output cannot be written: {reason}", hint="make room, or send it to another place")


@contextmanager
def writing() -> Iterator[None]:
    """Turn what goes wrong while writing to a stream into `UnwritableOutput`; a reader that left is no error."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwritableOutput((error.strerror or str(error)).lower()) from None


def drop_output() -> None:
    """Send what is left in the buffer of stdout nowhere: nothing is to fail on it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Screen:
    """Where results (stdout) and remarks (stderr) go."""

    def __init__(self, stream: TextIO, *, color: bool | None = None) -> None:
        self._stream = stream
        self._is_obeyed = platform_of(os.environ) is not None
        self._rich: RichConsole | None = None
        if wants_color(stream) if color is None else color:
            from rich.console import Console

            self._rich = Console(file=stream, highlight=False, markup=False, emoji=False, force_terminal=True)

    def print(self, lines: Iterable[Line]) -> None:
        """Print the lines, each with a newline; characters that the stream cannot encode are escaped."""
        for line in lines:  # Made one by one: what goes wrong while one is made is no matter of the stream.
            segments = (line,) if isinstance(line, str) else line
            with writing():
                if self._rich is None:
                    self._print_plain(segments)
                else:
                    self._print_rich(self._rich, segments)

    def print_json(self, document: str) -> None:
        """Print JSON text in ASCII, as it is or, where commands are obeyed, with the same value."""
        with writing():
            self._stream.write((json_without_commands(document) if self._is_obeyed else document) + "\n")

    def _print_plain(self, segments: tuple[Segment, ...]) -> None:
        text = "".join(visible(part if isinstance(part, str) else part[0]) for part in segments)
        text = without_commands(text) if self._is_obeyed else text
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")

    def _print_rich(self, console: RichConsole, segments: tuple[Segment, ...]) -> None:
        from rich.text import Text

        text = Text(end="\n", no_wrap=True, overflow="ignore")
        for part in segments:
            if isinstance(part, str):
                text.append(visible(part))
            else:
                text.append(visible(part[0]), style=part[1])
        if self._is_obeyed:
            text = Text(" ", end="\n", no_wrap=True, overflow="ignore").join(text.divide(gaps(text.plain)))
        console.print(text, soft_wrap=True)


def stdout() -> Screen:
    """Return the screen for results."""
    return Screen(sys.stdout)


def stderr() -> Screen:
    """Return the screen for everything else."""
    return Screen(sys.stderr)
