"""Format 1: one tar and one frame for the same entries, everywhere and for ever."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import subprocess
import sys

import pytest

from cicdpack.archive import gzipframe, strict, tar
from cicdpack.archive.canonical import Digests, content_digest, decode, encode, encode_tar, read, write
from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.archive.gzipframe import STORED_BLOCK
from cicdpack.archive.limits import MAX_ENTRIES, MAX_TAR_BYTES
from cicdpack.archive.refusals import ArchiveError

TINY = (Entry(path="a.yml", data=b"on: push\n"), Entry(path="run.sh", data=b"#!/bin/sh\n", executable=True))

TINY_HEADER = (
    "636963642f612e796d6c" + "00" * 90  # name `cicd/a.yml`
    + "3030303036343400"  # mode 644
    + "3030303030303000" * 2  # user and group 0
    + "303030303030303030313100"  # 9 bytes
    + "303232363335323330303000"  # 1980-01-01
    + "30303736333100" + "20"  # checksum
    + "30"  # a regular file
    + "00" * 100  # no link
    + "7573746172003030"  # `ustar`, version 00
    + "00" * 247  # no owner's name, no device, no prefix
)  # fmt: skip
"""The first header of the tiny archive, written out by hand from POSIX."""

TINY_CONTENT = "1f217aa3afc02c88e980cc8beb602f5ce17aff8049c2dcc692bc44559c1f7296"
TINY_FILE = "414028c40e0d96d2a13b894bdfe62577d5455be878295932b7ce07deb9405010"
MEDIUM_CONTENT = "89cad4739b0f712d5e2b7b05d36fc3d00eeec8bd8d196fa615c85ce038a8ec1a"
MEDIUM_FILE = "13ea36438581b86644de8005943f8c6778257db03f898bd48707396565791c69"


def medium() -> tuple[Entry, ...]:
    """Return 60 entries with long names, a long base name, names that are not ASCII, empty and large files."""
    noise = hashlib.shake_256(b"medium").digest(3 * STORED_BLOCK)
    entries = [
        Entry(path=f"template/{'x' * n}/{n:03}.yml", data=noise[n : n * 97], executable=n % 3 == 0)
        for n in range(1, 200, 5)
    ]
    entries += [
        Entry(path="b" * 140, data=b"long base name\n"),
        Entry(path="x" * 95, data=b"100 bytes with the top folder\n"),
        Entry(path="x" * 96, data=b"101 bytes\n"),
        Entry(path="naïve-ünïcode.yml", data="é\r\n".encode()),
        Entry(path="日本語/" + "語" * 50, data=b""),
        Entry(path="a/b", data=b"slash sorts behind minus\n"),
        Entry(path="a-b", data=b""),
        Entry(path="block", data=bytes(512)),
        Entry(path="large", data=noise),
        Entry(path="template/{{.input_project_name}}-ci.yml.tmpl", data=b"{{ .x }}\n"),
    ]
    return sort_entries(entries)


def test_tiny_archive_byte_for_byte() -> None:
    """The whole of a tiny archive is what the standards say, without any help of the package."""
    first = bytes.fromhex(TINY_HEADER) + b"on: push\n" + bytes(503)
    second = bytes.fromhex(
        TINY_HEADER.replace("636963642f612e796d6c" + "00", "636963642f72756e2e7368")
        .replace("3030303036343400", "3030303037353500")
        .replace("303030303030303030313100", "303030303030303030313200")
        .replace("30303736333100", "30313030333200")
    )
    payload = (first + second + b"#!/bin/sh\n" + bytes(502)).ljust(10240, b"\0")
    frame = bytes.fromhex("1f8b0800000000000003010028ffd7") + payload + bytes.fromhex("d98e007700280000")

    data = encode(TINY)

    assert encode_tar(TINY) == payload
    assert data[:15] == frame[:15]
    assert data == frame


def test_golden_digests() -> None:
    """Format 1 is frozen: these digests never change."""
    tiny, middle = write(TINY, len), write(medium(), len)

    assert tiny == Digests(content=TINY_CONTENT, file=TINY_FILE, size=10263)
    assert middle == Digests(content=MEDIUM_CONTENT, file=MEDIUM_FILE, size=len(encode(medium())))


def test_digests_are_sha_256_of_tar_and_file() -> None:
    """The two digests are those that any tool gives for the unpacked and for the packed file."""
    entries = medium()
    data = encode(entries)

    digests = write(entries, len)

    assert digests.content == hashlib.sha256(gzip.decompress(data)).hexdigest() == content_digest(entries)
    assert digests.file == hashlib.sha256(data).hexdigest()
    assert digests.size == len(data)


@pytest.mark.parametrize("entries", [TINY, medium()], ids=["tiny", "medium"])
def test_law(entries: tuple[Entry, ...]) -> None:
    """Decoding what was encoded gives the entries back, and encoding these gives the bytes back."""
    data = encode(entries)

    assert decode(data) == entries
    assert decode(memoryview(data)) == entries
    assert encode(decode(data)) == data


def test_order_of_entries_does_not_matter() -> None:
    """The archive is sorted by the bytes of the path, whatever order the entries come in."""
    shuffled = list(medium())
    random.Random(2).shuffle(shuffled)

    assert encode(shuffled) == encode(medium())
    assert [entry.path for entry in decode(encode(shuffled))][-2:] == ["x" * 96, "日本語/" + "語" * 50]


def test_slash_sorts_behind_minus() -> None:
    """Order is that of bytes, as in git's index, not that of a walk through folders."""
    paths = ["a/b", "a-b", "a.b", "ab", "a0"]

    decoded = decode(encode(Entry(path=path, data=b"") for path in paths))

    assert [entry.path for entry in decoded] == ["a-b", "a.b", "a/b", "a0", "ab"]


def test_environment_does_not_matter() -> None:
    """Time zone, locale, hash seed, SOURCE_DATE_EPOCH, umask and the standard library's zlib leave no trace."""
    code = (
        "import os; os.umask(0o077)\n"
        "from cicdpack.archive.canonical import content_digest\n"
        "from cicdpack.archive.entries import Entry\n"
        "print(content_digest([Entry(path='b/\\u00fc', data=b'1'), Entry(path='a', data=b'2', executable=True)]))"
    )
    settings = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1", "PYTHONUTF8": "0"}
    here = content_digest([Entry(path="a", data=b"2", executable=True), Entry(path="b/ü", data=b"1")])

    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == here


@pytest.mark.parametrize("step", [1, 7, 512, 65_540, 1_000_000])
def test_reading_in_chunks(step: int) -> None:
    """An archive may be read in chunks of any size; digests and size come with the entries."""
    entries = TINY if step == 1 else medium()
    data = encode(entries)

    decoded = read(data[start : start + step] for start in range(0, len(data), step))

    assert decoded.entries == entries
    assert decoded.content_digest == content_digest(entries)
    assert decoded.file_digest == hashlib.sha256(data).hexdigest()
    assert decoded.size == len(data)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 10239, STORED_BLOCK - 512, STORED_BLOCK, 2**20, 2**20 + 1])
def test_sizes_at_the_edges(size: int) -> None:
    """A file whose end meets a block of the tar or of the frame, or that is passed on in slices, round-trips."""
    entries = (Entry(path="f", data=bytes(range(256)) * (size // 256) + bytes(size % 256)),)

    data = encode(entries)

    assert decode(data) == entries
    assert gzip.decompress(data) == encode_tar(entries)
    assert len(encode_tar(entries)) % 10240 == 0


def test_payload_that_fills_its_blocks() -> None:
    """A tar whose length is a multiple of the frame's block has a full last block and no empty one after it."""
    from cicdpack.archive.gzipframe import StoredFrame, stored_payload
    from cicdpack.archive.source import ByteSource

    pieces: list[bytes] = []
    frame = StoredFrame(pieces.append)
    frame.write(bytes(2 * STORED_BLOCK))
    frame.close()
    data = b"".join(pieces)

    assert len(data) == 10 + 2 * (5 + STORED_BLOCK) + 8
    assert [len(block) for block in stored_payload(ByteSource([data]))] == [STORED_BLOCK] * 2
    assert gzip.decompress(data) == bytes(2 * STORED_BLOCK)


@pytest.mark.parametrize("length", [90, 94, 95, 96, 99, 100, 101, 250])
def test_lengths_of_names(length: int) -> None:
    """A name of up to 100 bytes stands in the header alone, a longer one in a pax record as well."""
    path = b"cicd/" + b"n" * (length - 5)

    header = tar.member_header(path, 0, executable=False)

    assert len(header) == (512 if length <= 100 else 1536)
    assert decode(encode([Entry(path=path[5:].decode(), data=b"")]))[0].path == path[5:].decode()


@pytest.mark.parametrize("length", [1, 5, 6, 86, 87, 88, 89, 90, 91, 983, 984, 985, 986, 987, 988, 9999])
def test_pax_record_counts_itself(length: int) -> None:
    """A pax record begins with its own length, also where one more digit makes it longer by one."""
    record = tar.pax_record(b"path", b"x" * length)

    assert int(record.split(b" ")[0]) == len(record)


def test_nothing_to_pack() -> None:
    """An archive without a file is not written."""
    with pytest.raises(ArchiveError, match="the archive holds no file") as caught:
        encode([])

    assert caught.value.kind == "no-members"


def test_too_large_to_pack() -> None:
    """What the reader would refuse is not written: the limit holds for both."""
    data = bytes(2**20)
    entries = [Entry(path=f"f{number:03}", data=data) for number in range(MAX_TAR_BYTES // len(data))]

    with pytest.raises(ArchiveError) as caught:
        write(entries, len)

    assert caught.value.kind == "bomb-size"


def test_too_many_to_pack() -> None:
    """One entry more than the limit is refused."""
    with pytest.raises(ArchiveError) as caught:
        encode([Entry(path=f"{number}", data=b"") for number in range(MAX_ENTRIES + 1)])

    assert caught.value.kind == "bomb-entries"


def test_too_many_to_unpack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit on entries holds for the strict reader, at the header of the first one too many."""
    data = encode([Entry(path=name, data=b"") for name in "abcd"])
    monkeypatch.setattr(strict, "MAX_ENTRIES", 3)

    with pytest.raises(ArchiveError) as caught:
        decode(data)

    assert (caught.value.kind, caught.value.offset) == ("bomb-entries", 3 * 512)


def test_too_large_to_unpack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit on bytes holds for the strict reader, for one file and for the whole tar."""
    one, many = encode([Entry(path="a", data=bytes(9000))]), encode(medium())

    monkeypatch.setattr(strict, "MAX_TAR_BYTES", 8999)
    with pytest.raises(ArchiveError, match="`cicd/a` unpacks to more than 8999 bytes") as single:
        decode(one)
    monkeypatch.setattr(gzipframe, "MAX_TAR_BYTES", 300_000)
    monkeypatch.setattr(strict, "MAX_TAR_BYTES", MAX_TAR_BYTES)
    with pytest.raises(ArchiveError, match="the archive unpacks to more than 300000 bytes") as whole:
        decode(many)

    assert (single.value.kind, whole.value.kind) == ("bomb-size", "bomb-size")
