"""What fixes `uuid` and its like in a rendering: the bundle and the project, so that the same renders the same."""

from __future__ import annotations

import hashlib


def seed_of(digest: str, project: str) -> bytes:
    """Return the seed for a project's rendering; `digest` is the bundle's content digest in hex."""
    return hashlib.sha256(f"{digest}\0{project}".encode()).digest()
