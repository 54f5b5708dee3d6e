"""Dots in paths: joining elements (Go's `path.Join`) and resolving references (RFC 3986, section 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def join(base: str, elements: Sequence[str]) -> str:
    """`base/elements...` without dots and doubled slashes; a slash at the very end stays.

    A relative base stays relative; `..` never climbs above it.
    """
    kept: list[str] = []
    for segment in "/".join((base, *elements)).split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    path = "/" + "/".join(kept)
    path = path if base.startswith("/") else path[1:]
    last = elements[-1] if elements else base if base.startswith("/") else "/" + base
    return path + "/" if last.endswith("/") and not path.endswith("/") else path


def resolve(base: str, reference: str) -> str:
    """The path `reference` as seen from the document at `base`, always absolute unless both are empty."""
    if not reference:
        full = base
    elif reference.startswith("/"):
        full = reference
    else:
        full = base[: base.rfind("/") + 1] + reference
    if not full:
        return ""
    kept: list[str] = []
    segments = full.split("/")
    for segment in segments:
        if segment == "..":
            # Going up to the top leaves no slash behind.
            del kept[0 if len(kept) == 2 and not kept[0] else -1 :]
        elif segment != "." or not kept:
            # A dot at the start leaves its slash behind, which shows where another slash follows it.
            kept.append("" if segment == "." else segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    path = "/" + "/".join(kept)
    return path[1:] if path.startswith("//") else path
