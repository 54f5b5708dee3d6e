"""Which patterns are accepted, and Go's words for those that are not."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate import regexp
from cicdpack.gotemplate.regexp.parser import MAX_PATTERN, MAX_RANGES, MAX_SIZE

BAD_PIECES = {
    "invalid character class range": [
        ("[z-a]", "z-a"),
        (r"\pX", r"\pX"),
        (r"\p", r"\p"),
        (r"\p{", r"\p{"),
        (r"\p{Nope}", r"\p{Nope}"),
        (r"\p{Old_Italic}", r"\p{Old_Italic}"),
        ("[[:nope:]]", "[:nope:]"),
    ],
    "invalid escape sequence": [
        (r"\8", r"\8"),
        (r"\1", r"\1"),
        (r"\C", r"\C"),
        (r"\Z", r"\Z"),
        (r"\é", r"\é"),
        (r"\x", r"\x"),
        (r"\x4g", r"\x4g"),
        (r"\x{}", r"\x{}"),
        (r"\x{110000}", r"\x{110000"),
        (r"[a-\d]", r"\d"),
        (r"\E", r"\E"),
    ],
    "invalid named capture": [
        ("(?P<n", "(?P<n"),
        ("(?<=a)", "(?<=a)"),
        ("(?P<>a)", "(?P<>"),
        ("(?P<n n>a)", "(?P<n n>"),
        ("(?<é>a)", "(?<é>"),
    ],
    "invalid or unsupported Perl syntax": [
        ("(?i", "(?i"),
        ("(?=a)", "(?="),
        ("(?#a)", "(?#"),
        ("(?P=n)", "(?P"),
        ("(?-)", "(?-)"),
        ("(?i--s)a", "(?i--"),
    ],
    "invalid repeat count": [
        ("a{2,1}", "{2,1}"),
        ("a{1001}", "{1001}"),
        ("a{1,99999999999}", "{1,99999999999}"),
        ("(a{500}){3}", "{3}"),
        ("((a{100}){100}){100}", "{100}"),
        ("(a{2,}){501}?", "{501}?"),
    ],
    "invalid nested repetition operator": [
        ("a**", "**"),
        ("a*??", "*??"),
        ("a{2}?*", "{2}?*"),
        ("x{1000}{1000}", "{1000}{1000}"),
    ],
    "invalid UTF-8": [
        ("a\udcff", "\udcff"),
        ("[a\udcff]", "\udcff]"),
        ("é\udcffx", "\udcffx"),
        ("(?P<\udcff>a)", "\udcff"),
    ],
    "missing argument to repetition operator": [
        ("*", "*"),
        ("a|*?", "*?"),
        ("(+)", "+"),
        ("{2}", "{2}"),
        (r"\Q\E*", "*"),
    ],
    "missing closing ]": [("[", "["), ("a[b", "[b"), ("[[:alpha:]", "[[:alpha:]"), ("[]", "[]"), ("[a-", "[a-")],
    "missing closing )": [("(", "("), ("((a)", "((a)"), ("(?:a", "(?:a")],
    "trailing backslash at end of expression": [("a\\", ""), ("[\\", "")],
    "unexpected )": [(")", ")"), ("(a))b", "(a))b")],
}


@pytest.mark.parametrize(
    ("kind", "pattern", "piece"), [(kind, *case) for kind, cases in BAD_PIECES.items() for case in cases]
)
def test_a_bad_pattern_is_refused_with_gos_words(kind: str, pattern: str, piece: str) -> None:
    """The error names Go's reason and the piece that Go blames, and our message says the same."""
    with pytest.raises(regexp.RegexpError) as caught:
        regexp.compile(pattern)

    assert caught.value.go_text == f"error parsing regexp: {kind}: `{piece}`"
    assert caught.value.message == f"regular expression: {kind}: `{piece}`"


@pytest.mark.parametrize(
    "pattern",
    [
        "", "a|", "|", "()", "(?:)", "^*", r"\b{2}", "a{,2}", "a{", "a{1", "a{01}", "}", "]", "a{1000}",
        "(a{1000}){1,}", "[]a]", "[^]a]", "[a-]", "[-a]", "[a-b-c]", r"[\d-x]", "[[a]", "[[:alpha]]", r"\_", r"\08",
        r"\017", r"\x{10FFFF}", r"\Qa", r"\Q*+\E", "(?P<n>a)(?P<n>b)", "(?<n>a)", "(?U)a*?", "(?i-s:a)", "a(?i)b",
        "a*(?i)*", r"\p{lu}", r"\p{Uppercase Letter}", r"\P{^greek}", "(?:a*)*", "(" * 999 + "a" + ")" * 999,
    ],
)  # fmt: skip
def test_a_pattern_that_go_accepts_is_accepted(pattern: str) -> None:
    """Patterns that other engines refuse or read otherwise compile, and keep their text."""
    assert regexp.compile(pattern).string == pattern


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("(" * 1000 + "a" + ")" * 1000, "expression nests too deeply"),
        ("(?:a" * 501 + ")*" * 501, "expression nests too deeply"),
        ("x{1000}" * (MAX_SIZE // 1000 + 1), "expression too large"),
        ("(?:[a-z]?){1000}" * 200, "expression too large"),
        ("a" * (MAX_PATTERN + 1), "expression too large"),
        ("".join(rf"[\P{{L}}{letter}]" for letter in map(chr, range(0x4E00, 0x5000))), "expression too large"),
    ],
    ids=["groups", "stars", "counts", "optional counts", "characters", "ranges"],
)
def test_a_pattern_beyond_a_limit_is_refused(pattern: str, kind: str) -> None:
    """Depth, instructions, characters and ranges have limits; the whole pattern is blamed, as in Go."""
    with pytest.raises(regexp.RegexpError) as caught:
        regexp.compile(pattern)

    assert caught.value.kind == kind
    assert caught.value.piece == pattern


def test_the_limit_of_ranges_is_about_different_classes() -> None:
    """A class written many times counts once."""
    pattern = r"\PL" * 1000

    assert regexp.compile(pattern).match_string("-" * 1000)
    assert MAX_RANGES < 1000 * 620


def test_an_error_hints_at_what_to_write() -> None:
    """Where there is a way out, the hint says it."""
    with pytest.raises(regexp.RegexpError) as caught:
        regexp.compile("a**")

    assert caught.value.hint == "put the inner repeat into a group: `(?:a*)*`"
