"""Archives of other tools: everything harmless is normalised and told, and the entries are the same."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.canonical import content_digest, encode
from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.archive.foreign import Opened, decode_foreign, read_archive
from cicdpack.archive.names import UnsafePath
from cicdpack.archive.refusals import ArchiveError
from tests.archive.hostile import (
    GOOD,
    deflated_gzip,
    ended,
    extended,
    header,
    member,
    padded,
    record,
    stored_gzip,
    tar_with,
)

if TYPE_CHECKING:
    from pathlib import Path

LONG = "template/" + "folder/" * 14 + "{{.input_project_name}}-ci.yml.tmpl"

FILES = {
    "cicdpack.toml": b'name = "x"\n',
    "template/.azure/devops-pipelines/{{.input_project_name}}-tests-ci.yml.tmpl": b"trigger: none\n" * 99,
    "template/run.sh": b"#!/bin/sh\n",
    "library/naïve.tmpl": "é".encode(),
    LONG: b"long path\n",
}
ENTRIES = sort_entries(Entry(path=path, data=data, executable=path.endswith(".sh")) for path, data in FILES.items())


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder `cicd` as a working copy has it: with an empty folder, and modes of another umask."""
    for entry in ENTRIES:
        target = tmp_path / "cicd" / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(entry.data)
        target.chmod(0o775 if entry.executable else 0o664)
    (tmp_path / "cicd" / "empty").mkdir()
    return tmp_path


def rules(opened: Opened) -> set[str]:
    """Return the rules of what was told, which is never an error."""
    assert all(finding.severity in {"note", "warning"} for finding in opened.findings)
    return {finding.rule.removeprefix("foreign-") for finding in opened.findings}


def wrapped(members: bytes) -> Opened:
    """Open a tar of raw members in the frame that `gzip -n` writes."""
    return read_archive(deflated_gzip(ended(members)))


@pytest.mark.parametrize(
    ("tool", "options", "told"),
    [
        ("tar", ["--format=gnu"], {"format", "long-names"}),
        ("tar", ["--format=oldgnu"], {"format", "long-names"}),
        ("tar", ["--format=pax"], {"precise-times"}),
        ("tar", ["--format=posix", "--sort=name"], {"precise-times"}),
        ("tar", ["--format=ustar"], {"long-names"}),
        ("bsdtar", ["--format=pax"], {"gzip-time", "precise-times"}),
        ("bsdtar", ["--format=ustar"], {"gzip-time", "long-names"}),
        ("bsdtar", ["--format=gnutar"], {"gzip-time", "long-names", "format"}),
        ("bsdtar", [], {"gzip-time"}),
    ],
)
def test_tools(tool: str, options: list[str], told: set[str], checkout: Path) -> None:
    """What GNU tar and bsdtar write in each format reads as the same entries, folders and owners told."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    settings = os.environ | {"LC_ALL": "C.UTF-8"}
    subprocess.run([tool, *options, "-czf", "x.tar.gz", "cicd"], cwd=checkout, check=True, env=settings)

    opened = read_archive((checkout / "x.tar.gz").read_bytes())

    assert opened.entries == ENTRIES
    assert opened.content_digest == content_digest(ENTRIES)
    assert not opened.canonical
    assert rules(opened) >= told | {"frame", "folders", "owner", "times", "modes"}


@pytest.mark.parametrize("tool", ["tar", "bsdtar"])
def test_v7(tool: str, checkout: Path) -> None:
    """The oldest format, in which a folder is a name with a slash, is read where its names suffice."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    for path in ("library", LONG.split("/folder", maxsplit=1)[0] + "/folder"):
        shutil.rmtree(checkout / "cicd" / path)
    subprocess.run([tool, "--format=v7", "-czf", "x.tar.gz", "cicd"], cwd=checkout, check=True)

    opened = read_archive((checkout / "x.tar.gz").read_bytes())

    assert opened.entries == tuple(entry for entry in ENTRIES if entry.path not in {"library/naïve.tmpl", LONG})
    assert rules(opened) >= {"format", "folders"}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_python(form: int, checkout: Path) -> None:
    """What `tarfile` writes with `w:gz` is read, and the file name in its gzip header told."""
    with tarfile.open(checkout / "bundle.tar.gz", "w:gz", format=form) as archive:
        archive.add(checkout / "cicd", "cicd")

    opened = read_archive((checkout / "bundle.tar.gz").read_bytes())

    assert opened.entries == ENTRIES
    assert rules(opened) >= {"frame", "gzip-name", "gzip-time", "folders", "times"}


def test_from_within(checkout: Path) -> None:
    """`tar -czf ../x.tar.gz .` leaves the top folder out and begins names with `./`: told, and read."""
    if shutil.which("tar") is None:
        pytest.skip("tar is not installed")
    subprocess.run(["tar", "-czf", "../x.tar.gz", "."], cwd=checkout / "cicd", check=True)

    opened = read_archive((checkout / "x.tar.gz").read_bytes())

    assert opened.entries == ENTRIES
    assert rules(opened) >= {"no-top-folder", "dot-prefix", "order"}


def test_every_difference_is_told_once() -> None:
    """One sentence per rule with the number of cases and the first of them, warnings where something is lost."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in ("cicd/b", "cicd/._b", "cicd/a", "cicd/.DS_Store", "cicd/x/Thumbs.db"):
            item = tarfile.TarInfo(name)
            item.uid, item.uname, item.mode, item.mtime = 502, "staff", 0o600, 5
            archive.addfile(item)
    data = gzip.compress(buffer.getvalue(), mtime=7)

    findings = decode_foreign(data).findings

    assert [(each.severity, each.rule, each.message) for each in findings] == [
        ("note", "foreign-frame", "the tar is in a gzip frame of another tool"),
        ("note", "foreign-gzip-time", "the gzip header carries a time"),
        ("note", "foreign-format", "5 headers are not of the pax format"),
        ("note", "foreign-owner", "5 members name an owner, `cicd/b` the first"),
        ("note", "foreign-times", "5 members carry a time of their own, `cicd/b` the first"),
        ("note", "foreign-modes", "5 files have modes other than 644 and 755, `cicd/b` the first"),
        ("note", "foreign-order", "1 members are out of order, `cicd/a` the first"),
        ("warning", "foreign-junk", "3 files that a system left behind are dropped, `cicd/._b` the first"),
    ]


def test_canonical_archive_is_canonical() -> None:
    """An archive of our own is read as such, with both digests and nothing to tell."""
    data = encode(ENTRIES)

    opened = read_archive(data)

    assert opened == Opened(
        entries=ENTRIES,
        canonical=True,
        findings=(),
        content_digest=content_digest(ENTRIES),
        file_digest=opened.file_digest,
    )
    assert decode_foreign(data).entries == ENTRIES


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o666, 0o444, 0o400])
def test_plain_modes(mode: int) -> None:
    """Any mode without the owner's executable bit is that of a plain file."""
    raw = header(b"cicd/a", 0, mode=b"%07o\0" % mode)

    assert [entry.executable for entry in wrapped(raw).entries] == [False]


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o775, 0o777, 0o555, 0o744])
def test_executable_modes(mode: int) -> None:
    """Any mode with the owner's executable bit is that of an executable file."""
    raw = header(b"cicd/a", 0, mode=b"%07o\0" % mode)

    assert [entry.executable for entry in wrapped(raw).entries] == [True]


@pytest.mark.parametrize(
    "folder", ["__MACOSX/cicd/x", "cicd/template/._x.yml", "cicd/desktop.ini", "cicd/.DS_Store", "._cicd", ".DS_Store"]
)
def test_junk_is_dropped(folder: str) -> None:
    """What macOS and Windows leave behind is dropped with a warning, inside and outside of the top folder."""
    opened = wrapped(member(folder.encode()) + member(b"cicd/a", b"good"))

    assert opened.entries == (Entry(path="a", data=b"good"),)
    assert "junk" in rules(opened)


def test_nothing_but_junk() -> None:
    """An archive with junk alone holds no file."""
    with pytest.raises(ArchiveError, match="the archive holds no file"):
        wrapped(member(b"cicd/.DS_Store"))


@pytest.mark.parametrize(
    ("names", "paths", "rule"),
    [
        (["cicd/a", "cicd/b/c"], ["a", "b/c"], None),
        (["./cicd/a"], ["a"], "dot-prefix"),
        (["bundle/a", "bundle/b/c"], ["a", "b/c"], "top-folder"),
        (["./bundle/a", "./bundle/b"], ["a", "b"], "top-folder"),
        (["a", "b/c"], ["a", "b/c"], "no-top-folder"),
        (["template/a", "library/b", "x.json"], ["library/b", "template/a", "x.json"], "no-top-folder"),
    ],
)
def test_top_folder(names: list[str], paths: list[str], rule: str | None) -> None:
    """The top folder is taken off, another one as well, and none is needed."""
    opened = wrapped(b"".join(member(name.encode()) for name in names))

    assert [entry.path for entry in opened.entries] == paths
    assert rule is None or rule in rules(opened)


@pytest.mark.parametrize("name", ["etc/x", "x", "cicd", "Cicd/x", "cicd2/x", "././x"])
def test_beside_the_top_folder(name: str) -> None:
    """Where some members are below `cicd/`, all are, but for junk."""
    with pytest.raises(UnsafePath) as caught:
        wrapped(member(b"cicd/a") + member(name.encode()))

    assert caught.value.kind == ("dot-component" if name == "././x" else "outside-top-folder")


def test_folders_are_listed_or_not() -> None:
    """Folders, the root among them, are left out whether they are listed once, twice or never."""
    folder = header(b"cicd/t/", kind=b"5", mode=b"0000755\0")
    root = header(b"./", kind=b"5", mode=b"0000755\0")

    opened = wrapped(root + folder + folder + member(b"cicd/t/a"))

    assert [entry.path for entry in opened.entries] == ["t/a"]
    assert [each.message for each in opened.findings if each.rule == "foreign-folders"] == [
        "3 folders are listed, `./` the first"
    ]


def test_file_where_a_folder_is_listed() -> None:
    """A listed folder collides with a file of its name."""
    with pytest.raises(UnsafePath) as caught:
        wrapped(header(b"cicd/t/", kind=b"5", mode=b"0000755\0") + member(b"cicd/t"))

    assert caught.value.kind == "file-and-folder"


@pytest.mark.parametrize(
    "records",
    [
        record(b"mtime", b"1.5") + record(b"atime", b"1") + record(b"ctime", b"1"),
        record(b"uid", b"4000000") + record(b"uname", b"me"),
        record(b"comment", b"a\nb=c"),
        record(b"SCHILY.xattr.user.x", b"\0\1\n"),
        record(b"LIBARCHIVE.creationtime", b"1"),
        record(b"path", b"cicd/a"),
        b"",
    ],
)
def test_harmless_records(records: bytes) -> None:
    """Records that say nothing about path, size or type change nothing."""
    opened = wrapped(extended(b"cicd/a", records) + member(b"cicd/a", b"good"))

    assert opened.entries == (Entry(path="a", data=b"good"),)


def test_large_user_number() -> None:
    """A user number in base 256, as GNU tar writes it for directory users, is no matter."""
    raw = bytearray(header(b"cicd/a", 0, magic=b"ustar  \0"))
    raw[108:116] = b"\x80\0\0\0\x12\x34\x56\x78"
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)

    opened = wrapped(bytes(raw))

    assert opened.entries == (Entry(path="a", data=b""),)
    assert "owner" in rules(opened)


def test_ustar_prefix() -> None:
    """A name split over two fields is put together, in formats that have the second one."""
    raw = bytearray(header(b"b.yml", 0))
    raw[345:351] = b"cicd/a"
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)

    opened = wrapped(bytes(raw))

    assert [entry.path for entry in opened.entries] == ["a/b.yml"]
    assert "long-names" in rules(opened)


def test_gnu_long_name() -> None:
    """A long name before a member of the same magic is its name."""
    name = b"cicd/" + b"n" * 150
    link = header(b"././@LongLink", len(name) + 1, kind=b"L", magic=b"ustar  \0") + padded(name + b"\0")

    opened = wrapped(link + header(name[:100], 0, magic=b"ustar  \0"))

    assert [entry.path for entry in opened.entries] == ["n" * 150]


def test_gnu_fields_after_the_name() -> None:
    """What incremental GNU archives keep where others have a prefix is refused: tools differ on it."""
    raw = bytearray(header(b"cicd/a", 0, magic=b"ustar  \0"))
    raw[345:351] = b"../../"
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)

    with pytest.raises(ArchiveError) as caught:
        wrapped(bytes(raw))

    assert caught.value.kind == "gnu-extra-fields"


@pytest.mark.parametrize("name", ["../evil", "a\x1bb", "/abs", ""])
def test_hostile_gzip_name(name: str) -> None:
    """A file name in the gzip header that is no plain name is refused, whatever the archive holds."""
    data = deflated_gzip(ended(header(b"cicd/a", 0, mode=b"0000600\0")))

    with pytest.raises(ArchiveError) as caught:
        read_archive(data[:3] + b"\x08" + data[4:10] + name.encode() + b"\0" + data[10:])

    assert caught.value.kind == "gzip-name-field"


def test_altered_frame_of_our_own() -> None:
    """A canonical archive with nothing but its gzip header changed was altered: refused, not read as foreign."""
    data = stored_gzip(tar_with(GOOD))

    with pytest.raises(ArchiveError) as caught:
        read_archive(data[:4] + b"\x12\x34\x56\x78" + data[8:])

    assert caught.value.kind == "gzip-time"
