"""Lower and upper case as Go's `strings` package maps it: one character to one, no context, no locale."""

from __future__ import annotations


def lower(text: str) -> str:
    """Map each character to its simple lower case: `\u0130` becomes `i`, a final sigma is like any other."""
    return text.lower() if text.isascii() else "".join(map(_lower_char, text))


def upper(text: str) -> str:
    """Map each character to its simple upper case; `\u00df` has none and stays."""
    return text.upper() if text.isascii() else "".join(map(_upper_char, text))


def _lower_char(char: str) -> str:
    if char == "\u0130":
        return "i"
    return _single(char, char.lower())


def _upper_char(char: str) -> str:
    return _single(char, char.upper())


def _single(char: str, mapped: str) -> str:
    """Fall back to the title case, which is simple for the Greek letters with iota, where a mapping has two letters."""
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"  # A byte that is not UTF-8.
    if len(mapped) == 1:
        return mapped
    title = char.title()
    return title if len(title) == 1 else char
