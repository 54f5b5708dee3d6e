"""The part after the question mark -> keys with their values, and back. Bad pairs are left out, as in Go's `Query`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.gotemplate.escape import query_escape
from cicdpack.gotemplate.url.escaping import QUERY, BadPart, unescape
from cicdpack.gotemplate.values import to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_PAIRS = 10_000
"""Pairs in a query. Go reads none at all where there are more (`urlmaxqueryparams`)."""


def parse_query(text: str) -> dict[str, list[str]]:
    """Keys with their values in the order of the text. Pairs with a semicolon or a bad escape do not count."""
    values: dict[str, list[str]] = {}
    if text.count("&") + 1 > MAX_PAIRS:
        return values
    for pair in text.split("&"):
        if not pair or ";" in pair:
            continue
        key, _, value = pair.partition("=")
        try:
            key, value = unescape(key, QUERY), unescape(value, QUERY)
        except BadPart:
            continue
        values.setdefault(key, []).append(value)
    return values


def encode_query(values: Mapping[str, Sequence[str]]) -> str:
    """`k=v&k=w&l=x`, sorted by the bytes of the keys."""
    return "&".join(
        f"{query_escape(key)}={query_escape(value)}" for key in sorted(values, key=to_bytes) for value in values[key]
    )
