"""`cicdpack.json`, the manifest inside an archive: what was packed, under which name, with which parameters and pins.

It is generated when an archive is built and left out when contents are compared. It holds no digest of the archive.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from cicdpack._values import dataclass, field
from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.bundle.gojson import JsonError, load_object
from cicdpack.bundle.source import Release
from cicdpack.errors import CicdpackError
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cicdpack.bundle.gojson import Plain

MANIFEST_NAME = "cicdpack.json"

FORMAT = 1
"""The one format there is. A reader refuses newer ones."""


class ManifestError(CicdpackError):
    """A manifest that cannot be read, or that disagrees with the files beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One packed file: SHA-256 of its content in hexadecimal digits, mode `0644` or `0755`."""

    sha256: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself. `files` leaves the manifest out; `pins` are the versions that templates use."""

    name: str
    version: str
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    pins: Mapping[str, str] = field(default_factory=dict)
    history: tuple[Release, ...] = ()

    def encode(self) -> bytes:
        """Return the manifest's bytes: sorted keys, two spaces, a final newline, the same on every machine."""
        document = {
            "format": FORMAT,
            "bundle": {"name": self.name, "version": self.version},
            "files": {path: {"sha256": record.sha256, "mode": record.mode} for path, record in self.files.items()},
            "parameters": list(self.parameters),
            "platforms": list(self.platforms),
            "pins": dict(self.pins),
            "history": [_release_record(release) for release in self.history],
        }
        return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def describe_files(entries: Iterable[Entry]) -> dict[str, FileRecord]:
    """Return the records of all entries but the manifest, in the order of the entries."""
    return {
        entry.path: FileRecord(
            sha256=hashlib.sha256(entry.data).hexdigest(), mode="0755" if entry.executable else "0644"
        )
        for entry in entries
        if entry.path != MANIFEST_NAME
    }


def without_manifest(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries that count when contents are compared."""
    return tuple(entry for entry in entries if entry.path != MANIFEST_NAME)


def put_manifest(entries: Iterable[Entry], manifest: Manifest) -> tuple[Entry, ...]:
    """Return the entries with the manifest among them, in place of an older one."""
    return sort_entries((*without_manifest(entries), Entry(path=MANIFEST_NAME, data=manifest.encode())))


def read_manifest(entries: Iterable[Entry]) -> Manifest:
    """Read the manifest and compare it with the files beside it. Raises `ManifestError`."""
    given = tuple(entries)
    data = next((entry.data for entry in given if entry.path == MANIFEST_NAME), None)
    if data is None:
        raise _error(f"there is no `{MANIFEST_NAME}`", hint="`cicdpack build` writes it")
    try:
        document = load_object(data, source=MANIFEST_NAME)
    except JsonError as error:
        raise ManifestError(error.message, location=error.location, hint=_REBUILD) from None
    _check_format(document)
    manifest = _Reader().manifest(document)
    _compare(manifest.files, describe_files(given))
    return manifest


_REBUILD = "rebuild the archive with `cicdpack build`"


def _error(message: str, *, hint: str = _REBUILD) -> ManifestError:
    return ManifestError(message, location=Location(path=MANIFEST_NAME), hint=hint)


def _check_format(document: Mapping[str, Plain]) -> None:
    version = document.get("format")
    if not isinstance(version, float) or version < 1 or not version.is_integer():
        raise _error("`format` is no positive whole number")
    if version > FORMAT:
        raise _error(
            f"`format` is {int(version)}, and this cicdpack reads up to {FORMAT}",
            hint="upgrade cicdpack (`pip install --upgrade cicdpack`), or use an archive of an older release",
        )


class _Reader:
    """Takes a manifest apart; what is not as `encode` writes it is an error that names the key."""

    def manifest(self, document: Mapping[str, Any]) -> Manifest:
        about = self._mapping(document, "bundle")
        return Manifest(
            name=self._text(about.get("name"), "bundle.name"),
            version=self._text(about.get("version"), "bundle.version"),
            files={path: self._record(item, path) for path, item in self._mapping(document, "files").items()},
            parameters=self._texts(document, "parameters"),
            platforms=self._texts(document, "platforms"),
            pins={name: self._text(text, f"pins.{name}") for name, text in self._mapping(document, "pins").items()},
            history=tuple(self._release(item) for item in self._list(document, "history")),
        )

    def _record(self, item: object, path: str) -> FileRecord:
        if not isinstance(item, dict):
            raise _error(f"`files` has no record for `{path}`")
        return FileRecord(
            sha256=self._text(item.get("sha256"), f"files.{path}.sha256"),
            mode=self._text(item.get("mode"), f"files.{path}.mode"),
        )

    def _release(self, item: object) -> Release:
        if not isinstance(item, dict):
            raise _error("`history` holds something else than releases")
        date = item.get("date")
        return Release(
            version=self._text(item.get("version"), "history.version"),
            digest=self._text(item.get("digest"), "history.digest"),
            date=None if date is None else self._text(date, "history.date"),
            summary=self._text(item.get("summary", ""), "history.summary"),
        )

    def _mapping(self, document: Mapping[str, Any], key: str) -> dict[str, object]:
        value = document.get(key, {})
        if not isinstance(value, dict):
            raise _error(f"`{key}` is no object")
        return value

    def _list(self, document: Mapping[str, Any], key: str) -> list[object]:
        value = document.get(key, [])
        if not isinstance(value, list):
            raise _error(f"`{key}` is no list")
        return value

    def _texts(self, document: Mapping[str, Any], key: str) -> tuple[str, ...]:
        return tuple(self._text(item, key) for item in self._list(document, key))

    def _text(self, value: object, key: str) -> str:
        if not isinstance(value, str):
            raise _error(f"`{key}` is no text")
        return value


def _compare(recorded: Mapping[str, FileRecord], found: Mapping[str, FileRecord]) -> None:
    for path, record in found.items():
        if path not in recorded:
            raise _error(f"`{path}` is in the archive, but not in its manifest")
        if recorded[path].sha256 != record.sha256:
            raise _error(f"`{path}` is not the file that the manifest describes: its SHA-256 is {record.sha256}")
        if recorded[path].mode != record.mode:
            raise _error(f"`{path}` has the mode {record.mode}, its manifest says {recorded[path].mode}")
    for path in recorded:
        if path not in found:
            raise _error(f"`{path}` is in the manifest, but not in the archive")


def _release_record(release: Release) -> dict[str, str]:
    record = {"version": release.version, "digest": release.digest, "summary": release.summary}
    return record if release.date is None else {**record, "date": release.date}
