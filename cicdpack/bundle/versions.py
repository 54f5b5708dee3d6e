"""Versions as Go modules write them (`golang.org/x/mod/semver`): `v1`, `v1.2`, `v1.2.3-rc.1+build`."""

from __future__ import annotations

import re

_NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = rf"v({_NUMBER})(?:\.({_NUMBER})(?:\.({_NUMBER})(?:-({_IDENTIFIERS}))?(?:\+{_IDENTIFIERS})?)?)?"

SortKey = tuple[int, int, int, bool, "tuple[tuple[bool, int, str], ...]"]


def sort_key(version: str) -> SortKey | None:
    """Return a key that orders versions by precedence, or None for what is not a version. Build data has no rank."""
    match = re.fullmatch(_VERSION, version)
    if match is None:
        return None
    prerelease = match.group(4) or ""
    identifiers = prerelease.split(".") if prerelease else []
    if any(part.isdigit() and part != "0" and part.startswith("0") for part in identifiers):
        return None
    major, minor, patch = (int(match.group(index) or 0) for index in (1, 2, 3))
    # Numbers rank below words, fewer identifiers below more, and a version without any above all of them.
    ranked = tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in identifiers)
    return (major, minor, patch, not identifiers, ranked)


def is_development(version: str) -> bool:
    """Tell whether the last prerelease identifier is `dev`: such a CLI takes every template."""
    match = re.fullmatch(_VERSION, version)
    return match is not None and (match.group(4) or "").split(".")[-1] == "dev"
