"""YAML values <-> JSON values, without loss: keys that are no texts and numbers that JSON does not have are wrapped.

`{1: x}` becomes `{"!map": [[1, "x"]]}` and not-a-number `{"!float": "nan"}`; a mapping with a key that begins with
`!` is wrapped as well, so that nothing else can look like a wrapper.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cicdpack.errors import CicdpackError

_MAP = "!map"
_FLOAT = "!float"


class UnrecordableValue(CicdpackError):
    """A value that a receipt cannot hold: YAML with a tag of its own."""

    def __init__(self, value: object) -> None:
        super().__init__(
            f"a value of type `{type(value).__name__}` cannot be written into a receipt",
            hint="write the value in the overlay without a tag",
        )


def packed(value: object) -> object:
    """Return the JSON value for a YAML value. Raises `UnrecordableValue`."""
    if isinstance(value, Mapping):
        if all(isinstance(key, str) and not key.startswith("!") for key in value):
            return {key: packed(item) for key, item in value.items()}
        return {_MAP: [[packed(key), packed(item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [packed(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: repr(value)}
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise UnrecordableValue(value)


def unpacked(value: object) -> Any:
    """Return the YAML value that was packed. Raises `ValueError` for what `packed` never makes."""
    if isinstance(value, dict):
        if _MAP in value and len(value) == 1:
            return {unpacked(key): unpacked(item) for key, item in value[_MAP]}
        if _FLOAT in value and len(value) == 1:
            return float(value[_FLOAT])
        if any(key.startswith("!") for key in value):
            raise ValueError("an unknown wrapper")
        return {key: unpacked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unpacked(item) for item in value]
    return value
