"""`verify`: an archive -> whether it is canonical, has the digest one trusts, and equals its source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cicdpack.bundle.manifest import read_manifest, without_manifest
from cicdpack.commands.archives import open_canonical
from cicdpack.commands.differences import MemberDifference, compare
from cicdpack.commands.sources import load_source
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from pathlib import Path

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
    """`archive` is a file; `source` a folder to compare with; `sha256` a content or file digest in hex."""

    archive: Path
    source: Path | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What is known of a canonical archive; `matches` tells which digest the given one is (None: neither, or none)."""

    archive: str
    name: str
    version: str
    members: int
    content_digest: str
    file_digest: str
    expected: str | None
    matches: str | None
    source: str | None
    differences: tuple[MemberDifference, ...]

    @property
    def is_good(self) -> bool:
        """Whether every question that was asked has the answer yes."""
        return not self.differences and (self.expected is None or self.matches is not None)


def verify(request: VerifyRequest) -> VerifyReport:
    """Check the archive. One that is not canonical raises the reader's error, which names what is wrong."""
    expected = _digest(request.sha256) if request.sha256 is not None else None
    archive = open_canonical(request.archive)
    manifest = read_manifest(archive.entries)
    source = load_source(request.source) if request.source is not None else None
    digests = {archive.content_digest: "content", archive.file_digest: "file"}
    return VerifyReport(
        archive=str(request.archive),
        name=manifest.name,
        version=manifest.version,
        members=len(archive.entries),
        content_digest=archive.content_digest,
        file_digest=archive.file_digest,
        expected=expected,
        matches=digests.get(expected) if expected else None,
        source=source.label if source else None,
        differences=compare(without_manifest(archive.entries), without_manifest(source.entries)) if source else (),
    )


def _digest(given: str) -> str:
    match = _DIGEST.fullmatch(given.strip())
    if match is None:
        raise BadDigest(given)
    return match[1].lower()
