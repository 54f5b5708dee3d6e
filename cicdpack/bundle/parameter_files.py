"""A file of parameters, as people and their editors write it -> names and values, and what is odd about it.

Stricter than the Databricks CLI where that would go on with something else than what was meant: bytes that are no text.
More patient where nothing else can be meant: a byte order mark.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.gojson import JsonError, Members, object_of, parse
from cicdpack.bundle.parameters import ParameterError
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARK = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterFile:
    """`data` is the text without a byte order mark; of a name that stands more than once the last value counts."""

    values: Mapping[str, object]
    repeated: tuple[str, ...]
    data: bytes


def read_parameter_file(data: bytes, *, source: str) -> ParameterFile:
    """Read a JSON object in UTF-8. Raises `ParameterError` with the place."""
    data = data.removeprefix(_MARK)
    _check_encoding(data, source)
    try:
        node = parse(data, source=source)
        values = object_of(node, source=source)
    except JsonError as error:
        raise ParameterError(error.message, cli_text=error.cli_text, location=error.location, hint=error.hint) from None
    names = [name for name, _ in node.pairs] if isinstance(node, Members) and len(node.pairs) > len(values) else []
    repeated = tuple(dict.fromkeys(name for at, name in enumerate(names) if name in names[:at]))
    return ParameterFile(values=values, repeated=repeated, data=data)


def _check_encoding(data: bytes, source: str) -> None:
    if b"\0" in data:
        raise _encoding_error("a NUL byte, as in UTF-16", source, line=1, column=1)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        begin = data.rfind(b"\n", 0, error.start) + 1
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[begin : error.start].decode("utf-8")) + 1
        found = f"byte 0x{data[error.start]:02x}"
        raise _encoding_error(found, source, line=line, column=column) from None


def _encoding_error(found: str, source: str, *, line: int, column: int) -> ParameterError:
    where = Location(path=source, line=line, column=column)
    return ParameterError(f"not UTF-8: {found}", location=where, hint="save the file as UTF-8")
