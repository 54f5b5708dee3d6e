"""`Rendering`: everything that a bundle renders to, as values; nothing is on a disk yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cicdpack._values import dataclass
from cicdpack.bundle.errors import BundleError
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Callable

    from cicdpack.bundle.overlay import Overlay
    from cicdpack.gotemplate.template import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFile:
    """One file: clean relative POSIX path, content, permission bits, the bundle's file that it comes from.

    `shown` is the path as it was rendered, which the CLI lists: `/a` and `./a` are the file `a`.
    """

    path: str
    data: bytes
    mode: int = 0o644
    source: str = ""
    shown: str = ""
    output: Output | None = None

    @property
    def executable(self) -> bool:
        """Whether the owner may execute it."""
        return bool(self.mode & 0o100)

    def origin_of(self, line: int) -> Location | None:
        """Return the template's line that wrote the file's line (from 1); a copied file's lines are its source's."""
        if self.output is None:
            return Location(path=self.source, line=line)
        return self.output.origin_of(line)

    @property
    def line_map(self) -> tuple[Location | None, ...]:
        """The origin of every line, in order."""
        if self.output is None:
            count = self.data.count(b"\n") + (not self.data.endswith(b"\n") if self.data else 0)
            return tuple(Location(path=self.source, line=line) for line in range(1, count + 1))
        return self.output.line_map


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """Files in the order in which the CLI writes them, folders in the order of the walk, overlays in path order.

    `messages` is what the CLI prints when all went well.
    """

    files: tuple[RenderedFile, ...] = ()
    folders: tuple[str, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    messages: tuple[str, ...] = ()

    @property
    def outputs(self) -> tuple[str, ...]:
        """The rendered paths as `databricks bundle init -o json` lists them, in byte order."""
        return tuple(
            sorted((file.shown for file in self.files), key=lambda path: path.encode("utf-8", "surrogateescape"))
        )


class OutputConflict(BundleError):
    """A file that is to be written is there already, or cannot be: `path` is the file's."""

    def __init__(self, message: str, *, path: str, cli_text: str, hint: str) -> None:
        super().__init__(message, cli_text=cli_text, hint=hint)
        self.path = path


Occupation = Literal["free", "taken", "below a file"]
"""What is at a path: nothing, a file or folder, or a parent that is no folder."""


def check_output(rendering: Rendering, look: Callable[[str], Occupation], *, root: str = "") -> None:
    """Refuse the first file, in writing order, whose place is not free. `root` is the output folder, for messages.

    Raises `OutputConflict`.
    """
    for file in rendering.files:
        match look(file.path):
            case "taken":
                raise OutputConflict(
                    f"`{file.path}` is there already; nothing was written",
                    path=file.path,
                    cli_text=f"failed to initialize template, one or more files already exist: {file.shown}",
                    hint="choose an empty output folder, or remove the file",
                )
            case "below a file":
                where = f"{root}/{file.path}" if root else file.path
                raise OutputConflict(
                    f"`{file.path}` cannot be written: a parent is a file; nothing was written",
                    path=file.path,
                    cli_text=f"error while verifying file {file.shown} does not already exist: "
                    f"stat {where}: not a directory",
                    hint="choose an empty output folder, or remove the file",
                )
            case "free":
                pass
