"""Rendered files of `merge/` -> `Overlay`: YAML values for files that belong to the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.rendering import Overlay
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.bundle.walk import WalkedFile

CREATE_MARK = "# cicdpack: create"
"""As the first line it allows an overlay to create its file."""


class OverlayError(BundleError):
    """An overlay that renders to something else than a YAML mapping."""


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


def parse_overlay(overlay: Overlay) -> Mapping[str, object]:
    """Parse an overlay's text to plain values, every mapping with text keys. Raises `OverlayError`."""
    import yaml

    try:
        value: object = yaml.load(overlay.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        raise _not_yaml(overlay, error) from None
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise OverlayError(
            "the overlay renders to no mapping with text keys, so there is nothing to merge into",
            location=Location(path=overlay.source),
            hint="write `key: value` lines at its top level",
        )
    return value


def _not_yaml(overlay: Overlay, error: Exception) -> OverlayError:
    """Point at the template's line, not at the rendered one."""
    mark = getattr(error, "problem_mark", None)
    where = None if mark is None else overlay.origin_of(mark.line + 1)
    lines = overlay.text.splitlines()
    excerpt = f"  {lines[mark.line]}" if mark is not None and mark.line < len(lines) else None
    problem = getattr(error, "problem", None) or "not YAML"
    return OverlayError(
        f"the overlay renders to text that is no YAML: {problem}",
        location=where or Location(path=overlay.source),
        excerpt=excerpt,
        hint=f"the text is for `{overlay.path}`",
    )
