"""A gzip file of any tool -> its payload, bounded, with every check that RFC 1952 offers, or a refusal by name.

One member, no flags but a harmless file name, CRC-32 and length right, nothing behind. Knows nothing of tar.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.archive.gzipframe import HEADER, check_is_gzip, check_nothing_follows, check_trailer, flags_fault
from cicdpack.archive.limits import MAX_INFLATED_FREELY, MAX_RATIO, MAX_TAR_BYTES
from cicdpack.archive.names import find_fault
from cicdpack.archive.refusals import ArchiveError
from cicdpack.archive.source import ByteSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMED = 0x08
"""FNAME, the one flag that tools set in the ordinary course of things."""

_MAX_NAME = 1024
_INPUT = 16 * 1024
_OUTPUT = 256 * 1024
"""Bytes that go into and come out of the inflater at a time: at most 1,032 come out for one that goes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A gzip header: the file name in it, whether it tells a time, where its deflate stream starts and how."""

    name: str | None
    has_time: bool
    start: int
    is_stored: bool


def read_frame(data: memoryview) -> Frame:
    """Return the gzip header of a file.

    Raises:
        ArchiveError: no gzip file, or flags and fields that only a tampered one has.

    """
    check_is_gzip(bytes(data[:262]))
    flags, start, name = data[3], len(HEADER), None
    fault = flags_fault(flags)
    if fault is not None and flags != _NAMED:
        raise ArchiveError(fault, offset=3)
    if flags == _NAMED:
        raw, closing, _ = bytes(data[start : start + _MAX_NAME]).partition(b"\0")
        name = raw.decode("latin-1")
        if not closing or find_fault(name) is not None:
            raise ArchiveError("gzip-name-field", offset=start)
        start += len(raw) + 1
    is_stored = start < len(data) and not data[start] & 0b110
    return Frame(name=name, has_time=any(data[4:8]), start=start, is_stored=is_stored)


def inflate(data: memoryview, frame: Frame) -> Iterator[bytes]:
    """Yield the payload, at most 256 KiB at a time; check the trailer and the end of the file at last.

    Raises:
        ArchiveError: a damaged or truncated stream, `bomb-size`, a wrong trailer, anything behind it.

    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    crc = length = 0
    position = frame.start
    limit = min(MAX_TAR_BYTES, max(MAX_INFLATED_FREELY, MAX_RATIO * len(data)))
    while not inflater.eof:
        piece = inflater.unconsumed_tail
        if not piece:
            piece = bytes(data[position : position + _INPUT])
            position += len(piece)
        payload = _inflate_some(inflater, piece, position)
        if not piece and not payload and not inflater.eof:
            raise ArchiveError("truncated-gzip", offset=position)
        crc = zlib.crc32(payload, crc)
        length += len(payload)
        if length > limit:
            raise ArchiveError("bomb-size", detail=str(limit))
        yield payload
    end = position - len(inflater.unused_data)
    check_trailer(bytes(data[end : end + 8]), crc, length, min(end + 8, len(data)))
    rest = ByteSource([data[end + 8 :]])
    rest.offset = end + 8
    check_nothing_follows(rest)


def payload_digest(data: memoryview, frame: Frame) -> str:
    """Return the payload's SHA-256 (hex), holding little of it: whatever is wrong with the frame shows here."""
    digest = hashlib.sha256()
    for piece in inflate(data, frame):
        digest.update(piece)
    return digest.hexdigest()


def _inflate_some(inflater: zlib._Decompress, piece: bytes, position: int) -> bytes:
    try:
        return inflater.decompress(piece, _OUTPUT)
    except zlib.error:
        raise ArchiveError("bad-deflate-data", offset=max(0, position - len(piece))) from None
