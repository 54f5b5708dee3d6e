"""A canonical tar -> entries; whatever the writer would not have written is refused, by name.

The rule is one comparison: a header is read for its path, size and mode, written again from these, and must be the
same bytes. No second interpretation is possible then. Everything else here finds the name of a difference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from cicdpack.archive import header
from cicdpack.archive.entries import Entry
from cicdpack.archive.limits import MAX_CANONICAL_PAX_BYTES, MAX_ENTRIES, MAX_TAR_BYTES
from cicdpack.archive.names import UnsafePath, check_collisions, check_path
from cicdpack.archive.refusals import ArchiveError, shown_bytes
from cicdpack.archive.tar import (
    BLOCK,
    TOP_FOLDER,
    ZERO_BLOCK,
    end_of_archive,
    member_header,
    needs_pax,
    pax_header,
)

if TYPE_CHECKING:
    from cicdpack.archive.source import ByteSource

_EXECUTABLE = b"0000755\0"
_SIZE = re.compile(rb"[0-7]{11}\0")
_PAX_PATH = re.compile(rb"([0-9]{1,5}) ([^=\n]+)=([^\n]*)\n", re.DOTALL)


def read_members(source: ByteSource) -> tuple[Entry, ...]:
    """Return the entries of a canonical tar, in its order, and take the source to its end.

    Raises:
        ArchiveError: the first difference from the canonical form, with its offset in the tar.

    """
    entries: list[Entry] = []
    previous = b""
    while (block := source.take(BLOCK)) != ZERO_BLOCK:
        offset = source.offset - len(block)
        path, size, executable = _read_header(block, source, offset)
        _check_order(path, previous, offset)
        previous = path
        name = _entry_path(path, offset)
        if len(entries) == MAX_ENTRIES:
            raise ArchiveError("bomb-entries", offset=offset)
        entries.append(Entry(path=name, data=_read_body(source, size, name), executable=executable))
    _check_end(source)
    if not entries:
        raise ArchiveError("no-members", offset=0)
    check_collisions(entry.path for entry in entries)
    return tuple(entries)


def _read_header(block: bytes, source: ByteSource, offset: int) -> tuple[bytes, int, bool]:
    """Return path, size and mode of a member from its header block and, if it is a pax header, the blocks behind it."""
    if len(block) < BLOCK:
        raise ArchiveError("truncated-header" if block else "missing-end-blocks", offset=offset)
    raw = block
    path = block[header.NAME].rstrip(b"\0")
    if block[header.TYPE] == b"x":
        path, raw, block = _read_pax(block, source, offset)
    digits = block[header.SIZE]
    size = int(digits[:11], 8) if _SIZE.fullmatch(digits) else 0
    executable = block[header.MODE] == _EXECUTABLE
    if raw != member_header(path, size, executable=executable):
        _explain(raw, block, path, offset)
    if size > MAX_TAR_BYTES:
        raise ArchiveError("bomb-size", member=shown_bytes(path), offset=offset, detail=str(MAX_TAR_BYTES))
    return path, size, executable


def _read_pax(block: bytes, source: ByteSource, offset: int) -> tuple[bytes, bytes, bytes]:
    """Return the path of an extended header, all bytes up to the content, and the main header block."""
    header.check_checksum(block, offset)
    size, _ = header.read_number(block, header.SIZE, offset)
    if size > MAX_CANONICAL_PAX_BYTES:
        raise ArchiveError("pax-too-large", member=header.name_shown(block), offset=offset)
    body = source.take(size + -size % BLOCK)
    main = source.take(BLOCK)
    if len(main) < BLOCK:
        raise ArchiveError("truncated-header", offset=source.offset)
    if main == ZERO_BLOCK:
        raise ArchiveError("dangling-header", member=header.name_shown(block), offset=offset)
    found = _PAX_PATH.match(body[:size])
    if found is None or int(found[1]) != found.end():
        raise ArchiveError("pax-malformed", member=header.name_shown(main), offset=offset + BLOCK)
    if found[2] != b"path":
        kind = "pax-size-override" if found[2] == b"size" else "pax-unknown-record"
        raise ArchiveError(kind, member=header.name_shown(main), offset=offset + BLOCK, detail=shown_bytes(found[2]))
    if found.end() != size:
        raise ArchiveError("pax-malformed", member=header.name_shown(main), offset=offset + BLOCK + found.end())
    return found[3], block + body + main, main


def _explain(raw: bytes, main: bytes, path: bytes, offset: int) -> NoReturn:
    """Name the first difference of a member's header blocks from what the writer would have written."""
    at = offset + len(raw) - BLOCK
    header.check_checksum(main, at)
    if main[header.MAGIC] != b"ustar\x0000":
        raise ArchiveError("wrong-magic", member=header.name_shown(main), offset=at)
    _explain_type(main, at)
    _, closing = header.read_number(main, header.SIZE, at)
    if b" " in closing:
        raise ArchiveError("octal-with-spaces", member=shown_bytes(path), offset=at)
    mode, _ = header.read_number(main, header.MODE, at)
    if mode not in {0o644, 0o755}:
        raise ArchiveError("special-mode" if mode & 0o7000 else "odd-mode", member=shown_bytes(path), offset=at)
    if len(raw) > BLOCK:
        _explain_pax(raw[:-BLOCK], main, path, offset)
    wanted = member_header(path, 0, executable=mode == 0o755)[-BLOCK:]
    for name, field in header.FIELDS.items():
        if name not in {"size", "checksum"} and main[field] != wanted[field]:
            raise ArchiveError("odd-header-field", member=shown_bytes(path), offset=at + field.start, detail=name)
    raise ArchiveError("odd-header-field", member=shown_bytes(path), offset=at, detail="number")


def _explain_type(main: bytes, offset: int) -> None:
    """Refuse a main header that is not of the one type `0`."""
    letter = main[header.TYPE]
    if letter == b"0":
        return
    known = {b"5": "directory-entry", b"\0": "old-style-type", b"L": "gnu-long-name", b"x": "header-chain"}
    if letter in known:
        raise ArchiveError(known[letter], member=header.name_shown(main), offset=offset)
    raise header.type_fault(main, offset)


def _explain_pax(extended: bytes, main: bytes, path: bytes, offset: int) -> None:
    """Refuse an extended header, if the fault is in it: not needed, for another member, or not as it is written."""
    name = main[header.NAME].rstrip(b"\0")
    if name != path[:100]:
        raise ArchiveError("pax-path-override", member=shown_bytes(name), offset=offset, detail=shown_bytes(path))
    if not needs_pax(path):
        raise ArchiveError("pax-not-needed", member=shown_bytes(path), offset=offset)
    wanted = pax_header(path)
    if extended == wanted:
        return
    if len(extended) == len(wanted) and extended[:BLOCK] == wanted[:BLOCK]:
        raise ArchiveError("non-zero-padding", member=shown_bytes(path), offset=offset)
    raise ArchiveError("odd-header-field", member=shown_bytes(path), offset=offset, detail="pax")


def _check_order(path: bytes, previous: bytes, offset: int) -> None:
    """Refuse a path that does not come behind the one before it."""
    if path == previous:
        raise ArchiveError("duplicate-path" if path else "empty-name", member=shown_bytes(path), offset=offset)
    if path < previous:
        raise ArchiveError("not-sorted", member=shown_bytes(path), offset=offset)


def _entry_path(path: bytes, offset: int) -> str:
    """Return the entry's path for a path in the archive, without the top folder; refuse an unsafe one."""
    try:
        name = path.decode()
    except UnicodeDecodeError:
        raise ArchiveError("not-utf-8", member=shown_bytes(path), offset=offset) from None
    if not path.startswith(TOP_FOLDER):
        check_path(name)
        raise UnsafePath("outside-top-folder", name)
    name = name[len(TOP_FOLDER) :]
    check_path(name)
    return name


def _read_body(source: ByteSource, size: int, name: str) -> bytes:
    """Take a file's content and the padding behind it."""
    data = source.take(size)
    fill = source.take(-size % BLOCK)
    if len(data) < size or len(fill) < -size % BLOCK:
        raise ArchiveError("truncated-body", member=shown_bytes(name.encode()), offset=source.offset)
    if fill.strip(b"\0"):
        raise ArchiveError("non-zero-padding", member=shown_bytes(name.encode()), offset=source.offset - len(fill))
    return data


def _check_end(source: ByteSource) -> None:
    """Refuse whatever does not close a canonical tar, the first zero block being taken; drain the source."""
    start = source.offset - BLOCK
    wanted = len(end_of_archive(start)) - BLOCK
    second = source.take(BLOCK)
    if len(second) < BLOCK and not any(second):
        raise ArchiveError("one-end-block", offset=source.offset)
    fault = header.end_fault(second, start + BLOCK)
    rest = len(second)
    while fault is None and (piece := source.take(BLOCK)):
        fault = header.end_fault(piece, source.offset - len(piece))
        rest += len(piece)
    if fault is not None:
        raise fault
    if rest != wanted:
        raise ArchiveError("odd-end-padding", offset=source.offset)
