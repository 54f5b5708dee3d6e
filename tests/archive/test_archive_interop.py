"""Our archives beside other tools: they list and unpack the same files, and GNU tar writes the same tar."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.canonical import content_digest, encode, encode_tar
from cicdpack.archive.entries import Entry, sort_entries

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 512
GNU_TAR = shutil.which("gtar") or shutil.which("tar") or ""


def samples() -> tuple[Entry, ...]:
    """Return entries with every trait that a tar header can feel."""
    return sort_entries(
        [
            Entry(path="cicdpack.toml", data=b'name = "sample"\n'),
            Entry(path="template/.azure/devops-pipelines/{{.input_project_name}}-tests-ci.yml.tmpl", data=b"a\n" * 999),
            Entry(path="merge/{{template `project_folder` .}}/databricks.yml.tmpl", data=b"targets:\n"),
            Entry(path="with space/run.sh", data=b"#!/bin/sh\n", executable=True),
            Entry(path="empty", data=b""),
            Entry(path="block", data=b"x" * BLOCK),
            Entry(path="a-b", data=b"1"),
            Entry(path="a/b", data=b"2"),
            Entry(path="x" * 95, data=b"fits"),
            Entry(path="x" * 96, data=b"does not fit"),
            Entry(path="y" * 140, data=b"long base name"),
            Entry(path="/".join(["folder" * 5] * 6) + "/deep.yml", data=b"long path", executable=True),
            Entry(path="naïve-ünïcode.yml", data="é".encode()),
            Entry(path="日本語/" + "語" * 40 + ".yml", data=b"both"),
        ]
    )


def unpack(entries: tuple[Entry, ...], root: Path) -> None:
    """Write entries below `cicd/`, with modes and times that a checkout might have."""
    for entry in entries:
        target = root / "cicd" / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(entry.data)
        target.chmod(0o775 if entry.executable else 0o664)


def found_in(root: Path) -> dict[str, tuple[bytes, bool]]:
    """Return content and executable bit of every file below a folder, by path."""
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & 0o100))
        for path in root.rglob("*")
        if path.is_file()
    }


def wanted(entries: tuple[Entry, ...]) -> dict[str, tuple[bytes, bool]]:
    return {f"cicd/{entry.path}": (entry.data, entry.executable) for entry in entries}


def gnu_version() -> tuple[int, ...]:
    """Return the version of GNU tar, or nothing where there is none."""
    if not GNU_TAR:
        return ()
    text = subprocess.run([GNU_TAR, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"tar \(GNU tar\) ([0-9]+)\.([0-9]+)", text)
    return tuple(map(int, found.groups())) if found else ()


def without_devices(tar: bytes) -> bytes:
    """Return a tar as GNU tar 1.35 writes it: empty device numbers, and the checksum that goes with them."""
    blocks = [tar[start : start + BLOCK] for start in range(0, len(tar), BLOCK)]
    return b"".join(
        _without_devices(block) if block[257:265] == b"ustar\x0000" and block[156:157] in b"0x" else block
        for block in blocks
    )


def _without_devices(block: bytes) -> bytes:
    bare = bytearray(block)
    bare[329:345] = bytes(16)
    bare[148:156] = b" " * 8
    bare[148:156] = b"%06o\0 " % sum(bare)
    return bytes(bare)


needs_gnu_tar = pytest.mark.skipif(not gnu_version(), reason="GNU tar is not installed")


@needs_gnu_tar
def test_gnu_tar_writes_the_same_tar(tmp_path: Path) -> None:
    """GNU tar's output for the documented recipe is the canonical tar; 1.34 differs in the device fields alone."""
    entries = samples()
    unpack(entries, tmp_path)
    names = b"".join(b"cicd/" + entry.path.encode() + b"\0" for entry in entries)
    recipe = [
        GNU_TAR,
        "--format=posix",
        "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
        "--mtime=@315532800",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mode=go=rX,u+rw,a-s",
        "--no-recursion",
        "--null",
        "-T",
        "-",
        "-cf",
        "-",
    ]

    written = subprocess.run(
        recipe, input=names, cwd=tmp_path, capture_output=True, check=True, env=os.environ | {"LC_ALL": "C.UTF-8"}
    ).stdout

    assert without_devices(written) == encode_tar(entries)
    if gnu_version() >= (1, 35):
        assert written == encode_tar(entries)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_digest_with_gzip_and_sha256sum(tmp_path: Path) -> None:
    """`gzip -dc cicd.tar.gz | sha256sum` prints the content digest."""
    archive = tmp_path / "cicd.tar.gz"
    archive.write_bytes(encode(samples()))

    printed = subprocess.run(
        ["sh", "-c", "gzip -dc cicd.tar.gz | sha256sum"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout

    assert printed.split()[0] == content_digest(samples())


def test_gzip_frame_is_sound(tmp_path: Path) -> None:
    """`gzip -t` and the standard library accept the frame, and find the tar in it."""
    archive = tmp_path / "cicd.tar.gz"
    archive.write_bytes(encode(samples()))

    assert gzip.decompress(archive.read_bytes()) == encode_tar(samples())
    if shutil.which("gzip"):
        assert subprocess.run(["gzip", "-t", archive], capture_output=True).returncode == 0


@pytest.mark.parametrize("tool", ["tar", "bsdtar", "busybox"])
def test_other_tools_unpack_it(tool: str, tmp_path: Path) -> None:
    """Other tools list and unpack the same files with the same content and executable bits, without a complaint."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    command = [tool, "tar"] if tool == "busybox" else [tool]
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "cicd.tar.gz").write_bytes(encode(samples()))
    settings = os.environ | {"LC_ALL": "C.UTF-8"}

    listed = subprocess.run([*command, "-tzf", "cicd.tar.gz"], cwd=tmp_path, capture_output=True, env=settings)
    taken = subprocess.run([*command, "-xzf", "../cicd.tar.gz"], cwd=out, capture_output=True, env=settings)

    assert (listed.returncode, taken.returncode, listed.stderr, taken.stderr) == (0, 0, b"", b"")
    assert len(listed.stdout.splitlines()) == len(samples())
    assert found_in(out) == wanted(samples())


def test_python_reads_it(tmp_path: Path) -> None:
    """Python's `tarfile` sees regular files of nobody from 1980, and the same content."""
    (tmp_path / "cicd.tar.gz").write_bytes(encode(samples()))

    with tarfile.open(tmp_path / "cicd.tar.gz") as archive:
        members = archive.getmembers()
        contents = {
            member.name: (file.read(), bool(member.mode & 0o100))
            for member in members
            if (file := archive.extractfile(member)) is not None
        }

    assert contents == wanted(samples())
    assert {(member.uid, member.gid, member.uname, member.gname, member.mtime) for member in members} == {
        (0, 0, "", "", 315532800)
    }
    assert {member.mode for member in members} == {0o644, 0o755}


def test_python_writes_the_same_tar_for_short_names() -> None:
    """Python's `tarfile` in pax format gives the canonical tar where no pax record is needed."""
    entries = (Entry(path="a", data=b"1"), Entry(path="b/c.sh", data=b"2" * 600, executable=True))
    buffer = io.BytesIO()

    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry in entries:
            member = tarfile.TarInfo(f"cicd/{entry.path}")
            member.size, member.mtime, member.mode = len(entry.data), 315532800, 0o755 if entry.executable else 0o644
            archive.addfile(member, io.BytesIO(entry.data))

    assert hashlib.sha256(buffer.getvalue()).hexdigest() == content_digest(entries)
