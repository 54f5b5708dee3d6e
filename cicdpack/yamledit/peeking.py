"""One scalar out of a YAML text, read no further than it stands: for looking through many files. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.yamledit.errors import YamlEditError
from cicdpack.yamledit.nodes import events_of
from cicdpack.yamledit.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

_NO_PLAIN_KEY = "\0"
"""Stands for a key that is a list, a mapping or an alias: no path of plain keys leads through it."""


def peek(text: bytes, path: Sequence[str], *, source: str) -> str | None:
    """The text of the scalar under a path of keys; None where there is none, or where the text breaks before it.

    What follows the scalar is not looked at, so a broken rest is no error here.
    """
    import yaml

    try:
        events = events_of(Source.decode(text, source).text)
        return _find(events, tuple(path))
    except (yaml.YAMLError, YamlEditError):
        return None


def _find(events: Iterator[Any], path: tuple[str, ...]) -> str | None:
    import yaml

    place: list[str | None] = []  # the key at each depth: None where a key is due, and in lists
    is_mapping: list[bool] = []
    for event in events:
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            place.append(None)
            is_mapping.append(isinstance(event, yaml.MappingStartEvent))
            continue
        if isinstance(event, yaml.ScalarEvent):
            if all(is_mapping) and tuple(place) == path:
                return str(event.value)
            node = str(event.value)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            place.pop()
            is_mapping.pop()
            node = _NO_PLAIN_KEY
        elif isinstance(event, yaml.AliasEvent):
            node = _NO_PLAIN_KEY
        else:
            continue
        if place and is_mapping[-1]:
            place[-1] = node if place[-1] is None else None
    return None
