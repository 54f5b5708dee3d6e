"""Pack a folder's files, held in memory, into bytes: `python -m benchmarks.workers.pack TOOL FOLDER`.

TOOL is `cicdpack` (stored gzip), `repro-tarfile` (deflated, in the peers' Python) or `tarfile` (deflated).
"""

from __future__ import annotations

import io
import sys
import tarfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.workers.serve import serve

if TYPE_CHECKING:
    from collections.abc import Callable


def read(folder: Path) -> dict[str, bytes]:
    """POSIX path -> bytes of each file below a folder, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def with_cicdpack(files: dict[str, bytes]) -> Callable[[], bytes]:
    """Pack with `encode`."""
    from cicdpack.archive.canonical import encode
    from cicdpack.archive.entries import Entry

    entries = tuple(Entry(path=path, data=data) for path, data in files.items())
    return lambda: encode(entries)


def with_tarfile(files: dict[str, bytes], *, reproducible: bool) -> Callable[[], bytes]:
    """The standard library's tarfile, or repro-tarfile, which has the same interface."""
    # By name, so that a type checker does not look for it in our own environment.
    module = import_module("repro_tarfile" if reproducible else "tarfile")

    def work() -> bytes:
        buffer = io.BytesIO()
        with module.open(fileobj=buffer, mode="w:gz") as archive:
            for path, data in files.items():
                info = tarfile.TarInfo(f"cicd/{path}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return buffer.getvalue()

    return work


if __name__ == "__main__":
    tool, held = sys.argv[1], read(Path(sys.argv[2]))
    serve(with_cicdpack(held) if tool == "cicdpack" else with_tarfile(held, reproducible=tool == "repro-tarfile"))
