"""`build` and `verify`, beside the tools that make or read reproducible archives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks import material
from benchmarks.case import Case, Missing, Peer
from benchmarks.goals import MIB, MaxPeak, Within
from benchmarks.processes import ROOT, in_process, process
from benchmarks.revisions import git, tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.measure import Subject

PACK = "benchmarks.workers.pack"
UNPACK = "benchmarks.workers.unpack"

GNU_TAR = (
    "tar --format=posix --sort=name --mtime=@315532800 --owner=0 --group=0 --numeric-owner --mode=go+u,go-w"
    " --pax-option=delete=atime,delete=ctime -cf - source"
)
"""The recipe of reproducible-builds.org."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A bundle source of `files` files of `size` bytes each, beside one pipeline."""

    files: int
    size: int = 3_200
    runs: int

    @property
    def label(self) -> str:
        """How the table calls it."""
        total = self.files * self.size
        return f"{self.files:,} files" + (f" ({total / 1e6:.0f} MB)" if total >= 10_000_000 else "")


def cases(bench: Bench) -> Iterator[Case]:
    """In process and as a process, from small to, with `--full`, large; and large beside a tenth of it."""
    sizes = [Size(files=12, runs=15), Size(files=bench.large, runs=9)]
    if bench.full:
        sizes += [Size(files=20_000, runs=3), Size(files=100, size=1_000_000, runs=3)]
    for size in sizes:
        work = _written(bench, size)
        yield _encode(bench, work, size)
        yield _build(bench, work, size)
        yield _decode(bench, work, size)
        yield _verify(bench, work, size)
    yield from _growth(bench)


def _growth(bench: Bench) -> Iterator[Case]:
    """Ten times the files: how many times the time? A quarter more than ten is what caches may cost."""
    small, large = bench.folder / "pack-tenth", bench.folder / "pack-whole"
    material.write_data(small, bench.large // 10, 3_200)
    material.write_data(large, bench.large, 3_200)
    yield Case(
        name=f"encode {bench.large:,} files beside a tenth of them, in process",
        ours=_packer(bench, "cicdpack", large),
        peers=(Peer(subject=_packer(bench, "cicdpack", small), goal=Within(times=12.5)),),
        runs=bench.runs(15),
    )
    if not bench.full:
        return
    tenth, whole = (Size(files=files, runs=5) for files in (2_000, 20_000))
    for command, case in (("build", _build), ("verify", _verify)):
        less, more = (case(bench, _written(bench, size), size) for size in (tenth, whole))
        beside = Peer(subject=replace(less.ours, name="2,000 files"), goal=Within(times=12.5))
        yield Case(
            name=f"`{command}` 20,000 files beside a tenth of them", ours=more.ours, peers=(beside,), runs=whole.runs
        )


def _written(bench: Bench, size: Size) -> Path:
    """The folder of a size, with its source in it."""
    work = bench.folder / f"pack-{size.files}-{size.size}"
    if not work.exists():
        material.write_bundle_source(work / "source", 1)
        material.write_data(work / "source", size.files, size.size)
    return work


def _packer(bench: Bench, tool: str, folder: Path) -> Subject:
    python = bench.peers.python if tool == "repro-tarfile" else bench.python
    return in_process(tool, python, PACK, tool, folder, home=bench.home)


def _encode(bench: Bench, work: Path, size: Size) -> Case:
    source = work / "source"
    return Case(
        name=f"encode {size.label}, in process",
        ours=_packer(bench, "cicdpack", source),
        peers=(
            bench.peer("repro-tarfile", lambda: _packer(bench, "repro-tarfile", source)),
            Peer(subject=_packer(bench, "tarfile", source)),
        ),
        runs=bench.runs(3 * size.runs),
    )


def _build(bench: Bench, work: Path, size: Size) -> Case:
    """Ours reads, checks, renders every combination of options, packs and hashes; the others read and pack."""
    target, source = work / "built.tar.gz", work / "source"

    def packed_by(name: str, *command: str | Path) -> Subject:
        return process(name, command, cwd=work, home=bench.home, prepare=lambda: target.unlink(missing_ok=True))

    def shell(name: str, command: str) -> Subject:
        return packed_by(name, tool("sh"), "-ec", f"{command} > '{target}'")

    def repro_tarfile() -> Subject:
        script = ROOT / "benchmarks" / "workers" / "repro_pack.py"
        return packed_by("repro-tarfile", bench.peers.python, script, source, target)

    def git_archive() -> Subject:
        _commit(source, work / "source.git", bench)
        return shell("git archive", "git --git-dir source.git archive --format=tar HEAD")

    input_size = size.files * size.size
    return Case(
        name=f"`build` {size.label}",
        ours=packed_by("cicdpack", bench.cicdpack, "build", source, "-o", target),
        peers=(
            bench.peer("repro-tarfile", repro_tarfile),
            bench.peer("GNU tar", lambda: shell("GNU tar", GNU_TAR)),
            bench.peer("GNU tar + gzip", lambda: shell("GNU tar + gzip", f"{GNU_TAR} | gzip -n")),
            bench.peer("git archive", git_archive),
        ),
        goals=(MaxPeak(size=int(2.5 * input_size) + 40 * MIB),),
        runs=bench.runs(size.runs),
    )


def _decode(bench: Bench, work: Path, size: Size) -> Case:
    def reader(tool: str) -> Subject:
        return in_process(tool, bench.python, UNPACK, tool, work / "source", home=bench.home)

    return Case(
        name=f"decode {size.label}, in process",
        ours=reader("cicdpack"),
        peers=(Peer(subject=reader("tarfile")),),
        runs=bench.runs(3 * size.runs),
    )


def _verify(bench: Bench, work: Path, size: Size) -> Case:
    """Ours proves that the archive is canonical and hashes every member; the others read it to its end."""
    archive = work / "verified.tar.gz"

    def prepare() -> None:
        if not archive.exists():
            bench.build(work / "source", archive)

    def other(name: str, *arguments: str) -> Peer | Missing:
        return bench.peer(
            name, lambda: process(name, [tool(name.split(maxsplit=1)[0]), *arguments, archive], home=bench.home)
        )

    return Case(
        name=f"`verify` {size.label}",
        ours=process("cicdpack", [bench.cicdpack, "verify", archive], home=bench.home, prepare=prepare),
        peers=(other("tar -tzf", "-tzf"), other("gzip -t", "-t")),
        goals=(MaxPeak(size=int(2.5 * size.files * size.size) + 40 * MIB),),
        runs=bench.runs(size.runs),
    )


def _commit(source: Path, repository: Path, bench: Bench) -> None:
    """Commit a folder to a repository beside it: nobody else is to pack git's own files."""
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "bench"]):
        git("--git-dir", repository, "--work-tree", source, *arguments, home=bench.home)
