"""A receipt <-> its bytes: what was applied to one project, from which bundle, with which parameters.

One JSON document for each project, sorted and indented so that a reviewer can read its changes. `seal` is the SHA-256
of everything else in it: a receipt that was edited, cut or merged by hand does not pass for one. All digests are of
content with line ends that do not count read as LF (`lineends`), so that they hold on every checkout.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import TYPE_CHECKING

from cicdpack._shell import quoted
from cicdpack._values import dataclass, field
from cicdpack.errors import CicdpackError
from cicdpack.planning.jsonvalues import packed
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.planning.bases import Accepted, ValuesBase
    from cicdpack.planning.ownership import Set

FORMAT = 1
"""The one format there is. A reader refuses newer ones."""

MAX_RECEIPT_BYTES = 4 << 20
"""4 MiB: a project with a thousand files has some 250 kB."""

SUFFIX = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRecord:
    """The bundle that was applied; `digest` is its content digest in hex."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter's value and who gave it: a file, `the project`, `--set`, `default`."""

    value: str | int | float | bool
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One rendered file: the content hash of what was rendered, and of what was left on the disk (None: nothing)."""

    rendered: str
    result: str | None
    executable: bool = False
    accepted: Accepted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayRecord:
    """Values in a user's file.

    `result` is the content hash that the file had when all of them were as wanted; None where some were edited.
    """

    base: ValuesBase
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was applied to the project in `folder` (POSIX, from the root).

    `overlays_from` is the content digest of the bundle that the overlays came from, where the applied one has none.
    `left_over` are files that are rendered no more but were edited: path -> content hash of what was rendered last.
    """

    tool: str
    project: str
    folder: str
    bundle: BundleRecord
    overlays_from: str | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    overlays: Mapping[str, OverlayRecord] = field(default_factory=dict)
    left_over: Mapping[str, str] = field(default_factory=dict)

    @property
    def bundles(self) -> tuple[str, ...]:
        """The content digests of all bundles that are needed to render this again."""
        return (self.bundle.digest,) if self.overlays_from is None else (self.bundle.digest, self.overlays_from)

    def encode(self) -> bytes:
        """Return the receipt's bytes: sorted keys, two spaces, a final newline, the same on every machine."""
        document = self._document()
        document["seal"] = seal_of(document)
        return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()

    def _document(self) -> dict[str, object]:
        document: dict[str, object] = {
            "format": FORMAT,
            "tool": self.tool,
            "project": {"name": self.project, "folder": self.folder},
            "bundle": {
                "name": self.bundle.name,
                "version": self.bundle.version,
                "digest": f"sha256:{self.bundle.digest}",
            },
            "parameters": {
                name: {"value": parameter.value, "origin": parameter.origin}
                for name, parameter in self.parameters.items()
            },
            "files": {path: _file(record) for path, record in self.files.items()},
            "overlays": {path: _overlay(record) for path, record in self.overlays.items()},
        }
        if self.overlays_from is not None:
            document["overlays_from"] = f"sha256:{self.overlays_from}"
        if self.left_over:
            document["left_over"] = {path: f"sha256:{digest}" for path, digest in self.left_over.items()}
        return document


class ReceiptError(CicdpackError):
    """A receipt that cannot be relied on; `path` is its path from the root, `reason` a clause."""

    def __init__(self, path: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(
            reason,
            location=Location(path=path),
            hint=hint
            or f"restore it from git: `git checkout -- {quoted(path)}`; or remove it: files that differ from what the"
            " bundle renders are then conflicts",
        )
        self.path = path
        self.reason = reason


def receipt_name(folder: str) -> str:
    """Return the file name for a project's folder: slashes as dots, `.` as `%2E` and `%` as `%25`, in form NFC.

    No two folders share a name. The root, `.`, is `%2E.json`.
    """
    escaped = unicodedata.normalize("NFC", folder).replace("%", "%25").replace(".", "%2E")
    return escaped.replace("/", ".") + SUFFIX


def folder_of(name: str) -> str:
    """Return the folder (in form NFC) that a receipt's file name stands for."""
    return name.removesuffix(SUFFIX).replace(".", "/").replace("%2E", ".").replace("%25", "%")


def seal_of(document: Mapping[str, object]) -> str:
    """Return the seal of a receipt's document: over all but the seal, in a form of its own."""
    rest = {key: value for key, value in document.items() if key != "seal"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _file(record: FileRecord) -> dict[str, object]:
    document: dict[str, object] = {
        "mode": "0755" if record.executable else "0644",
        "rendered": f"sha256:{record.rendered}",
        "result": _digest(record.result),
    }
    return document | _accepted(record.accepted)


def _overlay(record: OverlayRecord) -> dict[str, object]:
    base = record.base
    document: dict[str, object] = {
        "values": packed(base.values),
        "set": [_set(item) for item in base.sets],
        "result": _digest(record.result),
    }
    if base.created:
        document["created"] = True
    return document | _accepted(base.accepted)


def _set(item: Set) -> dict[str, object]:
    document: dict[str, object] = {"path": packed(list(item.path)), "kind": item.kind}
    if item.kind == "appended":
        document["value"] = packed(item.value)
    if item.replaced:
        document["replaced"] = item.replaced
    return document


def _accepted(accepted: Accepted | None) -> dict[str, object]:
    if accepted is None:
        return {}
    return {"accepted": {"sha256": _digest(accepted.sha256), "reason": accepted.reason}}


def _digest(digest: str | None) -> str | None:
    return None if digest is None else f"sha256:{digest}"
