"""YAML text + wanted values -> YAML text with every other byte kept. Knows nothing of bundles or files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cicdpack.yamledit.changes import Inserted, Kept, Merged, Merged3, Removed, Span, Updated, ValueConflict
    from cicdpack.yamledit.errors import YamlEditError
    from cicdpack.yamledit.loading import Loaded, load, parse
    from cicdpack.yamledit.merging import merge
    from cicdpack.yamledit.removing import remove
    from cicdpack.yamledit.threeway import merge3
    from cicdpack.yamledit.updating import update

__all__ = [
    "Inserted",
    "Kept",
    "Loaded",
    "Merged",
    "Merged3",
    "Removed",
    "Span",
    "Updated",
    "ValueConflict",
    "YamlEditError",
    "load",
    "merge",
    "merge3",
    "parse",
    "remove",
    "update",
]

_HOMES = {
    "YamlEditError": "errors",
    "Loaded": "loading",
    "load": "loading",
    "parse": "loading",
    "merge": "merging",
    "remove": "removing",
    "merge3": "threeway",
    "update": "updating",
}
"""Where the public names live; those not listed are in `changes`."""


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562): a command that only reads loads no editing code."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'changes')}"), name)
