"""What hostile archives may cost, and what honest ones do: processor time and memory of a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from cicdpack.archive.canonical import write
from cicdpack.archive.entries import Entry
from tests.archive.hostile import DEFLATED, HOSTILE, STORED_HEADER, TAR_CASES, deflated_gzip, header, inflating, member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytest.importorskip("resource", reason="the system cannot tell what a process has used")

MEBI = 2**20
MAX_SECONDS = 5
MAX_BYTES = 300_000_000
"""What a refusal may cost at most: seconds of processor time, bytes of memory."""

CHILD = """
import json, resource, sys
from pathlib import Path
from cicdpack.archive.canonical import decode, encode, read
from cicdpack.archive.entries import Entry
from cicdpack.archive.foreign import read_archive
from cicdpack.archive.refusals import ArchiveError

def stream(path):
    with path.open("rb") as file:
        return read(iter(lambda: file.read(1 << 20), b""))

def pack(path):
    with path.open("rb") as file:
        return encode([Entry(path=str(number), data=file.read(1 << 20)) for number in range(64)])

def peak(used):
    # A process inherits `ru_maxrss` from the one that started it; Linux tells its own peak elsewhere.
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) << 10 for line in status.open() if line.startswith("VmHWM"))
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)

calls = {
    "open": lambda path: read_archive(path.read_bytes()),
    "decode": lambda path: decode(path.read_bytes()),
    "stream": stream,
    "pack": pack,
}
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
try:
    result = calls[sys.argv[1]](Path(sys.argv[2]))
    kind = None
except ArchiveError as fault:
    kind = fault.kind
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([kind, used.ru_utime + used.ru_stime, peak(used)]))
"""


class Cost(NamedTuple):
    """What a call in a process of its own ended in and used."""

    kind: str | None
    seconds: float
    bytes: int


def cost(call: str, path: Path) -> Cost:
    """Run a call on a file in a new process; its own start is part of the bill."""
    done = subprocess.run([sys.executable, "-c", CHILD, call, str(path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return Cost(*json.loads(done.stdout))


def just_below_the_limit() -> bytes:
    """Return an archive that inflates to as much as any may, and is hostile in the end only."""
    return inflating(b"", member(b"cicd/a", bytes(MEBI)), 190, header(b"cicd/z", kind=b"2", link=b".."))


def large_lie() -> bytes:
    """Return a tar that claims 200 MiB and ends at once."""
    return deflated_gzip(header(b"cicd/lie", 200 * MEBI))


def endless_name() -> bytes:
    """Return a gzip header whose file name never ends."""
    return STORED_HEADER[:3] + b"\x08" + STORED_HEADER[4:] + b"n" * 20_000_000


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "size": (HOSTILE["size-bomb"], "bomb-size"),
    "entries": (DEFLATED["entries-bomb"], "bomb-entries"),
    "pax-records": (DEFLATED["pax-300000-records"], TAR_CASES["pax-300000-records"].kind),
    "pax-digits": (DEFLATED["pax-3-million-digits"], TAR_CASES["pax-3-million-digits"].kind),
    "pax-digits-stored": (HOSTILE["pax-3-million-digits"], TAR_CASES["pax-3-million-digits"].kind),
    "long-names": (DEFLATED["long-name-chain"], "header-chain"),
    "long-names-stored": (HOSTILE["long-name-chain"], "gnu-long-name"),
    "empty-members": (HOSTILE["empty-members"], "two-gzip-members"),
    "below-the-limit": (just_below_the_limit, "symbolic-link"),
    "large-lie": (large_lie, "truncated-body"),
    "endless-gzip-name": (endless_name, "gzip-name-field"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb(name: str, tmp_path: Path) -> None:
    """Each bomb is refused by name within five seconds of processor time and 300 MB."""
    build, kind = BOMBS[name]
    path = tmp_path / "bomb.tar.gz"
    path.write_bytes(build())

    spent = cost("open", path)

    assert spent.kind == kind
    assert spent.seconds <= MAX_SECONDS
    assert spent.bytes <= MAX_BYTES


def large_entries() -> Iterator[Entry]:
    """Yield 64 MiB in one file of half of that and many small ones."""
    yield Entry(path="large", data=b"0123456789abcdef" * (32 * MEBI // 16))
    for number in range(32):
        yield Entry(path=f"{number:02}", data=b"%015d\n" % number * (MEBI // 16))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A canonical archive of some 64 MiB."""
    path = tmp_path_factory.mktemp("large") / "cicd.tar.gz"
    with path.open("wb") as file:
        write(large_entries(), file.write)
    return path


@pytest.mark.parametrize(("call", "factor"), [("decode", 2.5), ("open", 2.5), ("pack", 2.5), ("stream", 1.5)])
def test_memory(call: str, factor: float, large: Path) -> None:
    """Packing and unpacking take at most 2.5 times the archive and 40 MiB, archive and entries among them.

    Reading in chunks takes hardly more than the entries.
    """
    spent = cost(call, large)

    assert spent.kind is None
    assert spent.bytes <= factor * large.stat().st_size + 40 * MEBI
