"""`cicdpack.toml` -> `SourceConfig`: what a bundle is called and what of its source goes into the archive, and how.

The file is packed with the rest, so that an unpacked archive can be built again. Rules about files speak of paths in
the archive, in the syntax of `.gitignore`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.versions import sort_key
from cicdpack.errors import CicdpackError
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE_CONFIG_NAME = "cicdpack.toml"

IGNORE_NAME = ".cicdpackignore"
"""Rules as in `.gitignore`, for files of the source that stay out of the archive. Not packed itself."""

DEFAULT_NAME = "cicd"
DEFAULT_VERSION = "0.0.0"
"""What a source without a `cicdpack.toml` is called."""


class SourceConfigError(CicdpackError):
    """A `cicdpack.toml` that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An older version of the bundle: its content digest (`sha256:` and 64 hex digits), when and what."""

    version: str
    digest: str
    date: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """One rule of `[map]`: the files below `source` (a folder of the bundle source) are packed below `destination`.

    Both are clean relative paths, empty for the root.
    """

    source: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """Name, version and file rules of a bundle source; older releases, newest first as the file lists them."""

    name: str = DEFAULT_NAME
    version: str = DEFAULT_VERSION
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    executable: tuple[str, ...] = ()
    allow_crlf: tuple[str, ...] = ()
    mapped: tuple[Mapped, ...] = ()
    history: tuple[Release, ...] = ()

    @classmethod
    def parse(cls, data: bytes, *, source: str = SOURCE_CONFIG_NAME) -> SourceConfig:
        """Read the file. Raises `SourceConfigError` for bad TOML, unknown keys and wrong values."""
        table = _Table(_load_toml(data, source), source, "")
        table.allow("bundle", "files", "map", "history")
        about = table.table("bundle")
        about.allow("name", "version")
        files = table.table("files")
        files.allow("include", "exclude", "executable", "allow_crlf")
        return cls(
            name=about.text("name", _NAME, "letters, digits, `.`, `_` and `-`", default=DEFAULT_NAME),
            version=_version(about, default=DEFAULT_VERSION),
            include=files.texts("include"),
            exclude=files.texts("exclude"),
            executable=files.texts("executable"),
            allow_crlf=files.texts("allow_crlf"),
            mapped=_mapped(table.table("map")),
            history=tuple(_release(item) for item in table.tables("history")),
        )

    def is_ignored(self, path: str, is_folder: bool) -> bool:  # noqa: FBT001 - the shape that `disk.read_tree` asks for
        """Tell whether a source path (and all below it) is of no use, so that nobody need read it.

        `assemble` decides about what is left. Where `[map]` has rules, only what they name is of use.
        """
        if path in (SOURCE_CONFIG_NAME, IGNORE_NAME) or not self.mapped:
            return False
        return not any(
            not rule.source
            or f"{path}/".startswith(rule.source + "/")
            or (is_folder and rule.source.startswith(path + "/"))
            for rule in self.mapped
        )

    def destinations(self, path: str) -> tuple[str, ...]:
        """Return where `[map]` packs a file or folder of the source, empty for the root; nowhere: an empty tuple."""
        if not self.mapped:
            return (path,)
        found = []
        for rule in self.mapped:
            rest = "" if path == rule.source else below(path, rule.source)
            if rest is not None:
                found.append("/".join(part for part in (rule.destination, rest) if part))
        return tuple(found)

    def origins(self, path: str) -> tuple[str, ...]:
        """Return the paths in the source that a packed path can come from."""
        if not self.mapped or path == SOURCE_CONFIG_NAME:
            return (path,)
        found = []
        for rule in self.mapped:
            rest = below(path, rule.destination)
            if rest is not None:
                found.append(f"{rule.source}/{rest}" if rule.source else rest)
        return tuple(found)


def below(path: str, folder: str) -> str | None:
    """Return the rest of a path below a folder (empty: the root), or None when it is somewhere else."""
    if not folder:
        return path
    return path[len(folder) + 1 :] if path.startswith(folder + "/") else None


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _load_toml(data: bytes, source: str) -> Mapping[str, object]:
    import sys
    from importlib import import_module

    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        table: dict[str, object] = toml.loads(data.decode("utf-8"))
        return table
    except UnicodeDecodeError:
        raise SourceConfigError("not UTF-8", location=Location(path=source), hint="save the file as UTF-8") from None
    except RecursionError:
        raise SourceConfigError("nested too deeply", location=Location(path=source)) from None
    except toml.TOMLDecodeError as error:
        text = str(error)
        place = re.search(r" \(at line (\d+), column (\d+)\)", text)
        where = Location(path=source)
        if place:
            where = Location(path=source, line=int(place.group(1)), column=int(place.group(2)))
        reason = re.sub(r" \(at .*\)", "", text)
        raise SourceConfigError(f"not TOML: {reason[:1].lower()}{reason[1:]}", location=where) from None


class _Table:
    """A table of the file, with the errors that its keys can give."""

    def __init__(self, values: Mapping[str, object], source: str, name: str) -> None:
        self.values = values
        self._source = source
        self._name = name

    def error(self, message: str, *, hint: str | None = None) -> SourceConfigError:
        return SourceConfigError(message, location=Location(path=self._source), hint=hint)

    def allow(self, *known: str) -> None:
        for key in self.values:
            if key not in known:
                from difflib import get_close_matches

                close = get_close_matches(key, known, n=1, cutoff=0.6)
                hint = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(f'`{k}`' for k in known)}"
                raise self.error(f"unknown key {self._path(key)}", hint=hint)

    def text(self, key: str, pattern: re.Pattern[str] | None, expected: str, *, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if value is None:
            raise self.error(f"{self._path(key)} is missing")
        if not isinstance(value, str) or (pattern is not None and not pattern.fullmatch(value)):
            raise self.error(f"{self._path(key)} is `{value}`, expected {expected}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.error(f"{self._path(key)} is no list of texts", hint=f'write `{key} = ["*.sh"]`')
        return tuple(value)

    def table(self, key: str) -> _Table:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"{self._path(key)} is no table", hint=f"write `[{key}]` above its keys")
        return _Table(value, self._source, key)

    def tables(self, key: str) -> tuple[_Table, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(f"{self._path(key)} is no list of tables", hint=f"write `[[{key}]]` above each item")
        return tuple(_Table(item, self._source, f"{key}[{index}]") for index, item in enumerate(value))

    def _path(self, key: str) -> str:
        return f"`{self._name}.{key}`" if self._name else f"`{key}`"


def _version(table: _Table, *, default: str | None = None) -> str:
    version = table.text("version", None, "a version such as `1.4.0`", default=default)
    if version.count(".") < 2 or sort_key(f"v{version}") is None:
        raise table.error(f"`version` is `{version}`, expected a version such as `1.4.0`")
    return version


def _release(table: _Table) -> Release:
    table.allow("version", "digest", "date", "summary")
    raw_date = table.values.get("date")
    date = None
    if raw_date is not None:
        date = str(raw_date)
        if not _DATE.fullmatch(date):
            raise table.error(f"`date` is `{date}`, expected a date such as `2025-02-21`")
    return Release(
        version=_version(table),
        digest=table.text("digest", _DIGEST, "`sha256:` and 64 hexadecimal digits: the content digest"),
        date=date,
        summary=table.text("summary", None, "a text", default=""),
    )


def _mapped(table: _Table) -> tuple[Mapped, ...]:
    return tuple(
        Mapped(source=_folder(table, table.text(key, None, "a folder of the source")), destination=_folder(table, key))
        for key in table.values
    )


def _folder(table: _Table, text: str) -> str:
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if text.startswith("/") or "\\" in text or ".." in parts:
        raise table.error(
            f"`map` names `{text}`, expected a folder below the bundle source",
            hint="build from a folder that holds all of them",
        )
    return "/".join(parts)
