"""Rendered files of `merge/` -> `Overlay`: YAML values for files that belong to the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.errors import BundleError
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.bundle.walk import WalkedFile
    from cicdpack.gotemplate.template import Output
    from cicdpack.yamledit import YamlEditError

CREATE_MARK = "# cicdpack: create"
"""As the first line it allows an overlay to create its file."""


class OverlayError(BundleError):
    """An overlay that renders to something else than a YAML mapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Values for a file that belongs to the user: YAML text. `create` allows the file to be made when it is missing."""

    path: str
    text: str
    create: bool = False
    source: str = ""
    output: Output | None = None

    def value(self) -> Mapping[str, object]:
        """Parse the text to plain values, every mapping with text keys. Raises `OverlayError`."""
        from cicdpack.yamledit import YamlEditError, parse

        try:
            value = parse(self.text, source=self.source)
        except YamlEditError as error:
            raise _not_yaml(self, error) from None
        if not isinstance(value, dict):
            raise OverlayError(
                "the overlay renders to no mapping, so there is nothing to merge into",
                location=Location(path=self.source),
                hint="write `key: value` lines at its top level",
            )
        return value

    def origin_of(self, line: int) -> Location | None:
        """Return the template's line that wrote the text's line (from 1)."""
        if self.output is None:
            return Location(path=self.source, line=line)
        return self.output.origin_of(line)


def make_overlay(file: WalkedFile, path: str) -> Overlay | None:
    """Turn a rendered file into an overlay; None when nothing but the mark and comments was rendered."""
    try:
        text = file.data.decode("utf-8")
    except UnicodeDecodeError:
        raise OverlayError(
            "the overlay is not UTF-8", location=Location(path=file.source), hint="save the template as UTF-8"
        ) from None
    lines = [line.strip() for line in text.splitlines()]
    if all(not line or line.startswith("#") for line in lines):
        return None
    is_creating = lines[0] == CREATE_MARK
    return Overlay(path=path, text=text, create=is_creating, source=file.source, output=file.output)


def _not_yaml(overlay: Overlay, error: YamlEditError) -> OverlayError:
    """Point at the template's line, not at the rendered one, and show the rendered one."""
    line = error.location.line if error.location else None
    where = None if line is None else overlay.origin_of(line)
    lines = overlay.text.splitlines()
    excerpt = error.excerpt
    if excerpt is None and line is not None and line <= len(lines):
        excerpt = f"  {lines[line - 1]}"
    return OverlayError(
        f"the overlay for `{overlay.path}` cannot be used: {error.message}",
        location=where or Location(path=overlay.source),
        excerpt=excerpt,
        hint=error.hint,
    )
