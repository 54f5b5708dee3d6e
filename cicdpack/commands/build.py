"""`build`: bundle source -> `cicd.tar.gz`, or whether the archive that is there is up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.archive.canonical import write
from cicdpack.commands.archives import open_any
from cicdpack.commands.differences import MemberDifference, compare_with_source
from cicdpack.commands.history import History, explain
from cicdpack.commands.sources import Source, load_source, source_at
from cicdpack.disk.files import replace_file
from cicdpack.errors import CicdpackError
from cicdpack.validate.matrix import check_bundle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cicdpack.archive.foreign import Opened
    from cicdpack.problems import Problem

DEFAULT_ARCHIVE = Path("cicd.tar.gz")


class InvalidBundle(CicdpackError):
    """The bundle has errors; `findings` holds all of them, warnings included."""

    exit_code = 1

    def __init__(self, label: str, problems: tuple[Problem, ...]) -> None:
        errors = sum(problem.severity == "error" for problem in problems)
        super().__init__(f"{label} has {errors} error{'s' * (errors != 1)}; nothing was written")
        self.findings = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """`source` is a folder (None: the default), `revision` the commit to take it from, `output` the archive."""

    source: Path | None = None
    output: Path = DEFAULT_ARCHIVE
    revision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What was built: `size` in bytes, digests as SHA-256 in hex, `written` False where it was the same already."""

    output: str
    source: str
    name: str
    version: str
    members: int
    size: int
    platforms: tuple[str, ...]
    parameters: int
    content_digest: str
    file_digest: str
    written: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """Whether an archive equals its source: the members that differ, and why it is not canonical, if it is not.

    `history` says since when, where git knows of both. `problems` are those that `build` would meet.
    """

    output: str
    source: str
    missing: bool
    members: int
    differences: tuple[MemberDifference, ...]
    not_canonical: str | None
    history: History | None
    problems: tuple[Problem, ...]

    @property
    def is_fresh(self) -> bool:
        """Whether there is nothing to build."""
        return not (self.missing or self.differences or self.not_canonical)

    @property
    def is_good(self) -> bool:
        """Whether there is nothing to build, and nothing that would stop a build."""
        return self.is_fresh and not _has_errors(self.problems)


def build(request: BuildRequest) -> BuildReport:
    """Assemble, validate and write. An identical archive is left untouched. Raises `InvalidBundle` on errors."""
    source, problems = _prepare(request)
    if _has_errors(problems):
        raise InvalidBundle(source.label, problems)
    chunks: list[bytes] = []
    digests = write(source.entries, chunks.append)
    written = replace_file(request.output, chunks)
    manifest = source.manifest
    return BuildReport(
        output=str(request.output),
        source=source.label,
        name=manifest.name,
        version=manifest.version,
        members=len(source.entries),
        size=digests.size,
        platforms=manifest.platforms,
        parameters=len(manifest.parameters),
        content_digest=digests.content,
        file_digest=digests.file,
        written=written,
        problems=problems,
    )


def check(request: BuildRequest) -> CheckReport:
    """Compare the archive with its source; write nothing. Errors of the bundle are reported beside what is stale."""
    archive = open_any(request.output) if request.output.exists() else None
    source, problems = _prepare(request)
    differences = compare_with_source(archive.entries, source.entries) if archive else ()
    return CheckReport(
        output=str(request.output),
        source=source.label,
        missing=archive is None,
        members=len(source.entries),
        differences=differences,
        not_canonical=_not_canonical(archive),
        history=explain(source, request.output, [found.path for found in differences]) if archive else None,
        problems=problems,
    )


def _not_canonical(archive: Opened | None) -> str | None:
    if archive is None or archive.canonical:
        return None
    return "; ".join(finding.message for finding in archive.findings)


def _prepare(request: BuildRequest) -> tuple[Source, tuple[Problem, ...]]:
    place = request.source if request.revision is None else source_at(request.source, request.revision)
    source = load_source(place)
    return source, (*source.warnings, *check_bundle(source.bundle))


def _has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)
