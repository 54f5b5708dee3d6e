"""An archive file -> its entries and digests: strictly, or with everything harmless about it excused and reported."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cicdpack.archive.canonical import Decoded, read
from cicdpack.archive.foreign import Opened, read_archive
from cicdpack.archive.limits import MAX_FILE_BYTES
from cicdpack.archive.refusals import ArchiveError
from cicdpack.disk.files import read_file
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.commands.places import Place


def open_canonical(path: Path) -> Decoded:
    """Read a canonical archive. Raises the reader's error, which names the first thing that is not canonical."""
    data = read_file(path, limit=MAX_FILE_BYTES)
    with located(str(path)):
        return read([data])


def open_any(path: Path) -> Opened:
    """Read an archive, canonical or foreign but harmless. Raises the reader's error for everything hostile."""
    return open_bytes(read_file(path, limit=MAX_FILE_BYTES), str(path))


def open_bytes(data: bytes, label: str) -> Opened:
    """Read an archive that is in memory already; `label` is its name in errors."""
    with located(label):
        return read_archive(data)


def open_place(place: Place) -> tuple[Opened, int]:
    """Read an archive from the disk or from a commit, as `open_any` does; return its size in bytes as well."""
    if isinstance(place, Path):
        data = read_file(place, limit=MAX_FILE_BYTES)
    else:
        from cicdpack.disk.git_trees import read_file_at

        data = read_file_at(place.repo, place.revision, place.path)
    return open_bytes(data, str(place)), len(data)


@contextmanager
def located(label: str) -> Iterator[None]:
    """Say in an archive's error which archive it is: its readers see bytes only."""
    try:
        yield
    except ArchiveError as error:
        error.location = Location(path=label)
        raise
