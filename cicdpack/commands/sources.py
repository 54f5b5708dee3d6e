"""A bundle source (a folder with `cicdpack.toml`) -> the entries of its archive, checked and with their manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cicdpack.bundle.assembly import assemble
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.manifest import Manifest, put_manifest
from cicdpack.bundle.packing import make_manifest
from cicdpack.bundle.source import SOURCE_CONFIG_NAME
from cicdpack.disk.tree import read_tree
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from cicdpack.archive.entries import Entry

DEFAULT_SOURCE = Path("bundle_src/cicd")


class NoSource(CicdpackError):
    """What was named as a bundle source is not one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"`{folder}` is no bundle source: no `{SOURCE_CONFIG_NAME}` in it",
            hint=f"a bundle source is a folder with `{SOURCE_CONFIG_NAME}`, a schema, `library/` and `template/`",
        )
        self.folder = folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A bundle source that was read: its name as the user may type it, its entries with the manifest, its bundle."""

    label: str
    folder: Path
    entries: tuple[Entry, ...]
    bundle: Bundle
    manifest: Manifest


def shipped_source() -> Path:
    """Return the bundle source that comes with cicdpack: in the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    packed = package / "_data" / "bundle_src" / "cicd"
    return packed if packed.is_dir() else package.parent / "bundle_src" / "cicd"


def find_source(given: Path | None) -> tuple[Path, str]:
    """Return the folder and how to call it: what was given, else `bundle_src/cicd` here, else the shipped one."""
    if given is not None:
        return given, str(given)
    if (DEFAULT_SOURCE / SOURCE_CONFIG_NAME).is_file():
        return DEFAULT_SOURCE, DEFAULT_SOURCE.as_posix()
    return shipped_source(), "the bundle shipped with cicdpack"


def load_source(given: Path | None) -> Source:
    """Read, select and check a bundle source."""
    folder, label = find_source(given)
    if not (folder / SOURCE_CONFIG_NAME).is_file():
        raise NoSource(folder)
    packed = assemble(read_tree(folder))
    bundle = Bundle.from_entries(packed)
    manifest = make_manifest(bundle)
    return Source(label=label, folder=folder, entries=put_manifest(packed, manifest), bundle=bundle, manifest=manifest)
