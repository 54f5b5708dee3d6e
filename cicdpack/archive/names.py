"""The names that every system can hold and none can misread: one rule for packing, unpacking and rendered files.

Models: Go's `module.CheckFilePath` and zip collision checker, git's `verify_path` with `core.protectNTFS` and
`core.protectHFS`, and Microsoft's "Naming Files, Paths, and Namespaces". Names of templates are names like any other:
braces, dots, spaces and backquotes are legal. Knows nothing of archives' bytes and of disks.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.archive.limits import MAX_DEPTH, MAX_NAME_BYTES, MAX_PATH_BYTES
from cicdpack.archive.refusals import ArchiveError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [stem + digit for stem in ("com", "lpt") for digit in "0123456789¹²³"]
)
"""Device names of Windows, with or without an extension; the superscript digits count there too."""

_DRIVE = re.compile(r"[A-Za-z]:")
_FORBIDDEN = re.compile(r'[*?"<>|]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BIDI = r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_IGNORABLE = (
    r"[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point and the interlinear marks; HFS+ leaves some of them out when it compares."""

_GIT = re.compile(r"(?:\.git|git~[0-9]+)[ .]*(?::.*)?", re.DOTALL)
"""`.git` as NTFS may also spell it: the short name, trailing dots and spaces, a data stream."""

_STRANGE_CATEGORIES = {"Cn": "unassigned-character", "Co": "unassigned-character", "Cf": "ignorable-character"}
"""What an assigned, visible character is not. An unassigned one may normalise differently in a later Unicode."""


class UnsafePath(ArchiveError):
    """A path that some system would misread, or that collides with another one.

    `path` is the path as it came (print `member`, which is escaped); `other` is the path that it collides with.
    """

    def __init__(self, kind: str, path: str, *, other: str | None = None) -> None:
        super().__init__(kind, member=shown(path), detail=None if other is None else shown(other))
        self.path = path
        self.other = other


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """Two paths that some file system takes for one: `path` came second. `kind` is a key of `KINDS`."""

    kind: str
    path: str
    other: str


def find_fault(path: str) -> str | None:
    """Return the kind of the first rule that the path breaks, or None for a relative POSIX path that is safe."""
    return _find_path_fault(path) or next(filter(None, map(_find_component_fault, path.split("/"))), None)


def check_path(path: str) -> None:
    """Refuse a path that is not a safe relative POSIX path.

    Raises:
        UnsafePath: with the kind of the first rule that it breaks.

    """
    kind = find_fault(path)
    if kind is not None:
        raise UnsafePath(kind, path)


def check_paths(paths: Iterable[str], folders: Iterable[str] = ()) -> None:
    """Refuse a set of files (and folders listed in their own right) if a path is unsafe or two of them collide.

    Raises:
        UnsafePath: for the first fault, or else for the first collision.

    """
    files, dirs = tuple(paths), tuple(folders)
    for path in files:
        check_path(path)
    for path in dirs:
        check_path(path)
    check_collisions(files, dirs)


def check_collisions(paths: Iterable[str], folders: Iterable[str] = ()) -> None:
    """Refuse a set of safe files (and folders listed in their own right) if two of them collide.

    Raises:
        UnsafePath: for the first collision.

    """
    for collision in find_collisions(paths, folders):
        raise UnsafePath(collision.kind, collision.path, other=collision.other)


def find_collisions(paths: Iterable[str], folders: Iterable[str] = ()) -> tuple[Collision, ...]:
    """Return the paths that some file system takes for one, in the order in which the second of each pair comes.

    Compared are files and every folder above them, under Unicode's compatibility case folding. A folder may be
    listed twice, a file may not.
    """
    found: list[Collision] = []
    files_by_key: dict[str, str] = {}
    folders_by_key: dict[str, str] = {}
    known: set[str] = set()
    for folder in folders:
        _note_folders(folder, known, folders_by_key, files_by_key, found)
    for path in paths:
        parent, slash, _ = path.rpartition("/")
        if slash and parent not in known:
            _note_folders(parent, known, folders_by_key, files_by_key, found)
        key = fold(path)
        for taken, same in ((files_by_key, "duplicate-path"), (folders_by_key, "file-and-folder")):
            if key in taken:
                found.append(_collision(path, taken[key], same))
        files_by_key.setdefault(key, path)
    return tuple(found)


def fold(path: str) -> str:
    """Return the form under which two names are one on some file system: NFKC, case-folded (Unicode's D147)."""
    if path.isascii():
        return path.lower()
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", path).casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def _note_folders(
    path: str, known: set[str], folders: dict[str, str], files: dict[str, str], found: list[Collision]
) -> None:
    """Enter a folder and those above it, each once, and collect what they collide with."""
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth])
        if folder in known:
            continue
        known.add(folder)
        key = fold(folder)
        if key in files:
            found.append(_collision(folder, files[key], "file-and-folder"))
        if folders.setdefault(key, folder) != folder:
            found.append(_collision(folder, folders[key], "case-collision"))


def _collision(path: str, other: str, same: str) -> Collision:
    """Name the collision of two paths with one key: `same` if they are spelt alike, else after the difference."""
    if path == other:
        return Collision(kind=same, path=path, other=other)
    if unicodedata.normalize("NFC", path) == unicodedata.normalize("NFC", other):
        return Collision(kind="unicode-collision", path=path, other=other)
    kind = "case-collision" if path.lower() == other.lower() else "fold-collision"
    return Collision(kind=kind, path=path, other=other)


def _find_path_fault(path: str) -> str | None:
    """Return the kind of the first rule about whole paths that the path breaks."""
    if not path:
        return "empty-name"
    plain = path.isascii()
    if not plain and any("\ud800" <= char <= "\udfff" for char in path):
        return "not-utf-8"
    if "\0" in path:
        return "nul-in-name"
    if path[0] in "/\\":
        return "unc-path" if path[:2] in {"//", "\\\\"} else "absolute-path"
    if _DRIVE.match(path):
        return "drive-letter"
    if "\\" in path:
        return "backslash"
    if path[0] == "-":
        return "leading-dash"
    if path.count("/") >= MAX_DEPTH:
        return "path-too-deep"
    if (len(path) if plain else len(path.encode())) > MAX_PATH_BYTES:
        return "path-too-long"
    return None


@lru_cache(maxsize=8192)
def _find_component_fault(name: str) -> str | None:
    """Return the kind of the first rule about single components that the name breaks."""
    if name in {"", ".", ".."}:
        return {"": "empty-component", ".": "dot-component", "..": "dot-dot"}[name]
    folded = name.lower() if name.isascii() else fold(re.sub(_BIDI, "", re.sub(_IGNORABLE, "", name)))
    if _GIT.fullmatch(folded):
        return "git-folder"
    if _CONTROL.search(name):
        return "control-character"
    if not name.isascii():
        fault = _find_unicode_fault(name, folded)
        if fault is not None:
            return fault
    if ":" in name:
        return "alternate-data-stream"
    if _FORBIDDEN.search(name):
        return "forbidden-character"
    return _find_ending_fault(name)


def _find_ending_fault(name: str) -> str | None:
    """Return the fault that lies in what Windows drops or reserves, or in the length."""
    if name[-1] == ".":
        return "trailing-dot"
    if name[-1].isspace():
        return "trailing-space"
    if name.partition(".")[0].rstrip(" ").lower() in _RESERVED:
        return "reserved-name"
    return "name-too-long" if len(name.encode()) > MAX_NAME_BYTES else None


def _find_unicode_fault(name: str, folded: str) -> str | None:
    """Return the fault of a name that is not all ASCII: a character that misleads, or another form than NFC."""
    if re.search(_BIDI, name):
        return "bidi-character"
    if re.search(_IGNORABLE, name):
        return "ignorable-character"
    for char in name:
        strange = _STRANGE_CATEGORIES.get(unicodedata.category(char))
        if strange is not None:
            return strange
    if folded in {".", ".."} or "/" in folded or "\\" in folded:
        return "disguised-separator"
    return None if unicodedata.is_normalized("NFC", name) else "not-nfc"
