"""A stream <-> the one canonical gzip frame (RFC 1952) around it, which stores and does not deflate (RFC 1951, 3.2.4).

Deflated bytes differ between zlib, zlib-ng, libdeflate and Go, and between their releases; stored blocks are the same
on every machine for ever, and every gzip reads them. Knows nothing of tar.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from cicdpack.archive.limits import MAX_TAR_BYTES
from cicdpack.archive.refusals import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cicdpack.archive.source import ByteSource

HEADER = bytes.fromhex("1f8b08 00 00000000 00 03")
"""Magic, deflate, no flags, no time, no extra flags, Unix: what `gzip -n` and `git archive` write."""

STORED_BLOCK = 65_535
"""Bytes of a stored block at most (RFC 1951, 3.2.4: LEN has 16 bits)."""

_BLOCK_HEADER = 5
_SIGNATURES = {
    b"PK": "a zip archive",
    b"BZ": "bzip2",
    b"\xfd7": "xz",
    b"\x28\xb5": "Zstandard",
    b"\x1f\x9d": "compress",
}
_TAR_MAGIC = slice(257, 262)


class StoredFrame:
    """Writes what it is given as a canonical gzip file to a sink.

    After `close`, `content` and `file` are the SHA-256 of the payload and of the frame, and `size` the frame's bytes.
    """

    __slots__ = ("_crc", "_held", "_length", "_parts", "_sink", "content", "file", "size")

    def __init__(self, sink: Callable[[bytes], object]) -> None:
        self._sink = sink
        self._parts: list[bytes | memoryview] = []
        self._held = 0
        self._crc = 0
        self._length = 0
        self.content = hashlib.sha256()
        self.file = hashlib.sha256()
        self.size = 0
        self._emit(HEADER)

    def write(self, chunk: bytes | memoryview) -> None:
        """Take the next bytes of the payload."""
        self._parts.append(chunk)
        self._held += len(chunk)
        if self._held > STORED_BLOCK:
            self._flush()

    def close(self) -> None:
        """Write the last block, which alone is marked as such, and the trailer: CRC-32 and length modulo 2^32."""
        self._block(b"".join(self._parts), final=True)
        self._emit(self._crc.to_bytes(4, "little") + (self._length & 0xFFFFFFFF).to_bytes(4, "little"))

    def _flush(self) -> None:
        """Write full blocks while more than one block is held: the last block must not be known to be full only."""
        held = memoryview(b"".join(self._parts))
        start = 0
        while len(held) - start > STORED_BLOCK:
            self._block(held[start : start + STORED_BLOCK], final=False)
            start += STORED_BLOCK
        self._parts = [bytes(held[start:])]
        self._held = len(held) - start

    def _block(self, payload: bytes | memoryview, *, final: bool) -> None:
        length = len(payload)
        self._crc = zlib.crc32(payload, self._crc)
        self._length += length
        self.content.update(payload)
        self._emit(b"%c%b%b" % (final, length.to_bytes(2, "little"), (length ^ 0xFFFF).to_bytes(2, "little")) + payload)

    def _emit(self, piece: bytes) -> None:
        self.file.update(piece)
        self.size += len(piece)
        self._sink(piece)


def stored_payload(source: ByteSource) -> Iterator[bytes]:
    """Yield the payload of a canonical frame block by block, and check the trailer and the end of the file at last.

    Raises:
        ArchiveError: the first byte that the canonical frame would not have, with its offset in the file.

    """
    head = source.take(len(HEADER))
    if head != HEADER:
        raise _header_fault(head, source)
    crc = length = 0
    final = False
    while not final:
        final, size = _block_size(source)
        payload = source.take(size)
        if len(payload) < size:
            raise ArchiveError("truncated-gzip", offset=source.offset)
        crc = zlib.crc32(payload, crc)
        length += size
        if length > MAX_TAR_BYTES:
            raise ArchiveError("bomb-size", detail=str(MAX_TAR_BYTES))
        yield payload
    check_trailer(source.take(8), crc, length, source.offset)
    check_nothing_follows(source)


def check_trailer(trailer: bytes, crc: int, length: int, offset: int) -> None:
    """Refuse eight bytes of trailer that do not fit the payload; `offset` is where they end in the file."""
    if len(trailer) < 8:
        raise ArchiveError("truncated-gzip", offset=offset)
    if int.from_bytes(trailer[:4], "little") != crc:
        raise ArchiveError("bad-crc", offset=offset - 8)
    if int.from_bytes(trailer[4:], "little") != length & 0xFFFFFFFF:
        raise ArchiveError("bad-length", offset=offset - 4)


def check_nothing_follows(source: ByteSource) -> None:
    """Refuse whatever stands behind the trailer, by name."""
    offset = source.offset
    first = source.take(len(HEADER))
    if not first:
        return
    if first[:2] == HEADER[:2]:
        raise ArchiveError("two-gzip-members", offset=offset)
    zeros = not any(first)
    while zeros and (rest := source.take_any()):
        zeros = not any(rest)
    raise ArchiveError("trailing-zeros" if zeros else "trailing-garbage", offset=offset)


def check_is_gzip(head: bytes) -> None:
    """Refuse a file that is no gzip file by its first bytes, of which 262 also tell a tar, and say what it is."""
    if not head:
        raise ArchiveError("empty-file")
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        raise ArchiveError("zip-archive")
    if head[:2] == HEADER[:2]:
        if len(head) < len(HEADER):
            raise ArchiveError("truncated-gzip", offset=len(head))
        if head[2] == HEADER[2]:
            return
    detail = "a tar that is not compressed" if head[_TAR_MAGIC] == b"ustar" else None
    raise ArchiveError("not-gzip", offset=0, detail=detail or _SIGNATURES.get(head[:2], "it has other first bytes"))


def flags_fault(flags: int) -> str | None:
    """Return the kind of a gzip header with these flags (RFC 1952, 2.3.1), or None for no flags."""
    for bit, kind in ((0x04, "gzip-extra-field"), (0x10, "gzip-comment-field"), (0x08, "gzip-name-field")):
        if flags & bit:
            return kind
    return "gzip-flags" if flags else None


def _header_fault(head: bytes, source: ByteSource) -> ArchiveError:
    """Name what is wrong with a frame's first ten bytes; that it is compressed says more than the fields before."""
    more = source.take(_TAR_MAGIC.stop - len(HEADER))
    check_is_gzip(head + more)
    fault = flags_fault(head[3])
    if fault is not None:
        return ArchiveError(fault, offset=3)
    if more and more[0] & 0b110:
        return ArchiveError("not-stored", offset=len(HEADER))
    if any(head[4:8]):
        return ArchiveError("gzip-time", offset=4)
    return ArchiveError("gzip-header-bytes", offset=8)


def _block_size(source: ByteSource) -> tuple[bool, int]:
    """Take a stored block's header: whether it is the last one, and its bytes."""
    offset = source.offset
    head = source.take(_BLOCK_HEADER)
    if head == b"\0\xff\xff\0\0":
        return False, STORED_BLOCK
    if head and head[0] & 0b110:
        raise ArchiveError("not-stored" if offset == len(HEADER) else "bad-deflate-data", offset=offset)
    if len(head) < _BLOCK_HEADER:
        raise ArchiveError("truncated-gzip", offset=offset + len(head))
    size = int.from_bytes(head[1:3], "little")
    if size ^ int.from_bytes(head[3:], "little") != 0xFFFF:
        raise ArchiveError("bad-deflate-data", offset=offset)
    if head[0] != 1 or not size:
        raise ArchiveError("odd-stored-block", offset=offset)
    return True, size
