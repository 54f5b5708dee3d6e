"""Time grows with the text and no faster, counted in steps; a budget stops what takes too long all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cicdpack.gotemplate import regexp

if TYPE_CHECKING:
    from collections.abc import Callable


def steps(pattern: str, text: str) -> int:
    """Steps of one search with groups."""
    spent = 0

    def spend(amount: int) -> None:
        nonlocal spent
        spent += amount

    compiled = regexp.compile(pattern, spend=spend)
    spent = 0
    compiled.find_string_submatch(text)
    return spent


@pytest.mark.parametrize(
    ("pattern", "unit", "end"),
    [
        ("(a*)*b", "a", ""),
        ("(a|aa)+$", "a", "b"),
        ("(x+x+)+y", "x", ""),
        ("(.*)(.*)(.*)(.*)(.*)[^a]$", "a", ""),
        (r"(\w+\s?)+!", "ab ", ""),
        ("(?i)(k|K|\u212a)*$", "k", "x"),
        ("((a?){20}){5}b", "a", ""),
        (r"^(?:(?:a|b)*(?:c|d)*)*\z", "abcd", "e"),
    ],
)
def test_steps_grow_with_the_text_and_no_faster(pattern: str, unit: str, end: str) -> None:
    """Doubling the text adds as many steps each time, for patterns on which backtracking needs exponential time."""
    first, second, third = (steps(pattern, unit * count + end) for count in (100, 200, 400))

    assert second > first
    assert third - second <= 2 * (second - first) + 10


def test_many_optional_pieces_cost_pieces_times_text() -> None:
    """`a?` n times and `a` n times on n letters: n squared, where backtracking takes two to the n."""
    first, second = (steps("a?" * count + "a" * count, "a" * count) for count in (20, 40))

    assert second <= 4.5 * first


def test_all_matches_of_an_empty_pattern_are_linear() -> None:
    """A match at each position costs steps for each position, not for each pair."""
    spent: list[int] = []
    compiled = regexp.compile("x*", spend=spent.append)

    found = []
    for count in (1000, 2000):
        spent.clear()
        assert len(compiled.find_all_string_index("a" * count, -1) or []) == count + 1
        found.append(sum(spent))

    assert found[1] <= 2 * found[0] + 10


class Exhausted(Exception):
    """The budget of a test ran out."""


def limited(limit: int) -> Callable[[int], None]:
    left = limit

    def spend(amount: int) -> None:
        nonlocal left
        left -= amount
        if left < 0:
            raise Exhausted

    return spend


def test_a_budget_stops_a_long_search() -> None:
    """`spend` is called while the search runs, so that it can end it."""
    compiled = regexp.compile("(a?){500}b", spend=limited(100_000))

    with pytest.raises(Exhausted):
        compiled.match_string("a" * 10_000)


def test_a_budget_stops_a_large_program() -> None:
    """A program is paid for before it is made."""
    with pytest.raises(Exhausted):
        regexp.compile("(?:[a-z]{100}){10}" * 50, spend=limited(10_000))


def test_a_budget_stops_many_groups() -> None:
    """Storing the ends of groups costs with their number."""
    compiled = regexp.compile("()" * 2000, spend=limited(100_000))

    assert compiled.match_string("a")
    with pytest.raises(Exhausted):
        compiled.find_string_submatch("a")


def test_a_budget_stops_a_growing_text() -> None:
    """A long replacement of many matches is paid for before the text is put together."""
    compiled = regexp.compile("a", spend=limited(10_000))

    with pytest.raises(Exhausted):
        compiled.replace_all_string("a" * 10_000, "b" * 10_000)


def test_a_budget_stops_a_growing_replacement() -> None:
    """So is a single replacement that repeats a long group."""
    compiled = regexp.compile("(a*)", spend=limited(100_000))

    with pytest.raises(Exhausted):
        compiled.replace_all_string("a" * 10_000, "$1" * 10_000)


def test_a_budget_that_suffices_changes_nothing() -> None:
    """What is spent does not show in the result."""
    compiled = regexp.compile("(a|b)+", spend=limited(10_000))

    assert compiled.find_string("xabba") == "abba"


def test_a_pattern_that_is_remembered_costs_the_same() -> None:
    """The second use spends what the first did, and is ended by the same limit: results do not depend on the past."""
    regexp._remembered.clear()
    pattern = "(?P<first>[a-z]{3})-(b|c)*"
    first: list[int] = []
    second: list[int] = []

    one = regexp.compile(pattern, spend=first.append)
    two = regexp.compile(pattern, spend=second.append)
    cost = sum(first)

    assert sum(second) == cost > 0
    assert one.find_string_submatch("abc-bc") == two.find_string_submatch("abc-bc") == ["abc-bc", "abc", "c"]
    assert two.subexp_names == ("", "first", "")
    regexp.compile(pattern, spend=limited(cost))
    with pytest.raises(Exhausted):
        regexp.compile(pattern, spend=limited(cost - 1))


def test_large_and_many_patterns_are_not_remembered() -> None:
    """Memory does not grow with the templates that were rendered."""
    regexp._remembered.clear()

    regexp.compile("[a-z]{1000}" * 5)
    for number in range(2 * regexp.MOST_REMEMBERED):
        regexp.compile(f"a{number}")

    assert 0 < len(regexp._remembered) <= regexp.MOST_REMEMBERED
    assert not any(pattern.startswith("[a-z]") for pattern in regexp._remembered)
