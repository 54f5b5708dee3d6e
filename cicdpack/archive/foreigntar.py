"""A tar of any tool -> its members as they are named there: v7, ustar, GNU and pax headers, read one way only.

Harmless differences from the canonical form go to `Notes`. What one tool might read in another way than the next is
refused by name, like every type but files and folders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.archive import header
from cicdpack.archive.limits import (
    MAX_ENTRIES,
    MAX_FOREIGN_PAX_BYTES,
    MAX_PATH_BYTES,
    MAX_TAR_BYTES,
)
from cicdpack.archive.paxrecords import read_pax_path
from cicdpack.archive.refusals import ArchiveError, shown_bytes
from cicdpack.archive.tar import BLOCK, MTIME, NAME_BYTES, RECORD, ZERO_BLOCK, needs_pax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.archive.notes import Notes
    from cicdpack.archive.source import ByteSource

_USTAR = b"ustar\x0000"
_GNU = b"ustar  \0"
_V7 = bytes(8)
_LONG_NAME_BYTES = MAX_PATH_BYTES + len(b"./cicd/" + b"/\0")


class Member:
    """One file or folder as another tool wrote it: raw name, content, permission bits, offset of its header."""

    __slots__ = ("data", "is_folder", "mode", "name", "offset")

    def __init__(self, *, name: bytes, data: bytes, mode: int, is_folder: bool, offset: int) -> None:
        self.name = name
        self.data = data
        self.mode = mode
        self.is_folder = is_folder
        self.offset = offset


class _Style:
    """What all headers of one archive share, since one program wrote them: the format and how numbers end."""

    __slots__ = ("closings", "magic", "seen")

    def __init__(self) -> None:
        self.magic: bytes | None = None
        self.seen: bytes | None = None
        """The last header from its magic on that was found good: most headers share these bytes, so save the time."""
        self.closings: tuple[bytes, bytes] | None = None

    def check_magic(self, block: bytes, offset: int) -> None:
        magic = block[header.MAGIC]
        if self.magic is None and magic in {_USTAR, _GNU, _V7}:
            self.magic = magic
        if magic != self.magic:
            raise ArchiveError("wrong-magic", member=header.name_shown(block), offset=offset)

    def check_closings(self, closings: tuple[bytes, bytes], block: bytes, offset: int) -> None:
        self.closings = self.closings or closings
        if closings != self.closings:
            raise ArchiveError("octal-with-spaces", member=header.name_shown(block), offset=offset)


def read_members(source: ByteSource, notes: Notes) -> Iterator[Member]:
    """Yield the members of a tar and take the source to its end.

    Raises:
        ArchiveError: what is hostile, broken or ambiguous, with its offset in the tar.

    """
    style = _Style()
    count = 0
    while (block := _take_block(source)) != ZERO_BLOCK:
        extended = None
        if block[header.TYPE] in {b"x", b"L"}:
            extended, block = _read_extended(block, source, style, notes)
        offset = source.offset - BLOCK
        _check_header(block, style, offset)
        count += 1
        if count > MAX_ENTRIES:
            raise ArchiveError("bomb-entries", offset=offset)
        yield _read_member(block, extended, source, style, notes)
    _check_end(source, notes)


def _take_block(source: ByteSource) -> bytes:
    block = source.take(BLOCK)
    if len(block) < BLOCK:
        raise ArchiveError("truncated-header" if block else "missing-end-blocks", offset=source.offset)
    return block


def _check_header(block: bytes, style: _Style, offset: int) -> None:
    """Refuse a header of another format than the others, or with anything in fields that its format leaves empty."""
    header.check_checksum(block, offset)
    if block[header.MAGIC.start :] == style.seen:
        return
    style.check_magic(block, offset)
    if style.magic != _USTAR and block[header.PREFIX].strip(b"\0"):
        raise ArchiveError("gnu-extra-fields", member=header.name_shown(block), offset=offset)
    if block[header.TAIL].strip(b"\0"):
        raise ArchiveError("odd-header-field", member=header.name_shown(block), offset=offset, detail="tail")
    style.seen = block[header.MAGIC.start :]


def _read_extended(
    block: bytes, source: ByteSource, style: _Style, notes: Notes
) -> tuple[tuple[str, bytes | None], bytes]:
    """Return what an extended header says of the path (and the refusal if it lies), and the main header after it."""
    offset = source.offset - BLOCK
    _check_header(block, style, offset)
    is_pax = block[header.TYPE] == b"x"
    size, _ = header.read_number(block, header.SIZE, offset)
    if size > (MAX_FOREIGN_PAX_BYTES if is_pax else _LONG_NAME_BYTES):
        kind = "pax-too-large" if is_pax else "long-name-too-large"
        raise ArchiveError(kind, member=header.name_shown(block), offset=offset)
    body = _take_body(source, size, header.raw_name(block))
    main = _take_block(source)
    if main == ZERO_BLOCK:
        raise ArchiveError("dangling-header", member=header.name_shown(block), offset=offset)
    if main[header.TYPE] in {b"x", b"L", b"K"}:
        raise ArchiveError("header-chain", member=header.name_shown(block), offset=source.offset - BLOCK)
    if is_pax:
        return ("pax-path-override", read_pax_path(body, header.raw_name(main), offset + BLOCK, notes)), main
    if body[-1:] != b"\0" or b"\0" in body[:-1]:
        raise ArchiveError("long-name-malformed", member=header.name_shown(main), offset=offset + BLOCK)
    return ("name-override", body[:-1]), main


def _read_member(
    block: bytes, extended: tuple[str, bytes | None] | None, source: ByteSource, style: _Style, notes: Notes
) -> Member:
    """Return the member of a main header, its body taken."""
    offset = source.offset - BLOCK
    letter = block[header.TYPE]
    if letter not in {b"0", b"\0", b"5"}:
        raise header.type_fault(block, offset)
    mode, mode_closing = header.read_number(block, header.MODE, offset)
    size, size_closing = header.read_number(block, header.SIZE, offset)
    style.check_closings((mode_closing, size_closing), block, offset)
    name = _read_name(block, style, offset)
    if extended is not None:
        name = _renamed(name, extended, offset, notes)
    if block[header.LINK].strip(b"\0"):
        raise ArchiveError("stray-link-name", member=shown_bytes(name), offset=offset)
    is_folder = letter == b"5" or (letter == b"\0" and name.endswith(b"/"))
    _check_mode_and_size(mode, size, is_folder=is_folder, name=name, offset=offset)
    _note_differences(block, mode, name, style, notes, is_folder=is_folder)
    data = _take_body(source, size, name)
    return Member(name=name, data=data, mode=mode, is_folder=is_folder, offset=offset)


def _read_name(block: bytes, style: _Style, offset: int) -> bytes:
    """Return the name in the header, with ustar's prefix before it."""
    name, _, rest = block[header.NAME].partition(b"\0")
    prefix, _, prefix_rest = block[header.PREFIX].partition(b"\0") if style.magic == _USTAR else (b"", b"", b"")
    if rest.strip(b"\0") or prefix_rest.strip(b"\0"):
        raise ArchiveError("nul-in-name", member=shown_bytes(block[header.NAME]), offset=offset)
    return prefix + b"/" + name if prefix else name


def _renamed(name: bytes, extended: tuple[str, bytes | None], offset: int, notes: Notes) -> bytes:
    """Return the name that an extended header gives, if the main header cannot hold it: no other needs one."""
    fault, path = extended
    if path is None or path == name:
        return name
    if not needs_pax(path):
        raise ArchiveError(fault, member=shown_bytes(name), offset=offset, detail=shown_bytes(path))
    if fault == "name-override" or name != path[:NAME_BYTES]:
        notes.add("foreign-long-names", path)
    return path


def _check_mode_and_size(mode: int, size: int, *, is_folder: bool, name: bytes, offset: int) -> None:
    if is_folder and (mode & 0o7000 or mode & 0o500 != 0o500):
        raise ArchiveError("directory-mode", member=shown_bytes(name), offset=offset)
    if mode & 0o7000:
        raise ArchiveError("special-mode", member=shown_bytes(name), offset=offset)
    if is_folder and size:
        raise ArchiveError("directory-with-data", member=shown_bytes(name), offset=offset)
    if size > MAX_TAR_BYTES:
        raise ArchiveError("bomb-size", member=shown_bytes(name), offset=offset, detail=str(MAX_TAR_BYTES))


def _note_differences(block: bytes, mode: int, name: bytes, style: _Style, notes: Notes, *, is_folder: bool) -> None:
    """Note what the canonical form would not have in this header."""
    if style.magic != _USTAR or block[header.TYPE] == b"\0":
        notes.add("foreign-format")
    elif block[header.PREFIX].strip(b"\0"):
        notes.add("foreign-long-names", name)
    if block[header.OWNER].strip(b"0 \0") or block[header.OWNER_NAMES].strip(b"\0"):
        notes.add("foreign-owner", name)
    if block[header.TIME].rstrip(b" \0") != b"%011o" % MTIME:
        notes.add("foreign-times", name)
    if not is_folder and mode not in {0o644, 0o755}:
        notes.add("foreign-modes", name)


def _take_body(source: ByteSource, size: int, name: bytes) -> bytes:
    """Take content and the zeros behind it."""
    if not size:
        return b""
    data = source.take(size)
    fill = source.take(-size % BLOCK)
    if len(data) < size or len(fill) < -size % BLOCK:
        raise ArchiveError("truncated-body", member=shown_bytes(name), offset=source.offset)
    if fill.strip(b"\0"):
        raise ArchiveError("non-zero-padding", member=shown_bytes(name), offset=source.offset - len(fill))
    return data


def _check_end(source: ByteSource, notes: Notes) -> None:
    """Refuse an end with one zero block, and whatever follows that is not zero; drain the source."""
    second = source.take(BLOCK)
    if len(second) < BLOCK and not any(second):
        raise ArchiveError("one-end-block", offset=source.offset)
    fault = header.end_fault(second, source.offset - BLOCK)
    while fault is None and (piece := source.take(BLOCK)):
        fault = header.end_fault(piece, source.offset - len(piece))
    if fault is not None:
        raise fault
    if source.offset % RECORD:
        notes.add("foreign-padding")
