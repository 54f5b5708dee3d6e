"""Read every member of an archive held in memory: `python -m benchmarks.workers.unpack TOOL FOLDER`.

The archive is what cicdpack makes of the folder. TOOL is `cicdpack` (which also proves that the archive is canonical)
or `tarfile`.
"""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

from benchmarks.workers.pack import read, with_cicdpack
from benchmarks.workers.serve import serve
from cicdpack.archive.canonical import decode


def with_tarfile(archive: bytes) -> list[bytes]:
    """Read with the standard library."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
        streams = [stream for member in opened if (stream := opened.extractfile(member))]
        return [stream.read() for stream in streams]


if __name__ == "__main__":
    tool, packed = sys.argv[1], with_cicdpack(read(Path(sys.argv[2])))()
    serve((lambda: decode(packed)) if tool == "cicdpack" else (lambda: with_tarfile(packed)))
