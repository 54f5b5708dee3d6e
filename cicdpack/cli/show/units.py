"""Numbers with their units, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_AGES = ((365 * 86_400, "year"), (30 * 86_400, "month"), (86_400, "day"), (3_600, "hour"), (60, "minute"))
"""Seconds of each unit: a month of 30 days and a year of 365 are exact enough for `2 months ago`."""

_UNITS = ((1_000_000, "MB"), (1_000, "kB"))


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the right number: `1 member`, `14 members`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def size(octets: int) -> str:
    """Return a size in bytes, kB or MB (powers of 1000, as disks and hosting platforms count)."""
    for factor, unit in _UNITS:
        if octets >= factor:
            return f"{octets / factor:.0f} {unit}"
    return count(octets, "byte")


def short_digest(digest: str) -> str:
    """Return the first eight digits of a digest, as `sha256:8f1c0c2e…`."""
    return f"sha256:{digest[:8]}…"


def age(date: str, now: datetime) -> str:
    """Return how long ago a date (ISO 8601 with offset) was, in the largest whole unit: `2 days ago`, `yesterday`."""
    from datetime import datetime

    seconds = (now - datetime.fromisoformat(date.replace("Z", "+00:00"))).total_seconds()
    for length, unit in _AGES:
        if seconds >= length:
            number = int(seconds // length)
            return "yesterday" if (number, unit) == (1, "day") else f"{count(number, unit)} ago"
    return "just now"
