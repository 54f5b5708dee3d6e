"""What cicdpack keeps in a repository: a receipt for each project, and the bundles that the receipts name.

`.cicdpack/receipts/<folder>.json` and `.cicdpack/bundles/<content digest>.tar.gz` are committed with the rest: the base
of a later merge is then there offline, in a shallow clone too.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from cicdpack._values import dataclass, replace
from cicdpack.disk.listing import list_names
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import Absent, Blocked, Present
from cicdpack.planning.lineends import with_lf
from cicdpack.planning.receipt_reading import decode
from cicdpack.planning.receipts import (
    MAX_RECEIPT_BYTES,
    SUFFIX,
    OverlayRecord,
    Receipt,
    ReceiptError,
    folder_of,
    receipt_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cicdpack.planning.bases import ValuesBase
    from cicdpack.planning.changes import State

HOME = ".cicdpack"
RECEIPTS = f"{HOME}/receipts"
BUNDLES = f"{HOME}/bundles"
ARCHIVE_SUFFIX = ".tar.gz"


def receipt_path(folder: str) -> str:
    """Return where the receipt of the project in a folder lies, from the root."""
    return f"{RECEIPTS}/{receipt_name(folder)}"


def bundle_path(digest: str) -> str:
    """Return where the bundle with a content digest is kept, from the root."""
    return f"{BUNDLES}/{digest}{ARCHIVE_SUFFIX}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A receipt and where it lies; `state` is its file's. The receipt of a project that moved lies at an older path."""

    path: str
    state: State
    receipt: Receipt | None


class Book:
    """The receipts of one repository, each read when it is asked for."""

    def __init__(self, root: Path, folders: Iterable[str]) -> None:
        self._root = root
        self._names = frozenset(name for name in list_names(root, RECEIPTS) if name.endswith(SUFFIX))
        self._folders = frozenset(unicodedata.normalize("NFC", folder) for folder in folders)
        self._read: dict[str, Found] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """Where all receipts lie."""
        return tuple(f"{RECEIPTS}/{name}" for name in sorted(self._names))

    @property
    def orphans(self) -> tuple[str, ...]:
        """Where the receipts lie whose folder is no project any more."""
        return tuple(f"{RECEIPTS}/{name}" for name in sorted(self._names) if folder_of(name) not in self._folders)

    def at(self, path: str) -> Found:
        """Read the receipt at a path. Raises `ReceiptError`."""
        if path not in self._read:
            self._read[path] = self._load(path)
        return self._read[path]

    def of(self, name: str, folder: str) -> Found:
        """Return a project's receipt: under its folder or, if it moved, where the receipt of that name was left."""
        found = self.at(receipt_path(folder))
        if not isinstance(found.state, Absent):
            return found
        for path in self.orphans:
            orphan = self.at(path)
            if orphan.receipt is not None and orphan.receipt.project == name:
                return Found(path=path, state=orphan.state, receipt=moved(orphan.receipt, folder))
        return found

    def _load(self, path: str) -> Found:
        if path.rpartition("/")[2] not in self._names:
            return Found(path=path, state=Absent(), receipt=None)
        state = snapshot(self._root, (path,), limit=MAX_RECEIPT_BYTES)[path]
        if isinstance(state, Blocked):
            raise ReceiptError(path, f"it is {state.what}", hint=f"move `{state.where}` away")
        receipt = decode(with_lf(state.data), path=path) if isinstance(state, Present) else None
        if receipt is not None and receipt_path(receipt.folder).casefold() != path.casefold():
            raise ReceiptError(path, f"it is the receipt of another folder, `{receipt.folder}`")
        return Found(path=path, state=state, receipt=receipt)


def moved(receipt: Receipt, folder: str) -> Receipt:
    """Return the receipt of a project that moved to another folder: its own files moved with it."""

    def new(path: str) -> str:
        prefix = f"{receipt.folder}/"
        return f"{folder}/{path.removeprefix(prefix)}" if path.startswith(prefix) else path

    return replace(receipt, folder=folder, overlays={new(path): record for path, record in receipt.overlays.items()})


def says_the_same(new: Receipt, old: Receipt) -> bool:
    """Whether two receipts differ in nothing that matters.

    A newer tool that renders the same is no news, nor is what others wrote into a file that holds our values.
    """
    overlays = {
        path: OverlayRecord(base=record.base, result=old.overlays[path].result if path in old.overlays else None)
        for path, record in new.overlays.items()
    }
    return replace(new, tool=old.tool, overlays=overlays) == old


def stored_digests(root: Path) -> tuple[str, ...]:
    """Return the content digests that the names of the stored bundles say."""
    names = (name.removesuffix(ARCHIVE_SUFFIX) for name in list_names(root, BUNDLES) if name.endswith(ARCHIVE_SUFFIX))
    return tuple(name for name in names if len(name) == 64 and set(name) <= set("0123456789abcdef"))


def named_digests(book: Book, *, without: Iterable[str]) -> frozenset[str] | None:
    """Return the bundles that receipts name, those at some paths left out; None if one of them cannot be read."""
    named: set[str] = set()
    left_out = set(without)
    for path in book.paths:
        if path in left_out:
            continue
        try:
            receipt = book.at(path).receipt
        except CicdpackError:
            return None
        named.update(receipt.bundles if receipt is not None else ())
    return frozenset(named)


def bases_of(receipt: Receipt | None) -> Mapping[str, ValuesBase]:
    """Return what the overlays of a receipt did, by path."""
    return {} if receipt is None else {path: record.base for path, record in receipt.overlays.items()}
