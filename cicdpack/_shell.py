"""Words -> a command line that can be pasted into a POSIX shell: a hint does what it says, and nothing else."""

from __future__ import annotations

_PLAIN = frozenset("@%+=:,./_-")
"""Beside letters and digits of any script, what no shell reads as anything but itself (as in `shlex.quote`)."""


def quoted(word: str) -> str:
    """Return a word as a shell takes it for one word; what is plain stays as it is."""
    if word and all(char.isalnum() or char in _PLAIN for char in word):
        return word
    from shlex import quote

    return quote(word)


def command(start: str, *operands: str, options: str = "") -> str:
    """Return `start`, the operands, each as one word, and the options.

    Where an operand begins with `-`, all of them come last, after `--`. `start` and `options` are shell text already.
    """
    words = [quoted(operand) for operand in operands]
    if any(operand.startswith("-") for operand in operands):
        return " ".join([start, *([options] if options else []), "--", *words])
    return " ".join([start, *words, *([options] if options else [])])
