"""Rendered paths -> places to write to. What is dangerous, ambiguous or nameless is refused before anything is written.

Two strictnesses: `cli` takes every name that the Databricks CLI takes and that stays inside the output folder and out
of `.git`; `strict` takes only names that every system can hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cicdpack._values import dataclass
from cicdpack.archive.names import UnsafePath, find_collisions, find_fault
from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.paths import clean
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Strictness = Literal["cli", "strict"]


class DestinationError(BundleError):
    """A rendered path that nothing may be written to. `path` is the path, `source` the bundle's file.

    `rule` names what was broken: `names-no-file`, `absolute-path`, `dot-dot`, `escape`, `same-path`, `file-and-folder`,
    or a kind of fault of `archive.names`.
    """

    def __init__(
        self, message: str, *, rule: str, path: str, source: str, cli_text: str | None = None, hint: str
    ) -> None:
        one_line = message.replace("\n", "\\x0a")  # A name may hold anything; what else is odd, the screen escapes.
        super().__init__(one_line, cli_text=cli_text, rule=rule, location=Location(path=source), hint=hint)
        self.path = path
        self.source = source


@dataclass(frozen=True, slots=True)
class Destination:
    """A rendered path, the clean path that it leads to, and the bundle's file."""

    shown: str
    path: str
    source: str


def place_file(shown: str, source: str, strictness: Strictness) -> Destination:
    """Return where a file goes. Raises `DestinationError`."""
    path = _place(shown, source, strictness)
    if shown.rpartition("/")[2] in ("", ".", "..") or path == ".":
        raise DestinationError(
            f"the path renders to `{shown}`, which names no file",
            rule="names-no-file",
            path=shown,
            source=source,
            hint="an expression in the name gives nothing; give the parameter a value, or `skip` the file",
        )
    _check_name(path, shown, source, strictness)
    return Destination(shown, path, source)


def place_folder(shown: str, source: str, strictness: Strictness) -> Destination:
    """Return where a folder is; `.` for the output folder itself. Raises `DestinationError`."""
    path = _place(shown, source, strictness)
    if path != ".":
        _check_name(path, shown, source, strictness)
    return Destination(shown, path, source)


def check_together(files: Sequence[Destination], folders: Iterable[Destination], strictness: Strictness) -> None:
    """Refuse two files with one path, and a file where a folder has to be. Raises `DestinationError`."""
    by_path: dict[str, Destination] = {}
    for file in files:
        first = by_path.setdefault(file.path, file)
        if first is not file:
            raise DestinationError(
                f"`{first.source}` and `{file.source}` both render to `{file.path}`",
                rule="same-path",
                path=file.path,
                source=file.source,
                hint="rename one of them, or `skip` one",
            )
    for folder in _all_folders(files, folders):
        file_there = by_path.get(folder.path)
        if file_there is not None:
            raise DestinationError(
                f"`{file_there.source}` renders to `{folder.path}`, which is a folder of `{folder.source}`",
                rule="file-and-folder",
                path=folder.path,
                source=file_there.source,
                hint="rename one of them, or `skip` one",
            )
    if strictness == "strict":
        for collision in find_collisions([file.path for file in files]):
            file = by_path.get(collision.path) or next(f for f in files if f.path.startswith(collision.path + "/"))
            raise DestinationError(
                f"`{collision.path}` and `{collision.other}` are one path on some systems",
                rule=collision.kind,
                path=collision.path,
                source=file.source,
                hint="rename one of them",
            )


def _all_folders(files: Iterable[Destination], folders: Iterable[Destination]) -> Iterable[Destination]:
    seen: set[str] = set()
    for place in (*folders, *files):
        parts = place.path.split("/")
        for end in range(1, len(parts)):
            parent = "/".join(parts[:end])
            if parent not in seen:
                seen.add(parent)
                yield Destination(place.shown, parent, place.source)
    for folder in folders:
        if folder.path not in seen:
            yield folder


def _place(shown: str, source: str, strictness: Strictness) -> str:
    """Clean a path as if it stood behind the output folder. Go's CLI takes `/a` and `./a` for `a`."""
    if strictness == "strict" and shown.startswith("/"):
        raise DestinationError(
            f"the path renders to `{shown}`, which is absolute",
            rule="absolute-path",
            path=shown,
            source=source,
            hint="an expression at its start gives nothing, or a value that starts with `/`",
        )
    if strictness == "strict" and ".." in shown.split("/"):
        raise DestinationError(
            f"the path renders to `{shown}`, which goes up a folder",
            rule="dot-dot",
            path=shown,
            source=source,
            hint="a parameter holds `..`; give it another value",
        )
    path = clean("./" + shown.lstrip("/"))
    if path == ".." or path.startswith("../"):
        text = f"relative path escapes root: {shown}"
        raise DestinationError(
            f"the path renders to `{shown}`, which leads out of the output folder",
            rule="escape",
            path=shown,
            source=source,
            cli_text=f"error while verifying file {shown} does not already exist: {text}",
            hint="a parameter holds `..`; give it another value",
        )
    return path


_DANGERS = frozenset({"git-folder", "nul-in-name"})
"""Rules about names that hold even where the CLI knows none: such a file would run code, or cannot be made."""


def _check_name(path: str, shown: str, source: str, strictness: Strictness) -> None:
    if strictness == "strict":
        fault = find_fault(path)
        if fault is not None:
            error = UnsafePath(fault, path)
            raise DestinationError(
                f"the path renders to `{shown}`: {error.message}",
                rule=fault,
                path=shown,
                source=source,
                hint="give the parameters in its name other values",
            )
        return
    for name in path.split("/"):
        fault = find_fault(name)
        if fault in _DANGERS:
            raise DestinationError(
                f"the path renders to `{shown}`, which would write into git's own folder"
                if fault == "git-folder"
                else f"the path renders to `{shown}`, which no system can hold",
                rule=fault,
                path=shown,
                source=source,
                hint="rename the template's file or folder",
            )
