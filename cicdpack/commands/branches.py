"""The name of the branch that `deploy` writes: always the same for the same projects, whatever they are called."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "cicdpack/"

LONGEST_NAME = 120
"""Characters after the prefix: servers keep branches as files, whose names may have 255 bytes."""

_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-]))*")
_OTHER = re.compile(r"[^A-Za-z0-9_]+")


def branch_for(projects: Iterable[str]) -> str:
    """Return `cicdpack/<project>`; several projects are sorted and joined by `+`.

    A name that no branch may have, or that is long, keeps its letters and digits and gets eight digits of its SHA-256;
    so do the projects together, if they are many. Two sets of projects never share a branch.
    """
    names = sorted(dict.fromkeys(projects))
    parts = [_part(name) for name in names]
    joined = "+".join(parts)
    if len(joined) > LONGEST_NAME:
        joined = f"{parts[0][:60]}+{len(parts) - 1}-{_digest(chr(0).join(names))}"
    return PREFIX + joined


def _part(name: str) -> str:
    if _PLAIN.fullmatch(name) and not name.endswith(".lock") and len(name) <= LONGEST_NAME:
        return name
    kept = _OTHER.sub("-", name).strip("-")[:60]
    return f"{kept}-{_digest(name)}" if kept else _digest(name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
