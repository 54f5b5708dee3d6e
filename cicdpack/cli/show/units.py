"""Numbers with their units, as people read them."""

from __future__ import annotations

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
