"""One file that holds cicdpack and what it needs: `python tools/make_pyz.py FILE`, then `python3 FILE deploy ...`.

It is made of what is installed in the Python that runs this, pure Python only, so that it works on every platform. The
same installed versions give the same bytes. It needs Python 3.11 or newer.
"""  # noqa: INP001

from __future__ import annotations

import hashlib
import re
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP archive can hold."""

LEFT_OUT = re.compile(
    r"(\.so|\.pyd|\.pyc|\.exe|/(RECORD|INSTALLER|REQUESTED|direct_url\.json))$|(^|/)__pycache__/|^\.\./"
)

MAIN = b'''\
"""Unpacks itself into a folder that is gone afterwards, and runs cicdpack from there."""
import sys

if sys.version_info < (3, 11):
    sys.exit("error: this file needs Python 3.11 or newer, found " + sys.version.split()[0])
import tempfile
import zipfile

sys.dont_write_bytecode = True
with tempfile.TemporaryDirectory(prefix="cicdpack-") as folder:
    with zipfile.ZipFile(sys.path[0]) as archive:
        archive.extractall(folder)
    sys.path[0] = folder
    from cicdpack.__main__ import main

    main()
'''


def needed(name: str, found: set[str]) -> set[str]:
    """Return the names of a distribution's requirements and of theirs, as far as they are installed here."""
    for line in distribution(name).requires or ():
        requirement = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        if "extra ==" in line or requirement in found:
            continue
        try:
            distribution(requirement)
        except PackageNotFoundError:
            continue  # For another Python or another system.
        found.add(requirement)
        needed(requirement, found)
    return found


def contents() -> dict[str, bytes]:
    """Return path -> bytes of all that goes in: our own sources, the bundles, the libraries with their licences."""
    files = {"__main__.py": MAIN, "LICENSE": (ROOT / "LICENSE").read_bytes()}
    for folder, above in ((ROOT / "cicdpack", "cicdpack"), (ROOT / "bundle_src", "cicdpack/_data/bundle_src")):
        for path in folder.rglob("*"):
            if path.is_file():
                files[f"{above}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    for name in needed("cicdpack", set()):
        for part in distribution(name).files or ():
            if not LEFT_OUT.search(part.as_posix()):
                files[part.as_posix()] = Path(str(part.locate())).read_bytes()
    return {path: data for path, data in files.items() if not LEFT_OUT.search(path)}


def main(target: Path) -> None:
    """Write the file, and print its digest."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path, data in sorted(contents().items()):
                member = zipfile.ZipInfo(path, EPOCH)
                member.external_attr = 0o644 << 16
                archive.writestr(member, data, zipfile.ZIP_DEFLATED, 9)
    target.chmod(0o755)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    sys.stdout.write(f"{digest}  {target}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
