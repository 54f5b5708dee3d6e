"""An archive of any tool -> entries: what is harmless is normalised and told, what is hostile is refused by name.

For archives that others wrote: GNU tar, bsdtar, macOS, Python, Go. An archive in the canonical frame
claims to be canonical, and is judged by the strict reader alone.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.archive import canonical
from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.archive.names import UnsafePath, check_path, check_paths
from cicdpack.archive.refusals import ArchiveError, shown_bytes
from cicdpack.archive.source import ByteSource
from cicdpack.archive.tar import TOP_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cicdpack.archive.foreigntar import Member
    from cicdpack.archive.inflate import Frame
    from cicdpack.archive.notes import Notes
    from cicdpack.problems import Problem

_TOP = TOP_FOLDER.decode().rstrip("/")
_JUNK = frozenset([".DS_Store", "Thumbs.db", "desktop.ini"])
_JUNK_FOLDER = "__MACOSX"
_APPLE_DOUBLE = "._"

_FRAME_KINDS = frozenset(["not-stored", "gzip-name-field", "gzip-time", "gzip-header-bytes", "odd-stored-block"])
"""Faults of the frame that say no more than that another tool wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """The entries of another tool's archive, in canonical order, and what was normalised on the way (no errors)."""

    entries: tuple[Entry, ...]
    findings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An archive that can be used: its entries, whether it is canonical, and if not, how it differs.

    `content_digest` is the SHA-256 (hex) of the entries' canonical tar, whatever tar they came in; `file_digest` that
    of the file as it is.
    """

    entries: tuple[Entry, ...]
    canonical: bool
    findings: tuple[Problem, ...]
    content_digest: str
    file_digest: str


def read_archive(data: bytes | memoryview) -> Opened:
    """Read an archive as canonical, and if only its frame is another tool's, as a foreign one.

    Raises:
        ArchiveError: it is hostile or broken; or it is canonical but for one thing, so was altered.

    """
    try:
        decoded = canonical.read([memoryview(data)])
    except ArchiveError as fault:
        if fault.kind not in _FRAME_KINDS:
            raise
        reason = fault
    else:
        return Opened(
            entries=decoded.entries,
            canonical=True,
            findings=(),
            content_digest=decoded.content_digest,
            file_digest=decoded.file_digest,
        )
    foreign = _decode(memoryview(data), reason)
    return Opened(
        entries=foreign.entries,
        canonical=False,
        findings=foreign.findings,
        content_digest=canonical.content_digest(foreign.entries),
        file_digest=hashlib.sha256(data).hexdigest(),
    )


def decode_foreign(data: bytes | memoryview) -> Foreign:
    """Return the entries of any tool's archive, a canonical one included.

    Raises:
        ArchiveError: it is hostile or broken.

    """
    return _decode(memoryview(data), None)


def _decode(data: memoryview, reason: ArchiveError | None) -> Foreign:
    """Read a foreign archive; `reason` is why it is not canonical, if it was judged.

    The frame is read twice: the first time holding nothing, so that a bomb costs no memory.
    """
    from cicdpack.archive.foreigntar import read_members
    from cicdpack.archive.inflate import inflate, payload_digest, read_frame
    from cicdpack.archive.notes import Notes

    frame = read_frame(data)
    tar_digest = payload_digest(data, frame)
    notes = Notes()
    members = list(read_members(ByteSource(inflate(data, frame)), notes))
    entries = _entries(list(_without_junk(members, notes)), notes)
    _check_unaltered(entries, tar_digest, frame, reason)
    _note_frame(frame, notes)
    return Foreign(entries=entries, findings=notes.problems())


def _check_unaltered(entries: Sequence[Entry], tar_digest: str, frame: Frame, reason: ArchiveError | None) -> None:
    """Refuse a canonical tar in a frame that no tool makes by itself: stored but for a detail, or with a name added."""
    if reason is None or not (frame.is_stored or frame.name is not None):
        return
    if canonical.content_digest(entries) == tar_digest:
        raise reason if reason.kind != "not-stored" else ArchiveError("gzip-name-field", offset=3)


def _note_frame(frame: Frame, notes: Notes) -> None:
    notes.add("foreign-frame")
    if frame.name is not None:
        notes.add("foreign-gzip-name", frame.name.encode())
    if frame.has_time:
        notes.add("foreign-gzip-time")


def _without_junk(members: Iterable[Member], notes: Notes) -> Iterable[tuple[str, Member]]:
    """Yield members with their names as text, checked; leave out the root folder and what systems leave behind."""
    for member in members:
        name = _plain_name(member, notes)
        if name is None:
            continue
        check_path(name.removeprefix(_TOP + "/"))
        if _is_junk(name):
            notes.add("foreign-junk", member.name)
        else:
            yield name, member


def _plain_name(member: Member, notes: Notes) -> str | None:
    """Return the name without a leading `./` and a folder's slash, None for the folder `./` itself."""
    try:
        name = member.name.decode()
    except UnicodeDecodeError:
        raise ArchiveError("not-utf-8", member=shown_bytes(member.name), offset=member.offset) from None
    if member.is_folder and name in {".", "./"}:
        notes.add("foreign-folders", member.name)
        return None
    if name.startswith("./"):
        notes.add("foreign-dot-prefix")
        name = name[2:]
    return name[:-1] if member.is_folder and name.endswith("/") else name


def _is_junk(name: str) -> bool:
    parts = name.split("/")
    return parts[-1].startswith(_APPLE_DOUBLE) or parts[-1] in _JUNK or _JUNK_FOLDER in parts


def _entries(members: Sequence[tuple[str, Member]], notes: Notes) -> tuple[Entry, ...]:
    """Return the files below the top folder as entries, in canonical order, all names checked together."""
    top = _top_folder([name for name, _ in members], {name for name, member in members if member.is_folder}, notes)
    entries: list[Entry] = []
    folders: list[str] = []
    previous = b""
    for name, member in members:
        raw = name.encode()
        if raw < previous:
            notes.add("foreign-order", raw)
        previous = raw
        path = name[len(top) :]
        if member.is_folder:
            notes.add("foreign-folders", raw)
            folders.append(path)
        else:
            entries.append(Entry(path=path, data=member.data, executable=bool(member.mode & 0o100)))
    if not entries:
        raise ArchiveError("no-members")
    check_paths([entry.path for entry in entries], [path for path in folders if path])
    return sort_entries(entries)


def _top_folder(names: Sequence[str], folders: set[str], notes: Notes) -> str:
    """Return the prefix that all names share: `cicd/`, another single folder, or none at all.

    Raises:
        UnsafePath: some names are below `cicd`, and this one is not.

    """
    tops = {name.partition("/")[0] for name in names}
    inside = [name for name in names if name.startswith(_TOP + "/")]
    if inside:
        for name in names:
            if not name.startswith(_TOP + "/") and not (name == _TOP and name in folders):
                raise UnsafePath("outside-top-folder", name)
        return _TOP + "/"
    if len(tops) == 1 and all("/" in name or name in folders for name in names):
        (top,) = tops
        notes.add("foreign-top-folder", top.encode())
        return top + "/"
    notes.add("foreign-no-top-folder")
    return ""
