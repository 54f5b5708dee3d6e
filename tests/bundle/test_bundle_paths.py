"""Paths and patterns by the rules of Go's `path` package; the expected values were taken from Go 1.26."""

from __future__ import annotations

import pytest

from cicdpack.bundle.errors import PatternSyntaxError
from cicdpack.bundle.paths import clean, join, matches


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "."),
        (".", "."),
        ("a//b/", "a/b"),
        ("./a", "a"),
        ("a/./b", "a/b"),
        ("a/../b", "b"),
        ("a/..", "."),
        ("../a", "../a"),
        ("a/../../b", "../b"),
        ("/", "/"),
        ("//a", "/a"),
        ("/../a", "/a"),
    ],
)
def test_clean(path: str, expected: str) -> None:
    """A path is shortened to one without empty, `.` and inner `..` elements."""
    assert clean(path) == expected


@pytest.mark.parametrize("path", ["a", "a/b", "../a", "/a", ".", "a b/{{.x}}", ".a"])
def test_clean_keeps_a_clean_path(path: str) -> None:
    """A path that is clean already stays as it is."""
    assert clean(path) == path


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ((".", "/d"), "d"),
        ((".", "d/"), "d"),
        ((".", ""), "."),
        (("", ""), ""),
        (("d", ".."), "."),
        (("d", "../x"), "x"),
        (("{{.x}}", "f"), "{{.x}}/f"),
    ],
)
def test_join(elements: tuple[str, ...], expected: str) -> None:
    """Elements are joined and cleaned; empty ones do not count."""
    assert join(*elements) == expected


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("a", "a"),
        ("*", "abc"),
        ("*", ""),
        ("*", ".hidden"),
        ("a*c", "ac"),
        ("*.yml", "x.yml"),
        ("**", "x"),
        ("d/**/f", "d/e/f"),
        ("a?c", "aüc"),
        ("[a-c]x", "bx"),
        ("[^a]", "b"),
        ("[!1]", "!"),
        ("a[/]b", "a/b"),
        (r"a\*", "a*"),
        (r"[\]]", "]"),
        ("*a*b", "xaxaxb"),
        ("*??", "€"),
        ("{a,b}", "{a,b}"),
    ],
)
def test_pattern_matches(pattern: str, path: str) -> None:
    """A pattern matches a whole path."""
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("a", "b"),
        ("a", "a/b"),
        ("*", "a/b"),
        ("?", "/"),
        ("**", "a/b"),
        ("a[^1]", "a1"),
        ("[q]", "[q]"),
        (r"a\*", "ab"),
        ("*a", "ab"),
        ("[a-c]", ""),
        ("?", ""),
    ],
)
def test_pattern_does_not_match(pattern: str, path: str) -> None:
    """Stars and question marks stop at slashes; a class needs a character."""
    assert not matches(pattern, path)


@pytest.mark.parametrize(
    "pattern", ["[", "[]", "[]a]", "[a-]", "[-a]", "[^]", "[a", "x[a-z", "\\", "a\\", "z[", "*[", "[\\"]
)
def test_pattern_with_a_fault_is_refused(pattern: str) -> None:
    """A fault anywhere is found, even where no match is possible."""
    with pytest.raises(PatternSyntaxError):
        matches(pattern, "b")


def test_pattern_of_many_stars_takes_no_exponential_time() -> None:
    """Each star is settled once, so a hostile pattern comes to an end."""
    assert not matches("*a" * 50 + "b", "a" * 2000)
