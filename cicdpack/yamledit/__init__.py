"""YAML text + wanted values -> YAML text with every other byte kept. Knows nothing of bundles or files."""

from __future__ import annotations

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
