"""Entries -> the bytes of the one canonical tar, chunk by chunk.

Format 1 is POSIX's pax interchange format at its smallest, byte for byte what GNU tar 1.35 and later write for

    tar --format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime --mtime=@315532800
        --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw,a-s --no-recursion --null -T LIST

over the files in ascending order of their path's bytes: regular files only, no owner, one fixed time, one `path` record
where a name is longer than 100 bytes or not ASCII. Nothing ambient goes in: no clock, no environment, no file system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.archive.limits import MAX_ENTRIES, MAX_TAR_BYTES
from cicdpack.archive.refusals import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cicdpack.archive.entries import Entry

TOP_FOLDER = b"cicd/"
"""What every path in an archive begins with; entries' paths do not have it. Put on here, taken off by the readers."""

BLOCK = 512
"""Bytes of a tar block (POSIX)."""

RECORD = 20 * BLOCK
"""Bytes to a multiple of which a tar is padded (POSIX's default blocking factor of 20)."""

MTIME = 315_532_800
"""1980-01-01 00:00 UTC, in seconds: the first day that zip can express; 0 is taken for "unknown" by some tools."""

NAME_BYTES = 100
"""Bytes of a header's name field."""

ZERO_BLOCK = bytes(BLOCK)

_CHUNK = 1024 * 1024
"""Bytes of a large file that are passed on at a time."""

_SPACES_SUM = 8 * ord(" ")
"""What the checksum field counts for while the checksum is made (POSIX)."""

_IDS = b"0000000\0" * 2
_PLAIN = b"0000644\0" + _IDS
_EXECUTABLE = b"0000755\0" + _IDS
_TIME = b"%011o\0" % MTIME
_MAGIC = b"ustar\x0000"
_REST = bytes(100) + _MAGIC + bytes(BLOCK - 257 - len(_MAGIC))
"""From the link name to the end of the block: no link, magic and version, no owner's name, no device, no prefix."""

_FIXED_SUM = sum(_TIME) + sum(_REST) + _SPACES_SUM
_FILE_SUMS = {mode: sum(mode) + _FIXED_SUM + ord("0") for mode in (_PLAIN, _EXECUTABLE)}
_PAX_SUM = sum(_PLAIN) + _FIXED_SUM + ord("x")


def member_header(path: bytes, size: int, *, executable: bool) -> bytes:
    """Return everything that stands before a file's content: its header, with a pax header before it where needed.

    `path` is the whole path in the archive, top folder included; `size` is in bytes.
    """
    mode = _EXECUTABLE if executable else _PLAIN
    digits = b"%011o\0" % size
    name = path[:NAME_BYTES]
    checksum = _FILE_SUMS[mode] + sum(name) + sum(digits)
    main = b"%b%b%b%b%06o\0 0%b" % (name.ljust(NAME_BYTES, b"\0"), mode, digits, _TIME, checksum, _REST)
    return pax_header(path) + main if needs_pax(path) else main


def needs_pax(path: bytes) -> bool:
    """Tell whether the path does not fit into a header's name field, or is not ASCII."""
    return len(path) > NAME_BYTES or not path.isascii()


def pax_header(path: bytes) -> bytes:
    """Return an extended header with the one record `path`: header, record, padding."""
    folder, _, name = path.rpartition(b"/")
    record = pax_record(b"path", path)
    title = (folder + b"/PaxHeaders/" + name)[:NAME_BYTES]
    digits = b"%011o\0" % len(record)
    checksum = _PAX_SUM + sum(title) + sum(digits)
    header = b"%b%b%b%b%06o\0 x%b" % (title.ljust(NAME_BYTES, b"\0"), _PLAIN, digits, _TIME, checksum, _REST)
    return header + record + padding(len(record))


def pax_record(key: bytes, value: bytes) -> bytes:
    """Return `LENGTH KEY=VALUE` and a line feed, where the length in bytes counts itself (POSIX, pax)."""
    rest = len(key) + len(value) + len(b" =\n")
    length = rest + len(str(rest))
    length = rest + len(str(length))
    return b"%d %b=%b\n" % (length, key, value)


def padding(size: int) -> bytes:
    """Return the zeros that fill the last block of `size` bytes."""
    return bytes(-size % BLOCK)


def end_of_archive(position: int) -> bytes:
    """Return what closes a tar of `position` bytes: two zero blocks, then zeros to a whole record."""
    return bytes(2 * BLOCK + -(position + 2 * BLOCK) % RECORD)


def tar_chunks(entries: Sequence[Entry]) -> Iterator[bytes | memoryview]:
    """Yield the canonical tar of sorted, checked entries; at most about 1 MiB at a time.

    Raises:
        ArchiveError: `no-members`, `bomb-entries` or `bomb-size`, the last when the limit is passed.

    """
    if not entries:
        raise ArchiveError("no-members")
    if len(entries) > MAX_ENTRIES:
        raise ArchiveError("bomb-entries")
    position = 0
    for entry in entries:
        header = member_header(TOP_FOLDER + entry.path.encode(), len(entry.data), executable=entry.executable)
        position += len(header) + len(entry.data) + -len(entry.data) % BLOCK
        if position + 2 * BLOCK > MAX_TAR_BYTES:
            raise ArchiveError("bomb-size", detail=str(MAX_TAR_BYTES))
        yield from _member_chunks(header, entry.data)
    yield end_of_archive(position)


def _member_chunks(header: bytes, data: bytes) -> Iterator[bytes | memoryview]:
    """Yield a small file in one piece, which saves time, and a large one in slices, which saves memory."""
    if len(data) <= _CHUNK:
        yield b"%b%b%b" % (header, data, padding(len(data)))
        return
    yield header
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK):
        yield view[start : start + _CHUNK]
    yield padding(len(data))
