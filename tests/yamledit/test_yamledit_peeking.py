"""One scalar out of a text."""

from __future__ import annotations

import pytest

from cicdpack.yamledit.peeking import peek


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bundle:\n  name: x\n", "x"),
        ("# first\nbundle:\n  uuid: u\n  name: 'a b' # why\n", "a b"),
        ("bundle: {uuid: u, name: x}\n", "x"),
        ("other: [{name: no}]\nbundle: {name: x}\n", "x"),
        ("? [complex, key]\n: v\nbundle: {name: x}\n", "x"),
        ("bundle:\n  name: x\nbroken: [\n", "x"),
        ("\ufeffbundle:\r\n  name: x\r\n", "x"),
    ],
)
def test_the_scalar_is_found(text: str, found: str) -> None:
    """The value comes out as text whatever stands around it, and whatever follows."""
    assert peek(text.encode(), ("bundle", "name"), source="f") == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: 1\n",
        "bundle: x\n",
        "bundle: {name: {x: 1}}\n",
        "bundle: [name]\n",
        "- bundle: {name: x}\n",
        "a: [\n",
        "\xff",
    ],
)
def test_nothing_is_found(text: str) -> None:
    """A path that is not there, leads to something else than a scalar, or lies behind broken text gives None."""
    assert peek(text.encode("latin-1"), ("bundle", "name"), source="f") is None
