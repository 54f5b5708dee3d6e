"""The records of another tool's pax header -> the path that they give, if any; what must not be said is refused.

Records are `LENGTH KEY=VALUE` and a line feed, where the length in bytes counts itself (POSIX, pax interchange format).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack.archive.limits import MAX_FOREIGN_PAX_RECORDS
from cicdpack.archive.refusals import ArchiveError, shown_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.archive.notes import Notes

_LENGTH = re.compile(rb"([1-9][0-9]{0,6}) ")
_TIMES = frozenset([b"mtime", b"atime", b"ctime", b"LIBARCHIVE.creationtime"])
_IGNORED = frozenset([b"path", b"uid", b"gid", b"uname", b"gname", b"comment", b"hdrcharset", b"charset"])
_ATTRIBUTES = (b"SCHILY.", b"LIBARCHIVE.", b"RHT.", b"MSWINDOWS.")
_REFUSED = {b"size": "pax-size-override", b"linkpath": "pax-link-path"}


def read_pax_path(body: bytes, name: bytes, offset: int, notes: Notes) -> bytes | None:
    """Return the path among pax records, if there is one; note what else they say, refuse what must not be said."""
    records = dict(_pax_records(body, name, offset))
    for key in records:
        if key in _REFUSED or key.startswith(b"GNU.sparse."):
            raise ArchiveError(_REFUSED.get(key, "sparse-file"), member=shown_bytes(name), offset=offset)
        if not (key in _IGNORED or key in _TIMES or key.startswith(_ATTRIBUTES)):
            raise ArchiveError("pax-unknown-record", member=shown_bytes(name), offset=offset, detail=shown_bytes(key))
    if not _TIMES.isdisjoint(records):
        notes.add("foreign-precise-times", name)
    if any(key.startswith(_ATTRIBUTES) and key not in _TIMES for key in records):
        notes.add("foreign-attributes", name)
    return records.get(b"path")


def _pax_records(body: bytes, name: bytes, offset: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield key and value of records `LENGTH KEY=VALUE` and a line feed, each key once (POSIX, pax)."""
    keys: set[bytes] = set()
    position = 0
    while position < len(body):
        found = _LENGTH.match(body, position)
        end = position + int(found[1]) if found else 0
        key, equals, value = body[found.end() if found else 0 : end - 1].partition(b"=")
        if not found or end > len(body) or body[end - 1 : end] != b"\n" or not key or not equals:
            raise ArchiveError("pax-malformed", member=shown_bytes(name), offset=offset + position)
        if key in keys:
            raise ArchiveError("pax-duplicate-record", member=shown_bytes(name), offset=offset + position)
        if len(keys) == MAX_FOREIGN_PAX_RECORDS:
            raise ArchiveError("pax-too-large", member=shown_bytes(name), offset=offset + position)
        keys.add(key)
        yield key, value
        position = end
