"""`verify`: an archive -> whether it is canonical, has the digest one trusts, and equals its source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.archive.foreign import Opened
from cicdpack.archive.refusals import ArchiveError
from cicdpack.bundle.manifest import MANIFEST_NAME, Manifest, read_manifest
from cicdpack.commands.archives import open_any, open_canonical
from cicdpack.commands.differences import MemberDifference, compare_with_source
from cicdpack.commands.sources import load_source
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from pathlib import Path

    from cicdpack.archive.canonical import Decoded

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")


class BadDigest(CicdpackError):
    """What was given as a digest is none."""

    def __init__(self, given: str) -> None:
        super().__init__(
            f"`{given}` is no SHA-256 digest, expected 64 hexadecimal digits",
            hint="`cicdpack build` prints both digests; either will do",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """`archive` is a file; `source` a folder or `REV:folder` to compare with; `sha256` a content or file digest."""

    archive: Path
    source: Path | str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What is known of an archive that may be used; `matches` tells which digest the given one is (None: neither).

    `not_canonical` is the first thing that another tool wrote in its own way, where it did; such an archive may have
    no manifest, and then has no name and version.
    """

    archive: str
    not_canonical: str | None
    name: str | None
    version: str | None
    members: int
    content_digest: str
    file_digest: str
    expected: str | None
    matches: str | None
    source: str | None
    differences: tuple[MemberDifference, ...]

    @property
    def is_good(self) -> bool:
        """Whether the archive is canonical, and every question that was asked has the answer yes."""
        answers_yes = not self.differences and (self.expected is None or self.matches is not None)
        return answers_yes and self.not_canonical is None


def verify(request: VerifyRequest) -> VerifyReport:
    """Check the archive. One that is hostile or broken raises the reader's error, which names what is wrong."""
    expected = _digest(request.sha256) if request.sha256 is not None else None
    archive, not_canonical = _open(request.archive)
    manifest = _manifest(archive)
    source = load_source(request.source) if request.source is not None else None
    digests = {archive.content_digest: "content", archive.file_digest: "file"}
    return VerifyReport(
        archive=str(request.archive),
        not_canonical=not_canonical,
        name=manifest.name if manifest else None,
        version=manifest.version if manifest else None,
        members=len(archive.entries),
        content_digest=archive.content_digest,
        file_digest=archive.file_digest,
        expected=expected,
        matches=digests.get(expected) if expected else None,
        source=source.label if source else None,
        differences=compare_with_source(archive.entries, source.entries) if source else (),
    )


def _open(path: Path) -> tuple[Decoded | Opened, str | None]:
    """Return an archive and why it is not canonical; what is hostile, or was altered after a build, raises."""
    try:
        return open_canonical(path), None
    except ArchiveError as fault:
        return open_any(path), fault.message


def _manifest(archive: Decoded | Opened) -> Manifest | None:
    """Return the manifest, which only an archive of another tool may lack."""
    if isinstance(archive, Opened) and all(entry.path != MANIFEST_NAME for entry in archive.entries):
        return None
    return read_manifest(archive.entries)


def _digest(given: str) -> str:
    match = _DIGEST.fullmatch(given.strip())
    if match is None:
        raise BadDigest(given)
    return match[1].lower()
