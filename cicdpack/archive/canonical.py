"""Entries <-> the bytes of the one canonical `cicd.tar.gz`.

The law: `decode(encode(entries)) == entries`, and `encode(decode(data)) == data` or `data` is refused. The entries'
paths bear no top folder; the archive's do. Nothing here reads a clock, the environment or a disk.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.archive.gzipframe import StoredFrame, stored_payload
from cicdpack.archive.names import check_paths
from cicdpack.archive.source import ByteSource
from cicdpack.archive.strict import read_members
from cicdpack.archive.tar import tar_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """What identifies an archive: SHA-256 (hex) of the canonical tar and of the file, and the file's bytes."""

    content: str
    file: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A canonical archive that was read to its end: entries in order, digests (SHA-256, hex), the file's bytes."""

    entries: tuple[Entry, ...]
    content_digest: str
    file_digest: str
    size: int


def write(entries: Iterable[Entry], sink: Callable[[bytes], object]) -> Digests:
    """Write the canonical archive to `sink`, some 64 KiB at a time, in whatever order the entries come.

    Raises:
        ArchiveError: a path is unsafe or collides with another (`UnsafePath`), or a limit is passed.

    """
    frame = StoredFrame(sink)
    for chunk in tar_chunks(_ordered(entries)):
        frame.write(chunk)
    frame.close()
    return Digests(content=frame.content.hexdigest(), file=frame.file.hexdigest(), size=frame.size)


def encode(entries: Iterable[Entry]) -> bytes:
    """Return the canonical archive; see `write` for what is refused."""
    buffer = io.BytesIO()
    write(entries, buffer.write)
    return buffer.getvalue()


def encode_tar(entries: Iterable[Entry]) -> bytes:
    """Return the canonical tar without its gzip frame; see `write` for what is refused."""
    buffer = io.BytesIO()
    for chunk in tar_chunks(_ordered(entries)):
        buffer.write(chunk)
    return buffer.getvalue()


def content_digest(entries: Iterable[Entry]) -> str:
    """Return the SHA-256 (hex) of the canonical tar: the identity of a bundle. Holds little at a time."""
    digest = hashlib.sha256()
    for chunk in tar_chunks(_ordered(entries)):
        digest.update(chunk)
    return digest.hexdigest()


def decode(data: bytes | memoryview) -> tuple[Entry, ...]:
    """Return the entries of a canonical archive.

    Raises:
        ArchiveError: the first difference from the canonical form, by name.

    """
    return read_members(ByteSource(stored_payload(ByteSource([memoryview(data)]))))


def read(chunks: Iterable[bytes | memoryview]) -> Decoded:
    """Return entries and digests of a canonical archive that comes in chunks, of which one is held at a time.

    Raises:
        ArchiveError: the first difference from the canonical form, by name.

    """
    file_digest, content = hashlib.sha256(), hashlib.sha256()
    size = 0

    def seen() -> Iterator[bytes | memoryview]:
        nonlocal size
        for chunk in chunks:
            file_digest.update(chunk)
            size += len(chunk)
            yield chunk

    def payload() -> Iterator[bytes]:
        for block in stored_payload(ByteSource(seen())):
            content.update(block)
            yield block

    entries = read_members(ByteSource(payload()))
    return Decoded(entries=entries, content_digest=content.hexdigest(), file_digest=file_digest.hexdigest(), size=size)


def _ordered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries in archive order, once all their paths are known to be safe."""
    ordered = tuple(entries)
    check_paths(entry.path for entry in ordered)
    return sort_entries(ordered)
