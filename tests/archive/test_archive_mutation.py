"""No single byte of a built archive can be changed unnoticed, and nothing that is accepted has two spellings."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cicdpack.archive.canonical import content_digest, decode, encode, encode_tar, read
from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.archive.foreign import _is_junk, decode_foreign, read_archive
from cicdpack.archive.names import UnsafePath, check_path, find_collisions
from cicdpack.archive.refusals import KINDS, ArchiveError
from tests.archive.hostile import GOOD, deflated_gzip, ended, extended, header, padded, record, stored_gzip, tar_with

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = (Entry(path="a.yml", data=b"on: push\n"), Entry(path="ü.sh", data=b"#!/bin/sh\n", executable=True))

ODD_NAMES = st.text(st.sampled_from("abAB.-_~ {}`$\u00e9\u0301ßs日\u200d\u202e/:\\\0\n"), max_size=12)
SAFE_NAMES = st.text(st.characters(exclude_categories=["C"]) | st.sampled_from("ab./{}"), min_size=1, max_size=150)


Result = TypeVar("Result")


def attempt(call: Callable[[bytes], Result], data: bytes) -> Result | ArchiveError:
    """Return what a reader makes of the data: a result, or a refusal that is fit to be printed."""
    try:
        return call(data)
    except ArchiveError as refusal:
        fault = refusal
    assert fault.kind in KINDS
    assert fault.message.isprintable()
    return fault


def accepted(data: bytes) -> tuple[Entry, ...] | None:
    """Return the entries of a canonical archive, or None for one that is refused as it should be."""
    result = attempt(decode, data)
    return None if isinstance(result, ArchiveError) else result


def is_safe(path: str) -> bool:
    try:
        check_path(path)
    except UnsafePath:
        return False
    return True


def is_packable(path: str) -> bool:
    """Tell whether a name is safe, and none that the reader of other tools' archives drops."""
    return is_safe(path) and not _is_junk(path)


def test_every_byte_counts() -> None:
    """A byte changed anywhere in a built archive, in one bit or in all, makes both readers refuse it."""
    flips = bytes([1, 2, 4, 8, 16, 32, 64, 128, 255])
    data = bytearray(encode(SMALL))
    unnoticed = []

    for position in range(len(data)):
        flip = flips[position % len(flips)]
        data[position] ^= flip
        changed = bytes(data)
        if not isinstance(attempt(decode, changed), ArchiveError):
            unnoticed.append(position)
        if not isinstance(attempt(read_archive, changed), ArchiveError):
            unnoticed.append(position)
        data[position] ^= flip

    assert unnoticed == []
    assert decode(bytes(data)) == SMALL


@pytest.mark.parametrize("flip", [0x01, 0x20, 0xFF])
def test_every_byte_of_the_tar_counts(flip: int) -> None:
    """With the frame's checksum made good, a changed tar is still refused or has another digest, in any frame."""
    tar = bytearray(encode_tar(SMALL))
    changed = 0

    for position in range(4096):
        tar[position] ^= flip
        data = stored_gzip(bytes(tar))
        entries = accepted(data)
        if entries is not None:
            changed += 1
            assert encode(entries) == data
            assert content_digest(entries) != content_digest(SMALL)
        tar[position] ^= flip

    assert 0 < changed < 64


def test_truncations_are_refused() -> None:
    """An archive cut short, at every third byte, is refused by both readers."""
    data = encode(SMALL)

    for length in range(0, len(data), 3):
        assert accepted(data[:length]) is None
        with pytest.raises(ArchiveError):
            read_archive(data[:length])


def test_truncations_of_the_tar_are_refused() -> None:
    """A tar cut short, at every third byte, is refused in a frame that is whole."""
    tar = encode_tar(SMALL)

    for length in range(1, len(tar), 3):
        assert accepted(stored_gzip(tar[:length])) is None


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        SAFE_NAMES.filter(is_packable), st.tuples(st.binary(max_size=1500), st.booleans()), min_size=1, max_size=4
    )
)
def test_round_trip(files: dict[str, tuple[bytes, bool]]) -> None:
    """Any entries with safe names come back as they were, also out of a deflated frame, and the law holds."""
    if find_collisions(files):
        files = dict([next(iter(files.items()))])
    entries = sort_entries(Entry(path=path, data=data, executable=flag) for path, (data, flag) in files.items())

    data = encode(entries)

    assert decode(data) == entries
    assert encode(decode(data)) == data
    assert decode_foreign(deflated_gzip(encode_tar(entries))).entries == entries


@settings(deadline=None)
@given(st.lists(ODD_NAMES, min_size=1, max_size=4))
def test_packing_and_unpacking_refuse_the_same_names(names: list[str]) -> None:
    """Whatever can be packed can be unpacked, and what cannot is refused by an `ArchiveError`."""
    entries = [Entry(path=name, data=b"") for name in names]

    result = attempt(lambda _: encode(entries), b"")

    if isinstance(result, ArchiveError):
        assert any(not is_safe(name) for name in names) or find_collisions(names)
    else:
        assert decode(result) == sort_entries(entries)


_EDITS = st.lists(st.tuples(st.integers(0, 2**16), st.binary(min_size=1, max_size=12)), min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(_EDITS, st.booleans())
def test_random_edits_of_the_tar(edits: list[tuple[int, bytes]], repair: bool) -> None:
    """A tar with random edits, its checksums repaired or not, is refused or is the only spelling of its entries."""
    tar = bytearray(encode_tar(SMALL))
    for position, piece in edits:
        start = position % 4096
        tar[start : start + len(piece)] = piece
    if repair:
        for start in (0, 1024, 2048, 3072):
            tar[start + 148 : start + 156] = b" " * 8
            tar[start + 148 : start + 156] = b"%06o\0 " % sum(tar[start : start + 512])
    data = stored_gzip(bytes(tar))

    entries = accepted(data)

    if entries is not None:
        assert encode(entries) == data


@settings(max_examples=200, deadline=None)
@given(_EDITS)
def test_random_edits_for_the_other_reader(edits: list[tuple[int, bytes]]) -> None:
    """The reader of other tools' archives returns safe entries or an `ArchiveError`, nothing else."""
    tar = bytearray(encode_tar(SMALL))
    for position, piece in edits:
        start = position % 4096
        tar[start : start + len(piece)] = piece
    for start in (0, 1024, 2048, 3072):
        tar[start + 148 : start + 156] = b" " * 8
        tar[start + 148 : start + 156] = b"%06o\0 " % sum(tar[start : start + 512])

    opened = attempt(read_archive, deflated_gzip(bytes(tar)))

    if not isinstance(opened, ArchiveError):
        assert all(is_safe(entry.path) for entry in opened.entries)
        assert decode(encode(opened.entries)) == opened.entries


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda name, kind, size, mode, magic, body: (
                header(name, size, kind=kind, mode=mode, magic=magic) + padded(body)
            ),
            st.sampled_from([b"cicd/a", b"cicd/b", b"cicd/", b"./cicd/c", b"x/y", b"cicd/\xc3\xa9", b""]),
            st.sampled_from([b"0", b"5", b"x", b"L", b"\0", b"2", b"g"]),
            st.sampled_from([0, 5, 9, 600]),
            st.sampled_from([b"0000644\0", b"0000755\0", b"000644 \0", b"0004644\0"]),
            st.sampled_from([b"ustar\x0000", b"ustar  \0", bytes(8)]),
            st.sampled_from([b"", b"9 path=a\n", b"cicd/d\0", record(b"path", b"cicd/" + b"n" * 120), bytes(600)]),
        ),
        max_size=4,
    )
)
def test_random_headers(blocks: list[bytes]) -> None:
    """Headers thrown together at random never make a reader fail in another way than by an `ArchiveError`."""
    tar = ended(b"".join(blocks))

    for data in (stored_gzip(tar), deflated_gzip(tar)):
        opened = attempt(read_archive, data)
        if not isinstance(opened, ArchiveError):
            assert decode(encode(opened.entries)) == opened.entries


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    """Bytes of any kind, with and without a gzip header, are refused as archives."""
    for start in (b"", bytes.fromhex("1f8b0800000000000003"), bytes.fromhex("1f8b0808000000000003")):
        with pytest.raises(ArchiveError):
            read_archive(start + data)
        with pytest.raises(ArchiveError):
            read([start + data])


def test_recompressed_bundle_is_only_that() -> None:
    """A canonical tar that another tool deflated is read, and told to be nothing worse."""
    data = deflated_gzip(tar_with(GOOD))

    opened = read_archive(data)

    assert not opened.canonical
    assert [finding.rule for finding in opened.findings] == ["foreign-frame"]
    assert opened.content_digest == content_digest(opened.entries)


def test_level_nought_of_zlib() -> None:
    """A canonical tar that is stored, but in a frame unlike ours, was altered: it is refused, not read."""
    tar = tar_with(GOOD)
    deflater = zlib.compressobj(0, zlib.DEFLATED, -15)
    body = deflater.compress(tar[:5000]) + deflater.flush(zlib.Z_FULL_FLUSH) + deflater.compress(tar[5000:])
    data = stored_gzip(tar)

    with pytest.raises(ArchiveError) as caught:
        read_archive(data[:10] + body + deflater.flush() + data[-8:])

    assert caught.value.kind == "odd-stored-block"


def test_pax_header_of_the_catalogue() -> None:
    """The catalogue's pax header is the one that the format has, so edits of it are edits of the real thing."""
    path = b"cicd/" + "ü".encode() + b".sh"

    assert extended(path, record(b"path", path)) in encode_tar(SMALL)
