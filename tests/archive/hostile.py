"""A catalogue of hostile archives: each a good bundle with one wrong thing in it, and the name of its refusal.

Written on its own, without the package: what `good_tar` and `stored_gzip` build must be what the package encodes.
Reusable by other tests: `HOSTILE[name]()` gives the bytes, or `HOSTILE[name](files)` with a bundle of your own, whose
paths have no `cicd/` prefix. `DEFLATED` has the same tars in the frame of another tool.
"""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

Files = Mapping[str, bytes]
Builder = Callable[..., bytes]

GOOD: Files = MappingProxyType(
    {
        "cicdpack.toml": b'name = "good"\n',
        "databricks_template_schema.json": b'{"properties": {}}\n',
        "template/{{.input_project_name}}-ci.yml.tmpl": b"trigger: none\n",
    }
)
BLOCK = 512
FIXED_TIME = b"02263523000\0"
STORED_HEADER = bytes.fromhex("1f8b0800000000000003")


def header(
    name: bytes,
    size: int = 0,
    *,
    kind: bytes = b"0",
    mode: bytes = b"0000644\0",
    size_field: bytes | None = None,
    magic: bytes = b"ustar\x0000",
    link: bytes = b"",
    checksum: bytes | None = None,
) -> bytes:
    """Return a ustar header block with a right checksum, unless another one is given."""
    digits = size_field if size_field is not None else b"%011o\0" % size
    block = bytearray(
        struct.pack(
            "100s8s8s8s12s12s8s1s100s8s",
            name,
            mode,
            b"0000000\0",
            b"0000000\0",
            digits,
            FIXED_TIME,
            b" " * 8,
            kind,
            link,
            magic,
        ).ljust(BLOCK, b"\0")
    )
    block[148:156] = checksum if checksum is not None else b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data: bytes) -> bytes:
    """Return data with zeros to a whole block."""
    return data + bytes(-len(data) % BLOCK)


def record(key: bytes, value: bytes) -> bytes:
    """Return a pax record; its length counts itself."""
    length = len(key) + len(value) + 3
    while len(b"%d %b=%b\n" % (length, key, value)) != length:
        length += 1
    return b"%d %b=%b\n" % (length, key, value)


def extended(path: bytes, records: bytes, kind: bytes = b"x") -> bytes:
    """Return a pax header for a path, with these records."""
    folder, _, name = path.rpartition(b"/")
    return header((folder + b"/PaxHeaders/" + name)[:100], len(records), kind=kind) + padded(records)


def member(path: bytes, data: bytes = b"evil\n") -> bytes:
    """Return a regular file as the canonical form has it."""
    pax = extended(path, record(b"path", path)) if len(path) > 100 or not path.isascii() else b""
    return pax + header(path[:100], len(data)) + padded(data)


def ended(members: bytes, end: int = 2 * BLOCK) -> bytes:
    """Return a tar that is closed and padded to a record."""
    body = members + bytes(end)
    return body + bytes(-len(body) % 10240)


def tar_with(files: Files, *more: tuple[bytes, bytes]) -> bytes:
    """Return the bundle's tar with more members (path, all of their bytes), everything in order of paths."""
    members = [(b"cicd/" + path.encode(), member(b"cicd/" + path.encode(), data)) for path, data in files.items()]
    return ended(b"".join(raw for _, raw in sorted([*members, *more])))


def stored_gzip(tar: bytes, *, flags: int = 0, extra: bytes = b"", crc: int = 0, length: int = 0) -> bytes:
    """Return the canonical frame around a tar; `crc` and `length` spoil the trailer's fields."""
    head = STORED_HEADER[:3] + bytes([flags]) + STORED_HEADER[4:] + extra
    return head + stored_blocks(tar) + struct.pack("<II", zlib.crc32(tar) ^ crc, len(tar) ^ length)


def stored_blocks(tar: bytes) -> bytes:
    """Return a deflate stream of stored blocks."""
    starts = range(0, len(tar), 65535)
    return b"".join(
        struct.pack("<BHH", start + 65535 >= len(tar), len(part), 0xFFFF ^ len(part)) + part
        for start in starts
        for part in [tar[start : start + 65535]]
    )


def deflated_gzip(tar: bytes) -> bytes:
    """Return the frame that `gzip -n` writes."""
    deflater = zlib.compressobj(1, zlib.DEFLATED, -15)
    body = deflater.compress(tar) + deflater.flush()
    return STORED_HEADER + body + struct.pack("<II", zlib.crc32(tar), len(tar))


@dataclass(frozen=True, slots=True, kw_only=True)
class TarCase:
    """A hostile tar, the kind of its refusal, and what another tool's frame changes about that."""

    build: Callable[[Files], bytes]
    kind: str
    foreign_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCase:
    """A hostile file, and the kind of its refusal by the strict reader and, if another, by `read_archive`."""

    build: Callable[[Files], bytes]
    kind: str
    opened_kind: str | None = None


def _named(path: str | bytes) -> Callable[[Files], bytes]:
    raw = path if isinstance(path, bytes) else path.encode()
    return lambda files: tar_with(files, (raw, member(raw)))


def _special(kind: bytes, link: bytes = b"", mode: bytes = b"0000644\0") -> Callable[[Files], bytes]:
    raw = b"cicd/evil"
    return lambda files: tar_with(files, (raw, header(raw, kind=kind, link=link, mode=mode)))


def _pair(first: str, second: str) -> Callable[[Files], bytes]:
    return lambda files: tar_with(files, *((path.encode(), member(path.encode())) for path in (first, second)))


def _raw(make: Callable[[bytes], bytes]) -> Callable[[Files], bytes]:
    raw = b"cicd/evil"
    return lambda files: tar_with(files, (raw, make(raw)))


def _sized(field: bytes) -> Callable[[Files], bytes]:
    return _raw(lambda raw: header(raw, size_field=field) + padded(b"evil\n"))


def _pax(records: bytes) -> Callable[[Files], bytes]:
    return _raw(lambda raw: extended(raw, records) + member(raw))


def _chain(files: Files) -> bytes:
    links = tuple(
        (b"cicd/%c" % name, header(b"cicd/%c" % name, kind=b"2", link=target))
        for name, target in ((b"x", b"y"), (b"y", b"z"), (b"z", b".."))
    )
    return tar_with(files, *links)


def _members(files: Files) -> bytes:
    return b"".join(member(b"cicd/" + path.encode(), data) for path, data in sorted(files.items()))


def _bad_second_checksum(files: Files) -> bytes:
    return _raw(lambda raw: header(raw, 5, checksum=b"000000\0 ") + padded(b"evil\n"))(files)


def _bad_first_checksum(files: Files) -> bytes:
    raw = b"cicd/!"
    return tar_with(files, (raw, header(raw, 5, checksum=b"000000\0 ") + padded(b"evil\n")))


def _long_names(count: int) -> Callable[[Files], bytes]:
    link = header(b"././@LongLink", 6, kind=b"L") + padded(b"cicd/\0")
    return _raw(lambda raw: link * count + member(raw))


def _many_headers(count: int) -> Iterator[bytes]:
    """Yield headers of empty files; all but name and checksum is the same, which saves the time to build each."""
    model = header(b"cicd/e000000")
    fixed = sum(model[:5]) + sum(model[12:148]) + 8 * ord(" ") + sum(model[156:])
    for number in range(count):
        name = b"e%06d" % number
        yield b"cicd/%b%b%06o\0 %b" % (name, model[12:148], fixed + sum(name), model[156:])


_SPARSE = record(b"GNU.sparse.major", b"1") + record(b"GNU.sparse.realsize", b"9999999")
_BAD_UTF_8 = b"cicd/\xff\xfe.txt"

TAR_CASES: Mapping[str, TarCase] = {
    # Paths.
    "dot-dot": TarCase(build=_named("../evil"), kind="dot-dot"),
    "dot-dot-first": TarCase(build=_named("cicd/../evil"), kind="dot-dot"),
    "dot-dot-middle": TarCase(build=_named("cicd/template/../../../evil"), kind="dot-dot"),
    "dot-component": TarCase(build=_named("cicd/./evil"), kind="dot-component"),
    "empty-component": TarCase(build=_named("cicd//evil"), kind="absolute-path"),
    "empty-component-middle": TarCase(build=_named("cicd/a//evil"), kind="empty-component"),
    "absolute": TarCase(build=_named("/etc/evil"), kind="absolute-path"),
    "backslash": TarCase(build=_named("cicd/..\\evil"), kind="backslash"),
    "drive-letter": TarCase(build=_named("C:evil"), kind="drive-letter"),
    "drive-letter-below": TarCase(build=_named("cicd/C:/evil"), kind="drive-letter"),
    "unc": TarCase(build=_named("\\\\server\\share\\evil"), kind="unc-path"),
    "unc-slashes": TarCase(build=_named("//server/share/evil"), kind="unc-path"),
    "alternate-data-stream": TarCase(build=_named("cicd/a.txt:evil.exe"), kind="alternate-data-stream"),
    "forbidden-character": TarCase(build=_named("cicd/what?"), kind="forbidden-character"),
    "reserved-name": TarCase(build=_named("cicd/CON"), kind="reserved-name"),
    "reserved-name-extension": TarCase(build=_named("cicd/template/nul.tar.gz"), kind="reserved-name"),
    "reserved-name-superscript": TarCase(build=_named("cicd/COM¹.yml"), kind="reserved-name"),
    "reserved-name-console": TarCase(build=_named("cicd/CONIN$"), kind="reserved-name"),
    "trailing-dot": TarCase(build=_named("cicd/evil."), kind="trailing-dot"),
    "trailing-space": TarCase(build=_named("cicd/evil "), kind="trailing-space"),
    "git-folder": TarCase(build=_named("cicd/.git/hooks/post-checkout"), kind="git-folder"),
    "git-folder-case": TarCase(build=_named("cicd/.GiT/config"), kind="git-folder"),
    "git-folder-short": TarCase(build=_named("cicd/GIT~1/config"), kind="git-folder"),
    "git-folder-ignorable": TarCase(build=_named("cicd/.g\u200cit/config"), kind="git-folder"),
    "git-folder-trailing": TarCase(build=_named("cicd/.git . ./config"), kind="git-folder"),
    "git-folder-stream": TarCase(build=_named("cicd/.git::$INDEX_ALLOCATION/config"), kind="git-folder"),
    "control": TarCase(build=_named("cicd/\x1b[2Jevil"), kind="control-character"),
    "newline": TarCase(build=_named("cicd/a\nb"), kind="control-character"),
    "bidi": TarCase(build=_named("cicd/\u202etxt.exe"), kind="bidi-character"),
    "ignorable": TarCase(build=_named("cicd/a\u200bb"), kind="ignorable-character"),
    "too-deep": TarCase(build=_named("cicd/" + "d/" * 900 + "f"), kind="path-too-deep"),
    "deep": TarCase(build=_named("cicd/" + "d/" * 400 + "f"), kind="path-too-deep"),
    "long-name": TarCase(build=_named("cicd/" + "n" * 300), kind="name-too-long"),
    "outside": TarCase(build=_named("etc/evil"), kind="outside-top-folder"),
    "outside-case": TarCase(build=_named("CICD/evil"), kind="outside-top-folder"),
    "not-nfc": TarCase(build=_named(unicodedata.normalize("NFD", "cicd/café")), kind="not-nfc"),
    "not-utf-8": TarCase(build=_named(_BAD_UTF_8), kind="not-utf-8"),
    "nul": TarCase(build=_raw(lambda _: header(b"cicd/evil\0x", 5) + padded(b"evil\n")), kind="nul-in-name"),
    "nul-in-pax": TarCase(build=_named(b"cicd/" + b"a" * 100 + b"\0b"), kind="nul-in-name"),
    "empty-name": TarCase(build=_named(""), kind="empty-name"),
    "leading-dash": TarCase(build=_named("-rf"), kind="leading-dash"),
    "leading-dash-below": TarCase(build=_named("cicd/-rf"), kind="leading-dash"),
    # Types.
    "symbolic-link-relative": TarCase(build=_special(b"2", b"../../evil"), kind="symbolic-link"),
    "symbolic-link-absolute": TarCase(build=_special(b"2", b"/etc/passwd"), kind="symbolic-link"),
    "symbolic-link-chain": TarCase(build=_chain, kind="symbolic-link"),
    "hard-link": TarCase(build=_special(b"1", b"cicd/cicdpack.toml"), kind="hard-link"),
    "character-device": TarCase(build=_special(b"3"), kind="character-device"),
    "block-device": TarCase(build=_special(b"4"), kind="block-device"),
    "fifo": TarCase(build=_special(b"6"), kind="fifo"),
    "sparse": TarCase(build=_special(b"S"), kind="sparse-file"),
    "sparse-pax": TarCase(build=_pax(_SPARSE), kind="pax-unknown-record", foreign_kind="sparse-file"),
    "contiguous": TarCase(build=_special(b"7"), kind="contiguous-file"),
    "unknown-type": TarCase(build=_special(b"Z"), kind="unknown-type"),
    "directory-mode": TarCase(
        build=_special(b"5", mode=b"0007777\0"), kind="directory-entry", foreign_kind="directory-mode"
    ),
    "directory-no-mode": TarCase(
        build=_special(b"5", mode=b"0000000\0"), kind="directory-entry", foreign_kind="directory-mode"
    ),
    "directory-with-data": TarCase(
        build=_raw(lambda raw: header(raw, 5, kind=b"5", mode=b"0000755\0") + padded(b"evil\n")),
        kind="directory-entry",
        foreign_kind="directory-with-data",
    ),
    "setuid": TarCase(build=_special(b"0", mode=b"0004755\0"), kind="special-mode"),
    "link-name-on-file": TarCase(
        build=_special(b"0", b"/etc/passwd"), kind="odd-header-field", foreign_kind="stray-link-name"
    ),
    # Collisions.
    "duplicate": TarCase(build=_pair("cicd/evil", "cicd/evil"), kind="duplicate-path"),
    "case": TarCase(build=_pair("cicd/EVIL", "cicd/evil"), kind="case-collision"),
    "case-of-folder": TarCase(build=_pair("cicd/A/x", "cicd/a/y"), kind="case-collision"),
    "eszett": TarCase(build=_pair("cicd/strasse", "cicd/straße"), kind="fold-collision"),
    "compatibility": TarCase(build=_pair("cicd/file", "cicd/ﬁle"), kind="fold-collision"),
    "normal-form": TarCase(build=_pair("cicd/cafe\u0301", "cicd/caf\u00e9"), kind="not-nfc"),
    "file-and-folder": TarCase(build=_pair("cicd/evil", "cicd/evil/x"), kind="file-and-folder"),
    # Structure of the tar.
    "negative-size": TarCase(build=_sized(b"-0000000005\0"), kind="negative-size"),
    "negative-size-base-256": TarCase(build=_sized(b"\xff" * 11 + b"\xfb"), kind="negative-size"),
    "base-256-size": TarCase(build=_sized(b"\x80" + bytes(10) + b"\x05"), kind="base-256-size"),
    "bad-checksum-first": TarCase(build=_bad_first_checksum, kind="bad-header-checksum"),
    "bad-checksum-second": TarCase(build=_bad_second_checksum, kind="bad-header-checksum"),
    "octal-leading-spaces": TarCase(build=_sized(b"          5\0"), kind="octal-with-spaces"),
    "octal-trailing-space": TarCase(build=_sized(b"00000000005 "), kind="octal-with-spaces"),
    "octal-inner-space": TarCase(build=_sized(b"000000 0005\0"), kind="octal-with-spaces"),
    "not-octal": TarCase(build=_sized(b"0000000000x\0"), kind="bad-number"),
    "wrong-magic": TarCase(
        build=_raw(lambda raw: header(raw, 5, magic=b"xstar\x0000") + padded(b"evil\n")), kind="wrong-magic"
    ),
    "gnu-magic-among-pax": TarCase(
        build=_raw(lambda raw: header(raw, 5, magic=b"ustar  \0") + padded(b"evil\n")), kind="wrong-magic"
    ),
    "no-magic": TarCase(build=_raw(lambda raw: header(raw, 5, magic=bytes(8)) + padded(b"evil\n")), kind="wrong-magic"),
    "no-end-blocks": TarCase(build=_members, kind="missing-end-blocks"),
    "one-end-block": TarCase(build=lambda files: _members(files) + bytes(BLOCK), kind="one-end-block"),
    "member-after-end": TarCase(
        build=lambda files: tar_with(files) + ended(member(b"cicd/z")), kind="member-after-end"
    ),
    "member-after-one-zero-block": TarCase(
        build=lambda files: ended(_members(files) + bytes(BLOCK) + member(b"cicd/z")), kind="member-after-end"
    ),
    "junk-after-end": TarCase(build=lambda files: tar_with(files) + b"junk" * 128, kind="junk-after-end"),
    "junk-in-end-padding": TarCase(build=lambda files: tar_with(files)[:-4] + b"junk", kind="junk-after-end"),
    "non-zero-padding": TarCase(
        build=_raw(lambda raw: header(raw, 5) + b"evil\n".ljust(BLOCK - 4, b"\0") + b"junk"), kind="non-zero-padding"
    ),
    "non-zero-pax-padding": TarCase(
        build=_raw(lambda raw: member(raw + b"e" * 100).replace(b"e\n" + bytes(9), b"e\nx" + bytes(8), 1)),
        kind="non-zero-padding",
    ),
    "truncated-header": TarCase(build=lambda files: _members(files) + member(b"cicd/z")[:100], kind="truncated-header"),
    "truncated-body": TarCase(
        build=lambda files: _members(files) + member(b"cicd/z", bytes(9999))[:1024], kind="truncated-body"
    ),
    "huge-size": TarCase(build=_sized(b"77777777777\0"), kind="bomb-size"),
    "pax-path-override": TarCase(build=_pax(record(b"path", b"cicd/other")), kind="pax-path-override"),
    "pax-path-escape": TarCase(build=_pax(record(b"path", b"../evil")), kind="pax-path-override"),
    "pax-size-override": TarCase(build=_pax(record(b"size", b"0")), kind="pax-size-override"),
    "pax-link-path": TarCase(
        build=_pax(record(b"linkpath", b"/etc")), kind="pax-unknown-record", foreign_kind="pax-link-path"
    ),
    "pax-unknown-record": TarCase(build=_pax(record(b"EVIL.x", b"y")), kind="pax-unknown-record"),
    "pax-duplicate-record": TarCase(
        build=_raw(lambda raw: extended(raw, record(b"path", raw) * 2) + member(raw)),
        kind="pax-malformed",
        foreign_kind="pax-duplicate-record",
    ),
    "pax-wrong-length": TarCase(build=_pax(b"99 path=cicd/evil\n"), kind="pax-malformed"),
    "pax-no-equals": TarCase(build=_pax(b"6 path\n"), kind="pax-malformed"),
    "global-pax": TarCase(
        build=_raw(lambda raw: extended(raw, record(b"comment", b"x"), b"g") + member(raw)), kind="pax-global-header"
    ),
    "pax-300000-records": TarCase(build=_pax(record(b"mtime", b"1.5") * 300_000), kind="pax-too-large"),
    "pax-3-million-digits": TarCase(build=_pax(b"1" * 3_000_000 + b" path=x\n"), kind="pax-too-large"),
    "pax-many-digits": TarCase(build=_pax(b"1" * 5_000 + b" path=x\n"), kind="pax-malformed"),
    "pax-many-records": TarCase(
        build=_pax(b"".join(record(b"SCHILY.x%d" % n, b"y") for n in range(400))),
        kind="pax-unknown-record",
        foreign_kind="pax-too-large",
    ),
    "pax-chain": TarCase(
        build=_raw(lambda raw: extended(raw, record(b"path", raw)) * 2 + member(raw)), kind="header-chain"
    ),
    "pax-at-the-end": TarCase(
        build=lambda files: ended(_members(files) + extended(b"cicd/z", record(b"path", b"cicd/z"))),
        kind="dangling-header",
    ),
    "long-name-chain": TarCase(build=_long_names(100_000), kind="gnu-long-name", foreign_kind="header-chain"),
    "long-name-override": TarCase(
        build=_raw(lambda raw: header(b"././@LongLink", 8, kind=b"L") + padded(b"../evil\0") + member(raw)),
        kind="gnu-long-name",
        foreign_kind="name-override",
    ),
    "long-name-huge": TarCase(
        build=_raw(lambda raw: header(b"././@LongLink", 9999, kind=b"L") + padded(b"a" * 9999) + member(raw)),
        kind="gnu-long-name",
        foreign_kind="long-name-too-large",
    ),
    "long-name-with-nul": TarCase(
        build=_raw(lambda raw: header(b"././@LongLink", 9, kind=b"L") + padded(b"a\0../evil") + member(raw)),
        kind="gnu-long-name",
        foreign_kind="long-name-malformed",
    ),
    "no-members": TarCase(build=lambda _: ended(b""), kind="no-members"),
    "entries-bomb": TarCase(
        build=lambda files: tar_with(files, (b"cicd/e", b"".join(_many_headers(300_000)))), kind="bomb-entries"
    ),
}


def _zip(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in files.items():
            archive.writestr("cicd/" + path, data)
    return buffer.getvalue()


def inflating(head: bytes, unit: bytes, count: int, tail: bytes) -> bytes:
    """Return a deflated frame around `head`, `count` times `unit`, `tail`, without ever holding that much.

    After a full flush the same bytes deflate to the same bytes, so one unit is enough.
    """
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    first, again, last = (deflater.compress(part) + deflater.flush(zlib.Z_FULL_FLUSH) for part in (head, unit, tail))
    crc = zlib.crc32(head)
    for _ in range(count):
        crc = zlib.crc32(unit, crc)
    length = len(head) + count * len(unit) + len(tail)
    return STORED_HEADER + first + again * count + last + b"\3\0" + struct.pack("<II", zlib.crc32(tail, crc), length)


def _size_bomb(_: Files) -> bytes:
    """One GiB of zeros in eight files."""
    size = 2**27
    return inflating(b"", header(b"cicd/zeros", size) + bytes(size), 8, bytes(2 * BLOCK))


def _framed(change: Callable[[bytes], bytes], files: Files) -> bytes:
    return change(stored_gzip(tar_with(files)))


def _fielded(flags: int, extra: bytes, files: Files) -> bytes:
    return stored_gzip(tar_with(files), flags=flags, extra=extra)


def _empty_members(files: Files) -> bytes:
    return (STORED_HEADER + b"\3\0" + bytes(8)) * 20_000 + stored_gzip(tar_with(files))


def _split(files: Files) -> bytes:
    tar = tar_with(files)
    return stored_gzip(tar[:1000]) + stored_gzip(tar[1000:])


def _renamed_deflated(files: Files) -> bytes:
    data = deflated_gzip(tar_with(files))
    return data[:3] + b"\x08" + data[4:10] + b"evil.tar\0" + data[10:]


FILE_CASES: Mapping[str, FileCase] = {
    "two-members": FileCase(build=partial(_framed, lambda data: data * 2), kind="two-gzip-members"),
    "member-split": FileCase(build=_split, kind="two-gzip-members"),
    "trailing-garbage": FileCase(build=partial(_framed, lambda data: data + b"garbage"), kind="trailing-garbage"),
    "trailing-zeros": FileCase(build=partial(_framed, lambda data: data + bytes(512)), kind="trailing-zeros"),
    "name-field": FileCase(build=partial(_fielded, 8, b"evil.tar\0"), kind="gzip-name-field"),
    "name-field-deflated": FileCase(build=_renamed_deflated, kind="gzip-name-field"),
    "extra-field": FileCase(build=partial(_fielded, 4, b"\4\0evil"), kind="gzip-extra-field"),
    "comment-field": FileCase(build=partial(_fielded, 16, b"evil\0"), kind="gzip-comment-field"),
    "header-crc": FileCase(build=partial(_fielded, 2, b"\0\0"), kind="gzip-flags"),
    "gzip-time": FileCase(build=partial(_framed, lambda data: data[:4] + b"\1" + data[5:]), kind="gzip-time"),
    "gzip-system": FileCase(
        build=partial(_framed, lambda data: data[:9] + b"\xff" + data[10:]), kind="gzip-header-bytes"
    ),
    "bad-crc": FileCase(build=lambda files: stored_gzip(tar_with(files), crc=1), kind="bad-crc"),
    "bad-size": FileCase(build=lambda files: stored_gzip(tar_with(files), length=1), kind="bad-length"),
    "bad-stored-block": FileCase(
        build=partial(_framed, lambda data: data[:13] + b"\x11" + data[14:]), kind="bad-deflate-data"
    ),
    "truncated": FileCase(build=partial(_framed, lambda data: data[:-5000]), kind="truncated-gzip"),
    "truncated-trailer": FileCase(build=partial(_framed, lambda data: data[:-3]), kind="truncated-gzip"),
    "empty-members": FileCase(build=_empty_members, kind="not-stored", opened_kind="two-gzip-members"),
    "not-gzip": FileCase(build=lambda _: b"#!/bin/sh\necho evil\n", kind="not-gzip"),
    "plain-tar": FileCase(build=tar_with, kind="not-gzip"),
    "empty-file": FileCase(build=lambda _: b"", kind="empty-file"),
    "one-byte": FileCase(build=lambda _: b"\x1f", kind="not-gzip"),
    "header-only": FileCase(build=lambda _: STORED_HEADER, kind="truncated-gzip"),
    "zip": FileCase(build=_zip, kind="zip-archive"),
    "size-bomb": FileCase(build=_size_bomb, kind="not-stored", opened_kind="bomb-size"),
}


def _framed_case(case: TarCase, frame: Callable[[bytes], bytes], files: Files = GOOD) -> bytes:
    return frame(case.build(files))


def _file_case(case: FileCase, files: Files = GOOD) -> bytes:
    return case.build(files)


HOSTILE: Mapping[str, Builder] = MappingProxyType(
    {name: partial(_framed_case, case, stored_gzip) for name, case in TAR_CASES.items()}
    | {name: partial(_file_case, case) for name, case in FILE_CASES.items()}
)
"""Every hostile archive by name; those with a hostile tar are in the canonical frame."""

DEFLATED: Mapping[str, Builder] = MappingProxyType(
    {name: partial(_framed_case, case, deflated_gzip) for name, case in TAR_CASES.items()}
)
"""Every hostile tar by name, in the frame that `gzip -n` writes."""
