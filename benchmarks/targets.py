"""Folders that each run finds as if nothing had run before."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path


def fresh(target: Path, pristine: Path | None = None) -> None:
    """Make `target` a copy of `pristine`, else nothing. What was there is set aside, and removed with all the rest.

    It is not removed at once, because the file system would not have forgotten it when the next run begins: ext4 does
    not give the inodes of files away that were removed seconds ago, and looks past each of them for every new file.
    """
    if target.exists():
        target.rename(Path(tempfile.mkdtemp(dir=target.parent, prefix="aside-"), target.name))
    if pristine is not None:
        shutil.copytree(pristine, target)
