"""YAML text of nothing but mappings, lists and scalars -> its value, straight from the parser's events. Reads only.

Nearly every text is of that kind, and its value is wanted more often than the places of its parts. Whatever needs a
judgement (anchors, tags, merge keys, keys that come twice, texts that are broken or beyond a limit) is `NotSimple`: the
tree of `nodes` and the reader of `values` say what it means, or what is wrong and where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.yamledit.nodes import MAX_DEPTH, MAX_NODES, events_of
from cicdpack.yamledit.values import MERGE_KEY, is_word, untagged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

LONGEST = MAX_NODES // 2
"""Characters of a text that cannot hold too many nodes: a node takes one character at least."""


class NotSimple(Exception):
    """Something that needs a judgement stands in the text."""


def simple_value(text: str) -> object:
    """The value of a text, as `load` gives it. Raises `NotSimple`."""
    import yaml

    if len(text) > LONGEST:
        raise NotSimple
    try:
        return _value(events_of(text))
    except (yaml.YAMLError, ValueError, KeyError, IndexError, OverflowError):
        raise NotSimple from None


def _value(events: Iterator[Any]) -> object:
    """`items` is what the innermost collection holds so far, keys and values in turn where it is a mapping."""
    import yaml

    items: list[Any] = []
    outer: list[tuple[list[Any], bool]] = []
    is_mapping = False
    documents = 0
    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            text = event.value
            is_key = is_mapping and not len(items) % 2
            if event.tag is not None or event.anchor is not None or (is_key and text == MERGE_KEY):
                raise NotSimple
            items.append(text if event.style or (is_key and is_word(text)) else untagged(text))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            is_key = is_mapping and not len(items) % 2
            if event.tag is not None or event.anchor is not None or is_key or len(outer) == MAX_DEPTH:
                raise NotSimple
            outer.append((items, is_mapping))
            items, is_mapping = [], kind is yaml.MappingStartEvent
        elif kind is yaml.MappingEndEvent:
            mapping = dict(zip(items[::2], items[1::2], strict=True))
            if 2 * len(mapping) != len(items):
                raise NotSimple
            items, is_mapping = outer.pop()
            items.append(mapping)
        elif kind is yaml.SequenceEndEvent:
            sequence = items
            items, is_mapping = outer.pop()
            items.append(sequence)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
        elif kind is yaml.AliasEvent:
            raise NotSimple
    if documents > 1:
        raise NotSimple
    return items[0] if items else None
