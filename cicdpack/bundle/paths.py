"""Slash-separated paths by the rules of Go's `path` package: `clean`, `join` and `matches`, its `path.Match`."""

from __future__ import annotations


def clean(path: str) -> str:
    """Return the shortest equal path: no empty, `.` or inner `..` elements; `.` for nothing (Go `path.Clean`)."""
    rooted = path.startswith("/")
    kept: list[str] = []
    for element in path.split("/"):
        if element == "..":
            if kept and kept[-1] != "..":
                kept.pop()
            elif not rooted:
                kept.append("..")
        elif element not in ("", "."):
            kept.append(element)
    return ("/" if rooted else "") + "/".join(kept) or "."


def join(*elements: str) -> str:
    """Join the elements that are not empty and clean the result; empty when there are none (Go `path.Join`)."""
    present = [element for element in elements if element]
    return clean("/".join(present)) if present else ""


def matches(pattern: str, path: str) -> bool:
    """Tell whether the whole path matches. Raises `PatternSyntaxError` for a pattern with a fault anywhere."""
    if not has_magic(pattern):
        return pattern == path
    from cicdpack.bundle.pathmatch import compile_pattern

    return compile_pattern(pattern).matches(path.encode("utf-8", "surrogateescape"))


def has_magic(pattern: str) -> bool:
    """Tell whether a pattern can match anything but itself, or nothing."""
    return any(char in pattern for char in "*?[\\")
