"""The names in a folder below a root, without following a link on the way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cicdpack.disk.anchor import Anchor
from cicdpack.disk.paths import BlockedPathError, UnreadableFileError, reason_of

if TYPE_CHECKING:
    from pathlib import Path


def list_names(root: Path, folder: str) -> tuple[str, ...]:
    """Return all names in a folder (relative, POSIX), sorted; none where there is no such folder.

    Raises `UnreadableFileError` where something else stands there or permission is missing.
    """
    with Anchor(root) as anchor:
        try:
            found = anchor.folder(folder)
            if found is None:
                return ()
            with os.scandir(found.fd if found.fd is not None else root / folder) as items:
                return tuple(sorted(item.name for item in items))
        except BlockedPathError as error:
            raise UnreadableFileError(error.where, f"is {error.what}, not a folder") from None
        except OSError as error:
            raise UnreadableFileError(folder, f"cannot be read: {reason_of(error)}") from None
