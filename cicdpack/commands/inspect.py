"""`inspect`: an archive -> all there is to know of it without rendering anything."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.packing import make_manifest
from cicdpack.commands.archives import open_place
from cicdpack.commands.places import locate
from cicdpack.errors import CicdpackError
from cicdpack.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cicdpack.archive.entries import Entry
    from cicdpack.bundle.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectRequest:
    """`archive` is a file, or `REV:file` for one as a commit holds it."""

    archive: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an archive: `mode` is `0644` or `0755`, `sha256` that of its content, in hex."""

    path: str
    data: bytes
    mode: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a bundle says of itself, in a manifest that fits its files, or what the files tell where it has none."""

    name: str
    version: str
    platforms: tuple[str, ...]
    parameters: tuple[str, ...]
    pins: Mapping[str, str]
    has_manifest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectReport:
    """An archive: `size` is the file's, in bytes, digests are SHA-256 in hex, `problems` how it is not canonical.

    `about` is None where the files are no bundle; an error among the problems says why.
    """

    archive: str
    canonical: bool
    size: int
    content_digest: str
    file_digest: str
    members: tuple[Member, ...]
    about: About | None
    problems: tuple[Problem, ...]

    @property
    def is_good(self) -> bool:
        """Whether the archive holds a bundle."""
        return self.about is not None


def inspect(request: InspectRequest) -> InspectReport:
    """Read an archive, canonical or foreign. One that is hostile or broken raises the reader's error."""
    opened, size = open_place(locate(request.archive))
    about, problems = _about(opened.entries)
    return InspectReport(
        archive=request.archive,
        canonical=opened.canonical,
        size=size,
        content_digest=opened.content_digest,
        file_digest=opened.file_digest,
        members=tuple(_member(entry) for entry in opened.entries),
        about=about,
        problems=(*opened.findings, *problems),
    )


def _member(entry: Entry) -> Member:
    return Member(
        path=entry.path,
        data=entry.data,
        mode="0755" if entry.executable else "0644",
        sha256=hashlib.sha256(entry.data).hexdigest(),
    )


def _about(entries: Sequence[Entry]) -> tuple[About | None, tuple[Problem, ...]]:
    """Describe the bundle; an archive of other files is still worth a look, so an error is a finding here."""
    try:
        bundle = Bundle.from_entries(entries)
        manifest: Manifest = bundle.manifest or make_manifest(bundle)
    except CicdpackError as error:
        return None, (Problem(rule="no-bundle", message=error.message, location=error.location, hint=error.hint),)
    return About(
        name=manifest.name,
        version=manifest.version,
        platforms=manifest.platforms,
        parameters=manifest.parameters,
        pins=manifest.pins,
        has_manifest=bundle.manifest is not None,
    ), ()
