"""What a user calls a place -> a path on the disk, or a path in a commit: `REV:path`, as git writes it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

from cicdpack._values import dataclass
from cicdpack.errors import CicdpackError


class NoRepository(CicdpackError):
    """A revision was named where there is no git repository."""

    def __init__(self, path: Path, revision: str) -> None:
        super().__init__(
            f"`{path}` is in no git repository, so `{revision}` means nothing",
            hint="run this in a clone, or name a folder or an archive",
        )
        self.path = path


class NoPlace(CicdpackError):
    """What was named is neither on the disk nor a path in a commit."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"no `{text}`", hint="name a folder, an archive, or a path in a commit such as `HEAD:bundle_src/cicd`"
        )
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A path as a commit holds it: `repo` is the top of the repository, `path` relative to it, empty for the top."""

    repo: Path
    revision: str
    path: str

    def __str__(self) -> str:
        return f"{self.revision}:{self.path}"

    def below(self, name: str) -> str:
        """Return the path of something in this folder, relative to the top of the repository."""
        return f"{self.path}/{name}" if self.path else name


Place: TypeAlias = "Path | Committed"


def locate(text: str) -> Place:
    """Tell a path from `REV:path`: what is on the disk counts first; `REV:./path` begins at the working folder."""
    path = Path(text)
    revision, colon, inside = text.partition(":")
    if not colon or not revision or os.path.lexists(path) or (os.name == "nt" and len(revision) == 1):
        return path
    if inside == "." or inside.startswith(("./", "../")):
        return committed(Path(inside), revision)
    return Committed(repo=_root(Path(), revision), revision=revision, path="/".join(_parts(inside)))


def committed(path: Path, revision: str) -> Committed:
    """Return the place in a commit of a path that is, or was, on the disk. Raises `NoRepository`."""
    root = _root(path, revision)
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    return Committed(repo=root, revision=revision, path="/".join(_parts(Path(inside).as_posix())))


def inside_repository(path: Path) -> tuple[Path, str] | None:
    """Return the top of the repository that a path is in, and the path relative to it; None outside of any."""
    root = _repository_of(path)
    if root is None:
        return None
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    return root, "/".join(_parts(Path(inside).as_posix()))


def _root(path: Path, revision: str) -> Path:
    root = _repository_of(path, needs_git=True)
    if root is None:
        raise NoRepository(path, revision)
    return root


def _repository_of(path: Path, *, needs_git: bool = False) -> Path | None:
    """Return the top of the repository that a path is in, or would be, for one that is not on the disk."""
    from cicdpack.disk.git import repository_root

    here = Path(os.path.realpath(path))
    while not here.exists() and here != here.parent:
        here = here.parent
    return repository_root(here, needs_git=needs_git)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]
