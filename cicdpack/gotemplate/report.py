"""Puts Go's message and our own display together: real file, line, column, a caret, a hint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack.gotemplate.errors import ExecError, ParseError
from cicdpack.gotemplate.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from cicdpack.gotemplate.source import Source

_NAMED = r'^(function|template|undefined variable) "((?:[^"\\]|\\.)*)"'
_MISSING_KEY = r'(?:map has|nil data;) no entry for key "((?:[^"\\]|\\.)*)"'
_FOREIGN = r"(?s)\$\{\{.*?\}\}|\{\{.*?\}\}"


def parse_error(source: Source, text: str, line: int, pos: int, width: int, functions: Collection[str]) -> ParseError:
    """Return the error for a text that cannot be parsed: Go names a `line` only, we point at `pos`."""
    return ParseError(
        in_backticks(text.removeprefix("template: ")),
        go_text=f"template: {source.name}:{line}: {text}",
        reason=text,
        location=source.location(pos),
        excerpt=source.excerpt(pos, width),
        hint=_foreign_hint(source.text, pos) or _name_hint(text, functions),
    )


def exec_error(
    source: Source,
    template: str,
    token: int,
    context: str,
    text: str,
    *,
    cause: Exception | None = None,
    known: Iterable[str] = (),
) -> ExecError:
    """Return the error for a failed execution, blamed on the node at `token` that prints as `context`."""
    pos = source.start(token)
    place = f"{source.go_place(pos)}: executing {quote(template)} at <{context}>"
    return ExecError(
        in_backticks(text),
        go_text=f"template: {place}: {text}",
        reason=text,
        cause=cause,
        location=source.location(pos),
        excerpt=source.excerpt(pos, len(context)),
        hint=_did_you_mean(text, known),
    )


def in_backticks(text: str) -> str:
    """Return Go's message as ours: names between backticks instead of quotes."""
    missing = re.search(_MISSING_KEY, text)
    if missing:
        return f"no parameter `{missing[1]}`"
    return re.sub(r'"((?:[^"\\`]|\\.)*)"', r"`\1`", text)


def _foreign_hint(text: str, pos: int) -> str | None:
    """Return how to write `${{ ... }}` of a CI system or `{{tasks.x}}` of Databricks literally, if that is meant."""
    start = text.rfind("{{", 0, pos + 1)
    if start < 0:
        return None
    if text[start - 1 : start] == "$":
        start -= 1
    match = re.compile(_FOREIGN).match(text, start)
    if match is None or "\n" in match[0] or "`" in match[0]:
        return None
    inside = match[0].strip("${}").strip()
    if not (match[0].startswith("$") or re.match(r"[A-Za-z_]\w*\.[\w.\-]+$", inside)):
        return None
    shown = "${{ ... }}" if match[0].startswith("$") else "{{ ... }}"
    return f"to write `{shown}` literally, use {{{{`{match[0]}`}}}}"


def _name_hint(text: str, functions: Collection[str]) -> str | None:
    match = re.match(_NAMED, text)
    return _closest(match[2], functions) if match and match[1] == "function" else None


def _did_you_mean(text: str, known: Iterable[str]) -> str | None:
    match = re.search(_MISSING_KEY, text)
    name = match[1] if match else None
    if name is None:
        match = re.match(_NAMED, text)
        name = match[2] if match else None
    return None if name is None else _closest(name, known)


def _closest(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    matches = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean `{matches[0]}`?" if matches else None
