"""A tar header block -> its fields, each read in the one way that all readers share, or refused by name.

Serves both readers. Numbers are octal digits closed by NULs or spaces; nothing else, since tools disagree on it.
"""

from __future__ import annotations

import re

from cicdpack.archive.refusals import ArchiveError, shown_bytes
from cicdpack.archive.tar import BLOCK

NAME = slice(0, 100)
MODE = slice(100, 108)
OWNER = slice(108, 124)
SIZE = slice(124, 136)
TIME = slice(136, 148)
CHECKSUM = slice(148, 156)
TYPE = slice(156, 157)
LINK = slice(157, 257)
MAGIC = slice(257, 265)
OWNER_NAMES = slice(265, 329)
PREFIX = slice(345, 500)
TAIL = slice(500, 512)

FIELDS = {
    "name": NAME,
    "mode": MODE,
    "owner": OWNER,
    "size": SIZE,
    "time": TIME,
    "checksum": CHECKSUM,
    "link name": LINK,
    "magic": MAGIC,
    "owner name": OWNER_NAMES,
    "device": slice(329, 345),
    "prefix": PREFIX,
    "tail": TAIL,
}
"""Every field but the type, by the name that a message gives it, in order."""

_NUMBER = re.compile(rb"([0-7]+)([ \0]*)")
_TYPE_KINDS = {
    b"1": "hard-link",
    b"2": "symbolic-link",
    b"3": "character-device",
    b"4": "block-device",
    b"6": "fifo",
    b"7": "contiguous-file",
    b"S": "sparse-file",
    b"K": "symbolic-link",
    b"g": "pax-global-header",
}


def raw_name(block: bytes) -> bytes:
    """Return the name field without the NULs behind the name."""
    return block[NAME].rstrip(b"\0")


def name_shown(block: bytes) -> str:
    """Return the name field as it may be printed."""
    return shown_bytes(raw_name(block))


def check_checksum(block: bytes, offset: int) -> None:
    """Refuse a block whose checksum (POSIX: the sum of its bytes, the field itself taken as spaces) is wrong."""
    found = _NUMBER.fullmatch(block[CHECKSUM])
    if found is None or int(found[1], 8) != sum(block) - sum(block[CHECKSUM]) + 8 * ord(" "):
        raise ArchiveError("bad-header-checksum", member=name_shown(block), offset=offset)


def read_number(block: bytes, field: slice, offset: int) -> tuple[int, bytes]:
    """Return a field's number and what closes it.

    Raises:
        ArchiveError: `negative-size`, `base-256-size`, `octal-with-spaces` or `bad-number`.

    """
    raw = block[field]
    found = _NUMBER.fullmatch(raw)
    if found is not None:
        return int(found[1], 8), found[2]
    kind = "bad-number"
    if raw[0] == 0xFF or b"-" in raw:
        kind = "negative-size"
    elif raw[0] & 0x80:
        kind = "base-256-size"
    elif re.fullmatch(rb"[0-7 \0]+", raw) and raw.strip(b"\0"):
        kind = "octal-with-spaces"
    raise ArchiveError(kind, member=name_shown(block), offset=offset)


def type_fault(block: bytes, offset: int) -> ArchiveError:
    """Return the refusal of a header by its type."""
    letter = block[TYPE]
    kind = _TYPE_KINDS.get(letter)
    if kind is None:
        return ArchiveError("unknown-type", member=name_shown(block), offset=offset, detail=f"`{shown_bytes(letter)}`")
    return ArchiveError(kind, member=None if letter == b"g" else name_shown(block), offset=offset)


def end_fault(following: bytes, offset: int) -> ArchiveError | None:
    """Return the refusal of a block that is not zero behind the end of the tar, None for a zero one."""
    if not any(following):
        return None
    is_header = len(following) == BLOCK and following[257:262] == b"ustar"
    return ArchiveError("member-after-end" if is_header else "junk-after-end", offset=offset)
