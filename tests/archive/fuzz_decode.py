"""Fuzz the readers with atheris: `python tests/archive/fuzz_decode.py -runs=100000` (and libFuzzer's other options).

A run fails if a reader raises anything but an `ArchiveError`, if an accepted archive has a second spelling, or if what
another tool's archive holds cannot be packed again. Not collected by pytest; needs `pip install atheris`.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

atheris: Any = None
with suppress(ImportError):
    atheris = importlib.import_module("atheris")

with nullcontext() if atheris is None else atheris.instrument_imports(include=["cicdpack"]):
    from cicdpack.archive.canonical import decode, encode, read
    from cicdpack.archive.foreign import read_archive
    from cicdpack.archive.refusals import KINDS, ArchiveError
    from tests.archive.hostile import FILE_CASES, GOOD, TAR_CASES, deflated_gzip, stored_gzip

CORPUS = Path(__file__).resolve().parents[2] / ".cache" / "fuzz-archive"
"""Where inputs that reach new code are kept from one run to the next; not committed."""

MAX_SEED = 64 * 1024
"""Bytes of a hostile archive that serves as a seed: the bombs are too slow to be mutated."""

SUM = slice(148, 156)


def one_input(data: bytes) -> None:
    """Read the input as a file, and as a tar (checksums made good) in either frame, as its first byte says."""
    choice, rest = data[:1] or b"\0", data[1:]
    if choice[0] % 3 == 0:
        check(rest)
        return
    tar = with_checksums(rest)
    check(stored_gzip(tar) if choice[0] % 3 == 1 else deflated_gzip(tar))


def with_checksums(tar: bytes) -> bytes:
    """Return the input in whole blocks, those that look like headers with the checksum that they should have."""
    padded = bytearray(tar + bytes(-len(tar) % 512 + 1024))
    for start in range(0, len(padded), 512):
        block = padded[start : start + 512]
        if block[257:262] == b"ustar":
            block[SUM] = b" " * 8
            block[SUM] = b"%06o\0 " % sum(block)
            padded[start : start + 512] = block
    return bytes(padded)


def check(data: bytes) -> None:
    """Hold the readers to the law."""
    try:
        entries = decode(data)
    except ArchiveError as fault:
        if fault.kind not in KINDS or not fault.message.isprintable():
            raise AssertionError(fault.kind) from fault
    else:
        if encode(entries) != data or read([data]).entries != entries:
            raise AssertionError("a second spelling of the same entries")
    try:
        opened = read_archive(data)
    except ArchiveError:
        return
    if decode(encode(opened.entries)) != opened.entries:
        raise AssertionError("entries that cannot be packed again")


def write_seeds(folder: Path) -> None:
    """Write the hostile catalogue as inputs, so that the fuzzer starts from one step beyond what is known."""
    for name, case in TAR_CASES.items():
        tar = case.build(GOOD)
        for choice in (b"\1", b"\2"):
            if len(tar) <= MAX_SEED:
                (folder / f"tar-{choice[0]}-{name}").write_bytes(choice + tar)
    for name, file_case in FILE_CASES.items():
        data = file_case.build(GOOD) if name != "size-bomb" else b""
        if len(data) <= MAX_SEED:
            (folder / f"file-{name}").write_bytes(b"\0" + data)


def main() -> int:
    """Run libFuzzer with the command line's options, and the catalogue as its corpus."""
    if atheris is None:
        sys.stderr.write("atheris is not installed: `pip install atheris` (Linux)\n")
        return 2
    CORPUS.mkdir(parents=True, exist_ok=True)
    write_seeds(CORPUS)
    atheris.Setup([*sys.argv, str(CORPUS)], one_input)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
