"""Values out of JSON that a server sent: nothing about its shape is taken for granted."""

from __future__ import annotations


def text(value: object, *path: str) -> str:
    """Return the string at a path of keys; empty where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def number(value: object, key: str) -> int | None:
    """Return the integer under a key; None where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def items(value: object) -> list[object]:
    """Return a list; empty for anything else."""
    return value if isinstance(value, list) else []


def agrees(found: str, wanted: str) -> bool:
    """Whether a name is the one asked for; a server that does not give it has filtered by it."""
    return found in ("", wanted)


def message_of(value: object) -> str:
    """Return what a server says about a refusal: the fields that the three platforms use, joined."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(filter(None, map(message_of, value)))
    if not isinstance(value, dict):
        return ""
    found = [message_of(value.get(key)) for key in ("message", "error", "error_description", "errors")]
    if not any(found):
        found = [message_of(part) for part in value.values() if isinstance(part, str | list)]
    return ": ".join(dict.fromkeys(filter(None, found)))
