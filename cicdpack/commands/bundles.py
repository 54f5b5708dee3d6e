"""Which bundle to apply: the archive that was named, else the repository's `cicd.tar.gz`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass, field
from cicdpack.bundle.bundle import Bundle
from cicdpack.commands.archives import open_any
from cicdpack.errors import CicdpackError
from cicdpack.planning.receipts import BundleRecord

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cicdpack.archive.entries import Entry
    from cicdpack.archive.foreign import Opened
    from cicdpack.bundle.manifest import Manifest
    from cicdpack.bundle.source import Release
    from cicdpack.problems import Problem

ARCHIVE_NAME = "cicd.tar.gz"


class NoBundle(CicdpackError):
    """There is no archive to apply."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"no `{path}`",
            hint="`cicdpack build -o cicd.tar.gz` in the root of the repository makes one; commit it with the rest",
        )
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenBundle:
    """A bundle and how it is called; `digest` is its content digest in hex, `problems` what its archive was excused.

    `overlays_from` is the digest of the bundle whose overlays serve, where this one has none. `contents` has the
    entries of all that is used, by content digest; `history` the older versions, newest first.
    """

    bundle: Bundle
    name: str
    version: str
    digest: str
    platforms: tuple[str, ...]
    problems: tuple[Problem, ...]
    overlays_from: str | None = None
    contents: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    history: tuple[Release, ...] = ()

    @property
    def record(self) -> BundleRecord:
        """What a receipt says of it."""
        return BundleRecord(name=self.name, version=self.version, digest=self.digest)


def choose_bundle(root: Path, given: Path | None) -> ChosenBundle:
    """Read the bundle. A foreign archive has no overlays of its own: those that cicdpack ships serve instead."""
    path = given if given is not None else root / ARCHIVE_NAME
    if not path.exists():
        raise NoBundle(path)
    return use_bundle(open_any(path))


def use_bundle(opened: Opened) -> ChosenBundle:
    """Return the bundle in an archive, with the overlays that serve for it."""
    bundle = Bundle.from_entries(opened.entries)
    manifest = bundle.manifest or _make_manifest(bundle)
    contents = {opened.content_digest: opened.entries}
    overlays_from = None
    if bundle.overlays is None:
        from cicdpack.archive.canonical import content_digest
        from cicdpack.commands.sources import load_source, shipped_source

        shipped = load_source(shipped_source())
        bundle = bundle.with_overlays_of(shipped.bundle)
        overlays_from = content_digest(shipped.entries)
        contents[overlays_from] = shipped.entries
    return ChosenBundle(
        bundle=bundle,
        name=manifest.name,
        version=manifest.version,
        digest=opened.content_digest,
        platforms=manifest.platforms,
        problems=opened.findings,
        overlays_from=overlays_from,
        contents=contents,
        history=manifest.history,
    )


def _make_manifest(bundle: Bundle) -> Manifest:
    from cicdpack.bundle.packing import make_manifest

    return make_manifest(bundle)
