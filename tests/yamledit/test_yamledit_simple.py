"""What is read straight from the parser's events, and what is left to the tree."""

from __future__ import annotations

import pytest

from cicdpack.yamledit.nodes import read_tree
from cicdpack.yamledit.simple import LONGEST, NotSimple, simple_value
from cicdpack.yamledit.source import Source
from cicdpack.yamledit.values import Reader, same

pytestmark = pytest.mark.usefixtures("parser")

SIMPLE = [
    "", "# c", "--- \n", "a", "~", "'<<'", "- a\n- - b\n  - {}\n- []", "on: yes\n3.10: 3.10\n'1': '2'\n", "a:\nb: ''",
    "{a, b: c, d: '<<'}", "? a\n: b", "a: |\n  b\n\n  c", "[2024-01-01, 0x1F, 1e3, .inf, =, null]", "a: b\n...\n",
    "[" * 60 + "]" * 60,
]  # fmt: skip

NOT_SIMPLE = {
    "an anchor": "a: &x 1",
    "an anchor of a list": "a: &x []",
    "an alias": "a: [&x b, *x]",
    "a tag": "a: !!str 1",
    "a tag of a mapping": "a: !x {}",
    "a key that looks like a merge key": "'<<': a",
    "a merge key": "a: {<<: {b: c}}",
    "a key twice": "a: 1\na: 2",
    "keys that are equal": "1: a\ntrue: b",
    "a list as a key": "? [a]\n: b",
    "a mapping as a key": "{{a: b}: c}",
    "a second document": "a\n---\nb",
    "a second document without a value": "a\n---\n",
    "a number that is none": "0b_",
    "broken": "a: [",
    "deep": "[" * 61 + "]" * 61,
    "deep and broken": "[" * 5000,
    "long": "#" * (LONGEST + 1),
}


@pytest.mark.parametrize("text", SIMPLE)
def test_value_is_that_of_the_tree(text: str) -> None:
    """Simple texts mean what the tree says they mean, down to the types."""
    source = Source.decode(text.encode(), "x")
    root = read_tree(source).root

    assert same(simple_value(text), None if root is None else Reader(source).value(root))


@pytest.mark.parametrize("case", NOT_SIMPLE)
def test_what_needs_a_judgement_is_not_simple(case: str) -> None:
    """Nothing is guessed: the tree decides, or says what is wrong and where."""
    with pytest.raises(NotSimple):
        simple_value(NOT_SIMPLE[case])
