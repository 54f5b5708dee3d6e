"""Classes and case folding beyond ASCII."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate import regexp
from cicdpack.gotemplate.regexp.properties import category_ranges, property_ranges
from cicdpack.gotemplate.regexp.runes import MAX_RUNE, fold, negate, union

KELVIN = "\u212a"


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("(?i)k", "kK" + KELVIN, "x"),
        ("(?i)" + KELVIN, "kK" + KELVIN, "x"),
        ("(?i)s", "sSſ", "ß"),
        ("(?i)ß", "ßẞ", "s"),
        ("(?i)σ", "σςΣ", "s"),
        ("(?i)[k-s]", "kSKſ" + KELVIN, "jt"),
        ("(?i)[^k]", "jl", "kK" + KELVIN),
        (r"(?i)\w", "aſ" + KELVIN, "é-"),
        (r"(?i)\W", "é-", "aſ" + KELVIN),
        (r"\w", "a_9", "ſé" + KELVIN),
        ("(?i)[[:^word:]]", "é-", "ſ" + KELVIN),
        (r"(?i)\p{Lu}", "aAéÉ", "1ª"),
        (r"\p{Lu}", "AÉ", "aé1"),
        (r"\pL", "aé世", "1_"),
        (r"\PL", "1_", "aé世"),
        (r"\p{^L}", "1_", "a"),
        (r"\P{^L}", "a", "1_"),
        (r"\p{Greek}", "αΩ", "aд"),
        (r"\p{greek}", "αΩ", "aд"),
        (r"[\p{Cyrillic}\d]", "д7", "aα"),
        (r"\p{Han}", "世", "aあ"),
        (r"\p{Decimal_Number}", "7٣", "a½"),
        (r"\p{Any}", "a\u0378\udcff", ""),
        (r"\p{Assigned}", "a世", "\u0378"),
        (r"\p{Cn}", "\u0378", "a"),
        (r"\pC", "\u0378\x00", "a"),
        (r"\p{ASCII}", "a\x00", "é"),
        (r"(?i)\p{ASCII}", "a" + KELVIN, "é"),
        (r"\p{LC}", "aAǅ", "1世"),
        (r"[^\x00-\x7F]", "é\udcff", "a"),
    ],
)
def test_a_class_has_the_runes_that_go_gives_it(pattern: str, matching: str, others: str) -> None:
    """Folding is Unicode's simple one; escapes with a letter are ASCII; negation comes last."""
    compiled = regexp.compile(f"^(?:{pattern})$")

    assert [letter for letter in matching if not compiled.match_string(letter)] == []
    assert [letter for letter in others if compiled.match_string(letter)] == []


def test_categories_cover_all_runes_once() -> None:
    """Every rune is in exactly one category, though stretches of one category are not looked at rune by rune."""
    ranges = [pair for pairs in category_ranges().values() for pair in pairs]

    assert union(ranges) == ((0, MAX_RUNE),)
    assert sum(high - low + 1 for low, high in ranges) == MAX_RUNE + 1


@pytest.mark.parametrize("name", ["", "Nope", "L&", "Old_Italic", "oldItalic", "Grék", "Script=Greek"])
def test_an_unknown_property_has_no_runes(name: str) -> None:
    """Go refuses these names, so there is nothing to return."""
    assert property_ranges(name) is None


def test_negating_twice_changes_nothing() -> None:
    """The complement of the complement is the set."""
    greek = property_ranges("Greek") or ()

    assert greek
    assert negate(negate(greek)) == greek
    assert negate(negate(())) == ()


def test_folding_twice_changes_nothing_more() -> None:
    """A folded set is closed."""
    once = fold(((0x41, 0x5A), (0x3B1, 0x3C9)))

    assert fold(once) == once
