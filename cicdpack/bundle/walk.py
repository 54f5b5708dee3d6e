"""A template tree -> rendered files and folders, in the CLI's order, before anything is checked.

Breadth first: all files of a folder before any of its subfolders, names in the order of their raw bytes. A folder
whose rendered path is skipped is not looked into; the files are sifted once more when the whole walk is done.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.gotemplate.values import from_bytes, to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cicdpack.archive.entries import Tree, TreeFile
    from cicdpack.bundle.skips import Skips
    from cicdpack.bundle.templates import Templates
    from cicdpack.gotemplate.template import Output

EXTENSION = ".tmpl"
"""Files whose raw name ends like this are rendered; it is cut once from the rendered name."""

OWNER_WRITE = 0o200
"""A file that was made from a read-only template can be edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedFile:
    """A file as it came out of the walk: `path` as rendered, neither cleaned nor checked; `source` in the bundle."""

    path: str
    data: bytes
    mode: int
    source: str
    output: Output | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What one tree rendered to: files that no pattern skips, and all folders that were visited, as rendered."""

    files: tuple[WalkedFile, ...]
    folders: tuple[tuple[str, str], ...]
    """(rendered path, source)"""


@dataclass(frozen=True, slots=True)
class _Folder:
    """The direct members of a folder: files by name, names of subfolders."""

    files: dict[str, TreeFile]
    folders: set[str]

    def names(self) -> list[str]:
        return sorted({*self.files, *self.folders}, key=to_bytes)


def walk(tree: Tree, root: str, templates: Templates, data: Mapping[str, object], skips: Skips) -> Walked:
    """Render all of a tree; `root` is its folder in the bundle. Raises `RenderError`, `SkipError`."""
    return Walk(tree, root, templates, data, skips).run()


class Walk:
    """One walk over one tree."""

    def __init__(self, tree: Tree, root: str, templates: Templates, data: Mapping[str, object], skips: Skips) -> None:
        self._folders = _index(tree)
        self._root = root
        self._templates = templates
        self._data = data
        self._skips = skips
        self._files: list[WalkedFile] = []
        self._visited: list[tuple[str, str]] = []

    def run(self) -> Walked:
        """Visit every folder that is not skipped."""
        queue = deque([""])
        while queue:
            folder = queue.popleft()
            queue.extend(self._visit(folder))
        files = tuple(file for file in self._files if not self._skips.match(file.path))
        return Walked(files=files, folders=tuple(self._visited))

    def _visit(self, folder: str) -> Iterator[str]:
        """Render the files of a folder and return its subfolders."""
        source = self._source(folder)
        self._skips.enter(None, source)
        rendered = self._render_path(folder or ".", source)
        if self._skips.match(rendered):
            return iter(())
        self._visited.append((rendered, source))
        members = self._folders[folder]
        subfolders: list[str] = []
        for name in members.names():
            path = f"{folder}/{name}" if folder else name
            if name in members.folders:
                subfolders.append(path)
            else:
                self._files.append(self._render_file(members.files[name], folder))
        return iter(subfolders)

    def _render_file(self, file: TreeFile, folder: str) -> WalkedFile:
        source = self._source(file.path)
        self._skips.enter(folder, source)
        path = self._render_path(file.path, source)
        output = None
        data = file.data
        if file.path.endswith(EXTENSION):
            path = path.removesuffix(EXTENSION)
            text = from_bytes(file.data)
            rendered = self._templates.render_content(text, self._data, source=source, path=file.path)
            output = rendered.output
            data = to_bytes(rendered.text) if output is not None else file.data
        return WalkedFile(path=path, data=data, mode=file.mode & 0o777 | OWNER_WRITE, source=source, output=output)

    def _render_path(self, path: str, source: str) -> str:
        return self._templates.render_text(path, self._data, source=source)

    def _source(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root


def _index(tree: Tree) -> dict[str, _Folder]:
    """Group a tree's members by folder; the root is the empty path."""
    folders: dict[str, _Folder] = {"": _Folder({}, set())}

    def enter(path: str) -> _Folder:
        if path not in folders:
            parent, _, name = path.rpartition("/")
            enter(parent).folders.add(name)
            folders[path] = _Folder({}, set())
        return folders[path]

    for path in tree.folders:
        enter(path)
    for file in tree.files:
        parent, _, name = file.path.rpartition("/")
        enter(parent).files[name] = file
    return folders
