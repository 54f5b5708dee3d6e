"""Nodes -> plain Python values, and what it means for two values to be equal, merged or satisfied.

Scalars are read as PyYAML's SafeLoader reads YAML 1.1, with two exceptions: timestamps stay strings, and so do keys
such as `on` or `yes`, which every reader of these files takes for words.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cicdpack.yamledit.nodes import Alias, MappingNode, Node, Scalar, SequenceNode, deref

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection

    from cicdpack.yamledit.source import Source

CORE = "tag:yaml.org,2002:"
MERGE_KEY = "<<"
_STRING = CORE + "str"
_WORDS_AS_KEYS = frozenset({"yes", "no", "on", "off"})
_COLLECTIONS = {MappingNode: CORE + "map", SequenceNode: CORE + "seq"}
_MAX_DIGITS = 400
"""Longest number, in characters: above it Python may refuse the conversion, and no setting needs it."""


class Tagged:
    """A value with a tag that is not one of YAML's own: compared, never edited."""

    __slots__ = ("tag", "value")

    def __init__(self, tag: str, value: object) -> None:
        self.tag = tag
        self.value = value

    def __repr__(self) -> str:
        return f"{self.tag} {self.value!r}"


class Reader:
    """Nodes of one source -> values. `tags` lists the local tags (`!reference`) whose plain value is taken."""

    def __init__(self, source: Source, *, tags: Collection[str] = (), is_tolerant: bool = False) -> None:
        self.source = source
        self.tags = tags
        self.is_tolerant = is_tolerant
        self._keys: dict[Node, Any] = {}

    def value(self, node: Node) -> object:
        """The value of a node, built anew for each alias, so that no two places share an object."""
        if type(node) is Scalar and node.tag is None:
            return node.text if node.style else self._scalar(node)
        if isinstance(node, Alias):
            return self.value(node.target)
        plain = self._plain(node)
        if node.tag in {None, "!"} or node.tag in self.tags or self._is_core(node):
            return plain
        if self.is_tolerant:
            return Tagged(str(node.tag), plain)
        raise self.source.error(
            f"tag `{_short(node.tag)}` is not understood", node.start, hint="write the value without the tag"
        )

    def _is_core(self, node: Node) -> bool:
        if isinstance(node, Scalar):
            return node.tag is not None and node.tag.removeprefix(CORE) in _SCALAR_TAGS
        return node.tag == _COLLECTIONS[type(node)]

    def _plain(self, node: Node) -> object:
        match node:
            case Scalar():
                return self._scalar(node)
            case SequenceNode():
                return [self.value(item) for item in node.items]
            case MappingNode():
                return self.mapping(node)
        raise TypeError(node)

    def mapping(self, node: MappingNode) -> dict[Any, object]:
        """The pairs of a mapping, merge keys (`<<`) included; a key that comes twice is a `YamlEditError`."""
        own: dict[Any, object] = {}
        is_merging = False
        for key_node, value_node in node.pairs:
            if is_merge_key(key_node):
                is_merging = True
                continue
            key = self.key(key_node)
            if key in own:
                raise self.source.error(
                    f"key `{key_text(key_node)}` comes twice in one mapping", key_node.start, hint="keep one of them"
                )
            own[key] = self.value(value_node)
        return {**self.inherited(node), **own} if is_merging else own

    def inherited(self, node: MappingNode) -> dict[Any, object]:
        """What the merge keys of a mapping bring in; of a list of mappings the first one wins."""
        found: dict[Any, object] = {}
        for key_node, value_node in node.pairs:
            if not is_merge_key(key_node):
                continue
            target = deref(value_node)
            sources = target.items if isinstance(target, SequenceNode) else [target]
            for item in reversed(sources):
                mapping = deref(item)
                if not isinstance(mapping, MappingNode):
                    raise self.source.error("`<<` merges mappings only", value_node.start, hint="refer to a mapping")
                found.update(self.mapping(mapping))
        return found

    def key(self, node: Node) -> Any:
        """The value of a key: hashable; words such as `on` stay words."""
        if type(node) is Scalar and node.tag is None and (node.style or is_word(node.text)):
            return node.text
        if node in self._keys:
            return self._keys[node]
        value: Any
        target = deref(node)
        is_plain = isinstance(target, Scalar) and not target.style and target.tag is None
        value = key_text(node) if is_plain and key_text(node).lower() in _WORDS_AS_KEYS else self.value(node)
        if isinstance(value, Tagged):
            raise self.source.error(
                f"tag `{_short(value.tag)}` on a key", node.start, hint="write the key without the tag"
            )
        self._keys[node] = value
        return value

    def _scalar(self, node: Scalar) -> object:
        try:
            if node.tag is None:
                return node.text if node.style else untagged(node.text)
            return typed(node.tag, node.text)
        except (ValueError, KeyError, IndexError, OverflowError):
            kind = (node.tag or plain_tag(node.text)).removeprefix(CORE)
            raise self.source.error(
                f"`{node.text[:40]}` is not a value of type `{kind}`", node.start, hint="quote it to make it a string"
            ) from None


_SCALAR_TAGS = frozenset({"str", "int", "float", "bool", "null", "timestamp"})


def key_text(node: Node) -> str:
    """The text of a key, as it reads without quotes."""
    target = deref(node)
    return target.text if isinstance(target, Scalar) else ""


def _short(tag: object) -> str:
    return str(tag).replace(CORE, "!!")


@lru_cache(maxsize=8192)
def untagged(text: str) -> object:
    """The value of a plain scalar without a tag. Raises as `number`."""
    return typed(plain_tag(text), text)


def typed(tag: str, text: str) -> object:
    """The value of a scalar with a tag; one that is not a bool, a number or null is its text. Raises as `number`."""
    kind = tag.removeprefix(CORE)
    if kind == "null":
        return None
    return number(kind, text) if kind in {"bool", "int", "float"} else text


@lru_cache(maxsize=1024)
def number(kind: str, text: str) -> object:
    """The bool, int or float that a text stands for in YAML 1.1. Raises `ValueError` and its like."""
    import yaml

    if len(text) > _MAX_DIGITS:
        raise ValueError(text)
    constructor = yaml.constructor.SafeConstructor()
    node = yaml.ScalarNode(CORE + kind, text)
    construct = {
        "bool": constructor.construct_yaml_bool,
        "int": constructor.construct_yaml_int,
        "float": constructor.construct_yaml_float,
    }[kind]
    return construct(node)


@lru_cache(maxsize=8192)
def plain_tag(text: str) -> str:
    """The tag that YAML 1.1, as PyYAML reads it, gives to a plain scalar."""
    import yaml

    resolvers: dict[Any, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers
    for tag, pattern in resolvers.get(text[:1], []):
        if pattern.match(text):
            return tag
    return CORE + "str"


@lru_cache(maxsize=8192)
def is_word(text: str) -> bool:
    """Whether a plain scalar is a string, be it because it stands as a key."""
    return text.lower() in _WORDS_AS_KEYS or plain_tag(text) == _STRING


def is_merge_key(node: Node) -> bool:
    """A plain `<<`."""
    return isinstance(node, Scalar) and node.text == MERGE_KEY and not node.style and node.tag in {None, CORE + "merge"}


def is_list(value: object) -> bool:
    """A YAML list: a Python list or tuple."""
    return isinstance(value, (list, tuple))


def same(one: object, other: object) -> bool:
    """Equal and of the same type all the way down: `1`, `1.0`, `true` and `"1"` are four values; nan equals nan."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        mine, theirs = ({(type(key), key): value for key, value in side.items()} for side in (one, other))
        return mine.keys() == theirs.keys() and all(same(value, theirs[key]) for key, value in mine.items())
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Tagged) and isinstance(other, Tagged):
        return one.tag == other.tag and same(one.value, other.value)
    if type(one) is not type(other):
        return False
    return one == other or (one != one and other != other)


def contains(items: Collection[object], value: object) -> bool:
    """Membership by `same`."""
    return any(same(item, value) for item in items)


def missing_items(
    current: Collection[object], wanted: Collection[object], covers: Callable[[object, object], bool] = same
) -> list[object]:
    """The wanted items that a list lacks, each once, in order; `covers` says which item makes a wanted one needless."""
    found: list[object] = []
    for item in wanted:
        if not any(covers(there, item) for there in current) and not contains(found, item):
            found.append(item)
    return found


def satisfies(current: object, wanted: object) -> bool:
    """Merging the wanted value into the current one would neither change it nor conflict with it."""
    if isinstance(current, Mapping) and isinstance(wanted, Mapping):
        return all(key in current and satisfies(current[key], value) for key, value in wanted.items())
    if isinstance(current, (list, tuple)) and isinstance(wanted, (list, tuple)):
        return not missing_items(current, wanted)
    return same(current, wanted)


def plain(value: object) -> object:
    """A deep copy in dicts and lists."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
