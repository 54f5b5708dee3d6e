"""Go's `[]byte` and slices of it: what `MarshalBinary` gives, and what `regexp` methods without `String` take."""

from __future__ import annotations

from typing import Final

from cicdpack.gotemplate.values import Byte, Slice, from_bytes, to_bytes

BYTES: Final = "[]uint8"
"""The Go type, for signatures."""


class Bytes(Slice[Byte]):
    """`[]uint8`."""

    __slots__ = ()
    go_type = BYTES


class ByteLists(Slice[Bytes]):
    """`[][]uint8`."""

    __slots__ = ()
    go_type = "[][]uint8"


class ByteTables(Slice[ByteLists]):
    """`[][][]uint8`."""

    __slots__ = ()
    go_type = "[][][]uint8"


def as_bytes(text: str) -> Bytes:
    """Return the bytes of a Go string."""
    return Bytes([Byte(byte) for byte in to_bytes(text)])


def as_text(data: Bytes | None) -> str:
    """Return the Go string with these bytes; `None` is a nil slice, which is empty."""
    return from_bytes(bytes(data or b""))
