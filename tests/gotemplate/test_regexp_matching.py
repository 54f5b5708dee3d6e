"""What matches, and what the methods make of it: the answers are Go's."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate import regexp


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("", "abc", [0, 0]),
        ("b", "abc", [1, 2]),
        ("z", "abc", None),
        ("a|ab", "ab", [0, 1]),
        ("ab|a", "ab", [0, 2]),
        ("(?:a|ab)(?:c|bcd)", "abcd", [0, 4]),
        ("a*?", "aa", [0, 0]),
        ("(?U)a+", "aa", [0, 1]),
        ("(?U)a+?", "aa", [0, 2]),
        ("(|a)*", "aa", [0, 0]),
        ("(a|b)*$", "xab", [1, 3]),
        (r"\Aa", "ba", None),
        ("^b", "a\nb", None),
        ("(?m)^b", "a\nb", [2, 3]),
        ("a$", "a\n", None),
        ("(?m)a$", "a\n", [0, 1]),
        (r"a\z", "a\n", None),
        (".", "\na", [1, 2]),
        ("(?s).", "\na", [0, 1]),
        (r"\bé", "aé", [1, 3]),
        (r"\Bb", "ab", [1, 2]),
        (r"\s", "\v ", [1, 2]),
        ("[[:space:]]", "\v ", [0, 1]),
        (r"\d", "٣3", [2, 3]),
        ("é", "aé", [1, 3]),
        (".", "\udcff", [0, 1]),
        ("\ufffd", "a\udcff", [1, 2]),
        ("\ufffd", "\udcc3\udca9\udcc3", [2, 3]),
        (r"\x{DC80}", "\udc80", None),
        (r"[^\x{0}-\x{10FFFF}]", "a", None),
        (r"a{,2}", "a{,2}", [0, 5]),
        ("a{2,3}", "aaaa", [0, 3]),
        ("a{2,}?", "aaaa", [0, 2]),
        ("a{0}b", "ab", [1, 2]),
        (r"\Qa.b\E+", "a.bbb", [0, 5]),
    ],
)
def test_the_first_match_is_where_go_finds_it(pattern: str, text: str, found: list[int] | None) -> None:
    """The leftmost match, the first choice that leads to one; ends count bytes."""
    compiled = regexp.compile(pattern)

    assert compiled.find_string_index(text) == found
    assert compiled.match_string(text) == (found is not None)


@pytest.mark.parametrize(
    ("pattern", "text", "ends", "texts"),
    [
        ("(h)(e)", "hello", [0, 2, 0, 1, 1, 2], ["he", "h", "e"]),
        ("(l)(l)?(x)?", "lo", [0, 1, 0, 1, -1, -1, -1, -1], ["l", "l", "", ""]),
        ("(a*)+", "b", [0, 0, 0, 0], ["", ""]),
        ("(a*)*", "aab", [0, 2, 0, 2], ["aa", "aa"]),
        ("(a|b)*", "ab", [0, 2, 1, 2], ["ab", "b"]),
        ("(é)(.)", "xé世", [1, 6, 1, 3, 3, 6], ["é世", "é", "世"]),
        ("(a){0}b", "b", [0, 1, -1, -1], ["b", ""]),
        ("(?:(a)|b)*", "ab", [0, 2, 0, 1], ["ab", "a"]),
    ],
)
def test_groups_hold_what_go_puts_in_them(pattern: str, text: str, ends: list[int], texts: list[str]) -> None:
    """The last turn of a loop that a group took part in; -1 and "" where it took none."""
    compiled = regexp.compile(pattern)

    assert compiled.find_string_submatch_index(text) == ends
    assert compiled.find_string_submatch(text) == texts


@pytest.mark.parametrize(
    ("pattern", "text", "n", "found"),
    [
        ("a*", "baac", -1, [[0, 0], [1, 3], [4, 4]]),
        ("a|", "baab", -1, [[0, 0], [1, 2], [2, 3], [4, 4]]),
        ("", "é", -1, [[0, 0], [2, 2]]),
        ("l", "hello", -1, [[2, 3], [3, 4]]),
        ("l", "hello", 1, [[2, 3]]),
        ("l", "hello", 0, None),
        ("z", "hello", -1, None),
        ("^a", "aa", -1, [[0, 1]]),
        (r"\b", "ab c", -1, [[0, 0], [2, 2], [3, 3], [4, 4]]),
    ],
)
def test_all_matches_do_not_touch_empty_ones(pattern: str, text: str, n: int, found: list[list[int]] | None) -> None:
    """An empty match right after a match does not count; None means no match."""
    compiled = regexp.compile(pattern)

    assert compiled.find_all_string_index(text, n) == found


@pytest.mark.parametrize(
    ("pattern", "text", "replacement", "result"),
    [
        ("-", "my-project-name", "_", "my_project_name"),
        ("[^A-Za-z0-9_-]", "my project.é", "_", "my_project__"),
        ("a*", "baac", "-", "-b-c-"),
        ("(h)(e)", "hello", "$2$1", "ehllo"),
        ("(h)", "hello", "$1x", "ello"),
        ("(h)", "hello", "${1}x", "hxello"),
        ("(h)", "hello", "$9|$01|$n|${n}", "|||ello"),
        ("(h)", "hello", "$$1$", "$1$ello"),
        ("(h)", "hello", "${1", "${1ello"),
        ("(h)", "hello", "${}$-${1 }", "${}$-${1 }ello"),
        ("(?P<n>z)|(?P<n>h)", "hello", "[$n]", "[h]ello"),
        ("(a)", "a", "$1é", ""),
        (r"(\w)", "\udcffa", "<$1\udcfe>", "\udcff<a\udcfe>"),
    ],
)
def test_replacements_fill_in_groups(pattern: str, text: str, replacement: str, result: str) -> None:
    """A name is as long as it can be; unknown groups are empty; a lone dollar stays."""
    assert regexp.compile(pattern).replace_all_string(text, replacement) == result


@pytest.mark.parametrize(
    ("pattern", "text", "replacement"),
    [("z", "hello", "$0"), ("^$", "a", "b"), ("x*y", "", "b"), (r"\d+", "٣\udcff", "0"), ("(?i)ß", "ss", "x")],
)
def test_text_without_a_match_stays(pattern: str, text: str, replacement: str) -> None:
    """Nothing is replaced where nothing matches."""
    assert regexp.compile(pattern).replace_all_string(text, replacement) == text


def test_a_literal_replacement_is_taken_as_it_is() -> None:
    """Dollars mean nothing in `replace_all_literal_string`."""
    assert regexp.compile("(h)").replace_all_literal_string("hello", "$1") == "$1ello"


@pytest.mark.parametrize(
    ("pattern", "text", "n", "pieces"),
    [
        (",", "a,b,,c", -1, ["a", "b", "", "c"]),
        (",", "a,b,c", 2, ["a", "b,c"]),
        (",", "a,b", 0, None),
        (",", "", -1, [""]),
        ("", "", -1, []),
        ("", "abc", -1, ["a", "b", "c"]),
        ("l*", "hello", -1, ["h", "e", "o"]),
        (",", "abc", -1, ["abc"]),
        (",", ",", -1, ["", ""]),
    ],
)
def test_split_gives_what_stands_between(pattern: str, text: str, n: int, pieces: list[str] | None) -> None:
    """The pieces between matches, at most `n`."""
    assert regexp.compile(pattern).split(text, n) == pieces


def test_groups_have_names_and_numbers() -> None:
    """The first of two groups with one name is the one that is found; the empty name is nobody's."""
    compiled = regexp.compile("(a)(?P<x>b)(?<x>c)")

    assert compiled.num_subexp == 3
    assert compiled.subexp_names == ("", "", "x", "x")
    assert [compiled.subexp_index(name) for name in ("x", "y", "")] == [2, -1, -1]
