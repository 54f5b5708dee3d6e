"""Line ends that do not count: git may check a text out with CRLF here and with LF elsewhere (gitattributes(5)).

A text whose line ends are all CRLF equals the same text with LF. A text that mixes both is what it is, and so is
what holds a NUL byte, which git takes for binary too.
"""

from __future__ import annotations

import hashlib


def is_crlf(data: bytes) -> bool:
    """Whether a text has line ends, and all of them are CRLF."""
    count = data.count(b"\r\n")
    return count > 0 and count == data.count(b"\n") and b"\0" not in data


def with_lf(data: bytes) -> bytes:
    """Return a text that is CRLF throughout with LF; everything else as it is."""
    return data.replace(b"\r\n", b"\n") if is_crlf(data) else data


def with_ends_of(data: bytes, model: bytes) -> bytes:
    """Return a text with the line ends of the model, where both texts have one kind throughout."""
    plain = with_lf(data)
    if is_crlf(model) and b"\r" not in plain and b"\0" not in plain:
        return plain.replace(b"\n", b"\r\n")
    if is_crlf(data) and b"\n" in model and b"\r" not in model:
        return plain
    return data


def content_hash(data: bytes) -> str:
    """Return the SHA-256 (hex) of the content with line ends that do not count read as LF."""
    return hashlib.sha256(with_lf(data)).hexdigest()
