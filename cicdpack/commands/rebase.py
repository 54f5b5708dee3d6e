"""The base of a merge: what a receipt's bundle rendered with the receipt's parameters, rendered again.

Nothing is fetched: the bundle lies in the repository. It is verified like any archive, its content digest is its name,
and what it renders has to be what the receipt says was rendered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._shell import quoted
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.render import render
from cicdpack.commands.archives import open_bytes
from cicdpack.commands.records import bundle_path, receipt_path
from cicdpack.commands.seeds import seed_of
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import CicdpackError
from cicdpack.planning.bases import Base
from cicdpack.planning.changes import Present
from cicdpack.planning.lineends import content_hash
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cicdpack.planning.receipts import FileRecord, Receipt


class NoStoredBundle(CicdpackError):
    """A bundle that a receipt names is not there, or is not that bundle."""

    def __init__(self, path: str, folder: str, reason: str) -> None:
        super().__init__(
            reason,
            location=Location(path=path),
            hint=f"the receipt of `{folder}` needs it to merge: restore it with `git checkout -- {quoted(path)}`; or"
            f" remove `{receipt_path(folder)}`, and choose with `--on-conflict ours` or `theirs`",
        )
        self.path = path


class OtherRendering(CicdpackError):
    """A bundle renders something else than it did when it was applied."""

    def __init__(self, receipt: Receipt, path: str) -> None:
        from cicdpack import __version__

        where = receipt_path(receipt.folder)
        super().__init__(
            f"`{path}` does not render to what it did when it was applied with cicdpack {receipt.tool};"
            f" this is {__version__}",
            location=Location(path=where),
            hint=f"apply with `pip install {quoted(f'cicdpack=={receipt.tool}')}` once; or remove `{where}`, and"
            " choose with `--on-conflict ours` or `theirs`",
        )
        self.path = path


class Renderings:
    """What receipts' bundles render, each bundle opened and each project rendered once, when first asked for.

    `known` are bundles at hand, by content digest; they need no reading.
    """

    def __init__(self, root: Path, known: Mapping[str, Bundle]) -> None:
        self._root = root
        self._bundles = dict(known)
        self._rendered: dict[str, Mapping[str, bytes]] = {}

    def base(self, receipt: Receipt, path: str, record: FileRecord) -> Base:
        """Return the base that a receipt's file is; its content is rendered when it is needed."""
        return Base(
            rendered=record.rendered,
            executable=record.executable,
            accepted=record.accepted,
            load=lambda: self.files(receipt)[path],
        )

    def files(self, receipt: Receipt) -> Mapping[str, bytes]:
        """Return what was rendered for a project: path -> content. Raises `NoStoredBundle` and `OtherRendering`."""
        if receipt.folder not in self._rendered:
            self._rendered[receipt.folder] = self._render(receipt)
        return self._rendered[receipt.folder]

    def _render(self, receipt: Receipt) -> Mapping[str, bytes]:
        bundle = self._bundle(receipt.bundle.digest, receipt.folder)
        if receipt.overlays_from is not None and bundle.overlays is None:
            bundle = bundle.with_overlays_of(self._bundle(receipt.overlays_from, receipt.folder))
        values = {name: parameter.value for name, parameter in receipt.parameters.items()}
        rendering = render(bundle, values, seed=seed_of(receipt.bundle.digest, receipt.project))
        files = {file.path: file.data for file in rendering.files}
        for path, record in receipt.files.items():
            if path not in files or content_hash(files[path]) != record.rendered:
                raise OtherRendering(receipt, path)
        return files

    def _bundle(self, digest: str, folder: str) -> Bundle:
        if digest not in self._bundles:
            path = bundle_path(digest)
            state = snapshot(self._root, (path,))[path]
            if not isinstance(state, Present):
                raise NoStoredBundle(path, folder, "the bundle that was applied is not there")
            opened = open_bytes(state.data, path)
            if opened.content_digest != digest:
                raise NoStoredBundle(
                    path, folder, f"it is another bundle: its content digest is {opened.content_digest}"
                )
            self._bundles[digest] = Bundle.from_entries(opened.entries)
        return self._bundles[digest]
