"""Entries of a bundle -> the same with a manifest that describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.manifest import Manifest, describe_files, put_manifest, without_manifest
from cicdpack.bundle.source import SourceConfig

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cicdpack.archive.entries import Entry

PIN_PREFIX = "pin_"
"""Library definitions with such names hold the versions of the tools and actions that the pipelines use."""


def with_manifest(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries with a fresh manifest. Raises what `Bundle.from_entries` and the library's pins raise."""
    own = without_manifest(entries)
    bundle = Bundle.from_entries(own)
    return put_manifest(own, make_manifest(bundle))


def make_manifest(bundle: Bundle) -> Manifest:
    """Describe a bundle. Raises `RenderError` for a library or a pin that is no template."""
    from cicdpack.bundle.templates import Templates

    config = bundle.source_config or SourceConfig()
    templates = Templates.of(bundle)
    return Manifest(
        name=config.name,
        version=config.version,
        files=describe_files(bundle.content),
        parameters=tuple(sorted(bundle.parameters.properties)),
        platforms=bundle.platforms,
        pins={name.removeprefix(PIN_PREFIX): templates.call(name).strip() for name in templates.names(PIN_PREFIX)},
        history=config.history,
    )
