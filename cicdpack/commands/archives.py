"""An archive file -> its entries and digests: strictly, or with everything harmless about it excused and reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.archive.canonical import Decoded, read
from cicdpack.archive.foreign import Opened, read_archive
from cicdpack.archive.limits import MAX_FILE_BYTES
from cicdpack.disk.files import read_file

if TYPE_CHECKING:
    from pathlib import Path


def open_canonical(path: Path) -> Decoded:
    """Read a canonical archive. Raises the reader's error, which names the first thing that is not canonical."""
    return read([read_file(path, limit=MAX_FILE_BYTES)])


def open_any(path: Path) -> Opened:
    """Read an archive, canonical or foreign but harmless. Raises the reader's error for everything hostile."""
    return read_archive(read_file(path, limit=MAX_FILE_BYTES))
