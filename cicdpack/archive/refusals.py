"""`ArchiveError` and the table of everything that makes an archive unusable, each kind with its words and its way out.

A kind is a stable name in kebab-case: tests, JSON reports and scripts may rely on it. Knows nothing of how a fault
is found.
"""

from __future__ import annotations

from typing import NamedTuple

from cicdpack.archive.limits import (
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_NAME_BYTES,
    MAX_PATH_BYTES,
)
from cicdpack.errors import CicdpackError

MAX_SHOWN_CHARACTERS = 160
"""Characters of a hostile name that a message shows: two lines of a terminal."""

_AGAIN = "fetch the archive again, or rebuild it with `cicdpack build`"
_ALTERED = "the archive was altered after it was built: rebuild it with `cicdpack build` and find out who changed it"
_FOREIGN = "another tool wrote this archive: `cicdpack build` writes the canonical form"
_HOSTILE = "no bundle needs this: do not unpack the archive with any other tool, and ask where it came from"
_RENAME = "rename the file in the bundle source, then `cicdpack build`"
_SHRINK = "exclude what the bundle does not need in `cicdpack.toml`, then `cicdpack build`"
_PLAIN = "pack a regular file with the content instead"


class Kind(NamedTuple):
    """One kind of refusal: a predicate (after the member's name or `the archive`) and the next thing to do."""

    predicate: str
    hint: str


KINDS: dict[str, Kind] = {
    # The file and its gzip frame (RFC 1952).
    "empty-file": Kind("is an empty file", _AGAIN),
    "zip-archive": Kind("is a zip archive, not a gzip-compressed tar", _FOREIGN),
    "not-gzip": Kind("is not gzip: {detail}", _AGAIN),
    "not-stored": Kind("is compressed, while the canonical frame stores", _FOREIGN),
    "gzip-name-field": Kind("carries a file name in its gzip header", _ALTERED),
    "gzip-extra-field": Kind("carries an extra field in its gzip header", _HOSTILE),
    "gzip-comment-field": Kind("carries a comment in its gzip header", _HOSTILE),
    "gzip-flags": Kind("sets gzip flags that no archive needs", _HOSTILE),
    "gzip-time": Kind("carries a time in its gzip header", _ALTERED),
    "gzip-header-bytes": Kind("has a gzip header that differs from the canonical ten bytes", _ALTERED),
    "odd-stored-block": Kind("is cut into stored blocks in another way than the canonical frame", _ALTERED),
    "bad-deflate-data": Kind("has a damaged compressed stream", _AGAIN),
    "truncated-gzip": Kind("ends in the middle of the gzip stream", _AGAIN),
    "bad-crc": Kind("fails its gzip CRC-32", _AGAIN),
    "bad-length": Kind("differs from the length that its gzip trailer records", _AGAIN),
    "two-gzip-members": Kind("holds more than one gzip member", _HOSTILE),
    "trailing-zeros": Kind("has zeros behind the gzip stream", _AGAIN),
    "trailing-garbage": Kind("has other data behind the gzip stream", _HOSTILE),
    # The tar as a whole (POSIX pax interchange format).
    "no-members": Kind("holds no file", "give `cicdpack build` a folder with a bundle in it"),
    "bomb-size": Kind("unpacks to more than {detail} bytes", _SHRINK),
    "bomb-entries": Kind(f"holds more than {MAX_ENTRIES} members", _SHRINK),
    "not-sorted": Kind("is out of order: members ascend by the bytes of their path", _ALTERED),
    "truncated-header": Kind("ends in the middle of a tar header", _AGAIN),
    "truncated-body": Kind("ends before its content does", _AGAIN),
    "missing-end-blocks": Kind("ends without the two zero blocks that close a tar", _AGAIN),
    "one-end-block": Kind("ends with one zero block where a tar is closed by two", _AGAIN),
    "member-after-end": Kind("holds another member behind the end of the tar", _HOSTILE),
    "junk-after-end": Kind("holds other data behind the end of the tar", _HOSTILE),
    "odd-end-padding": Kind("is not padded to a multiple of 10240 bytes", _ALTERED),
    # Headers.
    "bad-header-checksum": Kind("has a tar header whose checksum is wrong", _AGAIN),
    "wrong-magic": Kind("has a tar header of an unknown or mixed format", _HOSTILE),
    "negative-size": Kind("claims a negative size", _HOSTILE),
    "base-256-size": Kind("claims a size in base 256, which only files of 8 GiB need", _HOSTILE),
    "octal-with-spaces": Kind("writes a number with spaces that readers take in different ways", _HOSTILE),
    "bad-number": Kind("has a header number that is not octal", _HOSTILE),
    "odd-header-field": Kind("has an uncanonical `{detail}` field in its tar header", _ALTERED),
    "odd-mode": Kind("has a mode other than 644 or 755", _ALTERED),
    "special-mode": Kind("has the set-user-id, set-group-id or sticky bit", _HOSTILE),
    "directory-mode": Kind("is a folder with an odd mode", _HOSTILE),
    "directory-with-data": Kind("is a folder with content", _HOSTILE),
    "non-zero-padding": Kind("has data in the padding behind its content", _HOSTILE),
    "stray-link-name": Kind("names a link target without being a link", _HOSTILE),
    "gnu-extra-fields": Kind("uses header fields of incremental GNU archives", _FOREIGN),
    "name-override": Kind("is renamed by an extended header: `{detail}`", _HOSTILE),
    # Extended headers.
    "pax-global-header": Kind("changes all members at once with a global pax header", _HOSTILE),
    "pax-size-override": Kind("is given another size by a pax record", _HOSTILE),
    "pax-path-override": Kind("is given another path by a pax record: `{detail}`", _HOSTILE),
    "pax-link-path": Kind("is given a link target by a pax record", _HOSTILE),
    "pax-duplicate-record": Kind("has the same pax record twice", _HOSTILE),
    "pax-unknown-record": Kind("has a pax record of an unknown kind: `{detail}`", _HOSTILE),
    "pax-malformed": Kind("has a malformed pax record", _HOSTILE),
    "pax-too-large": Kind("has a pax header beyond every need", _HOSTILE),
    "pax-not-needed": Kind("has a pax header where none is needed", _ALTERED),
    "long-name-too-large": Kind("has a GNU long name beyond every need", _HOSTILE),
    "long-name-malformed": Kind("has a malformed GNU long name", _HOSTILE),
    "gnu-long-name": Kind("uses a GNU long name where pax belongs", _FOREIGN),
    "header-chain": Kind("has one extended header after another", _HOSTILE),
    "dangling-header": Kind("ends with an extended header that belongs to no member", _HOSTILE),
    # Types.
    "hard-link": Kind("is a hard link", _PLAIN),
    "symbolic-link": Kind("is a symbolic link", _PLAIN),
    "character-device": Kind("is a character device", _HOSTILE),
    "block-device": Kind("is a block device", _HOSTILE),
    "directory-entry": Kind("is a folder, while the canonical form lists files only", _FOREIGN),
    "fifo": Kind("is a named pipe", _HOSTILE),
    "contiguous-file": Kind("is a contiguous file", _PLAIN),
    "sparse-file": Kind("is a sparse file", _PLAIN),
    "old-style-type": Kind("has the type of an old tar", _FOREIGN),
    "unknown-type": Kind("has the unknown type {detail}", _HOSTILE),
    # Names.
    "empty-name": Kind("is an empty name", _RENAME),
    "not-utf-8": Kind("is not UTF-8", _RENAME),
    "nul-in-name": Kind("holds a NUL", _RENAME),
    "absolute-path": Kind("is an absolute path", _RENAME),
    "unc-path": Kind("is a network path of Windows", _RENAME),
    "drive-letter": Kind("begins with a drive letter of Windows", _RENAME),
    "backslash": Kind("holds a backslash, which separates folders on Windows", _RENAME),
    "alternate-data-stream": Kind("holds a colon, which names a data stream on Windows", _RENAME),
    "forbidden-character": Kind('holds one of `* ? " < > |`, which Windows forbids', _RENAME),
    "control-character": Kind("holds a control character", _RENAME),
    "bidi-character": Kind("holds a character that turns the direction of text", _RENAME),
    "ignorable-character": Kind("holds an invisible character", _RENAME),
    "unassigned-character": Kind("holds a character that Unicode has not assigned", _RENAME),
    "not-nfc": Kind("is not in Unicode's composed form (NFC)", _RENAME),
    "dot-component": Kind("has a `.` component", _RENAME),
    "dot-dot": Kind("has a `..` component", _RENAME),
    "empty-component": Kind("has an empty component", _RENAME),
    "disguised-separator": Kind("holds a look-alike of `/`, `\\` or `..`", _RENAME),
    "git-folder": Kind("goes into `.git` or a disguise of it", _RENAME),
    "reserved-name": Kind("has a component that Windows reserves for a device", _RENAME),
    "trailing-dot": Kind("has a component that ends with a dot, which Windows drops", _RENAME),
    "trailing-space": Kind("has a component that ends with a space, which Windows drops", _RENAME),
    "leading-dash": Kind("begins with a dash, which commands take for an option", _RENAME),
    "name-too-long": Kind(f"has a component of more than {MAX_NAME_BYTES} bytes", _RENAME),
    "path-too-long": Kind(f"is longer than {MAX_PATH_BYTES} bytes", _RENAME),
    "path-too-deep": Kind(f"is deeper than {MAX_DEPTH} levels", _RENAME),
    "outside-top-folder": Kind("lies outside of `cicd/`", _HOSTILE),
    # Names beside names.
    "duplicate-path": Kind("is there twice", _RENAME),
    "case-collision": Kind("differs from `{detail}` in nothing but case", _RENAME),
    "unicode-collision": Kind("differs from `{detail}` in nothing but Unicode's normal form", _RENAME),
    "fold-collision": Kind("is the same name as `{detail}` on some file systems", _RENAME),
    "file-and-folder": Kind("is a file and a folder at once", _RENAME),
}


def shown(name: str) -> str:
    """Return a name as it may be printed: whatever is not printable escaped, an over-long one cut with an ellipsis."""
    cut = name if len(name) <= MAX_SHOWN_CHARACTERS else name[: MAX_SHOWN_CHARACTERS - 1] + "…"
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(char if char.isprintable() else _escaped(char) for char in cut)


def shown_bytes(name: bytes) -> str:
    """Return raw name bytes as they may be printed; bytes that are not UTF-8 become `\\xNN`."""
    return shown(name[: 4 * MAX_SHOWN_CHARACTERS].decode("utf-8", "backslashreplace"))


def _escaped(char: str) -> str:
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


class ArchiveError(CicdpackError):
    """An archive, or a name for one, that is refused.

    `kind` is a key of `KINDS`. `member` is the member's name as it may be printed, where it is known. `offset` counts
    bytes from 0: of the file for a fault of the gzip frame, of the uncompressed tar for any other.
    """

    def __init__(
        self, kind: str, *, member: str | None = None, offset: int | None = None, detail: str | None = None
    ) -> None:
        predicate, hint = KINDS[kind]
        subject = "the archive" if member is None else f"`{member}`"
        place = "" if offset is None else f" (at byte {offset})"
        text = predicate if detail is None else predicate.replace("{detail}", detail)
        super().__init__(f"{subject} {text}{place}", hint=hint)
        self.kind = kind
        self.member = member
        self.offset = offset
