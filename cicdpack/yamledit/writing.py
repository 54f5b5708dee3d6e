"""Plain Python values -> YAML text, in block style as lines or in flow style as one line.

Every string reads back as that string under YAML 1.1 and 1.2. Knows nothing of the file that the text goes into.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from cicdpack.yamledit.errors import YamlEditError
from cicdpack.yamledit.values import CORE, is_list, plain_tag

MAX_KEY = 1024
"""Longest key on one line, in characters (YAML 1.2, section 7.4.2)."""

_PLAIN = re.compile(r"(?:[A-Za-z_/$]|\.{1,2}/|~/)(?:[A-Za-z0-9_./$+@=()~^;<>*&|!%?,{}\[\]-]|:(?=[^\s:])| (?=[^ #]))*")
"""Strings that may stand unquoted in block style. Narrower than YAML: nothing that starts like a number is in it."""

_PLAIN_IN_FLOW = re.compile(r"(?:[A-Za-z_/$]|\.{1,2}/|~/)(?:[A-Za-z0-9_./$+@=()~^;-]| (?=[A-Za-z0-9_./$]))*")
"""The same inside `{}` and `[]`, where brackets, commas and colons mean something."""

_OTHER_WORDS = frozenset({"y", "n", "true", "false", "yes", "no", "on", "off", "null"})
"""Words that some YAML 1.1 reader takes for a boolean or null, whatever PyYAML does (YAML 1.1 type repository)."""

_ESCAPED = "[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"


def inline_text(value: object) -> str:
    """A value on one line, collections in flow style."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(inline_pair(key, item) for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(inline_text, value)) + "]"
    return scalar_text(value, is_in_flow=True)


def inline_pair(key: object, value: object) -> str:
    """`key: value` for a flow mapping."""
    return f"{key_text(key, is_in_flow=True)}: {inline_text(value)}"


def pair_lines(key: object, value: object, *, step: int, dash: int) -> list[str]:
    """`key: value` as block lines without indentation.

    `step` is the indentation of a nested mapping, `dash` that of a nested list's dashes, both in columns.
    """
    head = key_text(key) + ":"
    if is_inline(value):
        return [f"{head} {block_scalar_text(value)}"]
    indent = " " * (dash if is_list(value) else step)
    return [head, *(indent + line for line in block_lines(value, step=step, dash=dash))]


def block_lines(value: object, *, step: int, dash: int) -> list[str]:
    """A mapping or list that is not empty, as block lines without indentation."""
    if isinstance(value, Mapping):
        return [line for key, item in value.items() for line in pair_lines(key, item, step=step, dash=dash)]
    if isinstance(value, (list, tuple)):
        return [line for item in value for line in item_lines(item, step=step, dash=dash)]
    raise TypeError(f"{type(value).__name__} has no lines")


def item_lines(item: object, *, step: int, dash: int) -> list[str]:
    """`- item` as block lines without indentation."""
    if is_inline(item):
        return [f"- {block_scalar_text(item)}"]
    first, *rest = block_lines(item, step=step, dash=dash)
    return [f"- {first}", *(f"  {line}" for line in rest)]


def is_inline(value: object) -> bool:
    """Scalars and empty collections are written on the line of their key."""
    return not value or not (isinstance(value, Mapping) or is_list(value))


def block_scalar_text(value: object) -> str:
    """A scalar or an empty collection in block context."""
    return inline_text(value) if isinstance(value, (Mapping, list, tuple)) else scalar_text(value)


def key_text(key: object, *, is_in_flow: bool = False) -> str:
    """A key on one line; too long a key is a `YamlEditError`."""
    text = scalar_text(key, is_in_flow=is_in_flow)
    if len(text) > MAX_KEY:
        raise YamlEditError(f"key `{text[:40]}...` is longer than {MAX_KEY} characters", hint="use a shorter key")
    return text


def scalar_text(value: object, *, is_in_flow: bool = False) -> str:
    """A scalar on one line. A type that is not str, int, float, bool or None is a `TypeError`: a bug of the caller."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float_text(value)
        case str():
            return value if _is_plain(value, is_in_flow=is_in_flow) else _quoted(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no YAML form here")


def _is_plain(text: str, *, is_in_flow: bool) -> bool:
    pattern = _PLAIN_IN_FLOW if is_in_flow else _PLAIN
    return bool(pattern.fullmatch(text)) and text.lower() not in _OTHER_WORDS and plain_tag(text) == CORE + "str"


def _float_text(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, exponent, power = text.partition("e")
    # YAML 1.1 reads `1e+16` as a string: it wants a dot.
    return text if "." in mantissa else f"{mantissa}.0{exponent}{power}"


def _quoted(text: str) -> str:
    def escape(match: re.Match[str]) -> str:
        code = ord(match.group())
        if 0xD800 <= code <= 0xDFFF:
            raise YamlEditError(f"a string holds half a character (U+{code:04X})", hint="use whole characters")
        return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"

    return re.sub(_ESCAPED, escape, json.dumps(text, ensure_ascii=False))
